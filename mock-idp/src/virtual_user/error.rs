//! What can go wrong on a visit: each a sentence with its cause and the next step.
//! Addresses lose their query here, for it may hold codes and states.

use url::Url;

use super::PageKind;

/// Why a visit could not be carried to its end.
#[derive(Debug, thiserror::Error)]
pub enum BrowseError {
    /// The CA certificate could not be read, or no HTTP client could be made.
    #[error(
        "the virtual user's browser could not be set up: {}; check that the CA is a PEM certificate (`mock-idp ca` names it)",
        chain(.0)
    )]
    Setup(#[source] reqwest::Error),
    /// No answer from the authorization server.
    #[error("{} did not answer: {}; check that the server runs there and that its CA is given", address(.url), chain(.source))]
    NoAnswer {
        /// What was asked for.
        url: Url,
        /// The cause.
        source: reqwest::Error,
    },
    /// The client's redirect address did not take the delivery.
    #[error("the answer could not be delivered to {}: {}; check that the client is still listening there", address(.redirect_uri), chain(.source))]
    NotDelivered {
        /// The client's address.
        redirect_uri: Url,
        /// The cause.
        source: reqwest::Error,
    },
    /// The page refused what was typed.
    #[error(
        "the {page} page refused what {username} typed: \"{message}\"; correct the virtual user's answers or the directory"
    )]
    Refused {
        /// The page.
        page: PageKind,
        /// Who typed.
        username: String,
        /// The page's own error text.
        message: String,
    },
    /// A page that is none of the contract's.
    #[error("{} answered {status} with something that is no page of the sign-in: \"{excerpt}\"; give the address of an authorization request", address(.url))]
    UnknownPage {
        /// Its address.
        url: Url,
        /// Its HTTP status.
        status: u16,
        /// Its title or the beginning of its text.
        excerpt: String,
    },
    /// A page lacks an element that the contract promises.
    #[error("the {page} page at {} has no {element} inside a form, so the virtual user cannot go on; compare the page with the contract's element ids", address(.url))]
    MissingElement {
        /// The page.
        page: PageKind,
        /// Its address.
        url: Url,
        /// What is missing.
        element: String,
    },
    /// A device-code page and nothing to type into it.
    #[error(
        "the device code page asks for a code and none was given; open the address with the code, or use `enter_device_code`"
    )]
    NoDeviceCode,
    /// A redirect without a usable address.
    #[error("{} redirected to {location:?}, which is no address; report the server's redirect", address(.url))]
    BadRedirect {
        /// Who redirected.
        url: Url,
        /// The `Location` header.
        location: String,
    },
    /// Redirects without end.
    #[error("{} redirected more than {limit} times in a row; the server sends the browser in a circle", address(.url))]
    TooManyRedirects {
        /// Where it stopped.
        url: Url,
        /// The limit.
        limit: usize,
    },
    /// Pages without end.
    #[error(
        "the sign-in showed {limit} pages without an end, the last one for {last}; see the server's exchanges for what it still wants"
    )]
    TooManyPages {
        /// The limit.
        limit: usize,
        /// The last page.
        last: PageKind,
    },
}

/// The address as far as it may be printed.
fn address(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.to_string()
}

/// The innermost cause says what happened ("connection refused", "unknown issuer"); reqwest's own text repeats
/// the address with its query.
fn chain(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    if std::ptr::addr_eq(cause, error) {
        return if error.is_timeout() { "it took too long".to_owned() } else { "the request failed".to_owned() };
    }
    cause.to_string()
}
