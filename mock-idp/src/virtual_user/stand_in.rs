//! The person without a browser: for a server that answers its pages in her stead. She still sees HTML alone, so what she
//! does is what she would do in front of a screen.

use url::Url;

use super::{
    VirtualUser,
    page::Page,
    person::{Person, Step},
};

/// One person during one sign-in.
#[derive(Debug)]
pub(crate) struct StandIn<'a>(Person<'a>);

/// What a page is answered with.
#[derive(Debug)]
pub(crate) struct Submission {
    /// Where it goes.
    pub(crate) url: Url,
    /// The form; `None` follows a link.
    pub(crate) form: Option<String>,
}

impl<'a> StandIn<'a> {
    pub(crate) fn new(user: &'a VirtualUser) -> Self {
        Self(Person::new(user, None))
    }

    /// Her answer to the page at `url`; `None` if it is the end, or she can do nothing with it, or leaves.
    pub(crate) fn answer(&mut self, url: Url, status: u16, html: &str) -> Option<Submission> {
        match self.0.act(&Page::parse(url, status, html)) {
            Ok(Step::Send(request)) => Some(Submission { url: request.url, form: request.body }),
            Ok(Step::PostAnswer | Step::End(_)) | Err(_) => None,
        }
    }
}
