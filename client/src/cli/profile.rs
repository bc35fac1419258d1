//! From options, environment and profile file to an app.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use desktop_client::PublicClientApplication;
use desktop_client::storage::FileStorage;
use serde::Deserialize;

use super::AnnouncedBrowser;
use super::args::ProfileArgs;

/// A profile file. Unknown members are mistakes.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    authority: Option<String>,
    oidc_authority: Option<String>,
    client_id: Option<String>,
    redirect_uri: Option<String>,
    /// Relative to the file.
    ca: Option<PathBuf>,
    #[serde(default)]
    capabilities: Vec<String>,
}

/// Options win over the profile, the profile over the variables `mock-idp run` sets.
pub(super) fn app(args: &ProfileArgs) -> anyhow::Result<PublicClientApplication> {
    let profile = match &args.profile {
        Some(path) => read(path)?,
        None => Profile::default(),
    };
    let authority = authority(args, profile.authority, profile.oidc_authority)?;
    let client_id = choose(&args.client_id, profile.client_id, "MOCK_IDP_CLIENT_ID")
        .context("no client id; give --client-id or a --profile")?;
    let ca = args.ca.clone().or(profile.ca).or_else(|| variable("MOCK_IDP_CA").map(PathBuf::from));
    let capabilities = if args.capabilities.is_empty() { profile.capabilities } else { args.capabilities.clone() };
    let builder = PublicClientApplication::builder(client_id);
    let builder = match authority {
        Authority::Entra(address) => builder.authority(address)?,
        Authority::OpenId(issuer) => builder.oidc_authority(issuer)?,
    };
    let mut builder = builder
        .client_capabilities(capabilities)
        .timeout(Duration::from_secs(args.timeout))
        .user_agent(AnnouncedBrowser);
    if let Some(redirect_uri) = args.redirect_uri.clone().or(profile.redirect_uri) {
        builder = builder.redirect_uri(redirect_uri);
    }
    if let Some(cache) = &args.cache {
        builder = builder.token_cache(FileStorage::new(cache));
    }
    if let Some(ca) = ca {
        let pem =
            std::fs::read(&ca).with_context(|| format!("the certificate file {} cannot be read", ca.display()))?;
        if !pem.windows(10).any(|bytes| bytes == b"-----BEGIN") {
            return Err(anyhow!("{} is not a PEM file; export the certificate authority as PEM", ca.display()));
        }
        builder = builder.root_certificate_pem(&pem);
    }
    Ok(builder.build()?)
}

/// Who signs users in.
enum Authority {
    Entra(String),
    OpenId(String),
}

fn authority(args: &ProfileArgs, entra: Option<String>, open_id: Option<String>) -> anyhow::Result<Authority> {
    let either = |entra: Option<String>, open_id: Option<String>| {
        open_id.map(Authority::OpenId).or_else(|| entra.map(Authority::Entra))
    };
    either(args.authority.clone(), args.oidc_authority.clone())
        .or_else(|| either(entra, open_id))
        .or_else(|| variable("MOCK_IDP_AUTHORITY").map(Authority::Entra))
        .context("no authority; give --authority https://HOST/TENANT or a --profile")
}

fn read(path: &Path) -> anyhow::Result<Profile> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("the profile {} cannot be read", path.display()))?;
    let mut profile: Profile = serde_json::from_str(&text)
        .map_err(|error| anyhow!("{}:{}:{}: {error}", path.display(), error.line(), error.column()))?;
    if let (Some(ca), Some(folder)) = (&profile.ca, path.parent()) {
        profile.ca = Some(folder.join(ca));
    }
    Ok(profile)
}

fn choose(option: &Option<String>, profile: Option<String>, name: &str) -> Option<String> {
    option.clone().or(profile).or_else(|| variable(name))
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
