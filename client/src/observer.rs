//! What passes between the client, the authority, the browser and the APIs, for who wants to watch: a transcript, a
//! progress line, metrics. Watching changes nothing; decisions are made elsewhere.

use reqwest::header::HeaderMap;
use reqwest::{Method, Request, Response, StatusCode};
use url::Url;

/// Watches what a [`PublicClientApplication`](crate::PublicClientApplication) sends and receives.
///
/// Events hold what is really sent: passwords, codes and tokens too. Whoever writes them down has to take those out
/// first.
pub trait Observer: Send + Sync {
    /// Called in the order of what happens, before the client goes on. Must be quick, and must not call the app.
    fn observe(&self, event: Event<'_>);
}

/// Something that passed.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The sign-in page at this address (RFC 6749, 4.1.1) is about to be opened in the browser.
    SignInOpened(&'a Url),
    /// The answer to it has come to the redirect address (RFC 6749, 4.1.2).
    SignInAnswered(SignInAnswer<'a>),
    /// A request to the authority: discovery, tokens, device codes. A second try is a second event.
    Authority(Exchanged<'a>),
    /// A request to an API; the answer's body is left to the app.
    Api(Exchanged<'a>),
}

/// What came to the redirect address.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct SignInAnswer<'a> {
    /// `POST` for a form post, `GET` where the parameters stood in the address.
    pub method: &'a Method,
    /// Where it came to.
    pub redirect_uri: &'a Url,
    /// Names and values in their order.
    pub parameters: &'a [(String, String)],
}

/// One request and what came of it.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Exchanged<'a> {
    /// What was sent.
    pub request: &'a Request,
    /// What was received; nothing when there was no connection, or it broke.
    pub answer: Option<Received<'a>>,
}

/// An answer.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Received<'a> {
    /// HTTP status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its body as far as the client reads it: empty for an API's.
    pub body: &'a [u8],
}

impl<'a> Received<'a> {
    pub(crate) fn new(response: &'a Response, body: &'a [u8]) -> Self {
        Self { status: response.status(), headers: response.headers(), body }
    }
}

/// The observer's copy of a request, which sending uses up. Made only where somebody watches.
pub(crate) struct Watched<'o> {
    observer: &'o dyn Observer,
    request: Request,
}

impl<'o> Watched<'o> {
    /// Nothing when nobody watches. A request whose body is a stream is not copied, and so not seen.
    pub(crate) fn new(observer: Option<&'o dyn Observer>, request: &Request) -> Option<Self> {
        Some(Self { observer: observer?, request: request.try_clone()? })
    }

    pub(crate) fn tell<'a>(&'a self, event: impl FnOnce(Exchanged<'a>) -> Event<'a>, answer: Option<Received<'a>>) {
        self.observer.observe(event(Exchanged { request: &self.request, answer }));
    }
}
