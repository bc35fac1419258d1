//! The protected mock APIs: `/api/{name}` and below, `/v1.0/me`, `/oidc/userinfo`.
//!
//! They check what a real API must: signature, issuer, audience, time, scope; and challenge as Entra's do.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{Algorithm, Validation};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    directory::{Api, GRAPH},
    params::Params,
    policy::{
        Reason,
        api_access::{Presented, Verdict, judge},
    },
    recorder::{Answer, Endpoint},
    state::Tenant,
    token::{issuer_v1, issuer_v2},
};

use super::{Idp, incoming::Incoming, respond};

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
    serve(&idp, |api| api.id == GRAPH, "/me", &incoming, &|tenant, token| {
        let state = tenant.state();
        let user = state.directory.user_by_id(token.oid);
        let username = user.map(|user| state.directory.username(user));
        json!({
            "@odata.context": format!("{}/v1.0/$metadata#users/$entity", idp.base),
            "displayName": user.map(|user| &user.name),
            "givenName": user.and_then(|user| user.given_name.as_ref()),
            "surname": user.and_then(|user| user.family_name.as_ref()),
            "mail": username,
            "userPrincipalName": username,
            "id": token.oid,
        })
    })
}

/// `/oidc/userinfo` (OpenID Connect Core 5.3), for a token of Graph.
pub(super) async fn userinfo(State(idp): State<Arc<Idp>>, incoming: Incoming) -> Response {
    serve(&idp, |api| api.id == GRAPH, "/userinfo", &incoming, &|tenant, token| {
        let state = tenant.state();
        let user = state.directory.user_by_id(token.oid);
        json!({
            "sub": token.oid,
            "name": user.map(|user| &user.name),
            "given_name": user.and_then(|user| user.given_name.as_ref()),
            "family_name": user.and_then(|user| user.family_name.as_ref()),
            "email": user.map(|user| state.directory.username(user)),
        })
    })
}

/// An API of the directory: says who called, with which scopes and strength.
fn named(idp: &Idp, name: &str, route: &str, incoming: &Incoming) -> Response {
    serve(idp, |api| api.name == name, route, incoming, &|tenant, token| {
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
    })
}

/// Checks the token and answers, challenges or refuses.
fn serve(
    idp: &Idp,
    is_meant: impl Fn(&Api) -> bool,
    route: &str,
    incoming: &Incoming,
    answer: &dyn Fn(&Tenant, &Presented) -> Value,
) -> Response {
    let verified = incoming.bearer().map(|token| verify(idp, token));
    let tenant = match &verified {
        Some(Some((tenant, _))) => Some(tenant.clone()),
        _ => idp.registry.first(),
    };
    let Some(tenant) = tenant else { return not_found(incoming) };
    let api = tenant.state().directory.apis.iter().find(|api| is_meant(api)).cloned();
    let Some(api) = api else { return not_found(incoming) };

    let trace = incoming.trace(None, &tenant.ids, tenant.now());
    let mut exchange = incoming.exchange(Endpoint::Api, &Params::default(), &trace);
    let verdict = match &verified {
        None => None,
        Some(None) => Some(Verdict::InvalidToken("the token is malformed or its signature is wrong")),
        Some(Some((tenant, token))) => {
            let issuers = [issuer_v1(&idp.base, tenant.id), issuer_v2(&idp.base, tenant.id)];
            let context = api
                .protected_routes
                .iter()
                .find(|protected| route == protected.path || route.starts_with(&format!("{}/", protected.path)))
                .map(|protected| protected.authentication_context.as_str());
            Some(judge(token, &api, &issuers, context, tenant.now().as_second()))
        }
    };
    if let Some(Some((tenant, token))) = &verified {
        let state = tenant.state();
        exchange.user = state.directory.user_by_id(token.oid).map(|user| state.directory.username(user));
        exchange.client_id = token.azp.or(token.appid).map(|id| id.to_string());
    }
    let (log, response) = written(idp, &api, verdict.as_ref(), || match &verified {
        Some(Some((tenant, token))) => answer(tenant, token),
        _ => Value::Null,
    });
    if let Some(because) = reason(verdict.as_ref()) {
        exchange.reasons.push(Reason { rule: "api", because, policy: None });
    }
    exchange.answer = Answer { api: Some(api.name.clone()), ..log };
    tenant.log.add(exchange);
    response
}

/// Writes a verdict down. `None`: there was no token at all, so no error is named (RFC 6750, 3.1).
fn written(idp: &Idp, api: &Api, verdict: Option<&Verdict>, body: impl Fn() -> Value) -> (Answer, Response) {
    let refused = |status: u16, error: Option<&str>, message: &str, claims: Option<&String>| {
        let code = match error {
            Some("insufficient_scope") => "Authorization_RequestDenied",
            _ => "InvalidAuthenticationToken",
        };
        let mut response = respond::plain_json(status, &json!({ "error": { "code": code, "message": message } }));
        respond::set(&mut response, "www-authenticate", &challenge(idp, api, error, message, claims));
        let kind = if claims.is_some() { "challenge" } else { "refused" };
        let answer = Answer { error: error.map(str::to_owned), claims: claims.cloned(), ..Answer::of(status, kind) };
        (answer, response)
    };
    match verdict {
        None => refused(401, None, "Access token is empty.", None),
        Some(Verdict::InvalidToken(why)) => refused(401, Some("invalid_token"), why, None),
        Some(Verdict::InsufficientScope) => {
            refused(403, Some("insufficient_scope"), "the token holds no scope of this API", None)
        }
        Some(Verdict::Challenge { claims, because }) => {
            refused(401, Some("insufficient_claims"), because, Some(claims))
        }
        Some(Verdict::Allowed) => (Answer::of(200, "api answer"), respond::plain_json(200, &body())),
    }
}

/// `WWW-Authenticate` in Entra's manner (escalation reference 4.3).
fn challenge(idp: &Idp, api: &Api, error: Option<&str>, message: &str, claims: Option<&String>) -> String {
    let mut parameters = vec![
        ("realm", String::new()),
        ("authorization_uri", format!("{}/common/oauth2/authorize", idp.base)),
        ("client_id", api.id.to_string()),
    ];
    if let Some(error) = error {
        parameters.push(("error", error.to_owned()));
        parameters.push(("error_description", message.to_owned()));
    }
    if let Some(claims) = claims {
        parameters.push(("claims", STANDARD.encode(claims)));
        parameters.push(("cc_type", "authcontext".to_owned()));
    }
    let parameters: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
    format!("Bearer {}", parameters.join(", "))
}

fn reason(verdict: Option<&Verdict>) -> Option<String> {
    match verdict {
        None => Some("there is no token".to_owned()),
        Some(Verdict::InvalidToken(why)) => Some((*why).to_owned()),
        Some(Verdict::InsufficientScope) => Some("the token holds no scope of this API".to_owned()),
        Some(Verdict::Challenge { because, .. }) => Some(because.clone()),
        Some(Verdict::Allowed) => None,
    }
}

/// Checks form and signature; time and audience are the API's business, on the tenant's clock.
fn verify(idp: &Idp, token: &str) -> Option<(Arc<Tenant>, Presented)> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let tid: Uuid = serde_json::from_slice::<Value>(&payload).ok()?.get("tid")?.as_str()?.parse().ok()?;
    let tenant = idp.tenant_by_id(tid)?;
    let mut validation = Validation::new(Algorithm::RS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let data = jsonwebtoken::decode::<Presented>(token, &idp.key.decoding_key().ok()?, &validation).ok()?;
    Some((tenant, data.claims))
}

fn not_found(incoming: &Incoming) -> Response {
    let message = format!("There is no API at {}.", incoming.path);
    respond::plain_json(404, &json!({ "error": { "code": "ResourceNotFound", "message": message } }))
}
