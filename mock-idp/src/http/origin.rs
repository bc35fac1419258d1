//! Under which origin a request came, and so under which the answer's addresses and issuers are.
//!
//! A server has one origin of its own, and those of the names that it was told to answer to besides (`also_as`). A request
//! under any other `Host` is answered as if it had come to the server's own.

use std::borrow::Cow;

use super::{Idp, incoming::Incoming};

/// The origins of a server.
#[derive(Debug)]
pub struct Origins {
    /// The server's own, such as `https://localhost:8443`.
    own: String,
    scheme: String,
    port: Option<String>,
    /// Other host names, in lower case.
    also_as: Vec<String>,
}

impl Origins {
    /// `own`, and whatever `also_as` names.
    #[must_use]
    pub fn new(own: &str, also_as: &[String]) -> Self {
        let (scheme, host) = own.split_once("://").unwrap_or(("http", own));
        Self {
            scheme: scheme.to_owned(),
            port: split_port(host).1.map(str::to_owned),
            own: own.to_owned(),
            also_as: also_as.iter().map(|name| name.to_ascii_lowercase()).collect(),
        }
    }

    /// The origin for a host, which may have a port; `None` if it is none of this server's. A name without a port is the
    /// scheme's own port: what a program with a hard-coded authority asks for.
    #[must_use]
    pub fn of_host(&self, host: &str) -> Option<String> {
        let host = host.to_ascii_lowercase();
        let (name, _) = split_port(&host);
        if self.also_as.iter().any(|known| known == name) {
            return Some(format!("{}://{host}", self.scheme));
        }
        let own = split_port(self.own.split_once("://").map_or("", |(_, host)| host)).0;
        (name == own || name == "localhost" || name == "127.0.0.1").then(|| self.own.clone())
    }

    /// Host names beside the server's own.
    #[must_use]
    pub fn also_as(&self) -> &[String] {
        &self.also_as
    }

    /// Every origin under which tokens may have been issued, `asked` among them.
    fn all<'a>(&'a self, asked: &'a str) -> Vec<Cow<'a, str>> {
        let mut all = vec![Cow::Borrowed(self.own.as_str()), Cow::Borrowed(asked)];
        for name in &self.also_as {
            all.push(format!("{}://{name}", self.scheme).into());
            all.extend(self.port.iter().map(|port| format!("{}://{name}:{port}", self.scheme).into()));
        }
        all
    }
}

impl Idp {
    /// The origin under which `incoming` came.
    pub(super) fn base_of(&self, incoming: &Incoming) -> Cow<'_, str> {
        if self.origins.also_as.is_empty() {
            return Cow::Borrowed(&self.base);
        }
        let asked = incoming.header("host").and_then(|host| self.origins.of_host(host));
        asked.map_or(Cow::Borrowed(&self.base), Cow::Owned)
    }

    /// The issuers whose tokens an API takes that is called at `base`: one sign-in is good at all names.
    pub(super) fn issuers(&self, base: &str, issuer: impl Fn(&str) -> [String; 2]) -> Vec<String> {
        self.origins.all(base).iter().flat_map(|base| issuer(base)).collect()
    }
}

/// The name and the port, if it is one.
pub(crate) fn split_port(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((name, port)) if port.parse::<u16>().is_ok() => (name, Some(port)),
        _ => (host, None),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::own("localhost:8443", Some("https://localhost:8443"))]
    #[case::own_without_port_as_msal_python_asks("localhost", Some("https://localhost:8443"))]
    #[case::address("127.0.0.1:8443", Some("https://localhost:8443"))]
    #[case::hard_coded("login.microsoftonline.com", Some("https://login.microsoftonline.com"))]
    #[case::any_case_and_port("LOGIN.microsoftonline.com:8443", Some("https://login.microsoftonline.com:8443"))]
    #[case::foreign("login.evil.test", None)]
    #[case::below("x.login.microsoftonline.com", None)]
    #[case::no_port("login.microsoftonline.com:x", None)]
    #[case::nothing("", None)]
    fn a_host_is_one_of_ours_or_none(#[case] host: &str, #[case] origin: Option<&str>) {
        let origins = Origins::new("https://localhost:8443", &["Login.MicrosoftOnline.com".to_owned()]);
        assert_eq!(origins.of_host(host).as_deref(), origin);
    }
}
