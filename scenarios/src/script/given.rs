//! How things stand when a scenario starts.

use indexmap::IndexMap;
use jiff::Timestamp;
use mock_idp::{
    directory::{Api, Application, ConsentSettings, NamedLocation, Policy, Switches, User},
    fault::Fault,
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Patch, Person};

/// How things stand when a scenario starts. Each scenario has a tenant of its own.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Given {
    /// Short name of the tenant to start like.
    pub tenant: String,
    /// Short name of the user at the keyboard.
    pub user: String,
    /// Short name of the application that the client is.
    pub client: String,
    /// What the client says it can do, such as `cp1`: handle claims challenges.
    pub capabilities: Vec<String>,
    /// Scopes that the user has consented to already.
    pub consents: Vec<String>,
    /// Scopes that an administrator has consented to for everybody.
    pub tenant_consents: Vec<String>,
    /// Conditional Access policies in force, by name; no other is. Each must come into play in the run.
    pub policies: Vec<String>,
    /// Policies that the directory does not have, to be named in `policies`.
    pub define_policies: Vec<Policy>,
    /// Changes to users, by short name.
    pub users: IndexMap<String, Patch<User>>,
    /// Changes to applications, by short name.
    pub applications: IndexMap<String, Patch<Application>>,
    /// Changes to APIs, by short name.
    pub apis: IndexMap<String, Patch<Api>>,
    /// Who may consent, and what becomes of those who may not.
    pub consent_settings: ConsentSettings,
    /// Places that policies know by name.
    pub named_locations: Vec<NamedLocation>,
    /// Points on which public records of Entra differ or are silent.
    pub switches: Switches,
    /// What the person does in front of the pages, once the scenario has begun.
    pub virtual_user: Person,
    /// What the clock shows. It stands still until a step moves it.
    #[schemars(with = "String")]
    pub clock: Timestamp,
    /// The user has signed in to these scopes, in the same browser; the client holds the tokens.
    pub signed_in: Option<SignedIn>,
    /// Answers made to order for the requests that follow; the sign-in before the scenario meets none.
    pub faults: Vec<Fault>,
}

impl Default for Given {
    fn default() -> Self {
        Self {
            tenant: "contoso".to_owned(),
            user: "ada".to_owned(),
            client: "desktop".to_owned(),
            capabilities: Vec::new(),
            consents: Vec::new(),
            tenant_consents: Vec::new(),
            policies: Vec::new(),
            define_policies: Vec::new(),
            users: IndexMap::new(),
            applications: IndexMap::new(),
            apis: IndexMap::new(),
            consent_settings: ConsentSettings::default(),
            named_locations: Vec::new(),
            switches: Switches::default(),
            virtual_user: Person::default(),
            // 2026-01-05 09:00:00Z, a Monday.
            clock: Timestamp::constant(1_767_603_600, 0),
            signed_in: None,
            faults: Vec::new(),
        }
    }
}

/// A sign-in that is over when the scenario starts.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignedIn {
    /// The scopes of one API, whose token is cached.
    pub scopes: Vec<String>,
    /// Scopes of other APIs that were consented to in the same go.
    #[serde(default)]
    pub extra_scopes: Vec<String>,
}
