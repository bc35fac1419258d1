//! The scripted person and her browser.
//!
//! ```text
//! visit(url) ──► browser: HTTP, cookies, redirects ──► page: what is on it (plain data)
//!                   ▲                                     │
//!                   └──── a form to submit ◄── person: what she does there
//! ```
//!
//! She sees what anybody with a browser sees: HTML over HTTP, recognised only by the element ids of the
//! contract. Nothing here may know the server's types, its store or its decisions; so what works for her
//! works for people's own UI scripts too.

mod browser;
mod error;
mod form;
mod page;
mod person;
mod stand_in;
mod thinking;
mod user;

pub use browser::Browser;
pub use error::BrowseError;
pub use page::{PageKind, PageSeen};
pub(crate) use stand_in::StandIn;
pub use thinking::Thinking;
pub use user::{Answer, MfaAnswer, VirtualUser, VisitAnswers};

use std::fmt;

use url::Url;

use crate::recorder::redact;

/// Everything one visit came by, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// The pages in the order they were shown.
    pub pages: Vec<PageSeen>,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a visit ended. What was delivered prints without codes and tokens.
#[derive(Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The browser was sent to the client's redirect address.
    Delivered {
        /// The redirect address, without the parameters delivered to it.
        redirect_uri: Url,
        /// How the parameters travelled.
        mode: ResponseMode,
        /// The parameters in their order, decoded.
        parameters: Vec<(String, String)>,
        /// What the client's listener answered; `None` where no HTTP request was due
        /// (custom scheme, or a fragment for an address that is not on this machine).
        status: Option<u16>,
    },
    /// The server showed an error page without a way back to the client. (Where there is one the user takes it, and
    /// the page is among the visit's pages.)
    ErrorPage {
        /// The AADSTS number on it.
        code: Option<u32>,
        /// The text for the person.
        message: String,
    },
    /// The person left without an answer to the client.
    Abandoned {
        /// The page that she left.
        at: PageKind,
    },
    /// The last page asks for nothing and sends nobody on: signed out, or a device confirmed.
    Finished {
        /// That page.
        at: PageKind,
    },
}

impl Outcome {
    /// The first delivered parameter of that name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let Self::Delivered { parameters, .. } = self else {
            return None;
        };
        parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delivered { redirect_uri, mode, parameters, status } => f
                .debug_struct("Delivered")
                .field("redirect_uri", &redirect_uri.as_str())
                .field("mode", mode)
                .field("parameters", &redact(parameters))
                .field("status", status)
                .finish(),
            Self::ErrorPage { code, message } => {
                f.debug_struct("ErrorPage").field("code", code).field("message", message).finish()
            }
            Self::Abandoned { at } => f.debug_struct("Abandoned").field("at", at).finish(),
            Self::Finished { at } => f.debug_struct("Finished").field("at", at).finish(),
        }
    }
}

/// How an authorization answer travels to the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseMode {
    /// In the query of a redirect.
    Query,
    /// In the fragment of a redirect.
    Fragment,
    /// As a form that the browser posts.
    FormPost,
}

#[cfg(test)]
mod tests;
