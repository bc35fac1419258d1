//! `/{t}/login`: a submitted page of the sign-in.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};

use crate::{
    clock::Clock as _,
    error::{Aadsts, Refusal, Trace},
    flow::{self, AuthorizeRequest, End, Flow, Next},
    language::Language,
    params::Params,
    recorder::{Answer, Endpoint, Exchange, fingerprint},
    state::Tenant,
};

use super::{
    Idp, authorize, device,
    incoming::{COOKIE, Incoming},
    page, respond,
};

/// Takes a submitted page, and shows what is next.
pub(super) async fn login(State(idp): State<Arc<Idp>>, Path(tenant): Path<String>, incoming: Incoming) -> Response {
    let Some(tenant) = idp.tenant(&tenant) else {
        let trace = incoming.trace(None, &idp.ids, idp.clock.now());
        let refusal = Refusal::new(Aadsts::UnknownTenant).with("tenant", &tenant);
        let html = page::failure(incoming.language(None), &tenant, "", &refusal, &trace);
        return respond::page(refusal.status(), html);
    };
    let mut trace = incoming.trace(None, &tenant.ids, tenant.now());
    let params = incoming.form();
    let mut exchange = incoming.exchange(Endpoint::Page, params.as_ref().unwrap_or(&Params::default()), &trace);
    let outcome = params.and_then(|params| step(&idp, &tenant, &incoming, &params, &mut exchange, &mut trace));
    match outcome {
        Ok(response) => response,
        Err(refusal) => authorize::error_page(&tenant, exchange, &refusal, &trace, incoming.language(None)),
    }
}

/// Does what the page says and decides again.
fn step(
    idp: &Idp,
    tenant: &Arc<Tenant>,
    incoming: &Incoming,
    params: &Params,
    exchange: &mut Exchange,
    trace: &mut Trace,
) -> Result<Response, Refusal> {
    let ctx = params.get("ctx").unwrap_or_default();
    let browser = incoming.browser().unwrap_or_default();
    let begun = tenant.state().flows.get(ctx).cloned().ok_or_else(|| Refusal::new(Aadsts::StaleInteraction))?;
    trace.correlation_id = begun.correlation_id;
    exchange.correlation_id = begun.correlation_id;
    exchange.interaction = Some(begun.number);
    exchange.client_id = Some(begun.request.client.to_string());

    let submitted = flow::submit(tenant, ctx, browser, params, &|name| idp.tenant(name))?;
    let tenant = submitted.moved_to.as_ref().unwrap_or(tenant);
    if let Some(end) = &submitted.ended {
        tenant.state().flows.remove(ctx);
        exchange.user = username(tenant, &begun);
        return Ok(finish(idp, tenant, exchange.clone(), end, trace, begun.language));
    }

    let mut state = tenant.state();
    let flow = state.flows.get(ctx).cloned().ok_or_else(|| Refusal::new(Aadsts::StaleInteraction))?;
    let (next, decision) = flow::next(tenant, &mut state, ctx)?;
    drop(state);
    exchange.user = username(tenant, &flow);
    exchange.reasons.extend_from_slice(&decision.reasons);
    Ok(match next {
        Next::End(end) => {
            let response = finish(idp, tenant, exchange.clone(), &end, trace, flow.language);
            // The browser has its cookie already; a session that outlives it needs one with an age.
            if tenant.state().sessions.outlive(browser) { remember(response, browser, idp, true) } else { response }
        }
        Next::Page(shown) => {
            exchange.answer = Answer::of(200, format!("page {}", shown.name()));
            tenant.log.add(exchange.clone());
            let state = tenant.state();
            respond::page(200, page::draw(tenant, &state, &flow, ctx, &shown, &decision, submitted.mistake.as_ref()))
        }
    })
}

/// Begins a sign-in for `request` and shows what is first.
pub(super) fn begin(
    idp: &Idp,
    tenant: &Arc<Tenant>,
    request: AuthorizeRequest,
    start: &flow::Start<'_>,
    mut exchange: Exchange,
    trace: &Trace,
) -> Response {
    exchange.interaction = Some(start.number);
    let mut state = tenant.state();
    let ctx = flow::begin(tenant, &mut state, request, start);
    let flow = state.flows.get(&ctx).cloned();
    let next = flow::next(tenant, &mut state, &ctx);
    drop(state);
    let (Some(flow), Ok((next, decision))) = (flow, next) else {
        return authorize::error_page(tenant, exchange, &Refusal::new(Aadsts::StaleInteraction), trace, start.language);
    };
    exchange.user = username(tenant, &flow);
    exchange.reasons.extend_from_slice(&decision.reasons);
    let response = match next {
        Next::End(end) => finish(idp, tenant, exchange, &end, trace, start.language),
        Next::Page(shown) => {
            exchange.answer = Answer::of(200, format!("page {}", shown.name()));
            tenant.log.add(exchange);
            respond::page(200, page::draw(tenant, &tenant.state(), &flow, &ctx, &shown, &decision, None))
        }
    };
    let outlives = tenant.state().sessions.outlive(start.browser);
    remember(response, start.browser, idp, outlives)
}

/// Tells who has to know how a sign-in ended, and writes it down. `language`: of a page, if one does it.
pub(super) fn finish(
    idp: &Idp,
    tenant: &Tenant,
    mut exchange: Exchange,
    end: &End,
    trace: &Trace,
    language: Language,
) -> Response {
    let (reply, answer) = match end {
        End::Redirect(reply, answer) => (reply, answer),
        End::Device(code, result) => return device::finish(idp, tenant, exchange, code, result, language),
    };
    let trailer = tenant.state().directory.switches.trailer;
    let response = respond::reply(reply, answer, trace, trailer, language);
    let status = response.status().as_u16();
    exchange.answer = match answer {
        flow::Answer::Code(_) => Answer::of(status, "code"),
        flow::Answer::AdminConsent(_) => Answer::of(status, "admin consent"),
        flow::Answer::AdminConsentRefused(refusal) => Answer::refused(status, "cancelled", refusal),
        flow::Answer::Error { refusal, cancelled: true } => Answer::refused(status, "cancelled", refusal),
        flow::Answer::Error { refusal, cancelled: false } => Answer::refused(status, "redirect error", refusal),
    };
    exchange.answer.state = reply.state.as_deref().map(fingerprint);
    tenant.log.add(exchange);
    response
}

/// The user name of the account that a sign-in is about.
pub(super) fn username(tenant: &Tenant, flow: &Flow) -> Option<String> {
    let state = tenant.state();
    let user = state.directory.user_by_id(flow.account?)?;
    Some(state.directory.username(user))
}

/// Gives the browser its cookie. Under TLS it also travels inside another site's frame, as MSAL Browser's silent sign-in
/// needs. `outlives`: it is kept when the browser is closed, for ninety days.
pub(super) fn remember(mut response: Response, browser: &str, idp: &Idp, outlives: bool) -> Response {
    let attributes = if idp.base.starts_with("https:") { "SameSite=None; Secure" } else { "SameSite=Lax" };
    let age = if outlives { "; Max-Age=7776000" } else { "" };
    respond::set_text(&mut response, "set-cookie", &format!("{COOKIE}={browser}; Path=/; HttpOnly; {attributes}{age}"));
    response
}
