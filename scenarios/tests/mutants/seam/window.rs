//! The sign-in window of a mutant: another address than the client made, or just somebody who counts.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use desktop_client::{BoxFuture, UserAgent, UserAgentError};
use scenarios::Seat;
use url::Url;

use super::{Parameters, value};

type Rewrite = Arc<dyn Fn(&mut Parameters) + Send + Sync>;

/// Opens the person's browser at the rewritten address.
#[derive(Clone)]
pub(crate) struct Window {
    person: Arc<dyn UserAgent>,
    rewrite: Rewrite,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    opened: AtomicUsize,
    claims: Mutex<Option<String>>,
}

impl Window {
    /// Puts itself between the client in this seat and the person.
    pub(crate) fn in_front_of(seat: &mut Seat, rewrite: impl Fn(&mut Parameters) + Send + Sync + 'static) -> Self {
        let window = Self { person: seat.user_agent.clone(), rewrite: Arc::new(rewrite), seen: Arc::default() };
        seat.user_agent = Arc::new(window.clone());
        window
    }

    /// Only looks on.
    pub(crate) fn watching(seat: &mut Seat) -> Self {
        Self::in_front_of(seat, |_| {})
    }

    /// How often it was opened.
    pub(crate) fn opened(&self) -> usize {
        self.seen.opened.load(Ordering::SeqCst)
    }

    /// The claims in the last address.
    pub(crate) fn last_claims(&self) -> Option<String> {
        self.seen.claims.lock().unwrap().clone()
    }
}

impl UserAgent for Window {
    fn open<'a>(&'a self, url: &'a Url) -> BoxFuture<'a, Result<(), UserAgentError>> {
        let mut parameters: Parameters = url.query_pairs().into_owned().collect();
        self.seen.opened.fetch_add(1, Ordering::SeqCst);
        *self.seen.claims.lock().unwrap() = value(&parameters, "claims").map(str::to_owned);
        (self.rewrite)(&mut parameters);
        let mut url = url.clone();
        url.query_pairs_mut().clear().extend_pairs(parameters);
        Box::pin(async move { self.person.open(&url).await })
    }
}
