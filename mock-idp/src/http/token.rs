//! `/{t}/oauth2/v2.0/token` and `/{t}/oauth2/token`

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};

use crate::{
    clock::Clock as _,
    grant::{self, TokenCall},
    params::Params,
    recorder::{Answer, Endpoint},
    state::{Authority, Tenant},
};

use super::{Idp, cors, incoming::Incoming, respond};

/// Serves a grant.
pub(super) async fn token(State(idp): State<Arc<Idp>>, Path(tenant): Path<String>, incoming: Incoming) -> Response {
    let authority = match idp.authority(&tenant) {
        Ok(authority) => authority,
        Err(refusal) => {
            let trace = incoming.trace(None, &idp.ids, idp.clock.now());
            return respond::refusal(&refusal, &trace, idp.registry.document().switches.trailer);
        }
    };
    let params = incoming.form();
    let tenant = issuing_tenant(&idp, &authority, params.as_ref().ok());
    let now = tenant.now();
    let mut trace = incoming.trace(params.as_ref().ok(), &tenant.ids, now);
    let trailer = tenant.state().directory.switches.trailer;

    let params = match params {
        Ok(params) => params,
        Err(refusal) => {
            let mut exchange = incoming.exchange(Endpoint::Token, &Params::default(), &trace);
            exchange.answer = Answer::refused(refusal.status(), "error", &refusal);
            tenant.log.add(exchange);
            return respond::refusal(&refusal, &trace, trailer);
        }
    };
    if incoming.correlation_id(Some(&params)).is_none()
        && let Some(begun) = grant::correlation_of_poll(&params, &|name| idp.tenant(name))
    {
        trace.correlation_id = begun;
    }
    let mut exchange = incoming.exchange(Endpoint::Token, &params, &trace);
    let basic = incoming.basic();
    let dialect = incoming.dialect();
    let outcome = grant::respond(&TokenCall {
        dialect,
        params: &params,
        basic: basic.as_ref(),
        any_tenant: match &authority {
            Authority::Any { word, .. } => Some(word),
            Authority::Tenant(_) => None,
        },
        tenant: &tenant,
        origin: incoming.header("origin"),
        tenants: &|name| idp.tenant(name),
        base: &idp.base_of(&incoming),
        sealer: &idp.sealer,
        platform: incoming.platform(Some(&params)),
    });
    exchange.reasons.extend(outcome.reasons);
    exchange.user = outcome.user;
    let (answer, response) = match outcome.result {
        Ok(token) => {
            exchange.tokens = token.seen();
            let answer = Answer {
                scope: token.scope.clone(),
                api: Some(token.api.clone()),
                expires_in: token.expires_in.try_into().ok(),
                refresh_in: token.refresh_in.and_then(|seconds| seconds.try_into().ok()),
                ..Answer::of(200, "token")
            };
            let mut response = respond::json(200, &dialect.written(&token), &trace);
            respond::set(&mut response, "x-ms-clitelem", "1,0,0,,");
            (answer, response)
        }
        Err(refusal) => {
            let mut response = respond::refusal(&refusal, &trace, trailer);
            cors::tell(&mut response, &refusal);
            (Answer::refused(refusal.status(), "error", &refusal), response)
        }
    };
    exchange.answer = answer;
    tenant.log.add(exchange);
    response
}

/// The tenant of the path; at `/common` the one that the grant belongs to.
pub(super) fn issuing_tenant(idp: &Idp, authority: &Authority, params: Option<&Params>) -> Arc<Tenant> {
    let from_grant = match authority {
        Authority::Tenant(_) => None,
        Authority::Any { .. } => {
            let tenants = |name: &str| idp.tenant(name);
            let id = params.and_then(|params| grant::tenant_of_grant(params, &idp.sealer, &tenants));
            id.and_then(|id| idp.tenant_by_id(id))
        }
    };
    from_grant.unwrap_or_else(|| authority.tenant().clone())
}
