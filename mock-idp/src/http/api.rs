//! The protected mock APIs: `/api/{name}` and below, `/v1.0/me`, `/oidc/userinfo`.
//!
//! They check what a real API must: signature, issuer, audience, time, scope; and challenge as Entra's do.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};
use serde_json::{Value, json};

use crate::{
    claims_request::ClaimsRequest,
    directory::{Api, Directory, GRAPH, Scope},
    params::Params,
    policy::{
        Circumstances, Reason, Situation, Subject, Who,
        api_access::{Arrival, Presented, Verdict, Wanted, Watched, for_client, issued_at, judge},
    },
    recorder::{Answer, Endpoint, TokenRole, TokenSeen},
    scopes::Scopes,
    state::Tenant,
    token::{self, Proof, claimed_tenant, issue_time, issuer_v1, issuer_v2},
};

use super::{
    Idp,
    challenge::{self, Refused},
    downstream,
    incoming::Incoming,
    respond,
};

/// `/api/{name}`
pub(super) async fn root(State(idp): State<Arc<Idp>>, Path(name): Path<String>, incoming: Incoming) -> Response {
    named(&idp, &name, "/", &incoming)
}

/// `/api/{name}/…`
pub(super) async fn below(
    State(idp): State<Arc<Idp>>,
    Path((name, rest)): Path<(String, String)>,
    incoming: Incoming,
) -> Response {
    named(&idp, &name, &format!("/{rest}"), &incoming)
}

/// `/v1.0/me`: a minimal Microsoft Graph.
pub(super) async fn me(State(idp): State<Arc<Idp>>, incoming: Incoming) -> Response {
    let base = idp.base_of(&incoming);
    serve(&idp, api_where(|api| api.id == GRAPH), "/me", &incoming, &|tenant, token| {
        let state = tenant.state();
        let user = state.directory.user_by_id(token.oid);
        let username = user.map(|user| state.directory.username(user));
        json!({
            "@odata.context": format!("{base}/v1.0/$metadata#users/$entity"),
            "displayName": user.map(|user| &user.name),
            "givenName": user.and_then(|user| user.given_name.as_ref()),
            "surname": user.and_then(|user| user.family_name.as_ref()),
            "mail": username,
            "userPrincipalName": username,
            "id": token.oid,
        })
    })
}

/// `/oidc/userinfo` (OpenID Connect Core 5.3), for a token of Graph: who the subject of the ID token is, as far as the scopes
/// of the token go (5.4). `openid` is scope enough; what is not known is left out.
pub(super) async fn userinfo(State(idp): State<Arc<Idp>>, incoming: Incoming) -> Response {
    let graph = |directory: &Directory| {
        let mut graph = directory.graph()?.clone();
        let description = "Sign you in".to_owned();
        graph.scopes.push(Scope { name: "openid".to_owned(), description, admin_only: false });
        Some(graph)
    };
    serve(&idp, graph, "/userinfo", &incoming, &|tenant, token| {
        let state = tenant.state();
        let user = state.directory.user_by_id(token.oid);
        let may = |scope: &str| token.scp.split(' ').any(|held| held == scope);
        let profile = user.filter(|_| may("profile"));
        let email = user.filter(|_| may("email"));
        let claims = [
            ("sub", token.azp.or(token.appid).map(|client| token::pairwise(token.oid, client))),
            ("name", profile.map(|user| user.name.clone())),
            ("given_name", profile.and_then(|user| user.given_name.clone())),
            ("family_name", profile.and_then(|user| user.family_name.clone())),
            ("email", email.map(|user| state.directory.username(user))),
        ];
        claims.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    })
}

/// An API of the directory: says who called, with which scopes and strength.
fn named(idp: &Idp, name: &str, route: &str, incoming: &Incoming) -> Response {
    serve(idp, api_where(|api| api.name == name), route, incoming, &|tenant, token| {
        who_called(name, route, tenant, token)
    })
}

/// The answer of an API of the directory.
pub(super) fn who_called(name: &str, route: &str, tenant: &Tenant, token: &Presented) -> Value {
    let state = tenant.state();
    let user = state.directory.user_by_id(token.oid);
    json!({
        "api": name,
        "route": route,
        "tenant_id": token.tid,
        "client_id": token.azp.or(token.appid),
        "user": user.map(|user| json!({
            "id": user.id,
            "username": state.directory.username(user),
            "name": user.name,
        })),
        "scopes": token.scp.split_whitespace().collect::<Vec<_>>(),
        "roles": token.roles,
        "strength": { "amr": token.amr, "acrs": token.acrs },
    })
}

/// The API that `is_meant`.
fn api_where(is_meant: impl Fn(&Api) -> bool) -> impl Fn(&Directory) -> Option<Api> {
    move |directory| directory.apis.iter().find(|api| is_meant(api)).cloned()
}

/// Checks the token and answers, challenges or refuses.
fn serve(
    idp: &Idp,
    find: impl Fn(&Directory) -> Option<Api>,
    route: &str,
    incoming: &Incoming,
    answer: &dyn Fn(&Tenant, &Presented) -> Value,
) -> Response {
    let base = &*idp.base_of(incoming);
    let verified = incoming.bearer().map(|token| (token, verify(idp, token)));
    let tenant = match &verified {
        Some((_, Some((tenant, _)))) => Some(tenant.clone()),
        _ => idp.registry.first(),
    };
    let Some(tenant) = tenant else { return not_found(incoming) };
    let api = find(&tenant.state().directory);
    let Some(api) = api else { return not_found(incoming) };

    let trace = incoming.trace(None, &tenant.ids, tenant.now());
    let mut exchange = incoming.exchange(Endpoint::Api, &Params::default(), &trace);
    let presented = incoming.bearer().and_then(|token| TokenSeen::decoded(TokenRole::Presented, token));
    exchange.tokens = presented.into_iter().collect();
    let (verdict, body) = match &verified {
        None => (None, Value::Null),
        Some((_, None)) => {
            (Some(Verdict::InvalidToken("the token is malformed or its signature is wrong")), Value::Null)
        }
        Some((text, Some((tenant, token)))) => {
            let (user, client) = (username(tenant, token), token.azp.or(token.appid));
            (exchange.user, exchange.client_id) = (user, client.map(|id| id.to_string()));
            let (verdict, body) = match judged(idp, base, tenant, &api, route, token) {
                Verdict::Allowed => {
                    let called = downstream::call(idp, base, tenant, &api, route, text, &mut exchange.reasons);
                    (for_client(called.verdict, token, &api), downstream::join(answer(tenant, token), called.answer))
                }
                refused => (refused, Value::Null),
            };
            (Some(verdict), body)
        }
    };
    let (log, response) = written(base, &tenant, &api, verdict.as_ref(), &body);
    if let Some(because) = reason(verdict.as_ref()) {
        exchange.reasons.push(Reason::new("api", because));
    }
    exchange.answer = Answer { api: Some(api.name.clone()), ..log };
    tenant.log.add(exchange);
    response
}

/// What `api` makes of a token of `tenant` at `route`.
pub(super) fn judged(idp: &Idp, base: &str, tenant: &Tenant, api: &Api, route: &str, token: &Presented) -> Verdict {
    let proof: Option<Proof> = idp.sealer.open(&token.aio);
    let state = tenant.state();
    let (directory, now) = (&state.directory, tenant.now());
    let user = directory.user_by_id(token.oid);
    let issued = proof.map_or_else(|| issued_at(issue_time(token.iat)), |proof| proof.issued());
    // The request that the token is good for, as policies would see it now.
    let client = token.azp.or(token.appid);
    let client = client.and_then(|id| directory.applications.iter().find(|client| client.client_id == id));
    let scopes = Scopes::held(api, &token.scp);
    let claims = ClaimsRequest { contexts: token.acrs.clone(), ..ClaimsRequest::default() };
    let subject = user.zip(issued.strength).map(|(user, strength)| Subject { user, strength });
    let situation = client.zip(subject).map(|(client, subject)| Situation {
        directory,
        policies: &state.policies,
        ledger: &state.ledger,
        client,
        scopes: &scopes,
        claims: &claims,
        who: Who::User(subject),
        circumstances: Circumstances::default(),
        now,
        interaction: None,
        consents_known_until: now,
    });
    judge(
        token,
        &Arrival {
            api,
            issuers: &idp.issuers(base, |base| [issuer_v1(base, tenant.id), issuer_v2(base, tenant.id)]),
            route: api.protected_route(route),
            now: now.as_second(),
            watched: Watched {
                issued,
                user,
                valid_from: state.tokens_valid_from.get(&token.oid).copied(),
                at_risk_since: state.at_risk_since.get(&token.oid).copied(),
                situation: situation.as_ref(),
                changes: state.policy_changes.all(),
            },
        },
    )
}

fn username(tenant: &Tenant, token: &Presented) -> Option<String> {
    let state = tenant.state();
    state.directory.user_by_id(token.oid).map(|user| state.directory.username(user))
}

/// Writes a verdict down. `None`: there was no token at all, so no error is named (RFC 6750, 3.1).
fn written(base: &str, tenant: &Tenant, api: &Api, verdict: Option<&Verdict>, body: &Value) -> (Answer, Response) {
    let refused = |status: u16, error: Option<&'static str>, message: &str, wanted: Option<&Wanted>| {
        let code = if status == 403 { "Authorization_RequestDenied" } else { "InvalidAuthenticationToken" };
        let mut response = respond::plain_json(status, &json!({ "error": { "code": code, "message": message } }));
        let refused = Refused { api, base, error, message, wanted };
        for line in challenge::header_lines(&refused, &tenant.ids) {
            respond::add_text(&mut response, "www-authenticate", &line);
        }
        let answer = Answer {
            error: error.map(str::to_owned),
            claims: wanted.and_then(|wanted| challenge::readable_claims(wanted, api.challenge)),
            ..Answer::of(status, if wanted.is_some() { "challenge" } else { "refused" })
        };
        (answer, response)
    };
    match verdict {
        None => refused(401, None, "Access token is empty.", None),
        Some(Verdict::InvalidToken(why)) => refused(401, Some("invalid_token"), why, None),
        Some(Verdict::InsufficientScope) => {
            refused(403, Some("insufficient_scope"), "the token holds no scope of this API", None)
        }
        Some(Verdict::Challenge { wanted, because }) => {
            refused(401, Some(challenge::error_of(wanted, api.challenge)), because, Some(wanted))
        }
        Some(Verdict::ClientNotCapable(because)) => {
            let message = format!("{because}, and the client does not say that it can answer claims challenges");
            let body = json!({ "error": { "code": "Authorization_RequestDenied", "message": message } });
            (Answer::of(403, "refused"), respond::plain_json(403, &body))
        }
        Some(Verdict::Downstream(because)) => refused(403, Some("interaction_required"), because, None),
        Some(Verdict::Allowed) => (Answer::of(200, "api answer"), respond::plain_json(200, body)),
    }
}

fn reason(verdict: Option<&Verdict>) -> Option<String> {
    match verdict {
        None => Some("there is no token".to_owned()),
        Some(Verdict::InvalidToken(why)) => Some((*why).to_owned()),
        Some(Verdict::InsufficientScope) => Some("the token holds no scope of this API".to_owned()),
        Some(
            Verdict::Challenge { because, .. } | Verdict::ClientNotCapable(because) | Verdict::Downstream(because),
        ) => Some(because.clone()),
        Some(Verdict::Allowed) => None,
    }
}

/// Checks form and signature; time and audience are the API's business, on the tenant's clock.
pub(super) fn verify(idp: &Idp, token: &str) -> Option<(Arc<Tenant>, Presented)> {
    let tenant = idp.tenant_by_id(claimed_tenant(token)?)?;
    let presented = token::verify(token, &tenant.keys)?;
    Some((tenant, presented))
}

fn not_found(incoming: &Incoming) -> Response {
    let message = format!("There is no API at {}.", incoming.path);
    respond::plain_json(404, &json!({ "error": { "code": "ResourceNotFound", "message": message } }))
}
