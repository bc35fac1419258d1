//! The page on which a person grants an application what it asks for.

use askama::Template;

use super::{Form, Frame, render};

/// The scopes of one API.
#[derive(Clone, Debug)]
pub struct ApiGroup<'a> {
    /// Display name of the API.
    pub api: &'a str,
    /// Display name of the application that calls it for the person, where it is another one than the one that asks.
    pub called_by: Option<&'a str>,
    /// What is asked of it.
    pub scopes: Vec<ScopeLine<'a>>,
    /// The names of scopes that are on record already and are not asked for now.
    pub granted_before: Vec<&'a str>,
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

/// Who published the application.
#[derive(Clone, Copy, Debug)]
pub struct PublisherLine<'a> {
    /// Name.
    pub name: &'a str,
    /// Whether somebody checked that it is theirs.
    pub verified: bool,
}

/// For whom consent is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// For the person.
    Person,
    /// For the person, or by the box `organization`, sent as `1`, for everybody in the tenant: an administrator's choice.
    Chosen,
    /// For everybody in the tenant.
    Tenant,
}

impl Reach {
    fn is_to_be_chosen(self) -> bool {
        self == Self::Chosen
    }

    fn is_whole_tenant(self) -> bool {
        self == Self::Tenant
    }
}

/// Asks for consent: button `answer` with `accept` or `cancel`; step `consent`.
///
/// With `maintain_access` the scope `offline_access` is listed.
#[must_use]
pub fn consent(
    frame: &Frame<'_>,
    form: &Form<'_>,
    username: &str,
    publisher: Option<PublisherLine<'_>>,
    groups: &[ApiGroup<'_>],
    maintain_access: bool,
    reach: Reach,
) -> String {
    #[derive(Template)]
    #[template(path = "consent.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        form: &'a Form<'a>,
        username: &'a str,
        publisher: Option<PublisherLine<'a>>,
        groups: &'a [ApiGroup<'a>],
        maintain_access: bool,
        reach: Reach,
    }
    render(&Page { frame, form, username, publisher, groups, maintain_access, reach })
}
