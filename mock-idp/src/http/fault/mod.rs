//! Faults on the wire. What goes before every endpoint looks whether the tenant has a fault for the request
//! ([`arrival`]) and answers in the endpoint's stead ([`answer`]), so that no endpoint can forget to.
//!
//! A tenant without faults costs a look at an empty list.

mod answer;
mod arrival;

use std::convert::Infallible;

use axum::{
    body::Body,
    extract::{MatchedPath, Request},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};

use crate::{
    fault::{Effect, Endpoint, Hit},
    flow::{AuthorizeRequest, Rejected, ReplyTo},
    recorder,
};

use super::{Idp, incoming::Incoming};
use arrival::Arrival;

/// Answers a request that meets a fault; hands every other one on.
pub(super) async fn intercept<Answer>(idp: &Idp, request: Request, next: impl FnOnce(Request) -> Answer) -> Response
where
    Answer: Future<Output = Response>,
{
    let matched = request.extensions().get::<MatchedPath>().map(|matched| matched.as_str().to_owned());
    let Some(matched) = matched.filter(|matched| arrival::may_be_faulty(idp, matched, request.uri().path())) else {
        return next(request).await;
    };
    let (mut parts, body) = request.into_parts();
    let incoming = Incoming::taken(&mut parts, body, idp).await;
    let arrival = Arrival::of(idp, &matched, &incoming);
    let hit = arrival.as_ref().and_then(|arrival| arrival.tenant.state().faults.hit(&arrival.sought));
    let (Some(arrival), Some(hit)) = (arrival, hit) else {
        parts.extensions.insert(incoming);
        return next(Request::from_parts(parts, Body::empty())).await;
    };
    wait(&hit).await;
    let incoming = incoming.concerned_by(hit.clone());
    if !matches!(hit.effect, Effect::Delay | Effect::TamperState) {
        return answer::answer(idp, &arrival, &incoming, &hit);
    }
    parts.extensions.insert(incoming.clone());
    let response = next(Request::from_parts(parts, Body::empty())).await;
    if matches!(arrival.sought.endpoint, Endpoint::Discovery | Endpoint::Keys) {
        // These are not logged on their own.
        arrival.log(&incoming, recorder::Answer::of(response.status().as_u16(), "document"));
    }
    response
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where an answer is late: in the client's time, no clock's"
)]
async fn wait(hit: &Hit) {
    if !hit.latency.is_zero() {
        tokio::time::sleep(hit.latency).await;
    }
}

/// The request with another `state` than the client sent, so that its answer brings that back.
pub(super) fn tampered(parsed: Result<AuthorizeRequest, Rejected>) -> Result<AuthorizeRequest, Rejected> {
    let change = |state: &mut Option<String>| {
        *state = Some(format!("{}tampered", state.as_deref().unwrap_or_default()));
    };
    match parsed {
        Ok(mut request) => {
            if let ReplyTo::Redirect(reply) | ReplyTo::AdminConsent(reply) = &mut request.reply {
                change(&mut reply.state);
            }
            Ok(request)
        }
        Err(Rejected::Redirect(mut reply, refusal)) => {
            change(&mut reply.state);
            Err(Rejected::Redirect(reply, refusal))
        }
        Err(page) => Err(page),
    }
}

/// Marks a response that is not to be sent.
#[derive(Clone, Copy, Debug)]
struct Unsent;

fn unsent() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.extensions_mut().insert(Unsent);
    response
}

/// The connection is to be closed without an answer.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a fault closes the connection")]
pub struct HungUp;

impl From<Infallible> for HungUp {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// Makes an error of a response that is not to be sent: the server then closes the connection. It has to be outermost, where
/// responses leave.
///
/// # Errors
///
/// [`HungUp`], for such a response.
pub fn hang_up(answered: Result<Response, Infallible>) -> Result<Response, HungUp> {
    match answered {
        Ok(response) if response.extensions().get::<Unsent>().is_some() => Err(HungUp),
        Ok(response) => Ok(response),
        Err(never) => Err(never.into()),
    }
}
