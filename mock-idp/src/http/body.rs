//! What a request may hold, and how long its body may take.

use std::time::Duration;

use axum::{
    body::{Body, Bytes, HttpBody as _},
    extract::Request,
    http::HeaderMap,
    response::Response,
};
use futures_util::StreamExt as _;
use tokio::time::timeout;

use crate::{
    clock::Clock as _,
    error::{Aadsts, Refusal},
};

use super::{Idp, control, incoming::Incoming, respond};

/// Bodies above this size, in bytes, are refused.
pub(super) const LARGEST_BODY: usize = 64 * 1024;

/// Queries above this size, in bytes, are refused. Above 64 KiB the address cannot be read at all: the HTTP library then
/// closes the connection with a bare 414.
pub(super) const LARGEST_QUERY: usize = 32 * 1024;

/// Header fields above this size, in bytes of all names and values, are refused.
const LARGEST_FIELDS: usize = 32 * 1024;

/// Heads above this size, in bytes, are not read to their end: the HTTP library closes the connection with a bare 431.
pub(crate) const LARGEST_HEAD: usize = 128 * 1024;

/// Why a body is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is larger than so many bytes.
    TooLarge(usize),
    /// It did not come in this time.
    TooSlow(Duration),
    /// It broke off, or has no form that HTTP knows.
    BrokenOff,
}

impl From<Unread> for Refusal {
    fn from(unread: Unread) -> Self {
        let malformed = |what: String| Self::new(Aadsts::Malformed).with("what", what);
        match unread {
            Unread::TooLarge(limit) => too_large("body", limit, 413),
            Unread::TooSlow(patience) => {
                malformed(format!("the body was not there within {} seconds", patience.as_secs_f64())).with_status(408)
            }
            Unread::BrokenOff => malformed("the body broke off".to_owned()),
        }
    }
}

/// The refusal of a part of a request that is larger than `limit` bytes.
pub(super) fn too_large(part: &str, limit: usize, status: u16) -> Refusal {
    Refusal::new(Aadsts::TooLarge).with("part", part).with("limit", limit).with_status(status)
}

/// The whole body, if it is there within `patience` and has at most `limit` bytes.
pub(super) async fn read(body: Body, limit: usize, patience: Duration) -> Result<Bytes, Unread> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    if body.size_hint().lower() > limit.try_into().unwrap_or(u64::MAX) {
        return Err(Unread::TooLarge(limit));
    }
    timeout(patience, collected(body, limit)).await.unwrap_or(Err(Unread::TooSlow(patience)))
}

async fn collected(body: Body, limit: usize) -> Result<Bytes, Unread> {
    let mut whole = Vec::new();
    let mut stream = body.into_data_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Unread::BrokenOff)?;
        if whole.len() + chunk.len() > limit {
            return Err(Unread::TooLarge(limit));
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.into())
}

/// The refusal of a request with too much in its header fields, before anybody looks at one.
pub(super) fn refused(idp: &Idp, request: &Request) -> Option<Response> {
    if size(request.headers()) <= LARGEST_FIELDS {
        return None;
    }
    if control::is_under(request.uri().path()) {
        return Some(control::fields_too_large(LARGEST_FIELDS));
    }
    Some(refuse(idp, request, &too_large("header", LARGEST_FIELDS, 431)))
}

/// The refusal of a request whose body nobody has read.
pub(super) fn refuse(idp: &Idp, request: &Request, refusal: &Refusal) -> Response {
    let trace =
        Incoming::head(request.method(), request.uri(), request.headers()).trace(None, &idp.ids, idp.clock.now());
    respond::refusal(refusal, &trace, idp.registry.document().switches.trailer)
}

fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}
