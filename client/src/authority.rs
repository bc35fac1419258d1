//! The authority: which address may be one, and what its metadata says (OpenID Connect Discovery).
//! Each authority's metadata is fetched once. Alias hosts and instance discovery belong here too.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use url::{Host, Url};

use crate::error::{ClientErrorKind, Error};
use crate::wire::{self, Network};

/// `https://host/tenant`, checked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Authority {
    base: Url,
    tenant: String,
}

impl Authority {
    /// Plain http is for loopback hosts only.
    pub(crate) fn parse(address: &str) -> Result<Self, Error> {
        let invalid = |why: &str| {
            Error::client(
                ClientErrorKind::InvalidAuthority,
                format!(
                    "the authority {address:?} {why}; expected https://HOST/TENANT, where TENANT is an id, a domain, common, organizations or consumers"
                ),
            )
        };
        let url = Url::parse(address.trim()).map_err(|_| invalid("is not an address"))?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return Err(invalid("uses plain http, which only loopback hosts may")),
            _ => return Err(invalid("is not an https address")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(invalid("contains credentials"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(invalid("has a query or fragment"));
        }
        let mut segments = url.path().split('/').filter(|segment| !segment.is_empty());
        let tenant = segments.next().ok_or_else(|| invalid("names no tenant"))?;
        match (segments.next(), segments.next()) {
            (None | Some("v2.0"), None) => {}
            _ => return Err(invalid("has more than a tenant in its path")),
        }
        let tenant = tenant.to_ascii_lowercase();
        let mut base = url;
        base.set_path("/");
        Ok(Self { base, tenant })
    }

    pub(crate) fn tenant(&self) -> &str {
        &self.tenant
    }

    /// `common` and its like stand for whatever tenant the account is at home in.
    pub(crate) fn is_multi_tenant(&self) -> bool {
        matches!(self.tenant.as_str(), "common" | "organizations" | "consumers")
    }

    /// True for a tenant named by its id.
    pub(crate) fn names_tenant_id(&self) -> bool {
        self.tenant.len() == 36 && self.tenant.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
    }

    pub(crate) fn with_tenant(&self, tenant: &str) -> Self {
        Self { base: self.base.clone(), tenant: tenant.to_ascii_lowercase() }
    }

    /// Host, and port where it is not the scheme's own: the cache's word for this cloud.
    pub(crate) fn environment(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        match self.base.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// The names under which a cache may hold this cloud's entries; new ones go under the first. A
    /// cache's environment is a host: MSAL Python and MSAL.NET leave the port out, MSAL Node takes it
    /// for part of the name.
    pub(crate) fn environments(&self) -> Vec<String> {
        let with_port = self.environment();
        let host = self.base.host_str().unwrap_or_default().to_owned();
        if host == with_port { vec![host] } else { vec![host, with_port] }
    }

    /// What the authority says about a user name (wire reference 1.4).
    pub(crate) fn user_realm_url(&self, username: &str) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.clear().extend(["common", "userrealm", username]);
        }
        url.set_query(Some("api-version=1.0"));
        url
    }

    /// Where a browser starts; for challenges, which name it (escalation reference 4.3).
    pub(crate) fn authorization_uri(&self) -> String {
        format!("{self}/oauth2/v2.0/authorize")
    }

    fn metadata_url(&self) -> Result<Url, Error> {
        self.base.join(&format!("{}/v2.0/.well-known/openid-configuration", self.tenant)).map_err(|_| {
            Error::client(
                ClientErrorKind::InvalidAuthority,
                format!("the tenant {:?} cannot stand in an address; check the authority", self.tenant),
            )
        })
    }
}

impl std::fmt::Display for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.base, self.tenant)
    }
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

/// The part of openid-configuration that this client uses.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Metadata {
    issuer: String,
    pub(crate) authorization_endpoint: Url,
    pub(crate) token_endpoint: Url,
    /// RFC 8628, 4; none where the authority has no device flow.
    #[serde(default)]
    pub(crate) device_authorization_endpoint: Option<Url>,
}

impl Metadata {
    /// The issuer that an ID token of tenant `tid` must name.
    pub(crate) fn issuer_for(&self, tid: &str) -> String {
        self.issuer.replace("{tenantid}", tid).replace("{tenant}", tid)
    }

    /// Everything must lie on the authority's own origin: metadata from elsewhere would send the
    /// user's password and the refresh token there.
    fn check(self, authority: &Authority) -> Result<Self, Error> {
        let issuer = Url::parse(&self.issuer.replace(['{', '}'], "")).ok();
        let parts = [
            ("issuer", issuer.as_ref()),
            ("authorization_endpoint", Some(&self.authorization_endpoint)),
            ("token_endpoint", Some(&self.token_endpoint)),
        ];
        let device = self.device_authorization_endpoint.as_ref();
        let device = device.map(|url| ("device_authorization_endpoint", Some(url)));
        for (name, url) in parts.into_iter().chain(device) {
            if url.is_none_or(|url| url.origin() != authority.base.origin()) {
                return Err(Error::client(
                    ClientErrorKind::InvalidMetadata,
                    format!(
                        "the metadata of {authority} is not its own: its {name} is {}; check the authority's address",
                        url.map_or("unreadable", Url::as_str)
                    ),
                ));
            }
        }
        Ok(self)
    }
}

/// Metadata by authority, fetched once each.
#[derive(Debug, Default)]
pub(crate) struct Directory(Mutex<BTreeMap<Authority, Arc<Metadata>>>);

impl Directory {
    pub(crate) async fn metadata(&self, network: Network<'_>, authority: &Authority) -> Result<Arc<Metadata>, Error> {
        if let Some(known) = self.lock().get(authority) {
            return Ok(Arc::clone(known));
        }
        let metadata: Metadata = wire::get_metadata(network, authority.metadata_url()?).await?;
        let metadata = Arc::new(metadata.check(authority)?);
        self.lock().insert(authority.clone(), Arc::clone(&metadata));
        Ok(metadata)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Authority, Arc<Metadata>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{Authority, Metadata};

    #[rstest]
    #[case::tenant_id(
        "https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/",
        "login.microsoftonline.com"
    )]
    #[case::domain("https://localhost:8443/Contoso.test", "localhost:8443")]
    #[case::with_version("https://localhost:8443/common/v2.0", "localhost:8443")]
    #[case::doubled_slash("https://localhost:8443//common", "localhost:8443")]
    #[case::loopback_http("http://localhost:5000/common", "localhost:5000")]
    #[case::loopback_address("http://127.0.0.1:5000/common", "127.0.0.1:5000")]
    #[case::loopback_v6("http://[::1]:5000/common", "[::1]:5000")]
    fn good(#[case] address: &str, #[case] environment: &str) {
        assert_eq!(Authority::parse(address).unwrap().environment(), environment);
    }

    #[rstest]
    #[case::nothing("")]
    #[case::no_scheme("login.microsoftonline.com/common")]
    #[case::plain_http("http://login.microsoftonline.com/common")]
    #[case::looks_local("http://localhost.evil.test/common")]
    #[case::file("file:///etc/passwd")]
    #[case::no_tenant("https://localhost:8443")]
    #[case::too_deep("https://localhost:8443/common/oauth2/v2.0/token")]
    #[case::query("https://localhost:8443/common?x=1")]
    #[case::credentials("https://me:secret@localhost:8443/common")]
    fn bad(#[case] address: &str) {
        let error = Authority::parse(address).unwrap_err();
        assert_eq!(error.code(), "invalid_authority");
    }

    #[rstest]
    #[case::own("https://localhost:8443/t/v2.0", true)]
    #[case::placeholder("https://localhost:8443/{tenantid}/v2.0", true)]
    #[case::foreign("https://evil.test/t/v2.0", false)]
    #[case::other_port("https://localhost:1/t/v2.0", false)]
    #[case::unreadable("nonsense", false)]
    fn metadata_origin(#[case] issuer: &str, #[case] accepted: bool) {
        let authority = Authority::parse("https://localhost:8443/t").unwrap();
        let metadata: Metadata = serde_json::from_value(serde_json::json!({
            "issuer": issuer,
            "authorization_endpoint": "https://localhost:8443/t/oauth2/v2.0/authorize",
            "token_endpoint": "https://localhost:8443/t/oauth2/v2.0/token",
        }))
        .unwrap();
        assert_eq!(metadata.check(&authority).is_ok(), accepted);
    }
}
