//! The authority: which address may be one, and what it means. [`cloud`] knows the hosts, [`instance`]
//! asks about those nobody knows, [`metadata`] reads openid-configuration, [`directory`] remembers.

mod cloud;
mod directory;
mod instance;
mod metadata;

use url::{Host, Url};

pub use cloud::{Audience, Cloud};
pub(crate) use directory::Directory;
pub(crate) use metadata::Metadata;

use crate::error::{ClientErrorKind, Error};

/// Who signs users in, as a checked address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Authority {
    /// `https://host/tenant` of Entra or of something that speaks as it does.
    Entra {
        /// The host, with `/` as its path.
        base: Url,
        tenant: String,
    },
    /// The issuer of any OpenID provider, without a slash at its end. Knows no tenants.
    OpenId(Url),
}

impl Authority {
    /// An address of Entra. Plain http is for loopback hosts only.
    pub(crate) fn parse(address: &str) -> Result<Self, Error> {
        let refuse = |why: &str| invalid(address, why, TENANT_EXPECTED);
        let url = checked(address, TENANT_EXPECTED)?;
        if let Some((kind, instead)) = unsupported(&url) {
            return Err(invalid(address, &format!("is one of {kind}, which this client does not speak"), instead));
        }
        let mut segments = url.path().split('/').filter(|segment| !segment.is_empty());
        let tenant = segments.next().ok_or_else(|| refuse("names no tenant"))?;
        match (segments.next(), segments.next()) {
            (None | Some("v2.0"), None) => {}
            _ => return Err(refuse("has more than a tenant in its path")),
        }
        let tenant = tenant.to_ascii_lowercase();
        let mut base = url;
        base.set_path("/");
        Ok(Self::Entra { base, tenant })
    }

    /// The address of an OpenID provider: its issuer, with any path. Plain http is for loopback
    /// hosts only.
    pub(crate) fn parse_open_id(address: &str) -> Result<Self, Error> {
        let mut url = checked(address, ISSUER_EXPECTED)?;
        let path = url.path().trim_end_matches('/').to_owned();
        if path.ends_with("/.well-known/openid-configuration") {
            return Err(invalid(address, "is that of the metadata", ISSUER_EXPECTED));
        }
        url.set_path(&path);
        Ok(Self::OpenId(url))
    }

    /// True where Entra's own parameters and rules apply.
    pub(crate) fn is_entra(&self) -> bool {
        matches!(self, Self::Entra { .. })
    }

    /// The tenant; empty where there are none.
    pub(crate) fn tenant(&self) -> &str {
        match self {
            Self::Entra { tenant, .. } => tenant,
            Self::OpenId(_) => "",
        }
    }

    /// `common` and `organizations` stand for whatever tenant the account is at home in. `consumers`
    /// does not: it is one tenant, see [`MSA_TENANT`] (MSAL.NET, `AadAuthority`).
    pub(crate) fn is_multi_tenant(&self) -> bool {
        matches!(self.tenant(), "common" | "organizations")
    }

    /// The id of the tenant, where the address tells it.
    pub(crate) fn tenant_id(&self) -> Option<&str> {
        match self.tenant() {
            "consumers" => Some(MSA_TENANT),
            tenant => is_tenant_id(tenant).then_some(tenant),
        }
    }

    pub(crate) fn with_tenant(&self, tenant: &str) -> Self {
        match self {
            Self::Entra { base, .. } => Self::Entra { base: base.clone(), tenant: tenant.to_ascii_lowercase() },
            Self::OpenId(_) => self.clone(),
        }
    }

    /// Host, and port where it is not the scheme's own. With the issuer's path for an OpenID
    /// provider: several may share a host, and none may be handed another one's tokens.
    pub(crate) fn environment(&self) -> String {
        match self {
            Self::Entra { base, .. } => cloud::host_and_port(base),
            Self::OpenId(issuer) => format!("{}{}", cloud::host_and_port(issuer), issuer.path().trim_end_matches('/')),
        }
    }

    /// Where the authority says of what kind a user name is (wire reference 1.4); only Entra does.
    pub(crate) fn user_realm_url(&self, username: &str) -> Option<Url> {
        let Self::Entra { base, .. } = self else {
            return None;
        };
        let mut url = base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.clear().extend(["common", "userrealm", username]);
        }
        url.set_query(Some("api-version=1.0"));
        Some(url)
    }

    /// Where a browser starts; for challenges, which name it (escalation reference 4.3).
    pub(crate) fn authorization_uri(&self) -> String {
        format!("{self}/oauth2/v2.0/authorize")
    }

    fn address(&self) -> &Url {
        match self {
            Self::Entra { base, .. } => base,
            Self::OpenId(issuer) => issuer,
        }
    }

    /// The same at another host of its cloud.
    fn at_host(&self, host: &str) -> Self {
        match self {
            Self::Entra { base, tenant } if !cloud::host_and_port(base).eq_ignore_ascii_case(host) => {
                match Url::parse(&format!("https://{host}/")) {
                    Ok(base) => Self::Entra { base, tenant: tenant.clone() },
                    Err(_) => self.clone(),
                }
            }
            _ => self.clone(),
        }
    }

    fn metadata_url(&self) -> Result<Url, Error> {
        const WELL_KNOWN: &str = ".well-known/openid-configuration";
        let url = match self {
            Self::Entra { base, tenant } => base.join(&format!("{tenant}/v2.0/{WELL_KNOWN}")),
            Self::OpenId(issuer) => Url::parse(&format!("{}/{WELL_KNOWN}", issuer.as_str().trim_end_matches('/'))),
        };
        url.map_err(|_| invalid(&self.to_string(), "cannot be asked for its metadata", TENANT_EXPECTED))
    }
}

impl std::fmt::Display for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Entra { base, tenant } => write!(f, "{base}{tenant}"),
            Self::OpenId(issuer) => f.write_str(issuer.as_str().trim_end_matches('/')),
        }
    }
}

/// The tenant that all personal Microsoft accounts are at home in; `consumers` is its other name.
pub(crate) const MSA_TENANT: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// Hosts of Entra External ID tenants end in this.
const EXTERNAL_ID: &str = ".ciamlogin.com";

const TENANT_EXPECTED: &str =
    "expected https://HOST/TENANT, where TENANT is an id, a domain, common, organizations or consumers";
const ISSUER_EXPECTED: &str = "expected the issuer of an OpenID provider, e.g. https://HOST or https://HOST/PATH";

fn checked(address: &str, expected: &str) -> Result<Url, Error> {
    let refuse = |why: &str| invalid(address, why, expected);
    let url = Url::parse(address.trim()).map_err(|_| refuse("is not an address"))?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => return Err(refuse("uses plain http, which only loopback hosts may")),
        _ => return Err(refuse("is not an https address")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("contains credentials"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("has a query or fragment"));
    }
    Ok(url)
}

fn invalid(address: &str, why: &str, expected: &str) -> Error {
    Error::client(ClientErrorKind::InvalidAuthority, format!("the authority {address:?} {why}; {expected}"))
}

/// Addresses of Microsoft's that are no Entra tenant, and what to give instead (recognised as in
/// MSAL: by host suffix or first parts of the path).
fn unsupported(url: &Url) -> Option<(&'static str, &'static str)> {
    const B2C_HOSTS: [&str; 4] = [".b2clogin.com", ".b2clogin.cn", ".b2clogin.us", ".b2clogin.de"];
    let host = url.host_str().unwrap_or_default();
    let path = url.path().to_ascii_lowercase();
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let (first, second) = (segments.next().unwrap_or_default(), segments.next().unwrap_or_default());
    if host.ends_with(EXTERNAL_ID) {
        return Some(("Entra External ID", "give it as an OpenID provider: https://NAME.ciamlogin.com/TENANT-ID/v2.0"));
    }
    if B2C_HOSTS.iter().any(|suffix| host.ends_with(suffix)) || first == "tfp" || second.starts_with("b2c_") {
        return Some(("Azure AD B2C", "supported are tenants of Entra, https://HOST/TENANT, and OpenID providers"));
    }
    match first {
        "adfs" => Some(("AD FS", "give AD FS 2016 or later as an OpenID provider: https://HOST/adfs")),
        "dstsv2" => Some(("dSTS", "supported are tenants of Entra, https://HOST/TENANT, and OpenID providers")),
        _ => None,
    }
}

fn is_tenant_id(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

/// `localhost`, 127.0.0.0/8 or ::1.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests;
