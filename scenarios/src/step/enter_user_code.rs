//! `enter_user_code`: the person types the code that a device shows, and goes on.

use mock_idp::{expectation::SeenPage, yaml::Path};
use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use super::{By, Taken, Verb};
use crate::{
    check::Names,
    expected::pages_missed,
    world::{Broken, World},
};

/// The person opens the page for device codes and types the code.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EnterUserCode {
    /// What she types; the code that the device shows, if left out.
    pub user_code: Option<String>,
    /// What it must end in; the device connected, if nothing is said.
    pub expect: Entered,
}

/// What typing a device's code must end in.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Entered {
    /// Whether the device is connected in the end. True if nothing is said and no `code` is expected.
    pub done: Option<bool>,
    /// The AADSTS number that a page shows, or that the device will hear.
    pub code: Option<u64>,
    /// Pages of the sign-in that the user saw, in order; that for the code itself is not among them.
    pub pages: Option<Vec<SeenPage>>,
}

impl Entered {
    fn wants_done(&self) -> bool {
        self.done.unwrap_or(self.code.is_none())
    }

    fn described(&self) -> String {
        match (self.wants_done(), self.code) {
            (true, _) => "the device connected".to_owned(),
            (false, None) => "the device not connected".to_owned(),
            (false, Some(code)) => format!("the device not connected (AADSTS{code})"),
        }
    }
}

impl Verb for EnterUserCode {
    fn check(&self, path: &Path, names: &mut Names) {
        if self.user_code.is_none() && !names.at_hand.contains(&"user_code") {
            let hint = "add a `start_device_code` step before it, or write `user_code`";
            names.problem(path.clone(), "no step before this one starts a device", hint);
        }
        if self.expect.done == Some(true) && self.expect.code.is_some() {
            let path = path.key("expect").key("code");
            names.problem(path, "a device that is connected hears of no error", "keep `done` or `code`");
        }
    }

    fn story(&self) -> String {
        "the person types the code that the device shows".to_owned()
    }

    fn by(&self) -> By {
        By::Somebody
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        let (_, before) = world.log().await?;
        let code = self.user_code.as_deref().or(world.at_hand.get("user_code")).unwrap_or_default().to_owned();
        let page = format!("{}/deviceauth", world.base);
        let page = Url::parse(&page).map_err(|error| Broken(format!("{page} is no address: {error}")))?;
        let trouble = world.person.enters(&page, &code).await?;
        let exchanges = world.since(before).await?;
        let done = exchanges.iter().any(|exchange| exchange.answer.kind == "device approved");
        let refused = exchanges.iter().rev().find_map(|exchange| exchange.answer.code).map(u64::from).or(trouble);
        let seen = match (done, refused) {
            (true, _) => "the device connected".to_owned(),
            (false, None) => "the device not connected".to_owned(),
            (false, Some(code)) => format!("the device not connected (AADSTS{code})"),
        };
        let mut missed = Vec::new();
        if done != self.expect.wants_done() || self.expect.code.is_some_and(|code| refused != Some(code)) {
            missed.push(format!("expected {}, saw {seen}", self.expect.described()));
        }
        missed.extend(self.expect.pages.as_ref().and_then(|pages| pages_missed(pages, &exchanges)));
        let missed = (!missed.is_empty()).then(|| missed.join("; "));
        Ok(Taken { expected: Some(self.expect.described()), seen, missed, ..Taken::default() })
    }
}
