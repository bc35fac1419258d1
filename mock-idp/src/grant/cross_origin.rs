//! Tokens of single-page applications are redeemed by their pages, and nobody else's are by a page. Browsers name the page's
//! origin in `Origin`, and a page cannot leave it out or forge it.

use url::Url;

use crate::{
    directory::{Application, ClientKind},
    error::{Aadsts, Refusal},
    flow::same_but_port,
};

use super::TokenCall;

/// Whether pages of `origin` may redeem what was issued to `client`: it is the origin of one of the redirect addresses that a
/// single-page application has registered. For loopback the port is ignored, as it is for the address itself.
#[must_use]
pub fn admits_origin(client: &Application, origin: &str) -> bool {
    let of = |address: &str| Url::parse(address).ok().map(|url| url.origin().ascii_serialization());
    client.kind == ClientKind::Spa
        && client.redirect_uris.iter().filter_map(|address| of(address)).any(|registered| {
            // An opaque origin, `null`, is nobody's.
            registered != "null" && (registered == origin || same_but_port(&registered, origin))
        })
}

/// A page redeems for a client that is none of its own.
///
/// # Errors
///
/// 9002326.
pub(super) fn check_page(call: &TokenCall<'_>, client: &Application) -> Result<(), Refusal> {
    match call.origin {
        Some(origin) if !admits_origin(client, origin) => {
            Err(Refusal::new(Aadsts::CrossOriginNotSinglePage).with("origin", origin))
        }
        _ => Ok(()),
    }
}

/// What was issued to a single-page application is redeemed by something that is no page.
///
/// # Errors
///
/// 9002327.
pub(super) fn check_program(call: &TokenCall<'_>, client: &Application) -> Result<(), Refusal> {
    match (call.origin, client.kind) {
        (None, ClientKind::Spa) => Err(Refusal::new(Aadsts::SinglePageNotCrossOrigin)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::config;

    #[rstest]
    #[case::as_registered("http://localhost:3000", true)]
    #[case::another_port("http://localhost:50001", true)]
    #[case::no_port("http://localhost", true)]
    #[case::tls("https://localhost:3000", false)]
    #[case::another_name("http://127.0.0.1:3000", false)]
    #[case::elsewhere("https://app.example", false)]
    #[case::a_name_that_begins_alike("http://localhost.evil.test", false)]
    #[case::opaque("null", false)]
    #[case::no_origin("", false)]
    fn pages_of_the_registered_origin_may_redeem(#[case] origin: &str, #[case] admitted: bool) {
        let document = config::built_in();
        let client = |name: &str| document.applications.iter().find(|client| client.name == name).expect("built in");
        assert_eq!(admits_origin(client("spa"), origin), admitted);
        assert!(!admits_origin(client("desktop"), origin) && !admits_origin(client("portal"), origin));
    }

    #[test]
    fn elsewhere_than_on_loopback_the_port_counts_and_the_path_does_not() {
        let document = config::built_in();
        let mut spa = document.applications.iter().find(|client| client.name == "spa").expect("built in").clone();
        spa.redirect_uris = vec!["https://app.example/signed-in".to_owned(), "myapp://auth".to_owned()];
        let admitted =
            ["https://app.example", "https://app.example:8443", "http://app.example", "null", "myapp://auth"]
                .map(|origin| admits_origin(&spa, origin));
        assert_eq!(admitted, [true, false, false, false, false]);
    }
}
