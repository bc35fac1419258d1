//! `look_at`: how things stand now, as an administrator would see them.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use jiff::Timestamp;
use mock_idp::{directory::User, virtual_user::VirtualUser, yaml::Path};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Taken, Verb};
use crate::{
    check::Names,
    script::Patch,
    world::{Broken, World},
};

/// How things must stand; what is left out is not looked at.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LookAt {
    /// The scopes to which the scenario's user has consented for its client: exactly these.
    pub consents: Option<Vec<String>>,
    /// The scopes to which an administrator has consented for everybody: exactly these.
    pub tenant_consents: Option<Vec<String>>,
    /// The names of the policies in force: exactly these.
    pub policies: Option<Vec<String>>,
    /// Members of users, by short name of the user.
    pub users: IndexMap<String, Patch<User>>,
    /// Members of the scripted person, as the server knows her.
    pub virtual_user: Patch<VirtualUser>,
    /// What the clock shows.
    #[schemars(with = "Option<String>")]
    pub clock: Option<Timestamp>,
    /// A time that the clock is past, for one that runs.
    #[schemars(with = "Option<String>")]
    pub clock_past: Option<Timestamp>,
    /// How many faults still wait for requests.
    pub faults: Option<usize>,
    /// How many exchanges the log has.
    pub exchanges: Option<usize>,
}

impl Verb for LookAt {
    fn check(&self, path: &Path, names: &mut Names) {
        for (list, scopes) in [("consents", &self.consents), ("tenant_consents", &self.tenant_consents)] {
            names.scopes(scopes.as_deref().unwrap_or_default(), &path.key(list));
        }
        for (index, name) in self.policies.iter().flatten().enumerate() {
            names.policy(name, &path.key("policies").index(index));
        }
        for (name, members) in &self.users {
            let path = path.key("users").name(name);
            names.user(name, &path);
            if let Some(user) = names.directory.user(name).cloned() {
                names.members(members, &user, &path);
            }
        }
        names.members(&self.virtual_user, &VirtualUser::default(), &path.key("virtual_user"));
        if self.looks().is_empty() {
            let hint = "say how something must stand, such as `look_at: { consents: [mail/Mail.Read] }`";
            names.problem(path.clone(), "nothing is looked at", hint);
        }
    }

    fn story(&self) -> String {
        format!("somebody looks at {}", self.looks().join(", "))
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        let mut missed = Vec::new();
        let on_record = [
            ("the consents of the user", &self.consents, Some(world.script.given.user.as_str())),
            ("the consents for everybody", &self.tenant_consents, None),
        ];
        for (what, wanted, user) in on_record {
            if let Some(wanted) = wanted {
                missed.extend(unlike(what, &world.full(wanted)?, &consents(world, user).await?));
            }
        }
        if let Some(wanted) = &self.policies {
            let seen: Vec<_> = world.tenant.policies().await?.into_iter().map(|policy| policy.name).collect();
            missed.extend(unlike("the policies in force", wanted, &seen));
        }
        let directory = world.tenant.directory().await?;
        for (name, members) in &self.users {
            let user = directory.user(name).ok_or_else(|| Broken(format!("there is no user {name}")))?;
            missed.extend(members.unlike(user).iter().map(|unlike| format!("expected {name}'s {unlike}")));
        }
        let person = self.virtual_user.unlike(&world.tenant.virtual_user().await?);
        missed.extend(person.iter().map(|unlike| format!("expected the scripted person's {unlike}")));
        let now = world.tenant.now().await?;
        let clock = [
            ("show", self.clock.filter(|wanted| *wanted != now)),
            ("be past", self.clock_past.filter(|wanted| *wanted >= now)),
        ];
        for (is, wanted) in clock {
            missed.extend(wanted.map(|wanted| format!("expected the clock to {is} {wanted}, saw {now}")));
        }
        let counts = [
            ("faults that wait", self.faults, world.tenant.faults().await?.len()),
            ("exchanges in the log", self.exchanges, world.log().await?.0.len()),
        ];
        for (what, wanted, seen) in counts {
            let wanted = wanted.filter(|wanted| *wanted != seen);
            missed.extend(wanted.map(|wanted| format!("expected {wanted} {what}, saw {seen}")));
        }
        Ok(Taken {
            expected: Some("what the script says".to_owned()),
            seen: if missed.is_empty() { "the same".to_owned() } else { "something else".to_owned() },
            missed: (!missed.is_empty()).then(|| missed.join("; ")),
            ..Taken::default()
        })
    }
}

impl LookAt {
    /// What is looked at, in words.
    fn looks(&self) -> Vec<&str> {
        let looks = [
            (self.consents.is_some() || self.tenant_consents.is_some(), "the consents on record"),
            (self.policies.is_some(), "the policies in force"),
            (self.virtual_user.names().next().is_some(), "the scripted person"),
            (self.clock.is_some() || self.clock_past.is_some(), "the clock"),
            (self.faults.is_some(), "the faults"),
            (self.exchanges.is_some(), "the log"),
        ];
        let users = self.users.keys().map(String::as_str);
        users.chain(looks.iter().filter(|(looks, _)| *looks).map(|(_, what)| *what)).collect()
    }
}

/// The scopes, in full, on record for the scenario's client: of `user`, or for everybody.
async fn consents(world: &World, user: Option<&str>) -> Result<Vec<String>, Broken> {
    let username = user.map(|name| world.username(name)).transpose()?;
    let client = &world.script.given.client;
    let rows = world.tenant.consents().await?.into_iter().filter(|row| row.user == username && row.client == *client);
    let mut scopes = Vec::new();
    for row in rows {
        let short: Vec<_> = row.scopes.iter().map(|scope| format!("{}/{scope}", row.api)).collect();
        scopes.extend(world.full(&short)?);
    }
    Ok(scopes)
}

/// What is wrong with a list whose order does not matter.
fn unlike(what: &str, wanted: &[String], seen: &[String]) -> Option<String> {
    let [wanted, seen] = [wanted, seen].map(|list| list.iter().map(String::as_str).collect::<BTreeSet<_>>());
    let told = |list: BTreeSet<&str>| {
        let short = |word: &str| word.strip_prefix("api://").unwrap_or(word).to_owned();
        list.into_iter().map(short).collect::<Vec<_>>().join(", ")
    };
    (wanted != seen).then(|| format!("expected {what} to be [{}], saw [{}]", told(wanted), told(seen)))
}
