//! Redirect addresses: which ones an application may use, and how an answer travels to them.

use url::{Host, Url};

use crate::directory::Application;

/// How the answer travels to the redirect address (OAuth 2.0 Multiple Response Types, Form Post Response Mode).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseMode {
    /// In the query of a redirect.
    Query,
    /// In the fragment of a redirect.
    Fragment,
    /// In a form that the browser posts.
    FormPost,
}

impl ResponseMode {
    /// Reads `response_mode`; absent means query.
    #[must_use]
    pub fn parse(text: Option<&str>) -> Option<Self> {
        match text {
            None | Some("query") => Some(Self::Query),
            Some("fragment") => Some(Self::Fragment),
            Some("form_post") => Some(Self::FormPost),
            Some(_) => None,
        }
    }
}

/// Whether `given` is one of the application's registered addresses.
///
/// The texts are compared as they are. For loopback the port is ignored and the path is not (RFC 8252, 7.3; escalation
/// reference 1.1); an address without a path is the one with `/`.
#[must_use]
pub fn is_registered(application: &Application, given: &str) -> bool {
    application.redirect_uris.iter().any(|registered| registered == given || same_but_port(registered, given))
}

/// Whether both are loopback addresses that differ at most in the port.
#[must_use]
pub fn same_but_port(one: &str, other: &str) -> bool {
    matches!((loopback(one), loopback(other)), (Some(one), Some(other)) if one == other)
}

/// A loopback address without its port: host, and path and query as they are written. `[::1]` is not supported by Entra.
fn loopback(address: &str) -> Option<(String, &str)> {
    // What `Url` leaves out or takes for a slash: the address that it reads would not be the one that is answered.
    if address.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
        return None;
    }
    let url = Url::parse(address).ok()?;
    let host = match url.host()? {
        Host::Domain("localhost") => "localhost".to_owned(),
        Host::Ipv4(ip) if ip.is_loopback() => ip.to_string(),
        _ => return None,
    };
    let plain =
        url.scheme() == "http" && url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let (_, behind_scheme) = address.split_once("://")?;
    let end = behind_scheme.find(['/', '?']).unwrap_or(behind_scheme.len());
    let (authority, path) = behind_scheme.split_at(end);
    // Written in escapes or in other letters, it is not the name that was registered.
    let is_plain_name = authority.get(..host.len()).is_some_and(|name| name.eq_ignore_ascii_case(&host));
    (plain && is_plain_name).then(|| (host, path.strip_prefix('/').unwrap_or(path)))
}

/// `address` with `parameters` in its query or fragment. An error ends in an empty fragment, as Entra's do, so that no
/// fragment of the page before it survives.
#[must_use]
pub fn location(address: &str, mode: ResponseMode, parameters: &[(&str, String)]) -> String {
    let encoded = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters.iter().map(|(name, value)| (*name, value.as_str())))
        .finish();
    let address = address.split('#').next().unwrap_or(address);
    match mode {
        ResponseMode::Fragment => format!("{address}#{encoded}"),
        ResponseMode::Query | ResponseMode::FormPost => {
            let joint = if address.contains('?') { '&' } else { '?' };
            let end = if parameters.iter().any(|(name, _)| *name == "error") { "#" } else { "" };
            format!("{address}{joint}{encoded}{end}")
        }
    }
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::config;

    #[rstest]
    #[case::as_registered("http://localhost", true)]
    #[case::any_port("http://localhost:50001", true)]
    #[case::root_path("http://localhost:50001/", true)]
    #[case::other_path("http://localhost:50001/callback", false)]
    #[case::tls("https://localhost:50001", false)]
    #[case::other_loopback_name("http://127.0.0.1:50001", false)]
    #[case::elsewhere("http://localhost.evil.test", false)]
    #[case::user_part("http://localhost:80@evil.test", false)]
    #[case::credentials("http://user@localhost", false)]
    #[case::fragment("http://localhost#x", false)]
    #[case::upper_case("HTTP://LOCALHOST:1", true)]
    #[case::rubbish("localhost", false)]
    #[case::space_behind("http://localhost ", false)]
    #[case::tab_inside("http://local\thost", false)]
    #[case::way_round("http://localhost/x/..", false)]
    #[case::backslash("http://localhost\\", false)]
    #[case::three_slashes("http:///localhost", false)]
    #[case::escaped_name("http://local%68ost", false)]
    fn the_desktop_client_gets_any_loopback_port_and_nothing_else(#[case] given: &str, #[case] allowed: bool) {
        let document = config::built_in();
        let desktop = document.applications.iter().find(|application| application.name == "desktop").expect("built in");
        assert_eq!(is_registered(desktop, given), allowed);
    }

    #[rstest]
    #[case(ResponseMode::Query, "http://localhost:1", "code", "http://localhost:1?code=a%2Fb&state=s")]
    #[case(ResponseMode::Query, "http://localhost:1/?x=1", "code", "http://localhost:1/?x=1&code=a%2Fb&state=s")]
    #[case(ResponseMode::Fragment, "http://localhost:1", "code", "http://localhost:1#code=a%2Fb&state=s")]
    #[case(ResponseMode::Query, "http://localhost:1", "error", "http://localhost:1?error=a%2Fb&state=s#")]
    fn answers_travel_in_query_or_fragment(
        #[case] mode: ResponseMode,
        #[case] address: &str,
        #[case] name: &str,
        #[case] expected: &str,
    ) {
        assert_eq!(location(address, mode, &[(name, "a/b".to_owned()), ("state", "s".to_owned())]), expected);
    }
}
