//! The decision for a request that nobody makes.

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};
use uuid::Uuid;

use crate::{
    claims_request::ClaimsRequest,
    directory::{ConsentSettings, Method, User},
    error::Refusal,
    flow::usual_method,
    policy::{self, Decision, Demand, Interaction, Need, RemedyPage, SecondFactor, Situation, Strength, Subject},
    scopes::Scopes,
};

use super::{TenantControls, Unknown, application, user};

/// A request to be judged without being made.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// User name.
    pub user: String,
    /// Application short name or client id.
    pub client: String,
    /// As in a token request.
    pub scope: String,
    /// The `claims` parameter, as text.
    #[serde(default)]
    pub claims: Option<String>,
    /// How long ago the user typed credentials, such as `2h`; just now if absent.
    #[serde(default, deserialize_with = "ago", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "time-span"))]
    pub signed_in_ago: Option<SignedDuration>,
    /// Whether a second factor was passed, together with the credentials if `mfa_ago` is absent.
    #[serde(default)]
    pub mfa: bool,
    /// How long ago a second factor was passed.
    #[serde(default, deserialize_with = "ago", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "time-span"))]
    pub mfa_ago: Option<SignedDuration>,
    /// Whether a device is being signed in by its code.
    #[serde(default)]
    pub device_code: bool,
    /// Whether the user sits in front of the pages; the answer then lists them.
    #[serde(default)]
    pub interactive: bool,
}

/// A time that has passed, so not a negative one.
fn ago<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SignedDuration>, D::Error> {
    let ago = Option::<SignedDuration>::deserialize(deserializer)?;
    // A century is more than any policy asks for, and far from the ends of the calendar.
    if ago.is_some_and(|ago| ago.is_negative() || ago > SignedDuration::from_hours(24 * 365 * 100)) {
        return Err(de::Error::custom("the time must be between 0s and a century, such as `2h`"));
    }
    Ok(ago)
}

/// A decision that was asked for and not acted upon.
#[derive(Clone, Debug)]
pub struct WhatIf {
    /// What a silent request would be refused with, in the order of evaluation; the first is the one it would get.
    pub refusals: Vec<Refusal>,
    /// The pages that the user would see, in their order; empty unless the question is `interactive`. `blocked` is the last
    /// where no page helps.
    pub pages: Vec<&'static str>,
    /// The unmet policies by id and name.
    pub policies: Vec<(Uuid, String)>,
    /// The decision.
    pub decision: Decision,
}

impl TenantControls {
    /// What would be decided for a request, without doing it: the refusals in the order of evaluation, and why.
    ///
    /// # Errors
    ///
    /// Outside, if a name is unknown; inside, if the scopes or claims are refused before any decision.
    pub fn what_if(&self, question: &Question) -> Result<Result<WhatIf, Refusal>, Unknown> {
        let now = self.tenant.now();
        let state = self.tenant.state();
        let directory = &state.directory;
        let user = user(directory, &question.user)?;
        let client = application(directory, &question.client)?;
        let claims = question.claims.as_deref();
        let parsed = Scopes::parse(&question.scope, client, directory)
            .and_then(|scopes| Ok((scopes, claims.map(ClaimsRequest::parse).transpose()?.unwrap_or_default())));
        let (scopes, claims) = match parsed {
            Ok(parsed) => parsed,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let before = |ago: SignedDuration| now.saturating_sub(ago).unwrap_or(now);
        let signed_in_at = before(question.signed_in_ago.unwrap_or_default());
        let mfa_at = match question.mfa_ago {
            Some(ago) => Some(before(ago)),
            None => question.mfa.then_some(signed_in_at),
        };
        let situation = Situation {
            directory,
            policies: &state.policies,
            ledger: &state.ledger,
            client,
            scopes: &scopes,
            claims: &claims,
            who: policy::Who::User(Subject { user, strength: Strength { mfa_at, ..Strength::password(signed_in_at) } }),
            circumstances: policy::Circumstances {
                device_code: question.device_code,
                platform: None,
                claims_alone_bring_policies: question.interactive && directory.switches.policies_by_claims_only,
            },
            now,
            interaction: question.interactive.then(Interaction::default),
            consents_known_until: now,
        };
        let decision = policy::decide(&situation);
        let refusal = |demand: &Demand| {
            let claims = decision.challenge(&directory.switches).filter(|_| demand.carries_claims());
            demand.refusal(&situation).with_claims(claims).changed_by(&directory.switches)
        };
        let refusals = decision.demands.iter().map(refusal).collect();
        let pages = if question.interactive { pages(&decision, user, directory.consent_settings) } else { Vec::new() };
        let name = |id: &Uuid| state.policies.iter().find(|policy| policy.id == *id).map(|policy| policy.name.clone());
        let policies = decision.unmet_policies.iter().filter_map(|id| Some((*id, name(id)?))).collect();
        Ok(Ok(WhatIf { refusals, pages, policies, decision }))
    }
}

/// The pages for the demands, in their order, up to the first that none can help with.
fn pages(decision: &Decision, user: &User, consent_settings: ConsentSettings) -> Vec<&'static str> {
    let mut demands: Vec<&Demand> = decision.demands.iter().collect();
    demands.sort_by_key(|demand| demand.page_order());
    let mut pages = Vec::new();
    for demand in demands {
        let more: &[&str] = match demand {
            Demand::ChooseAccount => &["pick_account"],
            Demand::SignIn(_) => &["password"],
            Demand::SecondFactor(SecondFactor { need: Need::Enrol, method: Some(Method::Passkey) }) => {
                &["register_method", "passkey"]
            }
            Demand::SecondFactor(SecondFactor { need: Need::Enrol, .. }) => &["register_method", "one_time_code"],
            Demand::SecondFactor(SecondFactor { method: Some(method), .. }) => &[method.word()],
            Demand::SecondFactor(_) => &[usual_method(&user.methods).word()],
            Demand::Remedy(remedy) => match remedy.page {
                Some(RemedyPage::PasswordChange) => &["password_change"],
                Some(RemedyPage::TermsOfUse) => &["terms_of_use"],
                Some(RemedyPage::ExternalChallenge) => &["external_challenge"],
                None => &["blocked"],
            },
            Demand::Consent(_) => &["consent"],
            Demand::AdminConsent(..) if consent_settings.request_workflow => &["request_approval"],
            Demand::AdminConsent(..) => &["blocked"],
        };
        for page in more {
            if !pages.contains(page) {
                pages.push(*page);
            }
        }
        if !demand.has_page() {
            break;
        }
    }
    pages
}
