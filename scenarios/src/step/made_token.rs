//! The token made to order that `call_api` can carry: one that nobody would issue, or none that a client has to get first.

use mock_idp::{TokenOrder, yaml::Path};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    check::{Names, resolve},
    world::{Broken, World},
};

/// An access token made to order; if nothing is said, a good one of the scenario's user and client. No policy or consent is
/// asked.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MadeToken {
    /// Short name of the user it is about; the user of the scenario if left out.
    pub user: Option<String>,
    /// Short name of the application that would have asked; the client of the scenario if left out.
    pub client: Option<String>,
    /// Its scopes; all of the API if left out.
    pub scopes: Option<Vec<String>>,
    /// The application's own token, about no user, with these roles.
    pub roles: Option<Vec<String>>,
    /// Whether the sign-in passed a second factor.
    pub mfa: bool,
    /// Claims to set, after all else; `null` takes one away.
    pub claims: Map<String, Value>,
    /// Whether it was issued a day ago and has expired since.
    pub expired: bool,
    /// Whether its audience is another API.
    pub wrong_audience: bool,
    /// Whether its signature is not that of the key which its header names.
    pub bad_signature: bool,
}

impl MadeToken {
    pub(super) fn check(&self, path: &Path, names: &mut Names) {
        if let Some(user) = &self.user {
            names.user(user, &path.key("user"));
        }
        if let Some(client) = &self.client {
            names.application(client, &path.key("client"));
        }
        names.scopes(self.scopes.as_deref().unwrap_or_default(), &path.key("scopes"));
        if self.roles.is_some() && (self.user.is_some() || self.scopes.is_some()) {
            let hint = "leave out `roles`, or `user` and `scopes`";
            names.problem(path.key("roles"), "an application's own token is about no user and has no scopes", hint);
        }
    }

    /// In a few words: `an expired token`.
    pub(super) fn described(&self) -> String {
        let mut wrong = Vec::new();
        wrong.extend(self.expired.then_some("expired"));
        wrong.extend(self.wrong_audience.then_some("for another API"));
        wrong.extend(self.bad_signature.then_some("badly signed"));
        match wrong.as_slice() {
            [] => "a token made to order".to_owned(),
            wrong => format!("a token made to order that is {}", wrong.join(" and ")),
        }
    }

    /// Makes it.
    pub(super) async fn made(&self, api: &str, world: &World) -> Result<String, Broken> {
        let given = &world.script.given;
        let user = self.user.as_ref().unwrap_or(&given.user);
        let name = |scope: &String| match resolve(&world.directory, scope) {
            Ok((full, _)) => Ok(full.rsplit('/').next().unwrap_or_default().to_owned()),
            Err((message, _)) => Err(Broken(message)),
        };
        let scopes = self.scopes.as_ref().map(|scopes| scopes.iter().map(name).collect()).transpose()?;
        let order = TokenOrder {
            user: self.roles.is_none().then(|| user.clone()),
            scopes,
            roles: self.roles.clone(),
            mfa: self.mfa,
            claims: self.claims.clone(),
            expired: self.expired,
            wrong_audience: self.wrong_audience,
            bad_signature: self.bad_signature,
            ..TokenOrder::new(api, self.client.as_ref().unwrap_or(&given.client))
        };
        let made = world.tenant.mint_token(&order).await;
        made.map(|made| made.access_token).map_err(|error| Broken(format!("the token cannot be made: {error}")))
    }
}
