//! The token endpoint: one pipeline, in which a grant fills in its own part and can skip nothing.
//!
//! ```text
//! client ─► authenticate ─► redeem (differs by grant) ─► scopes ─► policy ─► issue
//! ```
//!
//! Both dialects of the endpoint go through it; how they differ stands in `dialect.rs`.
//!
//! Who is refused while authenticating or for the scopes is told the unmet policies all the same (`unmet_policies`); that is
//! why a grant can be looked at (`peek`) before it is redeemed.
//!
//! The order is that of the escalation reference, 2.14. A grant says in whose name it is redeemed (`Redeemed`), and tokens
//! are made of what policy has `Cleared` alone. A new grant is one file here and one line in [`GRANTS`].

mod authorization_code;
mod client_assertion;
mod client_authentication;
mod client_credentials;
mod cross_origin;
mod device_code;
mod dialect;
mod issue;
mod loop_detector;
mod on_behalf_of;
mod password;
mod redeemed;
mod refresh_token;
mod unmet_policies;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

pub use cross_origin::admits_origin;
pub use device_code::correlation_of_poll;
pub use dialect::{AnswerV1, Written};
pub use issue::TokenAnswer;
pub(crate) use issue::home;

use crate::{
    claims_request::ClaimsRequest,
    directory::{Api, Application, Dialect, Directory, GRAPH, MultiResource, Platform},
    error::{Aadsts, Refusal, precise_time},
    flow::{self, Tenants},
    params::Params,
    policy::{self, Circumstances, Decision, Reason, Situation, Subject, Who},
    scopes::Scopes,
    seal::Sealer,
    state::{State, Tenant},
    token::{self, Credential},
};

use client_authentication::Admits;
use redeemed::{Means, Redeemed, UserGrant};

/// The grants that are served.
pub const GRANTS: &[Grant] = &[
    authorization_code::GRANT,
    refresh_token::GRANT,
    client_credentials::GRANT,
    password::GRANT,
    device_code::GRANT,
    on_behalf_of::GRANT,
];

/// A grant: its names on the wire and how it is redeemed.
pub struct Grant {
    /// Values of `grant_type` that mean it.
    pub names: &'static [&'static str],
    /// Which clients it is for.
    admits: Admits,
    /// Whose grant it would be, without using it up or judging it.
    peek: fn(&TokenCall<'_>) -> Option<UserGrant>,
    redeem: fn(&TokenCall<'_>, &Application) -> Result<Redeemed, Refusal>,
}

/// A token request and what is needed to serve it.
#[derive(Clone, Copy)]
pub struct TokenCall<'a> {
    /// The dialect of the endpoint.
    pub dialect: Dialect,
    /// The parameters of the body.
    pub params: &'a Params,
    /// Client id and secret of an `Authorization: Basic` header.
    pub basic: Option<&'a (String, String)>,
    /// The word in place of a tenant in the path: `common`, `organizations` or `consumers`.
    pub any_tenant: Option<&'a str>,
    /// The tenant that issues.
    pub tenant: &'a Arc<Tenant>,
    /// The origin of the page that sent the request, if it was a page.
    pub origin: Option<&'a str>,
    /// All tenants.
    pub tenants: Tenants<'a>,
    /// Origin of the server.
    pub base: &'a str,
    /// Opens and closes refresh tokens.
    pub sealer: &'a Sealer,
    /// The operating system that the client names.
    pub platform: Option<Platform>,
}

/// The client of a request and how it proved itself.
#[derive(Clone, Copy)]
struct Caller<'a> {
    client: &'a Application,
    credential: Credential,
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
    let mut outcome =
        Outcome { result: Err(Refusal::new(Aadsts::DirectoryUnavailable)), reasons: Vec::new(), user: None };
    let result = pipeline(call, &mut outcome.reasons, &mut outcome.user);
    let switches = call.tenant.state().directory.switches.clone();
    let dialect = call.dialect.of_errors(&switches);
    outcome.result = result.map_err(|refusal| dialect.refused(refusal.changed_by(&switches)));
    outcome
}

/// The tenant that a grant sent to `/common` belongs to.
#[must_use]
pub fn tenant_of_grant(params: &Params, sealer: &Sealer, tenants: Tenants<'_>) -> Option<Uuid> {
    if let Some(code) = device_code::code(params) {
        return device_code::tenant(code, tenants);
    }
    if let Some(code) = params.get("code") {
        return flow::tenant_of_code(code);
    }
    if let Some(assertion) = params.get("assertion") {
        return token::claimed_tenant(assertion);
    }
    if let Some((_, domain)) = params.get("username").and_then(|name| name.rsplit_once('@')) {
        return tenants(domain).map(|tenant| tenant.id);
    }
    let token: crate::state::RefreshToken = sealer.open(params.get("refresh_token")?)?;
    Some(token.tenant)
}

fn pipeline(
    call: &TokenCall<'_>,
    reasons: &mut Vec<Reason>,
    username: &mut Option<String>,
) -> Result<TokenAnswer, Refusal> {
    let name = call.params.require("grant_type")?;
    // The directory is copied so that nothing is locked while a grant is redeemed and a token is made; it is a handful of
    // shared pointers.
    let directory = call.tenant.state().directory.clone();
    let client = client_authentication::identify(call, &directory)?;
    let grant = GRANTS.iter().find(|grant| grant.names.contains(&name));
    let naming_policies = |refusal| {
        let peeked = grant.and_then(|grant| (grant.peek)(call));
        unmet_policies::Refused { call, directory: &directory, client, grant: peeked.as_ref() }.by(refusal)
    };
    let credential = client_authentication::authenticate(call, client).map_err(naming_policies)?;
    let grant = grant.ok_or_else(|| Refusal::new(Aadsts::UnsupportedGrantType).with("grant_type", name))?;
    grant.admits.check(client).map_err(naming_policies)?;
    cross_origin::check_page(call, client)?;
    let caller = Caller { client, credential };
    let redeemed = (grant.redeem)(call, client)?;
    loop_detector::check(call, client, &redeemed, reasons)?;
    match redeemed {
        Redeemed::User(grant) => in_a_users_name(call, &directory, caller, &grant, reasons, username),
        Redeemed::Application => in_its_own_name(call, &directory, caller, reasons),
    }
}

/// The client that asks for a device code.
///
/// # Errors
///
/// 700038, 700016, 7000112, 50194; 7000218 for one that may not use the flow.
pub fn device_client<'a>(id: &str, any_tenant: bool, directory: &'a Directory) -> Result<&'a Application, Refusal> {
    let client = client_authentication::client(id, any_tenant, directory)?;
    device_code::GRANT.admits.check(client)?;
    Ok(client)
}

fn in_a_users_name(
    call: &TokenCall<'_>,
    directory: &Directory,
    caller: Caller<'_>,
    grant: &UserGrant,
    reasons: &mut Vec<Reason>,
    username: &mut Option<String>,
) -> Result<TokenAnswer, Refusal> {
    let params = call.params;
    let client = caller.client;
    let user = directory.user_by_id(grant.user).ok_or_else(|| unknown_user(grant.user, directory))?;
    *username = Some(directory.username(user));

    let naming_policies = |refusal| unmet_policies::Refused { call, directory, client, grant: Some(grant) }.by(refusal);
    let mut scopes = scopes(call, grant.scopes.as_ref(), client, directory).map_err(naming_policies)?;
    let api = one_api(&mut scopes, params, directory).map_err(naming_policies)?;
    let claims = match params.get("claims") {
        Some(claims) => ClaimsRequest::parse(claims)?.after(&grant.claims),
        None => grant.claims.clone(),
    };
    let who = Who::User(Subject { user, strength: grant.strength });
    let from_the_pages = grant.knows_fresh_consents();
    let lag = if from_the_pages { SignedDuration::ZERO } else { directory.switches.consent_lag };
    let asked = Asked { directory, client, who, scopes: &scopes, claims: &claims, api, lag, from_the_pages };
    let now = call.tenant.now();
    let cleared = asked.clear(call, now, reasons).map_err(|refusal| match grant.means {
        Means::Code => authorization_code::without_consent(refusal, directory),
        Means::RefreshToken(member) => refresh_token::too_old_for_good(refusal, member, call, directory),
        Means::DeviceCode | Means::Credentials => refusal,
    })?;
    if let Means::RefreshToken(member) = grant.means {
        refresh_token::use_up(member, call, directory)?;
    }
    Ok(issue::Order { directory, caller, user, api, grant, scopes: &scopes, claims: &claims, cleared: &cleared }
        .fill(call, now))
}

fn in_its_own_name(
    call: &TokenCall<'_>,
    directory: &Directory,
    caller: Caller<'_>,
    reasons: &mut Vec<Reason>,
) -> Result<TokenAnswer, Refusal> {
    let (params, client) = (call.params, caller.client);
    let mut scopes = Scopes::of_an_application(&call.dialect.scope_of_an_application(params)?, directory)?;
    let api = one_api(&mut scopes, params, directory)?;
    let claims = params.get("claims").map(ClaimsRequest::parse).transpose()?.unwrap_or_default();
    let lag = SignedDuration::ZERO;
    let who = Who::Application;
    let asked = Asked { directory, client, who, scopes: &scopes, claims: &claims, api, lag, from_the_pages: false };
    let now = call.tenant.now();
    let cleared = asked.clear(call, now, reasons)?;
    let resource = scopes.apis.first().and_then(|asked| asked.resource.as_deref());
    Ok(issue::for_application(call, directory, caller, api, resource, &cleared, now))
}

/// What is asked, and in whose name.
struct Asked<'a> {
    directory: &'a Directory,
    client: &'a Application,
    who: Who<'a>,
    scopes: &'a Scopes,
    claims: &'a ClaimsRequest,
    api: &'a Api,
    /// How old a consent must be to count.
    lag: SignedDuration,
    /// Whether the grant was given on the pages just now, by this very request for it.
    from_the_pages: bool,
}

/// Policy had nothing to object. Only [`Asked::clear`] makes one, and no token is made without.
struct Cleared {
    /// The authentication contexts that are met.
    contexts: Vec<String>,
    /// Whether the token is an ordinary one, whatever client and API could do.
    ordinary: bool,
    /// Delegated scopes, or the application's roles.
    granted: Vec<String>,
}

impl Asked<'_> {
    fn clear(&self, call: &TokenCall<'_>, now: Timestamp, reasons: &mut Vec<Reason>) -> Result<Cleared, Refusal> {
        let state = call.tenant.state();
        let situation = Situation {
            directory: self.directory,
            policies: &state.policies,
            ledger: &state.ledger,
            client: self.client,
            scopes: self.scopes,
            claims: self.claims,
            who: self.who,
            circumstances: Circumstances {
                device_code: device_code::is_poll(call.params),
                platform: call.platform,
                // What such a switch let pass on the pages must not fail at the code that came of it.
                claims_alone_bring_policies: self.from_the_pages && self.directory.switches.policies_by_claims_only,
            },
            now,
            interaction: None,
            consents_known_until: now.saturating_sub(self.lag).unwrap_or(now),
        };
        let decision = policy::decide(&situation);
        reasons.extend(decision.reasons.iter().cloned());
        if let Some(refusal) = refused(&decision, &situation) {
            return Err(refusal);
        }
        let granted = match situation.subject() {
            Some(subject) => issue::granted(&situation, subject, self.api),
            None => self.client.roles.get(&self.api.name).cloned().unwrap_or_default(),
        };
        Ok(Cleared { contexts: decision.met_contexts, ordinary: decision.ordinary_token, granted })
    }
}

/// The refusal for the first demand, in the order of evaluation.
fn refused(decision: &Decision, situation: &Situation<'_>) -> Option<Refusal> {
    let demand = decision.demands.first()?;
    let claims = if demand.carries_claims() { decision.challenge(&situation.directory.switches) } else { None };
    Some(demand.refusal(situation).with_claims(claims))
}

fn scopes(
    call: &TokenCall<'_>,
    authorized: Option<&Scopes>,
    client: &Application,
    directory: &Directory,
) -> Result<Scopes, Refusal> {
    if let Some(text) = call.dialect.scope(call.params) {
        return Scopes::parse(&text, client, directory);
    }
    let authorized = call.dialect.scope_authorized(authorized)?;
    Ok(authorized.of_first_api())
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
        None => directory.graph(),
    };
    api.ok_or_else(|| Refusal::new(Aadsts::ResourceNotFound).with("resource", GRAPH).with("tenant", directory.id))
}

/// Whether the sign-in of `issued_at` was before the user's sessions and grants were revoked (escalation reference 2.14, step 6).
fn check_revocation(state: &State, user: Uuid, issued_at: Timestamp) -> Result<(), Refusal> {
    match state.tokens_valid_from.get(&user) {
        Some(valid_from) if issued_at < *valid_from => Err(Refusal::new(Aadsts::GrantRevoked)
            .with("issued", precise_time(issued_at))
            .with("valid_from", precise_time(*valid_from))),
        _ => Ok(()),
    }
}

fn unknown_user(user: Uuid, directory: &Directory) -> Refusal {
    Refusal::new(Aadsts::UserUnknown).with("user", user).with("tenant", directory.id)
}
