//! Instance discovery: what other names an authority's host has (wire reference 1.1). Decides whom to
//! ask and what to believe; sends nothing itself.
//!
//! | host | asked |
//! |---|---|
//! | of a known cloud | nobody: its names are built in |
//! | loopback | itself: nobody else can know what runs on this computer, nor has to learn of it |
//! | any other | `login.microsoftonline.com`, as MSAL does; it answers `invalid_instance` for a stranger's host |

use serde::Deserialize;
use url::Url;

use super::cloud::{Cloud, TRUSTED_HOST, host_and_port};
use super::{Authority, is_loopback};
use crate::error::{ClientErrorKind, Error};

/// What has to be done to learn an authority's cloud.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// Nothing.
    Settled(Cloud),
    /// Ask here.
    Ask(Url),
}

/// Whom to ask. `enabled` is the app's setting; the built-in names hold in any case.
pub(super) fn question(authority: &Authority, enabled: bool) -> Question {
    let itself = || Question::Settled(Cloud::single(authority.environment()));
    if !authority.is_entra() {
        return itself();
    }
    let base = authority.address();
    match Cloud::of_host(base.host_str().unwrap_or_default()) {
        Some(known) if base.port().is_none() => return Question::Settled(known),
        // At a port of its own it is something else under that name; nobody else knows it.
        Some(_) => return itself(),
        None => {}
    }
    if !enabled {
        return itself();
    }
    let asked = if is_loopback(base) {
        base.join("/common/discovery/instance")
    } else {
        Url::parse(&format!("https://{TRUSTED_HOST}/common/discovery/instance"))
    };
    let Ok(mut url) = asked else {
        return itself();
    };
    url.query_pairs_mut()
        .append_pair("api-version", "1.1")
        .append_pair("authorization_endpoint", &format!("{authority}/oauth2/v2.0/authorize"));
    Question::Ask(url)
}

/// An answer of the instance discovery endpoint.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    #[serde(default)]
    metadata: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    preferred_network: String,
    preferred_cache: String,
    #[serde(default)]
    aliases: Vec<String>,
}

impl Answer {
    /// The cloud of this authority; a host that is not listed stands for itself.
    ///
    /// A host that speaks for itself may not claim other names: under another host's name it would be
    /// handed that host's tokens out of the cache.
    pub(super) fn cloud_of(self, authority: &Authority) -> Result<Cloud, Error> {
        let own = host_and_port(authority.address());
        let name = authority.address().host_str().unwrap_or_default();
        let is_own = |host: &str| host.eq_ignore_ascii_case(&own) || host.eq_ignore_ascii_case(name);
        let Some(entry) = self.metadata.into_iter().find(|entry| entry.aliases.iter().any(|alias| is_own(alias)))
        else {
            return Ok(Cloud::single(own));
        };
        let speaks_for_itself = is_loopback(authority.address());
        let claimed = [&entry.preferred_network, &entry.preferred_cache].into_iter().chain(&entry.aliases);
        for host in claimed {
            if speaks_for_itself && !is_own(host) {
                return Err(misled(authority, host, "which is another host; a host may only speak for itself"));
            }
            if !is_host(host) {
                return Err(misled(authority, host, "which is no host name"));
            }
        }
        // Written without its port, the own name still means the own port.
        let network_host = if is_own(&entry.preferred_network) { own } else { entry.preferred_network };
        Ok(Cloud::new(network_host, entry.preferred_cache, entry.aliases))
    }
}

fn is_host(text: &str) -> bool {
    Url::parse(&format!("https://{text}/")).is_ok_and(|url| host_and_port(&url).eq_ignore_ascii_case(text))
}

fn misled(authority: &Authority, host: &str, why: &str) -> Error {
    Error::client(
        ClientErrorKind::InvalidMetadata,
        format!(
            "instance discovery for {authority} names {host:?}, {why}; check the authority's address, or switch instance discovery off"
        ),
    )
}

/// The verdict `invalid_instance`, with what to do about it.
pub(super) fn unknown_instance(authority: &Authority, description: &str) -> Error {
    Error::client(
        ClientErrorKind::InvalidInstance,
        format!(
            "no cloud of Microsoft has the host {} ({}); check the authority's address, or switch instance discovery off if the host is yours",
            host_and_port(authority.address()),
            description.split("Trace ID:").next().unwrap_or_default().trim().trim_end_matches('.')
        ),
    )
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::{Answer, Question, question};
    use crate::authority::{Authority, Cloud};

    fn asked(authority: &str, enabled: bool) -> String {
        match question(&Authority::parse(authority).unwrap(), enabled) {
            Question::Settled(cloud) => format!("{} {}", cloud.network_host(), cloud.preferred_cache()),
            Question::Ask(url) => url.to_string(),
        }
    }

    #[rstest]
    #[case::known("https://login.microsoftonline.com/common", true, "login.microsoftonline.com login.windows.net")]
    #[case::known_by_an_alias("https://sts.windows.net/common", true, "login.microsoftonline.com login.windows.net")]
    #[case::known_when_off("https://login.windows.net/common", false, "login.microsoftonline.com login.windows.net")]
    #[case::loopback(
        "https://localhost:8443/contoso.test",
        true,
        "https://localhost:8443/common/discovery/instance?api-version=1.1&authorization_endpoint=https%3A%2F%2Flocalhost%3A8443%2Fcontoso.test%2Foauth2%2Fv2.0%2Fauthorize"
    )]
    #[case::loopback_when_off("https://localhost:8443/contoso.test", false, "localhost:8443 localhost:8443")]
    #[case::stranger(
        "https://login.contoso.example:444/t",
        true,
        "https://login.microsoftonline.com/common/discovery/instance?api-version=1.1&authorization_endpoint=https%3A%2F%2Flogin.contoso.example%3A444%2Ft%2Foauth2%2Fv2.0%2Fauthorize"
    )]
    #[case::known_name_at_a_port(
        "https://login.microsoftonline.com:8443/t",
        true,
        "login.microsoftonline.com:8443 login.microsoftonline.com:8443"
    )]
    #[case::stranger_when_off("https://login.contoso.example/t", false, "login.contoso.example login.contoso.example")]
    fn who_is_asked(#[case] authority: &str, #[case] enabled: bool, #[case] expected: &str) {
        assert_eq!(asked(authority, enabled), expected);
    }

    #[test]
    fn an_openid_provider_is_never_asked_about() {
        let authority = Authority::parse_open_id("https://idp.example/realms/a").unwrap();
        let expected = Cloud::single("idp.example/realms/a".to_owned());
        assert_eq!(question(&authority, true), Question::Settled(expected));
    }

    fn believed(authority: &str, network: &str, cache: &str, aliases: &Value) -> Result<Cloud, String> {
        let entry = json!({"preferred_network": network, "preferred_cache": cache, "aliases": aliases});
        let other = json!({"preferred_network": "x.example", "preferred_cache": "x.example", "aliases": ["x.example"]});
        let answer: Answer = serde_json::from_value(json!({"metadata": [other, entry]})).unwrap();
        answer.cloud_of(&Authority::parse(authority).unwrap()).map_err(|error| error.code().to_owned())
    }

    const STRANGER: &str = "https://login.contoso.example/t";
    const LOCAL: &str = "https://localhost:8443/t";

    #[rstest]
    #[case::itself(LOCAL, "localhost:8443", "localhost:8443", json!(["localhost:8443", "localhost"]), "localhost:8443 localhost:8443")]
    #[case::without_port(LOCAL, "localhost", "localhost", json!(["localhost"]), "localhost:8443 localhost")]
    #[case::any_case(LOCAL, "LOCALHOST:8443", "localhost:8443", json!(["Localhost"]), "localhost:8443 localhost:8443")]
    #[case::not_listed(LOCAL, "y.example", "y.example", json!(["y.example"]), "localhost:8443 localhost:8443")]
    #[case::vouched_for(STRANGER, "login.b.example", "c.example", json!(["login.contoso.example"]), "login.b.example c.example")]
    fn believed_answers(
        #[case] authority: &str,
        #[case] network: &str,
        #[case] cache: &str,
        #[case] aliases: Value,
        #[case] expected: &str,
    ) {
        let cloud = believed(authority, network, cache, &aliases).unwrap();
        assert_eq!(format!("{} {}", cloud.network_host(), cloud.preferred_cache()), expected);
        let named = |host: &str| cloud.aliases().iter().any(|alias| alias.eq_ignore_ascii_case(host));
        assert!(named(cloud.network_host()) && named(cloud.preferred_cache()));
    }

    #[rstest]
    #[case::foreign_network(LOCAL, "evil.example", "localhost:8443", json!(["localhost:8443"]))]
    #[case::other_port(LOCAL, "localhost:1", "localhost:8443", json!(["localhost:8443"]))]
    #[case::name_of_the_public_cloud(LOCAL, "localhost:8443", "login.windows.net", json!(["localhost:8443"]))]
    #[case::alias_of_the_public_cloud(LOCAL, "localhost:8443", "localhost", json!(["localhost", "login.windows.net"]))]
    #[case::no_host(STRANGER, "evil.example/x?", "c.example", json!(["login.contoso.example"]))]
    #[case::empty(STRANGER, "", "c.example", json!(["login.contoso.example"]))]
    fn refused_answers(#[case] authority: &str, #[case] network: &str, #[case] cache: &str, #[case] aliases: Value) {
        assert_eq!(believed(authority, network, cache, &aliases), Err("endpoints_resolution_error".to_owned()));
    }
}
