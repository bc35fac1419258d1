//! What a fault answers in an endpoint's stead, in the form in which that endpoint answers.

use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Response},
};

use super::{
    super::{Idp, incoming::Incoming, page, respond},
    arrival::Arrival,
    unsent,
};
use crate::{
    error::{Aadsts, Refusal, Trace},
    fault::{self, Effect, Endpoint, Hit},
    flow::{self, AuthorizeRequest, Rejected, Reply, ReplyTo},
    recorder::Answer,
};

/// Numbers that are told to the person in front of the browser, because no redirect address is to be trusted with them or
/// because the sign-in cannot go on (escalation reference 2.8 G1, 2.6).
const PAGES: &[Aadsts] = &[
    Aadsts::UnknownClient,
    Aadsts::MalformedClientId,
    Aadsts::RedirectMismatch,
    Aadsts::NoReplyAddress,
    Aadsts::SingleTenantApplication,
    Aadsts::ApplicationDisabled,
    Aadsts::UnknownTenant,
    Aadsts::TenantRestricted,
    Aadsts::TenantRestrictedByPolicy,
    Aadsts::OutboundBlocked,
    Aadsts::InboundBlocked,
    Aadsts::WrongAccountType,
    Aadsts::ConsentNotWritten,
    Aadsts::StaleInteraction,
    Aadsts::EnrolmentInterrupt,
];

/// Answers, and writes it down.
pub(super) fn answer(idp: &Idp, arrival: &Arrival, incoming: &Incoming, hit: &Hit) -> Response {
    let (mut written, mut response) = match &hit.effect {
        Effect::Refuse(code) => refuse(arrival, incoming, *code),
        Effect::Status { status, body, content_type } => status_of(*status, body.as_deref(), content_type.as_deref()),
        Effect::RedirectError(error) => redirect_error(arrival, incoming, error.word()),
        Effect::Drop => (Answer::of(0, "dropped"), unsent()),
        // These requests are served.
        Effect::TamperState | Effect::Delay => refuse(arrival, incoming, Aadsts::DirectoryUnavailable),
    };
    if let Some(after) = &hit.retry_after {
        written.retry_after = after.seconds();
        respond::set_text(&mut response, "retry-after", &after.to_string());
    }
    tracing::debug!(base = idp.base, because = hit.reason.because, "a fault");
    arrival.log(incoming, written);
    response
}

fn refuse(arrival: &Arrival, incoming: &Incoming, code: Aadsts) -> (Answer, Response) {
    let Arrival { tenant, sought, params, .. } = arrival;
    let (directory, now) = (tenant.state().directory.clone(), tenant.now());
    let trace = Trace { at: now, ..arrival.trace };
    let refusal = fault::refusal(code, params, &directory, sought.client, sought.user, now);
    let refusal = match (sought.endpoint, code) {
        (Endpoint::Discovery | Endpoint::Keys, Aadsts::UnknownTenant) => refusal.with_error("invalid_tenant"),
        _ => refusal,
    };
    let refusal = match sought.endpoint {
        Endpoint::Token => arrival.dialect.of_errors(&directory.switches).refused(refusal),
        _ => refusal,
    };
    let refusal = refusal.changed_by(&directory.switches);
    let trailer = directory.switches.trailer;
    match sought.endpoint {
        Endpoint::Authorize if !PAGES.contains(&code) => match reply(arrival) {
            Ok(reply) => {
                let refusal = for_redirect(refusal, params.get("prompt") == Some("none"));
                let answer = match arrival.admin_consent {
                    true => flow::Answer::AdminConsentRefused(refusal.clone()),
                    false => flow::Answer::Error { refusal: refusal.clone(), cancelled: false },
                };
                let response = respond::reply(&reply, &answer, &trace, trailer, incoming.language(Some(params)));
                (Answer::refused(response.status().as_u16(), "redirect error", &refusal), response)
            }
            Err(_) => shown(arrival, incoming, &refusal),
        },
        Endpoint::Authorize | Endpoint::Page | Endpoint::Logout => shown(arrival, incoming, &refusal),
        Endpoint::Token | Endpoint::DeviceCode | Endpoint::Discovery | Endpoint::Keys | Endpoint::Api => {
            let answer = Answer::refused(refusal.status(), "error", &refusal);
            (answer, respond::refusal(&refusal, &trace, trailer))
        }
    }
}

/// The error page: nothing is sent to the client.
fn shown(arrival: &Arrival, incoming: &Incoming, refusal: &Refusal) -> (Answer, Response) {
    let tenant = &arrival.tenant;
    let trace = Trace { at: tenant.now(), ..arrival.trace };
    let language = incoming.language(Some(&arrival.params));
    let html = page::failure(language, &tenant.state().directory.display_name, "", refusal, &trace);
    (Answer::refused(refusal.status(), "error page", refusal), respond::page(refusal.status(), html))
}

/// `invalid_grant` is no error of an authorization request (RFC 6749, 4.1.2.1).
fn for_redirect(refusal: Refusal, silent: bool) -> Refusal {
    match refusal.error() {
        "invalid_grant" => refusal.with_error(if silent { "interaction_required" } else { "access_denied" }),
        _ => refusal,
    }
}

/// Where the answer to an authorization request goes; or why it can go nowhere.
fn reply(arrival: &Arrival) -> Result<Reply, Refusal> {
    let directory = arrival.tenant.state().directory.clone();
    let request = match arrival.admin_consent {
        true => AuthorizeRequest::parse_admin_consent(&arrival.params, &directory),
        false => AuthorizeRequest::parse(&arrival.params, arrival.dialect, &directory),
    };
    match request {
        Ok(AuthorizeRequest { reply: ReplyTo::Redirect(reply) | ReplyTo::AdminConsent(reply), .. }) => Ok(reply),
        Err(Rejected::Redirect(reply, _)) => Ok(*reply),
        Err(Rejected::Page(refusal)) => Err(refusal),
        // A request that is read from parameters has a redirect address.
        Ok(AuthorizeRequest { reply: ReplyTo::Device(_), .. }) => Err(Refusal::new(Aadsts::DirectoryUnavailable)),
    }
}

fn redirect_error(arrival: &Arrival, incoming: &Incoming, error: &'static str) -> (Answer, Response) {
    let reply = match reply(arrival) {
        Ok(reply) => reply,
        Err(refusal) => return shown(arrival, incoming, &refusal),
    };
    let mut parameters = vec![("error", error.to_owned())];
    parameters.extend(reply.state.clone().map(|state| ("state", state)));
    let response = respond::deliver(&reply, &parameters, incoming.language(Some(&arrival.params)));
    let answer = Answer::of(response.status().as_u16(), "redirect error");
    (Answer { error: Some(error.to_owned()), ..answer }, response)
}

/// What stands between client and authority answers: no header and no body of ours.
fn status_of(status: u16, body: Option<&str>, content_type: Option<&str>) -> (Answer, Response) {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let (text, usual) = match body {
        Some(body) if serde_json::from_str::<serde::de::IgnoredAny>(body).is_ok() => {
            (body.to_owned(), "application/json; charset=utf-8")
        }
        Some(body) => (body.to_owned(), "text/plain; charset=utf-8"),
        None => {
            let title = format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or("Fault"));
            let html =
                format!("<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>");
            (html, "text/html; charset=utf-8")
        }
    };
    let mut response = (status, text).into_response();
    respond::set_text(&mut response, "content-type", content_type.unwrap_or(usual));
    (Answer::of(status.as_u16(), "fault"), response)
}
