//! `/{t}/oauth2/v2.0/authorize`: a client starts an interactive sign-in.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::Method,
    response::Response,
};

use crate::{
    clock::Clock as _,
    error::{Refusal, Trace},
    flow::{self, AuthorizeRequest, Next, Rejected},
    params::Params,
    recorder::{Answer, Endpoint, Exchange},
    state::{Authority, Tenant},
};

use super::{Idp, incoming::Incoming, login, page, respond};

/// Starts a sign-in, or ends it at once.
pub(super) async fn authorize(State(idp): State<Arc<Idp>>, Path(tenant): Path<String>, incoming: Incoming) -> Response {
    let authority = match idp.authority(&tenant) {
        Ok(authority) => authority,
        Err(refusal) => {
            let trace = incoming.trace(None, &idp.ids, idp.clock.now());
            return respond::page(refusal.status(), page::failure(&tenant, &refusal, &trace));
        }
    };
    let tenant = authority.tenant();
    let params = if incoming.method == Method::POST { incoming.form() } else { incoming.query() };
    let trace = incoming.trace(params.as_ref().ok(), &tenant.ids, tenant.now());
    let params = match params {
        Ok(params) => params,
        Err(refusal) => {
            let exchange = incoming.exchange(Endpoint::Authorize, &Params::default(), &trace);
            return error_page(tenant, exchange, &refusal, &trace);
        }
    };
    let exchange = incoming.exchange(Endpoint::Authorize, &params, &trace);
    let parsed = AuthorizeRequest::parse(&params, &tenant.state().directory);
    match parsed {
        Ok(request) => {
            let any_tenant = matches!(authority, Authority::Any { .. });
            start(tenant, &incoming, request, any_tenant, exchange, &trace, &idp)
        }
        Err(Rejected::Page(refusal)) => error_page(tenant, exchange, &refusal, &trace),
        Err(Rejected::Redirect(reply, refusal)) => {
            let answer = flow::Answer::Error { refusal, cancelled: false };
            login::finish(tenant, exchange, &reply, &answer, &trace)
        }
    }
}

fn start(
    tenant: &Arc<Tenant>,
    incoming: &Incoming,
    request: AuthorizeRequest,
    any_tenant: bool,
    mut exchange: Exchange,
    trace: &Trace,
    idp: &Idp,
) -> Response {
    let browser = incoming.browser().map_or_else(|| tenant.ids.word(), str::to_owned);
    let number = tenant.log.reserve();
    exchange.number = number;
    exchange.interaction = Some(number);
    let start = flow::Start { browser: &browser, any_tenant, number, correlation_id: trace.correlation_id };
    let mut state = tenant.state();
    let ctx = flow::begin(tenant, &mut state, request, &start);
    let flow = state.flows.get(&ctx).cloned();
    let next = flow::next(tenant, &mut state, &ctx);
    drop(state);
    let (Some(flow), Ok((next, decision))) = (flow, next) else {
        return error_page(tenant, exchange, &Refusal::new(crate::error::Aadsts::StaleInteraction), trace);
    };
    exchange.user = login::username(tenant, &flow);
    exchange.reasons.clone_from(&decision.reasons);
    let response = match next {
        Next::Answer(reply, answer) => login::finish(tenant, exchange, &reply, &answer, trace),
        Next::Page(shown) => {
            exchange.answer = Answer::of(200, format!("page {}", shown.name()));
            tenant.log.add(exchange);
            let html = page::draw(tenant, &tenant.state(), &flow, &ctx, &shown, &decision, None);
            respond::page(200, html)
        }
    };
    login::remember(response, &browser, idp)
}

fn error_page(tenant: &Tenant, mut exchange: Exchange, refusal: &Refusal, trace: &Trace) -> Response {
    exchange.answer = Answer::refused(refusal.status(), "error page", refusal);
    tenant.log.add(exchange);
    let name = tenant.state().directory.display_name.clone();
    respond::page(refusal.status(), page::failure(&name, refusal, trace))
}
