//! The clouds: which hosts are one and the same identity platform, which of them is asked, and under
//! which name the token cache files what it answers. Data and look-ups; no network.

use url::Url;

/// One cloud of the identity platform, or a host that is its own.
///
/// ```
/// use desktop_client::{Audience, Cloud};
///
/// let cloud = Cloud::named("usgov").unwrap();
/// assert_eq!(cloud.authority(Audience::Organizations), "https://login.microsoftonline.us/organizations");
/// assert_eq!(Cloud::named("public").unwrap().preferred_cache(), "login.windows.net");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cloud {
    network_host: String,
    preferred_cache: String,
    aliases: Vec<String>,
}

/// Who may sign in: the last part of an authority's address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Audience {
    /// Work, school and personal accounts: `common`.
    Common,
    /// Work and school accounts of any tenant: `organizations`.
    Organizations,
    /// Personal accounts: `consumers`.
    Consumers,
    /// The accounts of one tenant, by its id or a domain of it.
    Tenant(String),
}

impl From<&str> for Audience {
    /// Whatever is none of the three words is a tenant.
    fn from(text: &str) -> Self {
        match text.trim().to_ascii_lowercase().as_str() {
            "common" => Self::Common,
            "organizations" => Self::Organizations,
            "consumers" => Self::Consumers,
            _ => Self::Tenant(text.trim().to_owned()),
        }
    }
}

impl Audience {
    /// As it stands in an address.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Common => "common",
            Self::Organizations => "organizations",
            Self::Consumers => "consumers",
            Self::Tenant(tenant) => tenant,
        }
    }
}

impl Cloud {
    /// The names that [`Cloud::named`] knows; MSAL's `AzureCloudInstance` without the German cloud
    /// that was closed in 2021.
    pub const NAMES: [&'static str; 6] = ["public", "usgov", "china", "govfr", "govde", "govsg"];

    /// The cloud of this name, case aside; `None` for a name that is not among [`Cloud::NAMES`].
    pub fn named(name: &str) -> Option<Self> {
        let known = KNOWN.iter().find(|known| known.name.is_some_and(|own| own.eq_ignore_ascii_case(name.trim())))?;
        Some(known.into())
    }

    /// The address to sign this audience in at, for [`Builder::authority`](crate::Builder::authority).
    pub fn authority(&self, audience: impl Into<Audience>) -> String {
        format!("https://{}/{}", self.network_host, audience.into().as_str())
    }

    /// The host that is asked, with a port that is not the scheme's own.
    pub fn network_host(&self) -> &str {
        &self.network_host
    }

    /// What the token cache calls this cloud: [`Account::environment`](crate::Account::environment).
    pub fn preferred_cache(&self) -> &str {
        &self.preferred_cache
    }

    /// All names of this cloud, the two preferred ones among them.
    pub fn aliases(&self) -> &[String] {
        &self.aliases
    }

    /// The cloud that this host is known to belong to.
    pub(crate) fn of_host(host: &str) -> Option<Self> {
        KNOWN.iter().find(|known| known.aliases.iter().any(|own| own.eq_ignore_ascii_case(host))).map(Self::from)
    }

    /// A host that stands for itself.
    pub(crate) fn single(host: String) -> Self {
        Self { network_host: host.clone(), preferred_cache: host.clone(), aliases: vec![host] }
    }

    pub(super) fn new(network_host: String, preferred_cache: String, mut aliases: Vec<String>) -> Self {
        for host in [&network_host, &preferred_cache] {
            if !aliases.iter().any(|alias| alias.eq_ignore_ascii_case(host)) {
                aliases.push(host.clone());
            }
        }
        Self { network_host, preferred_cache, aliases }
    }

    /// The names under which a cache may hold this cloud's entries; new ones go under the first. A
    /// cache's environment is a host: MSAL Python and MSAL.NET leave the port out, MSAL Node takes it
    /// for part of the name.
    pub(crate) fn environments(&self) -> Vec<String> {
        let mut environments: Vec<String> = Vec::new();
        let mut add = |name: &str| {
            if !environments.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                environments.push(name.to_owned());
            }
        };
        for name in std::iter::once(&self.preferred_cache).chain(&self.aliases) {
            match name.rsplit_once(':') {
                // Not the path of an OpenID provider's issuer, nor the middle of an IPv6 address.
                Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => add(host),
                _ => {}
            }
            add(name);
        }
        environments
    }
}

impl From<&Known> for Cloud {
    fn from(known: &Known) -> Self {
        Self {
            network_host: known.network.to_owned(),
            preferred_cache: known.cache.to_owned(),
            aliases: known.aliases.iter().map(|&alias| alias.to_owned()).collect(),
        }
    }
}

/// Asked about hosts that nobody here knows (MSAL: `AadAuthority.DefaultTrustedHost`).
pub(super) const TRUSTED_HOST: &str = "login.microsoftonline.com";

struct Known {
    /// Of the profile; none for clouds that nobody can sign up to.
    name: Option<&'static str>,
    network: &'static str,
    cache: &'static str,
    aliases: &'static [&'static str],
}

impl Known {
    const fn alone(name: Option<&'static str>, aliases: &'static [&'static str; 1]) -> Self {
        Self { name, network: aliases[0], cache: aliases[0], aliases }
    }
}

/// MSAL.NET at 39d2001: `Instance/Discovery/KnownMetadataProvider.cs` (hosts), `AuthorityInfo.cs`,
/// `GetCloudUrl` (which of them are offered by name).
const KNOWN: [Known; 9] = [
    Known {
        name: Some("public"),
        network: TRUSTED_HOST,
        cache: "login.windows.net",
        aliases: &[TRUSTED_HOST, "login.windows.net", "login.microsoft.com", "sts.windows.net"],
    },
    Known {
        name: Some("usgov"),
        network: "login.microsoftonline.us",
        cache: "login.microsoftonline.us",
        aliases: &["login.microsoftonline.us", "login.usgovcloudapi.net"],
    },
    Known {
        name: Some("china"),
        network: "login.partner.microsoftonline.cn",
        cache: "login.partner.microsoftonline.cn",
        aliases: &["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
    },
    Known::alone(Some("govfr"), &["login.sovcloud-identity.fr"]),
    Known::alone(Some("govde"), &["login.sovcloud-identity.de"]),
    Known::alone(Some("govsg"), &["login.sovcloud-identity.sg"]),
    Known::alone(None, &["login.microsoftonline.de"]),
    Known::alone(None, &["login-us.microsoftonline.com"]),
    Known {
        name: None,
        network: "login.windows-ppe.net",
        cache: "login.windows-ppe.net",
        aliases: &["login.windows-ppe.net", "sts.windows-ppe.net", "login.microsoft-ppe.com"],
    },
];

/// Host, and port where it is not the scheme's own.
pub(super) fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{Audience, Cloud};

    #[rstest]
    #[case::public("public", "login.microsoftonline.com", "login.windows.net", "sts.windows.net")]
    #[case::any_case("Public", "login.microsoftonline.com", "login.windows.net", "login.microsoft.com")]
    #[case::usgov("usgov", "login.microsoftonline.us", "login.microsoftonline.us", "login.usgovcloudapi.net")]
    #[case::china(
        "china",
        "login.partner.microsoftonline.cn",
        "login.partner.microsoftonline.cn",
        "login.chinacloudapi.cn"
    )]
    #[case::france("govfr", "login.sovcloud-identity.fr", "login.sovcloud-identity.fr", "login.sovcloud-identity.fr")]
    #[case::germany("govde", "login.sovcloud-identity.de", "login.sovcloud-identity.de", "login.sovcloud-identity.de")]
    #[case::singapore(
        "govsg",
        "login.sovcloud-identity.sg",
        "login.sovcloud-identity.sg",
        "login.sovcloud-identity.sg"
    )]
    fn by_name_and_by_host(#[case] name: &str, #[case] network: &str, #[case] cache: &str, #[case] alias: &str) {
        let cloud = Cloud::named(name).unwrap();
        assert_eq!((cloud.network_host(), cloud.preferred_cache()), (network, cache));
        for host in [network, cache, alias, &alias.to_ascii_uppercase()] {
            assert_eq!(Cloud::of_host(host).as_ref(), Some(&cloud), "{host}");
            assert!(cloud.aliases().iter().any(|alias| alias.eq_ignore_ascii_case(host)), "{host}");
        }
    }

    #[test]
    fn every_name_is_found_and_no_other() {
        assert!(Cloud::NAMES.iter().all(|name| Cloud::named(name).is_some()));
        for name in ["", "profile.json", "mock", "publi"] {
            assert_eq!(Cloud::named(name), None, "{name}");
        }
    }

    #[rstest]
    #[case::legacy_germany("login.microsoftonline.de", true)]
    #[case::regional_us("login-us.microsoftonline.com", true)]
    #[case::ppe("sts.windows-ppe.net", true)]
    #[case::looks_like_it("login.microsoftonline.com.evil.test", false)]
    #[case::below_it("evil.login.microsoftonline.com", false)]
    #[case::with_a_port("login.microsoftonline.com:8443", false)]
    #[case::localhost("localhost", false)]
    fn hosts(#[case] host: &str, #[case] known: bool) {
        assert_eq!(Cloud::of_host(host).is_some(), known);
    }

    #[rstest]
    #[case("common", "https://login.microsoftonline.com/common")]
    #[case("Organizations", "https://login.microsoftonline.com/organizations")]
    #[case("consumers", "https://login.microsoftonline.com/consumers")]
    #[case("contoso.onmicrosoft.com", "https://login.microsoftonline.com/contoso.onmicrosoft.com")]
    fn audiences(#[case] audience: &str, #[case] address: &str) {
        assert_eq!(Cloud::named("public").unwrap().authority(Audience::from(audience)), address);
        assert_eq!(Cloud::named("public").unwrap().authority(audience), address);
    }
}
