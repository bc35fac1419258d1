//! The pages a person meets while signing in: HTML only, made from plain values.
//!
//! It owns the look of each page, its words in every language ([`text`]), the element ids that people's UI scripts rely on, and
//! the headers that keep a page from being framed, scripted or stored.
//! It must not know policy, the store or HTTP: what is shown and why is decided elsewhere and handed in as data.
//!
//! To add a page: a template that extends `card.html`, its words in each file of `text/`, a function here, and a row in each
//! table of `tests.rs`.

mod consent;
mod outcome;
mod remedy;
mod second_factor;
mod security;
mod sign_in;
#[cfg(test)]
mod tests;
pub mod text;

pub use consent::{ApiGroup, PublisherLine, Reach, ScopeLine, consent};
pub use outcome::{
    Catalogued, Identifiers, Obstacle, blocked, device_done, error, form_post, pick_to_sign_out, signed_out,
};
pub use remedy::{external_challenge, password_change, request_approval, request_sent, terms_of_use};
pub use second_factor::{NumberShown, choose_way, number_matching, one_time_code, passkey, register_method};
pub use security::{CONTENT_SECURITY_POLICY, HEADERS, content_security_policy_framing};
pub use sign_in::{Tile, confirm_device, device_code, password, pick_account, stay_signed_in, username};

use std::fmt;

use askama::{Template, filters::HtmlSafe};

use text::{Filled, Texts, Ticked};

/// What surrounds the content of each page.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The words of the page.
    pub texts: &'static Texts,
    /// Display name of the tenant.
    pub tenant: &'a str,
    /// Display name of the application; empty if it is not known.
    pub application: &'a str,
    /// Why this page is shown; folded away under the card.
    pub decision: &'a [Ground],
}

impl<'a> Frame<'a> {
    /// A frame before anything is known of client and decision.
    #[must_use]
    pub fn of(texts: &'static Texts, tenant: &'a str) -> Self {
        Self { texts, tenant, application: "", decision: &[] }
    }

    /// A sentence of the catalogue.
    fn ticked(&self, sentence: impl fmt::Display) -> Ticked {
        Ticked::new(sentence)
    }

    /// The application, by its name or in a word.
    fn called(&self) -> String {
        if self.application.is_empty() { self.texts.an_application.to_string() } else { self.application.to_owned() }
    }
}

/// One reason for a page: a line of the decision, in the log's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    /// What a rule saw.
    pub because: String,
    /// What would settle it, if anything would.
    pub satisfied_by: Option<String>,
}

impl Ground {
    /// A reason that nothing has to settle.
    #[must_use]
    pub fn new(because: impl Into<String>) -> Self {
        Self { because: because.into(), satisfied_by: None }
    }
}

/// Where a page's form goes. It is always a POST with the hidden fields `ctx` and `step`.
#[derive(Clone, Copy, Debug)]
pub struct Form<'a> {
    /// The address it is posted to.
    pub action: &'a str,
    /// The sign-in that it continues. Only the browser that began it may, so it is the anti-forgery token, too.
    pub ctx: &'a str,
}

/// What was wrong with what was typed before.
#[derive(Clone, Debug)]
pub struct Problem {
    /// A sentence in the page's language.
    pub sentence: Filled,
    /// The AADSTS number behind it, if there is one.
    pub number: Option<u32>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.sentence)?;
        self.number.map_or(Ok(()), |number| write!(f, " (AADSTS{number})"))
    }
}

/// Its sentence is HTML.
impl HtmlSafe for Problem {}

/// The one place that turns a template into text. Writing to a `String` does not fail, nor do our templates.
fn render(page: &impl Template) -> String {
    page.render().inspect_err(|error| tracing::error!(%error, "could not render a page")).unwrap_or_default()
}
