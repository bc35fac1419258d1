//! `acquire_interactive`: the client opens a sign-in window.

use mock_idp::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{By, Taken, Verb, short};
use crate::{
    check::Names,
    client::{Ask, How},
    expected::{Expect, any_or, schema_of_any_or},
    world::{Broken, Failed, World},
};

/// The client opens a sign-in window for the account that it knows, if it knows one.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcquireInteractive {
    /// Scopes of the API that the token is to be for.
    pub scopes: Vec<String>,
    /// Scopes of other APIs to consent to in the same go.
    #[serde(default)]
    pub extra_scopes: Vec<String>,
    /// Whether the claims of the last failure are handed on.
    #[serde(default)]
    pub claims: ClaimsSource,
    /// What it must end in; a token, if nothing is said.
    #[serde(default, deserialize_with = "any_or")]
    #[schemars(schema_with = "schema_of_any_or::<Expect>")]
    pub expect: Expect,
}

/// Which claims go with a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClaimsSource {
    /// None.
    #[default]
    None,
    /// Those of the last failure or challenge, if it had any.
    FromLastError,
}

impl Verb for AcquireInteractive {
    fn check(&self, path: &Path, names: &mut Names) {
        names.some_scopes(&self.scopes, &path.key("scopes"));
        names.scopes(&self.extra_scopes, &path.key("extra_scopes"));
        if self.claims == ClaimsSource::FromLastError && !names.may_have_failed {
            names.problem(
                path.key("claims"),
                "no step before this one is expected to fail, so there are no claims to take",
                "write `claims: none`, or expect `ui_required` of an earlier step",
            );
        }
        self.expect.check(&self.scopes, &path.key("expect"), names);
    }

    fn story(&self) -> String {
        let extra = if self.extra_scopes.is_empty() {
            String::new()
        } else {
            format!(", with consent to {} in the same go", short(&self.extra_scopes))
        };
        let claims = if self.claims == ClaimsSource::FromLastError { ", with the claims of that failure" } else { "" };
        format!("opens the sign-in window for {}{extra}{claims}", short(&self.scopes))
    }

    fn by(&self) -> By {
        By::Client
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        let claims = match (self.claims, &world.failed) {
            (ClaimsSource::None, _) => None,
            (ClaimsSource::FromLastError, Some(Failed { claims, for_a_person: true })) => claims.clone(),
            (ClaimsSource::FromLastError, _) => {
                return Err(Broken(
                    "nothing before this step failed for want of a person, so there are no claims to take".to_owned(),
                ));
            }
        };
        let ask = Ask {
            scopes: world.full(&self.scopes)?,
            extra_scopes: world.full(&self.extra_scopes)?,
            account: world.account.clone(),
            claims,
            ..Ask::default()
        };
        world.ask(How::Interactive, ask, &self.expect).await
    }
}
