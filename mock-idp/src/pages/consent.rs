//! The page on which a person grants an application what it asks for.

use askama::Template;

use super::{Form, Frame, render};

/// The scopes of one API.
#[derive(Clone, Debug)]
pub struct ApiGroup<'a> {
    /// Display name of the API.
    pub api: &'a str,
    /// What is asked of it.
    pub scopes: Vec<ScopeLine<'a>>,
}

/// One scope.
#[derive(Clone, Copy, Debug)]
pub struct ScopeLine<'a> {
    /// Its name, as the application asks for it.
    pub name: &'a str,
    /// What it allows, for the person.
    pub description: &'a str,
    /// Whether it is asked for the first time.
    pub new: bool,
}

/// Asks for consent: button `answer` with `accept` or `cancel`; step `consent`.
///
/// With `maintain_access` the scope `offline_access` is listed.
/// An `administrator` is offered the box `organization`, sent as `1`, to accept for the whole tenant.
#[must_use]
pub fn consent(
    frame: &Frame<'_>,
    form: &Form<'_>,
    username: &str,
    groups: &[ApiGroup<'_>],
    maintain_access: bool,
    administrator: bool,
) -> String {
    #[derive(Template)]
    #[template(path = "consent.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        form: &'a Form<'a>,
        username: &'a str,
        groups: &'a [ApiGroup<'a>],
        maintain_access: bool,
        administrator: bool,
    }
    render(&Page { frame, form, username, groups, maintain_access, administrator })
}
