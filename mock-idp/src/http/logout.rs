//! `/{t}/oauth2/v2.0/logout` and `/{t}/oauth2/logout`: the browser's session ends (OpenID Connect RP-Initiated Logout).

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};

use crate::{
    clock::Clock as _,
    flow::{ResponseMode, is_registered, location},
    pages::{self, Frame},
    recorder::{Answer, Endpoint},
};

use super::{Idp, incoming::Incoming, page, respond};

/// Signs every account of this tenant out of the browser. The return link leads to a registered address only.
pub(super) async fn logout(State(idp): State<Arc<Idp>>, Path(tenant): Path<String>, incoming: Incoming) -> Response {
    let found = idp.authority(&tenant).and_then(|authority| Ok((authority, incoming.query()?)));
    let (authority, params) = match found {
        Ok(found) => found,
        Err(refusal) => {
            let trace = incoming.trace(None, &idp.ids, idp.clock.now());
            return respond::page(refusal.status(), page::failure(&tenant, &refusal, &trace));
        }
    };
    let tenant = authority.tenant();
    let trace = incoming.trace(Some(&params), &tenant.ids, tenant.now());
    let mut exchange = incoming.exchange(Endpoint::Logout, &params, &trace);
    let mut state = tenant.state();
    let browser = incoming.browser().unwrap_or_default();
    let user = match state.sessions.of(browser) {
        [only] => state.directory.user_by_id(only.user).map(|user| state.directory.username(user)),
        _ => None,
    };
    state.sessions.sign_out(browser, None);
    let return_to = params
        .get("post_logout_redirect_uri")
        .filter(|address| state.directory.applications.iter().any(|application| is_registered(application, address)));
    // RP-Initiated Logout, 2: the state comes back.
    let return_to = return_to.map(|address| match params.get("state") {
        Some(state) => location(address, ResponseMode::Query, &[("state", state.to_owned())]),
        None => address.to_owned(),
    });
    let frame = Frame { tenant: &state.directory.display_name, application: "", decision: &[] };
    let html = pages::signed_out(&frame, user.as_deref(), return_to.as_deref());
    drop(state);
    exchange.user = user;
    exchange.answer = Answer::of(200, "signed out");
    tenant.log.add(exchange);
    respond::page(200, html)
}
