//! What the tenant demands: one pure function from a [`Situation`] to a [`Decision`], which is data.
//!
//! It knows no HTTP, no store and no page. The same decision is shown as a page at `/authorize` (`flow`), as an error at
//! `/token` (`grant`), as a redirect error under `prompt=none`, and as a 401 challenge at an API (`http::api`).
//!
//! ```text
//! Situation ──► RULES, in the order of evaluation ──► Decision { demands, unmet policies, met contexts, reasons }
//! ```
//!
//! A new rule is one file here and one line in `RULES`; a new grant control is one file in `control/` and its line there.

mod account;
pub mod api_access;
mod application;
mod assignment;
mod conditional_access;
mod consent;
mod control;
mod coverage;
mod demand;
mod ledger;
mod requested_claims;
mod sign_in;
mod sign_in_frequency;
mod strength;

use std::borrow::Cow;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use control::GrantControl;
pub use demand::{
    AdminReason, Demand, MissingConsent, Need, Remedy, RemedyPage, SecondFactor, SignInReason, Stage, situated,
};
pub use ledger::Ledger;
pub use strength::Strength;

use crate::{
    claims_request::{ClaimsRequest, context_challenge, policies_challenge},
    directory::{Application, ContextClaims, Directory, PersistentBrowser, Platform, Policy, Switches, User},
    scopes::Scopes,
};

/// Everything a decision depends on.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// The tenant's users, applications and APIs.
    pub directory: &'a Directory,
    /// The tenant's Conditional Access policies.
    pub policies: &'a [Policy],
    /// The tenant's consents.
    pub ledger: &'a Ledger,
    /// The application that asks.
    pub client: &'a Application,
    /// What it asks for.
    pub scopes: &'a Scopes,
    /// What the client hands on from a challenge.
    pub claims: &'a ClaimsRequest,
    /// In whose name it asks.
    pub who: Who<'a>,
    /// How the request came.
    pub circumstances: Circumstances,
    /// The time.
    pub now: Timestamp,
    /// Set while a user sits in front of the pages.
    pub interaction: Option<Interaction>,
    /// Consents younger than this time count as unknown still (`consent_lag`).
    pub consents_known_until: Timestamp,
}

/// How a request came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// Whether a device is signed in by its code.
    pub device_code: bool,
    /// The operating system that the request names.
    pub platform: Option<Platform>,
    /// Whether only the claims bring policies in, and not the scopes (`switches.policies_by_claims_only`).
    pub claims_alone_bring_policies: bool,
}

/// In whose name a request is made. Every caller has to say; rules about users look at [`Situation::subject`].
#[derive(Clone, Copy, Debug)]
pub enum Who<'a> {
    /// Nobody is signed in yet.
    Nobody,
    /// A user.
    User(Subject<'a>),
    /// The application itself: no user is there to consent, to be challenged or to be disabled.
    Application,
}

impl<'a> Situation<'a> {
    /// The signed-in user, if the request is made in one's name.
    #[must_use]
    pub fn subject(&self) -> Option<Subject<'a>> {
        match self.who {
            Who::User(subject) => Some(subject),
            Who::Nobody | Who::Application => None,
        }
    }
}

/// The signed-in user.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The user, in this tenant.
    pub user: &'a User,
    /// What the sign-in proved, and when.
    pub strength: Strength,
}

/// What a run of sign-in pages has seen so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Interaction {
    /// `prompt=login`: credentials are asked although there is a session.
    pub force_sign_in: bool,
    /// `prompt=consent`: consent is asked although it is on record.
    pub force_consent: bool,
    /// `prompt=select_account`, or several sessions and no hint.
    pub choose_account: bool,
    /// The user typed credentials in this run.
    pub signed_in: bool,
    /// The user chose an account in this run.
    pub chose_account: bool,
    /// The user consented in this run.
    pub consented: bool,
    /// An administrator is to consent for the whole tenant (`/adminconsent`).
    pub whole_tenant: bool,
}

/// The answer: nothing is demanded, or these things in this order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// What is missing, in the order of evaluation (escalation reference 2.14). A silent request is refused with the first.
    pub demands: Vec<Demand>,
    /// The enabled policies that cover the request and are not met: the `capolids` of whatever error results.
    pub unmet_policies: Vec<Uuid>,
    /// The requested authentication contexts that are met: the token's `acrs`.
    pub met_contexts: Vec<String>,
    /// Those that are not.
    pub unmet_contexts: Vec<String>,
    /// Whether the token is an ordinary one although client and API take part in continuous access evaluation.
    pub ordinary_token: bool,
    /// What a policy says of the browser's session.
    pub persistent_browser: Option<PersistentBrowser>,
    /// Why, one sentence a rule, for the exchange log.
    pub reasons: Vec<Reason>,
}

/// Why a rule spoke.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// The rule.
    pub rule: Cow<'static, str>,
    /// What it saw.
    pub because: String,
    /// The policy behind it, if one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<Uuid>,
    /// What would satisfy it, if it is not satisfied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub satisfied_by: Option<Cow<'static, str>>,
}

impl Reason {
    /// What `rule` saw.
    #[must_use]
    pub fn new(rule: &'static str, because: impl Into<String>) -> Self {
        Self { rule: rule.into(), because: because.into(), policy: None, satisfied_by: None }
    }
}

impl Decision {
    /// Whether a token may be issued.
    #[must_use]
    pub fn is_satisfied(&self) -> bool {
        self.demands.is_empty()
    }

    /// What the user is asked next: the pages go sign-in, account, policies, consent.
    #[must_use]
    pub fn next_page(&self) -> Option<&Demand> {
        self.demands.iter().min_by_key(|demand| demand.page_order())
    }

    /// The claims challenge that goes with the refusal, unless the sign-in itself is what is missing.
    #[must_use]
    pub fn challenge(&self, switches: &Switches) -> Option<String> {
        match (switches.context_claims, self.unmet_contexts.first()) {
            (ContextClaims::Context, Some(context)) => Some(context_challenge(context)),
            _ => policies_challenge(&self.unmet_policies),
        }
    }

    /// Adds a demand, with the reason and what would satisfy it.
    fn demand(&mut self, situation: &Situation<'_>, rule: &'static str, because: impl Into<String>, demand: Demand) {
        let satisfied_by = Some(demand.cure(situation).into());
        self.reasons.push(Reason { satisfied_by, ..Reason::new(rule, because) });
        self.demands.push(demand);
    }

    fn note(&mut self, rule: &'static str, because: impl Into<String>) {
        self.reasons.push(Reason::new(rule, because));
    }

    fn unmet(&mut self, policy: Uuid) {
        if !self.unmet_policies.contains(&policy) {
            self.unmet_policies.push(policy);
        }
    }
}

/// The scopes of `api` that the client may use for the user: by the ledger, or because the API's owner says so.
#[must_use]
pub fn granted<'a>(situation: &Situation<'a>, subject: Subject<'_>, api: &str) -> Vec<&'a str> {
    consent::granted(situation, subject, situation.client, api)
}

/// A rule looks at the situation and adds its demands and reasons to the decision.
type Rule = fn(&Situation<'_>, &mut Decision);

/// The rules in the order of evaluation (escalation reference 2.14, steps 6 to 12).
const RULES: &[Rule] = &[
    sign_in::check,
    sign_in_frequency::check,
    application::check,
    account::check,
    assignment::check,
    consent::check,
    conditional_access::check,
    requested_claims::check,
];

/// Decides.
#[must_use]
pub fn decide(situation: &Situation<'_>) -> Decision {
    let mut decision = Decision::default();
    for rule in RULES {
        rule(situation, &mut decision);
    }
    if situation.directory.switches.policies_before_consent {
        decision.demands.sort_by_key(Demand::is_consent);
    }
    if decision.demands.is_empty() {
        decision.note("granted", "nothing is missing");
    }
    decision
}

#[cfg(test)]
mod tests;
