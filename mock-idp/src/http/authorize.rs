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
    flow::{self, AuthorizeRequest, End, Rejected},
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
    let mut exchange = incoming.exchange(Endpoint::Authorize, &params, &trace);
    let parsed = AuthorizeRequest::parse(&params, &tenant.state().directory);
    match parsed {
        Ok(request) => {
            let any_tenant = matches!(authority, Authority::Any { .. });
            let browser = incoming.browser().map_or_else(|| tenant.ids.word(), str::to_owned);
            let number = tenant.log.reserve();
            let correlation_id = trace.correlation_id;
            let start = flow::Start { browser: &browser, any_tenant, number, correlation_id };
            exchange.number = number;
            login::begin(&idp, tenant, request, &start, exchange, &trace)
        }
        Err(Rejected::Page(refusal)) => error_page(tenant, exchange, &refusal, &trace),
        Err(Rejected::Redirect(reply, refusal)) => {
            let end = End::Redirect(*reply, flow::Answer::Error { refusal, cancelled: false });
            login::finish(&idp, tenant, exchange, &end, &trace)
        }
    }
}

pub(super) fn error_page(tenant: &Tenant, mut exchange: Exchange, refusal: &Refusal, trace: &Trace) -> Response {
    exchange.answer = Answer::refused(refusal.status(), "error page", refusal);
    tenant.log.add(exchange);
    let name = tenant.state().directory.display_name.clone();
    respond::page(refusal.status(), page::failure(&name, refusal, trace))
}
