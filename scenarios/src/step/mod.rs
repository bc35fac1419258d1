//! The verbs of a script, one a file. A new verb is a file here and its lines in the two lists below.

mod acquire_interactive;
mod acquire_silent;
mod advance_clock;
mod authorize_request;
mod call_api;
mod change_api;
mod change_application;
mod change_policy;
mod change_switches;
mod change_user;
mod clear_exchanges;
mod clear_faults;
mod concurrently;
mod disable_policy;
mod enable_policy;
mod enter_user_code;
mod grant_consent;
mod inject_fault;
mod look_at;
mod made_token;
mod reset_clock;
mod revoke_all_consents;
mod revoke_consent;
mod revoke_sessions;
mod rotate_signing_keys;
mod set_policies;
mod sign_in;
mod start_device_code;
mod token_for;
mod token_request;
mod virtual_user;
mod wait_for;
mod what_if;

pub use authorize_request::Door;
pub(crate) use call_api::CallApi;
pub use made_token::MadeToken;
use mock_idp::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;
pub use token_for::TokenFor;

use crate::{
    check::Names,
    world::{Broken, World},
};

/// What a verb can do.
trait Verb {
    /// Mistakes that the types cannot see.
    fn check(&self, path: &Path, names: &mut Names);

    /// In words, for the story of a run: `asks silently for payroll/Salary.Read`.
    fn story(&self) -> String;

    /// Who does it.
    fn by(&self) -> By {
        By::Nobody
    }

    /// Does it.
    async fn run(&self, world: &mut World) -> Result<Taken, Broken>;
}

/// Who does what a verb says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// The client under test.
    Client,
    /// Somebody else who sends requests.
    Somebody,
    /// Nobody: something is changed, or looked at.
    Nobody,
}

/// A step that was taken.
#[derive(Clone, Debug, Default)]
pub(crate) struct Taken {
    /// What was expected, if anything can be.
    pub(crate) expected: Option<String>,
    /// What it ended in.
    pub(crate) seen: String,
    /// What is not as expected.
    pub(crate) missed: Option<String>,
    /// The rule of every operation that is broken, where `missed` is about one.
    pub(crate) rule: Option<&'static str>,
}

impl Taken {
    /// A step that only changes something.
    pub(crate) fn done(seen: impl Into<String>) -> Self {
        Self { seen: seen.into(), ..Self::default() }
    }
}

macro_rules! verbs {
    ($($(#[doc = $doc:literal])+ $module:ident: $Verb:ident,)+) => {
        /// One step: a verb and what it is told.
        #[derive(Clone, Debug, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Step {
            $($(#[doc = $doc])+ $Verb($module::$Verb),)+
        }

        impl Step {
            /// The verb as scripts write it.
            #[must_use]
            pub fn verb(&self) -> &'static str {
                match self { $(Self::$Verb(_) => stringify!($module),)+ }
            }

            /// In words.
            pub(crate) fn story(&self) -> String {
                match self { $(Self::$Verb(verb) => verb.story(),)+ }
            }

            /// The same as a sentence with its subject.
            pub(crate) fn told(&self) -> String {
                if self.by() == By::Client { format!("the client {}", self.story()) } else { self.story() }
            }

            pub(crate) fn by(&self) -> By {
                match self { $(Self::$Verb(verb) => verb.by(),)+ }
            }

            pub(crate) fn check(&self, path: &Path, names: &mut Names) {
                match self { $(Self::$Verb(verb) => verb.check(path, names),)+ }
            }

            pub(crate) async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
                match self { $(Self::$Verb(verb) => verb.run(world).await,)+ }
            }
        }
    };
}

verbs! {
    /// The client asks silently for a token.
    acquire_silent: AcquireSilent,
    /// The client opens a sign-in window.
    acquire_interactive: AcquireInteractive,
    /// The client gets a token by the steps it thinks right.
    token_for: TokenFor,
    /// Several parts of the client want a token at the same time.
    concurrently: Concurrently,
    /// An API is called.
    call_api: CallApi,
    /// Somebody signs in of whom the client knows nothing.
    sign_in: SignIn,
    /// Anything is sent to the token endpoint.
    token_request: TokenRequest,
    /// Anything is sent to the authorization endpoint, through the person's browser.
    authorize_request: AuthorizeRequest,
    /// A device asks for a code.
    start_device_code: StartDeviceCode,
    /// The person types the code that the device shows.
    enter_user_code: EnterUserCode,
    /// Time passes.
    advance_clock: AdvanceClock,
    /// These policies are in force from now on, and no others.
    set_policies: SetPolicies,
    /// A policy comes into force.
    enable_policy: EnablePolicy,
    /// A policy is no longer in force.
    disable_policy: DisablePolicy,
    /// The next matching requests are answered otherwise.
    inject_fault: InjectFault,
    /// Consent is put on record without a page.
    grant_consent: GrantConsent,
    /// Consent is taken off the record.
    revoke_consent: RevokeConsent,
    /// An administrator ends all sessions and grants of a user.
    revoke_sessions: RevokeSessions,
    /// An exchange is waited for.
    wait_for: WaitFor,
    /// From now on the person in front of the pages does this.
    virtual_user: VirtualUser,
    /// A user is changed in the directory.
    change_user: ChangeUser,
    /// An application is changed, as the tenant sees it.
    change_application: ChangeApplication,
    /// An API is changed, as the tenant sees it.
    change_api: ChangeApi,
    /// Points on which records of Entra differ are decided otherwise.
    change_switches: ChangeSwitches,
    /// A policy is changed.
    change_policy: ChangePolicy,
    /// Every consent is taken off the record.
    revoke_all_consents: RevokeAllConsents,
    /// Every fault that still waits is taken away.
    clear_faults: ClearFaults,
    /// The clock shows this machine's time again.
    reset_clock: ResetClock,
    /// The tenant signs with another key.
    rotate_signing_keys: RotateSigningKeys,
    /// The log is emptied.
    clear_exchanges: ClearExchanges,
    /// What would be decided for a request that nobody makes.
    what_if: WhatIf,
    /// How things stand now.
    look_at: LookAt,
}

impl Step {
    /// The API that the client is to call with a token that it has.
    pub(crate) fn calls(&self) -> Option<&str> {
        match self {
            Self::CallApi(step) if step.scopes.is_none() && step.by() == By::Client => Some(&step.api),
            _ => None,
        }
    }

    /// The scopes that the client is to ask for.
    pub(crate) fn scopes(&self) -> Vec<&String> {
        match self {
            Self::AcquireSilent(step) => step.scopes.iter().collect(),
            Self::AcquireInteractive(step) => step.scopes.iter().collect(),
            Self::SignIn(step) => step.scopes.iter().collect(),
            Self::TokenFor(step) => step.scopes.iter().collect(),
            Self::Concurrently(step) => step.0.iter().flat_map(|caller| &caller.scopes).collect(),
            Self::CallApi(step) => step.scopes.iter().flatten().collect(),
            _ => Vec::new(),
        }
    }
}

fn short(scopes: &[String]) -> String {
    scopes.iter().map(|scope| scope.strip_prefix("api://").unwrap_or(scope)).collect::<Vec<_>>().join(" ")
}
