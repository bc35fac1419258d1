//! The pages a person meets while signing in: HTML only, made from plain values.
//!
//! It owns the look and wording of each page, the element ids that people's UI scripts rely on, and the headers
//! that keep a page from being framed, scripted or stored.
//! It must not know policy, the store or HTTP: what is shown and why is decided elsewhere and handed in as text.
//!
//! To add a page: a template that extends `card.html`, a function here, and a row in each table of `tests.rs`.

mod consent;
mod outcome;
mod remedy;
mod security;
mod sign_in;
#[cfg(test)]
mod tests;

pub use consent::{ApiGroup, ScopeLine, consent};
pub use outcome::{Failure, blocked, device_done, error, form_post, pick_to_sign_out, signed_out};
pub use remedy::{external_challenge, passkey, password_change, request_approval, request_sent, terms_of_use};
pub use security::{CONTENT_SECURITY_POLICY, HEADERS, content_security_policy_framing};
pub use sign_in::{
    Tile, device_code, one_time_code, password, pick_account, register_method, stay_signed_in, username,
};

use askama::Template;

/// What surrounds the content of each page.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Display name of the tenant.
    pub tenant: &'a str,
    /// Display name of the application; empty if it is not known.
    pub application: &'a str,
    /// Sentences that say why this page is shown; folded away under the card.
    pub decision: &'a [String],
}

/// Where a page's form goes. It is always a POST with the hidden fields `ctx` and `step`.
#[derive(Clone, Copy, Debug)]
pub struct Form<'a> {
    /// The address it is posted to.
    pub action: &'a str,
    /// The sign-in that it continues.
    pub ctx: &'a str,
}

/// The one place that turns a template into text. Writing to a `String` does not fail, nor do our templates.
fn render(page: &impl Template) -> String {
    page.render().inspect_err(|error| tracing::error!(%error, "could not render a page")).unwrap_or_default()
}
