//! Reads the client's transcript (`desktop-client --record FILE`) and puts its exchanges together to what the client did:
//! one operation may be several requests. What becomes of an operation is `replay`'s; a server's log is brought into this form
//! by `log`.

use jiff::Timestamp;
use serde::Deserialize;

use super::{
    Asked,
    replay::{self, Origin},
};

/// Why no scenario can be made of a transcript.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTranscript {
    /// It is not what the client writes.
    #[error("this is no transcript: {0}; `desktop-client … --record FILE` writes one")]
    NotOne(String),
    /// It holds no request for a token, no sign-in and no call of an API.
    #[error(
        "there is nothing in this transcript that a scenario could repeat; record a command that gets a token or calls an API"
    )]
    Empty,
    /// The exchanges of a server's log hold none of these.
    #[error(
        "there is nothing in these exchanges that a scenario could repeat; have a client get a token or call an API first"
    )]
    EmptyLog,
}

/// A scenario of what a client did: its sequence as steps, what it was refused as what provokes that.
///
/// # Errors
///
/// If `text` is no transcript, or has nothing to repeat.
pub fn from_transcript(text: &str) -> Result<String, BadTranscript> {
    let transcript: Transcript =
        serde_json::from_str(text).map_err(|error| BadTranscript::NotOne(error.to_string()))?;
    let operations = operations(&transcript.exchanges);
    if operations.is_empty() {
        return Err(BadTranscript::Empty);
    }
    let origin = Origin { dropped: transcript.dropped, ..Origin::transcript() };
    Ok(replay::draft(&operations, &origin).to_string())
}

#[derive(Deserialize)]
struct Transcript {
    exchanges: Vec<Exchange>,
    #[serde(default)]
    dropped: u64,
}

/// An exchange, as far as it matters here; the format is that of the mock's log.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Exchange {
    pub(super) at: Timestamp,
    pub(super) endpoint: String,
    pub(super) path: String,
    pub(super) grant_type: Option<String>,
    pub(super) claims: Option<String>,
    #[serde(default)]
    pub(super) parameters: Vec<(String, String)>,
    pub(super) answer: Answer,
}

/// What was answered.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) kind: String,
    pub(super) error: Option<String>,
    pub(super) code: Option<u32>,
    pub(super) suberror: Option<String>,
    pub(super) claims: Option<String>,
}

impl Exchange {
    pub(super) fn is(&self, endpoint: &str) -> bool {
        self.endpoint == endpoint
    }

    pub(super) fn has_grant(&self, grant: &str) -> bool {
        self.is("token") && self.grant_type.as_deref().is_some_and(|own| own.rsplit(':').next() == Some(grant))
    }

    /// The scopes that were asked for, apart from OpenID Connect's own.
    pub(super) fn scopes(&self) -> Vec<String> {
        let scope = self.parameters.iter().find(|(name, _)| name == "scope");
        let words = scope.into_iter().flat_map(|(_, scopes)| scopes.split_whitespace());
        words
            .filter(|word| !["openid", "profile", "email", "offline_access"].contains(word))
            .map(str::to_owned)
            .collect()
    }

    /// Whether its claims say more than what the client is capable of.
    fn carries_claims(&self) -> bool {
        let asked = Asked::of(self.claims.as_deref());
        asked.others.iter().any(|name| name != "xms_cc") || asked.names_something()
    }

    pub(super) fn failed(&self) -> bool {
        self.answer.error.is_some() || self.answer.status >= 400
    }

    /// The short name of a mock API and the path below it; the path alone of any other.
    pub(super) fn api(&self) -> (Option<&str>, &str) {
        match self.path.strip_prefix("/api/") {
            Some(rest) => {
                let end = rest.find('/').unwrap_or(rest.len());
                (Some(&rest[..end]), &rest[end..])
            }
            None => (None, &self.path),
        }
    }
}

/// What a client did.
#[derive(Debug)]
pub(super) enum Operation<'a> {
    /// It asked silently; an outage is asked for twice.
    Silent { request: &'a Exchange, times: usize },
    /// It opened the window.
    Window(Window<'a>),
    /// It called an API, and answered a challenge if there was one.
    Call { first: &'a Exchange, silent: Option<&'a Exchange>, window: Option<Window<'a>>, last: Option<&'a Exchange> },
    /// A device asked for a code.
    Device(&'a Exchange),
    /// It polled with the device's code.
    Poll(&'a Exchange),
    /// Something that is not repeated.
    Other(&'a Exchange),
}

/// A sign-in window, its answer, and the redemption of the code.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window<'a> {
    pub(super) opened: &'a Exchange,
    pub(super) answered: Option<&'a Exchange>,
    pub(super) redeemed: Option<&'a Exchange>,
}

impl<'a> Operation<'a> {
    /// When it ended.
    pub(super) fn at(&self) -> Timestamp {
        let of_window = |window: &Window<'a>| window.redeemed.or(window.answered).unwrap_or(window.opened).at;
        match self {
            Self::Silent { request: one, .. } | Self::Device(one) | Self::Poll(one) | Self::Other(one) => one.at,
            Self::Window(window) => of_window(window),
            Self::Call { first, silent, window, last } => {
                let window = window.as_ref().map(of_window);
                last.map(|last| last.at).or(window).or(silent.map(|silent| silent.at)).unwrap_or(first.at)
            }
        }
    }

    /// When it began.
    pub(super) fn began(&self) -> Timestamp {
        match self {
            Self::Window(window) => window.opened.at,
            Self::Call { first, .. } => first.at,
            _ => self.at(),
        }
    }
}

pub(super) fn operations(exchanges: &[Exchange]) -> Vec<Operation<'_>> {
    let mut rest = exchanges;
    let mut operations = Vec::new();
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        match first.endpoint.as_str() {
            "authorize" => operations.push(Operation::Window(window(first, &mut rest))),
            "api" => operations.push(call(first, &mut rest)),
            "device_code" => operations.push(Operation::Device(first)),
            "token" if first.has_grant("device_code") => operations.push(Operation::Poll(first)),
            "token" if first.has_grant("refresh_token") => {
                let is_again = |next: &&Exchange| {
                    first.answer.status >= 500 && next.has_grant("refresh_token") && next.scopes() == first.scopes()
                };
                let mut times = 1;
                while let Some(again) = rest.first().filter(is_again).filter(|next| next.answer.status >= 500) {
                    times += usize::from(again.failed());
                    rest = &rest[1..];
                }
                operations.push(Operation::Silent { request: first, times });
            }
            "token" => operations.push(Operation::Other(first)),
            // What a client reads about the authority is read anew.
            _ => {}
        }
    }
    operations
}

/// The answer to a window and the redemption of its code, taken off `rest`.
fn window<'a>(opened: &'a Exchange, rest: &mut &'a [Exchange]) -> Window<'a> {
    let answered = take(rest, |next| next.is("page"));
    let redeemed = answered.and_then(|_| take(rest, |next| next.has_grant("authorization_code")));
    Window { opened, answered, redeemed }
}

/// A call, and what the client did about its challenge up to the second call.
fn call<'a>(first: &'a Exchange, rest: &mut &'a [Exchange]) -> Operation<'a> {
    if first.answer.claims.is_none() {
        return Operation::Call { first, silent: None, window: None, last: None };
    }
    let silent = take(rest, |next| next.has_grant("refresh_token") && next.carries_claims());
    let window = take(rest, |next| next.is("authorize")).map(|opened| window(opened, rest));
    // Who did nothing about the challenge called twice, and each call is told.
    let acted = silent.is_some() || window.is_some();
    let last = acted.then(|| take(rest, |next| next.is("api") && next.path == first.path)).flatten();
    Operation::Call { first, silent, window, last }
}

fn take<'a>(rest: &mut &'a [Exchange], wanted: impl Fn(&Exchange) -> bool) -> Option<&'a Exchange> {
    // The authority may be looked up in between.
    let skipped = rest.iter().take_while(|next| next.is("discovery")).count();
    let found = rest.get(skipped).filter(|next| wanted(next))?;
    *rest = &rest[skipped + 1..];
    Some(found)
}
