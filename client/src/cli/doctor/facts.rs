//! What `doctor` looks at, gathered without judging.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use desktop_client::storage::TokenCacheStorage as _;
use desktop_client::{
    Clock as _, Error, Event, Observer, PublicClientApplication, SystemBrowser, SystemClock, UserAgent as _,
};
use hyper_util::client::proxy::matcher::Matcher;
use jiff::Timestamp;
use reqwest::header::DATE;
use tokio::net::TcpListener;
use url::{Origin, Url};

use crate::cli::profile::{Settings, variable};
use crate::cli::storage::Place;

#[derive(Debug)]
pub(super) struct Facts {
    /// As configured.
    pub(super) authority: String,
    /// The certificate authority that is trusted besides the platform's.
    pub(super) ca: Option<PathBuf>,
    pub(super) metadata: Result<(), Error>,
    /// Set when the authority answered anything at all.
    pub(super) heard: Option<Heard>,
    pub(super) redirect: Redirect,
    pub(super) browser: Browser,
    pub(super) cache: Cache,
    /// Through which proxy the authority is reached; without credentials.
    pub(super) proxy: Option<String>,
}

/// What the authority's answer tells besides its body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heard {
    pub(super) status: u16,
    /// The server's clock.
    pub(super) date: Option<Timestamp>,
    /// Ours, when the answer came.
    pub(super) at: Timestamp,
}

/// Whether the answer of a sign-in could be received.
#[derive(Debug)]
pub(super) struct Redirect {
    pub(super) address: String,
    pub(super) port: Option<u16>,
    pub(super) refused: Option<String>,
}

#[derive(Debug)]
pub(super) struct Cache {
    /// Completes "tokens are kept …".
    pub(super) location: String,
    /// Whether tokens can be read there and kept.
    pub(super) usable: Result<(), String>,
    /// What is not as it should be about the place.
    pub(super) warnings: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Browser {
    pub(super) present: bool,
    /// `BROWSER`, if it is set.
    pub(super) variable: Option<String>,
    /// Whether a command of `BROWSER` can be found.
    pub(super) runnable: bool,
}

impl Facts {
    /// # Errors
    /// When the settings make no app.
    pub(super) async fn gather(settings: &Settings) -> anyhow::Result<Self> {
        let listener = Arc::new(Listener::to(settings.authority.address()));
        let app = settings.builder()?.observer(listener.clone()).build()?;
        let metadata = app.check_authority().await;
        Ok(Self {
            authority: settings.authority.address().to_owned(),
            ca: settings.ca.clone(),
            metadata,
            heard: listener.heard(),
            redirect: redirect(settings.redirect_uri.as_deref().unwrap_or("http://localhost")).await,
            browser: browser(),
            cache: cache(&app, &settings.place),
            proxy: proxy(settings.authority.address()),
        })
    }
}

async fn redirect(address: &str) -> Redirect {
    let port = Url::parse(address).ok().and_then(|url| url.port());
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, port.unwrap_or(0))).await;
    Redirect { address: address.to_owned(), port, refused: bound.err().map(|error| error.to_string()) }
}

/// Looks and leaves everything as it is.
fn cache(app: &PublicClientApplication, place: &Place) -> Cache {
    let why = place.why_no_keyring.as_deref().map(|why| format!(" ({why})")).unwrap_or_default();
    let location = format!("{}{why}", place.storage.location());
    match app.check_token_cache() {
        Err(error) => Cache { location, usable: Err(error.to_string()), warnings: Vec::new() },
        Ok(warnings) => Cache { location, usable: Ok(()), warnings },
    }
}

fn browser() -> Browser {
    let variable = variable("BROWSER");
    let runnable = variable.as_deref().is_some_and(|commands| commands.split(':').any(is_program));
    Browser { present: SystemBrowser.is_present(), variable, runnable }
}

/// A file, or the name of one in `PATH`; arguments may follow.
fn is_program(command: &str) -> bool {
    let program = command.split_whitespace().next().unwrap_or_default().trim_matches(['"', '\'']);
    let paths = std::env::var_os("PATH").unwrap_or_default();
    !program.is_empty()
        && (Path::new(program).is_file() || std::env::split_paths(&paths).any(|folder| folder.join(program).is_file()))
}

/// By the same rules as the HTTP client's: environment, then the platform's settings.
fn proxy(authority: &str) -> Option<String> {
    let intercepted = Matcher::from_system().intercept(&authority.parse().ok()?)?;
    let mut address = Url::parse(&intercepted.uri().to_string()).ok()?;
    // They have none here any more; this holds if that changes.
    address.set_password(None).ok()?;
    address.set_username("").ok()?;
    Some(address.to_string())
}

/// Keeps the last answer of the authority itself: others may be asked about it (instance discovery).
struct Listener {
    origin: Option<Origin>,
    heard: Mutex<Option<Heard>>,
}

impl Listener {
    fn to(authority: &str) -> Self {
        Self { origin: Url::parse(authority).ok().map(|url| url.origin()), heard: Mutex::default() }
    }

    fn heard(&self) -> Option<Heard> {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Listener {
    fn observe(&self, event: Event<'_>) {
        let Event::Authority(exchanged) = event else { return };
        let Some(answer) = exchanged.answer else { return };
        if self.origin.as_ref() != Some(&exchanged.request.url().origin()) {
            return;
        }
        let date = answer.headers.get(DATE).and_then(|date| date.to_str().ok());
        let heard = Heard {
            status: answer.status.as_u16(),
            date: date.and_then(|date| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date).ok()),
            at: SystemClock.now(),
        };
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Some(heard);
    }
}
