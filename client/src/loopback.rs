//! The listener that receives the redirect on the loopback interface (RFC 8252, 7.3).
//!
//! Other programs may call too: what is not the answer gets an error page and waiting goes on.
//! Owns addresses, connections and pages; knows nothing of tokens. Connections are served side by
//! side and each within a time limit, so that a slow one holds nobody up.

mod http;
mod page;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::Method;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use url::Url;

use crate::error::{ClientErrorKind, Error};
use crate::observer::SignInAnswer;
use http::Request;
use page::Page;
pub use page::ResultPage;
pub(crate) use page::ResultPages;

/// How the authorization server handed the answer over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ResponseMode {
    /// In the body of a POST: nothing stays in the browser's history.
    FormPost,
    /// In the address.
    Query,
}

/// The redirect address as configured: `http://localhost` and a port of our choice, unless named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RedirectUri {
    host: String,
    port: u16,
    /// As written, so that nothing is added: `http://localhost` has no slash at its end.
    path: String,
}

impl RedirectUri {
    pub(crate) fn parse(address: &str) -> Result<Self, Error> {
        let invalid = || {
            Error::client(
                ClientErrorKind::InvalidRedirectUri,
                format!(
                    "the redirect address {address:?} is not a plain loopback address; use http://localhost, or http://127.0.0.1 if that is registered"
                ),
            )
        };
        let url = Url::parse(address).map_err(|_| invalid())?;
        let rest = address.strip_prefix("http://").ok_or_else(invalid)?;
        let host = url.host_str().unwrap_or_default();
        let plain = url.username().is_empty() && url.query().is_none() && url.fragment().is_none();
        if !matches!(host, "localhost" | "127.0.0.1") || !plain {
            return Err(invalid());
        }
        let path = rest.find('/').map_or("", |start| &rest[start..]);
        Ok(Self { host: host.to_owned(), port: url.port().unwrap_or(0), path: path.to_owned() })
    }
}

/// What the right answer looks like.
#[derive(Clone)]
pub(crate) struct Expectation {
    pub(crate) state: String,
    pub(crate) accept_query: bool,
    pub(crate) pages: ResultPages,
}

/// The answer of the authorization server.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) mode: ResponseMode,
    parameters: Vec<(String, String)>,
}

impl Answer {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// As an observer sees it.
    pub(crate) fn seen_at<'a>(&'a self, redirect_uri: &'a Url) -> SignInAnswer<'a> {
        let method = match self.mode {
            ResponseMode::FormPost => &Method::POST,
            ResponseMode::Query => &Method::GET,
        };
        SignInAnswer { method, redirect_uri, parameters: &self.parameters }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.parameters.iter().map(|(name, _)| name.as_str()).collect();
        write!(f, "Answer({:?}, {names:?})", self.mode)
    }
}

/// The open listener.
#[derive(Debug)]
pub(crate) struct Loopback {
    v4: TcpListener,
    /// `localhost` may mean `::1` first; taken too if it can be had.
    v6: Option<TcpListener>,
    redirect_uri: String,
    path: String,
    /// Set as soon as the answer is in.
    received: Arc<AtomicBool>,
}

impl Loopback {
    pub(crate) async fn bind(configured: &RedirectUri) -> Result<Self, Error> {
        let refused = |error: std::io::Error| {
            Error::client(
                ClientErrorKind::HttpListener,
                format!(
                    "the listener for the redirect cannot be opened on port {} ({error}); free the port or configure a redirect address without one",
                    configured.port
                ),
            )
        };
        let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, configured.port)).await.map_err(refused)?;
        let port = v4.local_addr().map_err(refused)?.port();
        let v6 = match configured.host.as_str() {
            "localhost" => TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await.ok(),
            _ => None,
        };
        let path = match configured.path.as_str() {
            "" => "/",
            path => path,
        };
        Ok(Self {
            v4,
            v6,
            redirect_uri: format!("http://{}:{port}{}", configured.host, configured.path),
            path: path.to_owned(),
            received: Arc::default(),
        })
    }

    pub(crate) fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Turns true when the answer is in, before the sender learns of it.
    pub(crate) fn received(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.received)
    }

    /// Serves until the answer has come; the browser has its page by then.
    pub(crate) async fn receive(self, expectation: Expectation) -> Result<Answer, Error> {
        let mut connections = Connections::default();
        loop {
            tokio::select! {
                Some(ended) = connections.serving.join_next() => {
                    if let Ok(Some(outcome)) = ended {
                        return outcome;
                    }
                }
                accepted = self.accept() => match accepted {
                    Ok((stream, _)) => {
                        let (path, received) = (self.path.clone(), Arc::clone(&self.received));
                        connections.add(|leave| serve(stream, leave, path, expectation.clone(), received));
                    }
                    Err(error) => tracing::warn!(%error, "a connection to the loopback listener failed"),
                },
            }
        }
    }

    async fn accept(&self) -> std::io::Result<(TcpStream, SocketAddr)> {
        match &self.v6 {
            Some(v6) => tokio::select! {
                accepted = self.v4.accept() => accepted,
                accepted = v6.accept() => accepted,
            },
            None => self.v4.accept().await,
        }
    }
}

/// The connections being served. Too many that say nothing must not keep the browser out: the oldest of them has to go.
#[derive(Default)]
struct Connections {
    serving: JoinSet<Option<Result<Answer, Error>>>,
    /// Of each whose request is not in yet, what makes it leave when dropped; the oldest first. One whose request is in is
    /// never sent away: it may be the answer.
    unread: VecDeque<oneshot::Sender<Infallible>>,
}

impl Connections {
    fn add<F>(&mut self, serve: impl FnOnce(oneshot::Receiver<Infallible>) -> F)
    where
        F: Future<Output = Option<Result<Answer, Error>>> + Send + 'static,
    {
        self.unread.retain(|leave| !leave.is_closed());
        if self.unread.len() == MOST_UNREAD {
            self.unread.pop_front();
        }
        let (sender, leave) = oneshot::channel();
        self.unread.push_back(sender);
        self.serving.spawn(serve(leave));
    }
}

const MOST_UNREAD: usize = 32;

/// One connection: one request, one page. `Some` when it ends the waiting.
async fn serve(
    mut stream: TcpStream,
    leave: oneshot::Receiver<Infallible>,
    path: String,
    expectation: Expectation,
    received: Arc<AtomicBool>,
) -> Option<Result<Answer, Error>> {
    let request = tokio::select! {
        biased;
        request = http::read(&mut stream) => request,
        _ = leave => return None,
    };
    let verdict = match request {
        Ok(request) => judge(&request, &path, &expectation),
        Err(refusal) => Verdict::keep_waiting(refusal.status(), refusal.reason()),
    };
    let (page, outcome) = match verdict {
        Verdict::KeepWaiting(page) => (page, None),
        // The first one counts; a second callback changes nothing any more.
        Verdict::Done(..) if received.swap(true, Ordering::SeqCst) => {
            (Page::refusal("409 Conflict", "This sign-in was answered already."), None)
        }
        Verdict::Done(page, outcome) => (page, Some(outcome)),
    };
    http::respond(&mut stream, &page).await;
    outcome
}

#[derive(Debug)]
enum Verdict {
    KeepWaiting(Page),
    Done(Page, Result<Answer, Error>),
}

impl Verdict {
    fn keep_waiting(status: &'static str, reason: &str) -> Self {
        Self::KeepWaiting(Page::refusal(status, reason))
    }
}

/// Is this the answer, a wrong answer, or somebody else's request?
fn judge(request: &Request, path: &str, expectation: &Expectation) -> Verdict {
    let (target, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let (mode, encoded) = match request.method.as_str() {
        "GET" => (ResponseMode::Query, query),
        "POST" if request.is_form() => (ResponseMode::FormPost, request.body.as_str()),
        _ if target != path => return Verdict::keep_waiting("404 Not Found", "There is nothing here."),
        "POST" => return Verdict::keep_waiting("415 Unsupported Media Type", "A form was expected."),
        _ => return Verdict::keep_waiting("405 Method Not Allowed", "A form was expected."),
    };
    let parameters: Vec<(String, String)> = form_urlencoded::parse(encoded.as_bytes()).into_owned().collect();
    let count = |name: &str| parameters.iter().filter(|(own, _)| own == name).count();
    let answers = count("code") + count("error");
    let answer = Answer { mode, parameters };
    let is_ours = answer.get("state") == Some(expectation.state.as_str());
    if target != path {
        return match answers {
            1.. if is_ours => refuse(
                expectation,
                ClientErrorKind::LoopbackResponseUriMismatch,
                "the answer came to another path than the redirect address has; correct the redirect address of the app or of its registration",
            ),
            _ => Verdict::keep_waiting("404 Not Found", "There is nothing here."),
        };
    }
    if answers == 0 {
        return Verdict::keep_waiting("400 Bad Request", "This is not the answer to a sign-in.");
    }
    if answers > 1 || answer.parameters.iter().filter(|(own, _)| own == "state").count() > 1 {
        return Verdict::keep_waiting("400 Bad Request", "A parameter is given twice.");
    }
    if !is_ours {
        return refuse(
            expectation,
            ClientErrorKind::StateMismatch,
            "the answer belongs to another sign-in (its state differs); it was thrown away, sign in again",
        );
    }
    if mode == ResponseMode::Query && !expectation.accept_query {
        return refuse(
            expectation,
            ClientErrorKind::AuthenticationFailed,
            "the answer came in the address although a form post was asked for; it was thrown away, use an authority that supports response_mode=form_post or Builder::accept_query_response",
        );
    }
    let page = match answer.get("error") {
        None => expectation.pages.success(),
        Some(error) => expectation.pages.failure(error, answer.get("error_description").unwrap_or_default()),
    };
    Verdict::Done(page, Ok(answer))
}

fn refuse(expectation: &Expectation, kind: ClientErrorKind, message: &'static str) -> Verdict {
    let page = expectation.pages.failure(kind.code(), message).with_status("400 Bad Request");
    Verdict::Done(page, Err(Error::client(kind, message)))
}

#[cfg(test)]
mod tests;
