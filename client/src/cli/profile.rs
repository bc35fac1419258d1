//! From options, environment and profile file to the settings of an app.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use desktop_client::{Audience, Builder, Cloud, PublicClientApplication};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};

use super::args::ProfileArgs;
use super::storage::Place;

/// What an app is made from, with everything decided.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) authority: Authority,
    pub(super) client_id: String,
    pub(super) redirect_uri: Option<String>,
    pub(super) ca: Option<PathBuf>,
    capabilities: Vec<String>,
    pub(super) timeout: Duration,
    pub(super) place: Place,
}

/// Who signs users in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Authority {
    /// `https://HOST/TENANT`.
    Entra(String),
    /// The issuer of any other OpenID provider.
    OpenId(String),
}

impl Authority {
    pub(super) fn address(&self) -> &str {
        match self {
            Self::Entra(address) | Self::OpenId(address) => address,
        }
    }
}

/// A profile file: a JSON object with these members, all optional. Unknown ones are mistakes.
#[derive(Debug, Default)]
struct Profile {
    /// The name of a cloud.
    cloud: Option<String>,
    /// Who may sign in at the cloud: `common` if left out, `organizations`, `consumers`, a tenant.
    tenant: Option<String>,
    /// `https://HOST/TENANT`, instead of `cloud`.
    authority: Option<String>,
    /// Issuer of an OpenID provider, instead of both.
    oidc_authority: Option<String>,
    /// Application id of the registration.
    client_id: Option<String>,
    /// Loopback address of the registration.
    redirect_uri: Option<String>,
    /// PEM file of a certificate authority to trust as well; relative to the profile.
    ca: Option<PathBuf>,
    /// What the client says it can handle, e.g. `["cp1"]`.
    capabilities: Vec<String>,
}

const MEMBERS: &[&str] =
    &["cloud", "tenant", "authority", "oidc_authority", "client_id", "redirect_uri", "ca", "capabilities"];

/// Options win over the profile, the profile over the variables `mock-idp run` sets.
pub(super) fn settings(args: &ProfileArgs, place: Place) -> anyhow::Result<Settings> {
    let profile = match &args.profile {
        Some(name) => match name.to_str().and_then(Cloud::named) {
            Some(_) => Profile { cloud: name.to_str().map(str::to_owned), ..Profile::default() },
            None => read(name)?,
        },
        None => Profile::default(),
    };
    Ok(Settings {
        authority: authority(args, &profile)?
            .or_else(|| variable("MOCK_IDP_AUTHORITY").map(Authority::Entra))
            .context("no authority; give --authority https://HOST/TENANT or a --profile")?,
        client_id: choose(&args.client_id, profile.client_id, "MOCK_IDP_CLIENT_ID")
            .context("no client id; give --client-id or a --profile")?,
        redirect_uri: args.redirect_uri.clone().or(profile.redirect_uri),
        ca: args.ca.clone().or(profile.ca).or_else(|| variable("MOCK_IDP_CA").map(PathBuf::from)),
        capabilities: if args.capabilities.is_empty() { profile.capabilities } else { args.capabilities.clone() },
        timeout: Duration::from_secs(args.timeout),
        place,
    })
}

impl Settings {
    /// The app's settings, so far as they come from here.
    pub(super) fn builder(&self) -> anyhow::Result<Builder> {
        let builder = PublicClientApplication::builder(&self.client_id);
        let builder = match &self.authority {
            Authority::Entra(address) => builder.authority(address)?,
            Authority::OpenId(issuer) => builder.oidc_authority(issuer)?,
        };
        let mut builder = builder
            .client_capabilities(&self.capabilities)
            .timeout(self.timeout)
            .token_cache(Arc::clone(&self.place.storage));
        if let Some(redirect_uri) = &self.redirect_uri {
            builder = builder.redirect_uri(redirect_uri);
        }
        if let Some(ca) = &self.ca {
            let pem =
                std::fs::read(ca).with_context(|| format!("the certificate file {} cannot be read", ca.display()))?;
            if !pem.windows(10).any(|bytes| bytes == b"-----BEGIN") {
                return Err(anyhow!("{} is not a PEM file; export the certificate authority as PEM", ca.display()));
            }
            builder = builder.root_certificate_pem(&pem);
        }
        Ok(builder)
    }
}

/// An address given as an option, else the profile's; none if nobody says.
fn authority(args: &ProfileArgs, profile: &Profile) -> anyhow::Result<Option<Authority>> {
    let address = |entra: &Option<String>, open_id: &Option<String>| {
        open_id.clone().map(Authority::OpenId).or_else(|| entra.clone().map(Authority::Entra))
    };
    if let Some(given) = address(&args.authority, &args.oidc_authority) {
        return Ok(Some(given));
    }
    let tenant = args.tenant.as_ref().or(profile.tenant.as_ref());
    match (address(&profile.authority, &profile.oidc_authority), &profile.cloud, tenant) {
        (Some(_), Some(_), _) => Err(anyhow!("the profile names a cloud and an authority; leave one of them out")),
        (Some(_), None, Some(_)) => Err(anyhow!(
            "a tenant is chosen at a cloud, but the profile names an authority; put the tenant into its address"
        )),
        (None, None, Some(_)) => Err(anyhow!("a tenant is chosen at a cloud; name it as well, e.g. --profile public")),
        (None, Some(cloud), tenant) => at_cloud(cloud, tenant.map_or("common", String::as_str)).map(Some),
        (address, None, None) => Ok(address),
    }
}

fn at_cloud(name: &str, tenant: &str) -> anyhow::Result<Authority> {
    let cloud = Cloud::named(name)
        .with_context(|| format!("there is no cloud {name:?}; there are {}", Cloud::NAMES.join(", ")))?;
    let fits = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    if tenant.is_empty() || !tenant.chars().all(fits) {
        return Err(anyhow!(
            "{tenant:?} is no tenant; give common, organizations, consumers, or a tenant's id or domain"
        ));
    }
    Ok(Authority::Entra(cloud.authority(Audience::from(tenant))))
}

fn read(path: &Path) -> anyhow::Result<Profile> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("the profile {} cannot be read", path.display()))?;
    let mut profile: Profile = serde_json::from_str(&text).map_err(|error| {
        let place = format!(" at line {} column {}", error.line(), error.column());
        let message = error.to_string().replace(&place, "");
        anyhow!("{}:{}:{}: {message}", path.display(), error.line(), error.column())
    })?;
    if let (Some(ca), Some(folder)) = (&profile.ca, path.parent()) {
        profile.ca = Some(folder.join(ca));
    }
    Ok(profile)
}

fn choose(option: &Option<String>, profile: Option<String>, name: &str) -> Option<String> {
    option.clone().or(profile).or_else(|| variable(name))
}

pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl<'de> Deserialize<'de> for Profile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

/// Reads the members; derived code would list all valid ones for a slip of one letter.
struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Profile;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "an object with {}", MEMBERS.join(", "))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Profile, A::Error> {
        let mut profile = Profile::default();
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "cloud" => profile.cloud = Some(map.next_value()?),
                "tenant" => profile.tenant = Some(map.next_value()?),
                "authority" => profile.authority = Some(map.next_value()?),
                "oidc_authority" => profile.oidc_authority = Some(map.next_value()?),
                "client_id" => profile.client_id = Some(map.next_value()?),
                "redirect_uri" => profile.redirect_uri = Some(map.next_value()?),
                "ca" => profile.ca = Some(map.next_value()?),
                "capabilities" => profile.capabilities = map.next_value()?,
                _ => return Err(A::Error::custom(unknown(&name))),
            }
        }
        Ok(profile)
    }
}

/// The nearest valid name, if one is near.
fn unknown(name: &str) -> String {
    let near = |known: &&&str| strsim::damerau_levenshtein(&name.to_lowercase(), known) <= 3;
    let nearest = MEMBERS.iter().filter(near).min_by_key(|known| strsim::damerau_levenshtein(name, known));
    match nearest {
        Some(nearest) => format!("unknown member {name:?}; did you mean {nearest:?}?"),
        None => format!("unknown member {name:?}; there are {}", MEMBERS.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use rstest::rstest;

    use super::{Authority, Profile, authority};
    use crate::cli::args::Args;

    #[rstest]
    #[case::slip(r#"{"autority": "x"}"#, "unknown member \"autority\"; did you mean \"authority\"?")]
    #[case::style(r#"{"clientId": "x"}"#, "did you mean \"client_id\"?")]
    #[case::far(r#"{"secret": "x"}"#, "there are cloud, tenant, authority, oidc_authority, client_id")]
    #[case::kind(r#"{"ca": 5}"#, "expected")]
    #[case::no_object("[]", "an object with cloud")]
    fn mistakes(#[case] text: &str, #[case] told: &str) {
        let error = serde_json::from_str::<Profile>(text).unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
        assert_eq!(error.line(), 1);
    }

    #[test]
    fn every_member_is_read() {
        let text = r#"{"authority": "a", "client_id": "b", "redirect_uri": "c", "ca": "d", "capabilities": ["e"],
            "cloud": "f", "tenant": "g", "oidc_authority": "h"}"#;
        let profile: Profile = serde_json::from_str(text).unwrap();
        assert_eq!(profile.cloud.as_deref(), Some("f"));
        assert_eq!(profile.tenant.as_deref(), Some("g"));
        assert_eq!(profile.oidc_authority.as_deref(), Some("h"));
        assert_eq!(profile.authority.as_deref(), Some("a"));
        assert_eq!(profile.client_id.as_deref(), Some("b"));
        assert_eq!(profile.redirect_uri.as_deref(), Some("c"));
        assert_eq!(profile.ca.unwrap().to_str(), Some("d"));
        assert_eq!(profile.capabilities, ["e"]);
    }

    fn chosen(options: &[&str], profile: &str) -> Result<Option<String>, String> {
        let line = ["desktop-client", "accounts"].iter().chain(options);
        let args = Args::try_parse_from(line).map_err(|error| error.to_string())?;
        let profile: Profile = serde_json::from_str(profile).unwrap();
        let authority = authority(&args.profile, &profile).map_err(|error| format!("{error:#}"))?;
        Ok(authority.map(|authority| match authority {
            Authority::Entra(address) => address,
            Authority::OpenId(issuer) => format!("issuer {issuer}"),
        }))
    }

    const PUBLIC: &str = r#"{"cloud": "public"}"#;

    #[rstest]
    #[case::nobody_says(&[], "{}", None)]
    #[case::a_cloud(&[], PUBLIC, Some("https://login.microsoftonline.com/common"))]
    #[case::personal(&["--tenant", "consumers"], PUBLIC, Some("https://login.microsoftonline.com/consumers"))]
    #[case::any_case(&["--tenant", "Organizations"], PUBLIC, Some("https://login.microsoftonline.com/organizations"))]
    #[case::domain(&["--tenant", "contoso.com"], r#"{"cloud": "usgov"}"#, Some("https://login.microsoftonline.us/contoso.com"))]
    #[case::member(&[], r#"{"cloud": "china", "tenant": "t"}"#, Some("https://login.partner.microsoftonline.cn/t"))]
    #[case::option_wins(&["--tenant", "u"], r#"{"cloud": "public", "tenant": "t"}"#, Some("https://login.microsoftonline.com/u"))]
    #[case::authority_wins(&["--authority", "https://a/t"], r#"{"cloud": "public", "tenant": "t"}"#, Some("https://a/t"))]
    #[case::issuer_wins(&["--oidc-authority", "https://i"], PUBLIC, Some("issuer https://i"))]
    #[case::profile_s_authority(&[], r#"{"authority": "https://a/t"}"#, Some("https://a/t"))]
    fn who_signs_users_in(#[case] options: &[&str], #[case] profile: &str, #[case] expected: Option<&str>) {
        assert_eq!(chosen(options, profile).unwrap().as_deref(), expected);
    }

    #[rstest]
    #[case::no_cloud(&["--tenant", "t"], "{}", "--profile public")]
    #[case::an_address_has_one(&["--tenant", "t"], r#"{"authority": "https://a/t"}"#, "into its address")]
    #[case::an_issuer_has_none(&["--tenant", "t"], r#"{"oidc_authority": "https://a"}"#, "into its address")]
    #[case::two(&[], r#"{"authority": "https://a/t", "cloud": "public"}"#, "leave one of them out")]
    #[case::unknown_cloud(&[], r#"{"cloud": "pubic"}"#, "there are public, usgov")]
    #[case::path(&["--tenant", "a/b"], PUBLIC, "is no tenant")]
    #[case::nothing(&["--tenant", ""], PUBLIC, "is no tenant")]
    #[case::with_an_authority(&["--tenant", "t", "--authority", "https://a/t"], "{}", "cannot be used with")]
    #[case::with_an_issuer(&["--tenant", "t", "--oidc-authority", "https://a"], "{}", "cannot be used with")]
    fn contradictions(#[case] options: &[&str], #[case] profile: &str, #[case] told: &str) {
        let error = chosen(options, profile).unwrap_err();
        assert!(error.contains(told), "{error}");
    }
}
