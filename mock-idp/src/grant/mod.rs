//! The token endpoint: one pipeline, in which a grant fills in its own part and can skip nothing.
//!
//! ```text
//! client ─► authenticate ─► redeem (differs by grant) ─► scopes ─► policy ─► issue
//! ```
//!
//! The order is that of the escalation reference, 2.14. A new grant is one file here and one line in [`GRANTS`].

mod authorization_code;
mod client_authentication;
mod issue;
mod refresh_token;

use std::sync::Arc;

use jiff::SignedDuration;
use uuid::Uuid;

pub use issue::TokenAnswer;

use crate::{
    claims_request::ClaimsRequest,
    directory::{Api, Application, Directory, GRAPH, MultiResource},
    error::{Aadsts, Refusal},
    flow::{self, Tenants},
    keys::SigningKey,
    params::Params,
    policy::{self, Decision, Demand, Reason, Situation, Strength, Subject},
    scopes::Scopes,
    seal::Sealer,
    state::Tenant,
};

/// The grants that are served. Discovery reads this list, too.
pub const GRANTS: &[Grant] = &[authorization_code::GRANT, refresh_token::GRANT];

/// A grant: its name on the wire and how it is redeemed.
pub struct Grant {
    /// Value of `grant_type`.
    pub name: &'static str,
    redeem: fn(&TokenCall<'_>, &Application) -> Result<Redeemed, Refusal>,
}

/// A token request and what is needed to serve it.
#[derive(Clone, Copy)]
pub struct TokenCall<'a> {
    /// The parameters of the body.
    pub params: &'a Params,
    /// Client id and secret of an `Authorization: Basic` header.
    pub basic: Option<&'a (String, String)>,
    /// The tenant that issues.
    pub tenant: &'a Arc<Tenant>,
    /// All tenants.
    pub tenants: Tenants<'a>,
    /// Origin of the server.
    pub base: &'a str,
    /// Signs.
    pub key: &'a SigningKey,
    /// Opens and closes refresh tokens.
    pub sealer: &'a Sealer,
}

/// What a grant stands for.
#[derive(Debug)]
struct Redeemed {
    /// Object id of the user in the issuing tenant.
    user: Uuid,
    strength: Strength,
    sid: Uuid,
    nonce: Option<String>,
    wants_auth_time: bool,
    /// The scopes of the authorization request, which count if the token request names none.
    scopes: Option<Scopes>,
    /// The claims of the authorization request.
    claims: ClaimsRequest,
    /// Whether a consent given just now counts already: it does for the code that it led to.
    knows_fresh_consents: bool,
}

/// A token, or the refusal; and why.
pub struct Outcome {
    /// What is answered.
    pub result: Result<TokenAnswer, Refusal>,
    /// For the log.
    pub reasons: Vec<Reason>,
    /// User name, once known.
    pub user: Option<String>,
}

/// Serves a token request.
#[must_use]
pub fn respond(call: &TokenCall<'_>) -> Outcome {
    let mut outcome = Outcome { result: Err(Refusal::new(Aadsts::ServerError)), reasons: Vec::new(), user: None };
    outcome.result = pipeline(call, &mut outcome.reasons, &mut outcome.user);
    outcome
}

/// The tenant that a grant sent to `/common` belongs to.
#[must_use]
pub fn tenant_of_grant(params: &Params, sealer: &Sealer) -> Option<Uuid> {
    if let Some(code) = params.get("code") {
        return flow::tenant_of_code(code);
    }
    let token: crate::state::RefreshToken = sealer.open(params.get("refresh_token")?)?;
    Some(token.tenant)
}

fn pipeline(
    call: &TokenCall<'_>,
    reasons: &mut Vec<Reason>,
    username: &mut Option<String>,
) -> Result<TokenAnswer, Refusal> {
    let params = call.params;
    let name = params.require("grant_type")?;
    // The directory is copied so that nothing is locked while a grant is redeemed and a token is made; it is a handful of
    // shared pointers.
    let directory = call.tenant.state().directory.clone();
    let client = client_authentication::authenticate(call, &directory)?;
    let grant = GRANTS
        .iter()
        .find(|grant| grant.name == name)
        .ok_or_else(|| Refusal::new(Aadsts::UnsupportedGrantType).with("grant_type", name))?;

    let redeemed = (grant.redeem)(call, client)?;
    let user = directory.user_by_id(redeemed.user).ok_or_else(|| unknown_user(redeemed.user, &directory))?;
    *username = Some(directory.username(user));

    let mut scopes = scopes(params, redeemed.scopes.as_ref(), client, &directory)?;
    let api = one_api(&mut scopes, params, &directory)?;
    let claims = match params.get("claims") {
        Some(claims) => ClaimsRequest::parse(claims)?,
        None => redeemed.claims.clone(),
    };

    let now = call.tenant.now();
    let lag = if redeemed.knows_fresh_consents { SignedDuration::ZERO } else { directory.switches.consent_lag };
    let state = call.tenant.state();
    let situation = Situation {
        directory: &directory,
        policies: &state.policies,
        ledger: &state.ledger,
        client,
        scopes: &scopes,
        claims: &claims,
        subject: Some(Subject { user, strength: redeemed.strength }),
        interaction: None,
        consents_known_until: now.saturating_sub(lag).unwrap_or(now),
    };
    let decision = policy::decide(&situation);
    reasons.extend(decision.reasons.iter().cloned());
    if let Some(refusal) = refused(&decision, &situation) {
        return Err(refusal);
    }
    let granted = issue::granted(&situation, user, api);
    drop(state);
    let order = issue::Order {
        directory: &directory,
        client,
        user,
        api,
        redeemed: &redeemed,
        scopes: &scopes,
        claims: &claims,
        contexts: &decision.met_contexts,
        granted: &granted,
    };
    Ok(order.fill(call, now))
}

/// The refusal for the first demand, in the order of evaluation. Dead grants and accounts carry no claims (2.14).
fn refused(decision: &Decision, situation: &Situation<'_>) -> Option<Refusal> {
    let demand = decision.demands.first()?;
    let claims = match demand {
        Demand::SignIn(_) | Demand::ChooseAccount | Demand::AccountDisabled => None,
        _ => decision.challenge(),
    };
    Some(demand.refusal(situation).with_claims(claims))
}

fn scopes(
    params: &Params,
    authorized: Option<&Scopes>,
    client: &Application,
    directory: &Directory,
) -> Result<Scopes, Refusal> {
    match (params.get("scope"), authorized) {
        (Some(text), _) => Scopes::parse(text, client, directory),
        (None, Some(authorized)) => {
            // The first API of the authorization request is the one that is meant (escalation reference 3.4).
            let apis = authorized.apis.iter().take(1).cloned().collect();
            Ok(Scopes { apis, ..authorized.clone() })
        }
        (None, None) => Err(Refusal::new(Aadsts::MissingParameter).with("parameter", "scope")),
    }
}

/// A token serves one API; Graph if nothing but OpenID Connect's scopes was asked.
fn one_api<'a>(scopes: &mut Scopes, params: &Params, directory: &'a Directory) -> Result<&'a Api, Refusal> {
    if scopes.apis.len() > 1 {
        match directory.switches.multi_resource_token {
            MultiResource::First => scopes.apis.truncate(1),
            MultiResource::Error => {
                let text = params.get("scope").unwrap_or_default();
                return Err(Refusal::new(Aadsts::SeveralResources).with("scope", text));
            }
        }
    }
    let api = match scopes.apis.first() {
        Some(asked) => directory.api(&asked.api),
        None => directory.apis.iter().find(|api| api.id == GRAPH),
    };
    api.ok_or_else(|| Refusal::new(Aadsts::ResourceNotFound).with("resource", GRAPH).with("tenant", directory.id))
}

fn unknown_user(user: Uuid, directory: &Directory) -> Refusal {
    Refusal::new(Aadsts::UserUnknown).with("user", user).with("tenant", directory.id)
}
