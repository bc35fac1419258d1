//! Who asks, and how it proves that: not at all, by a secret (RFC 6749, 2.3.1), or by a certificate (RFC 7523, 2.2).

use crate::{
    directory::{Application, ClientKind, Directory},
    error::{Aadsts, Refusal},
    flow,
    token::Credential,
};

use super::{TokenCall, client_assertion};

/// Which clients a grant is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admits {
    /// Every client.
    Every,
    /// Clients that can keep a secret: here the client itself is what is trusted.
    Confidential,
    /// Clients without a browser: no single-page application, which lives in one, and a public client only if its
    /// registration allows public client flows.
    Browserless,
}

impl Admits {
    /// Whether the grant is for `client`.
    ///
    /// # Errors
    ///
    /// 7000218.
    pub(super) fn check(self, client: &Application) -> Result<(), Refusal> {
        let admitted = match (self, client.kind) {
            (Self::Every, _) | (Self::Confidential | Self::Browserless, ClientKind::Web) => true,
            (Self::Browserless, ClientKind::Public) => client.public_client_flows,
            (Self::Confidential, ClientKind::Public | ClientKind::Spa) | (Self::Browserless, ClientKind::Spa) => false,
        };
        if admitted { Ok(()) } else { Err(Refusal::new(Aadsts::CredentialMissing)) }
    }
}

/// The application with the client id `id`, if it may be used here (escalation reference 2.14, step 3).
/// `any_tenant`: the request went to `/common` or another word in place of a tenant.
///
/// # Errors
///
/// 700038, 700016, 7000112, 50194.
pub(super) fn client<'a>(id: &str, any_tenant: bool, directory: &'a Directory) -> Result<&'a Application, Refusal> {
    let client = flow::client(id, directory)?;
    let refused =
        |code| Err(Refusal::new(code).with("client", client.client_id).with("client_name", client.display_name()));
    if !client.enabled {
        return refused(Aadsts::ApplicationDisabled);
    }
    if client.single_tenant && any_tenant {
        return refused(Aadsts::SingleTenantApplication);
    }
    Ok(client)
}

/// The client that a token request names (escalation reference 2.14, step 3).
///
/// # Errors
///
/// As [`client`], and 900144 without a client id.
pub(super) fn identify<'a>(call: &TokenCall<'_>, directory: &'a Directory) -> Result<&'a Application, Refusal> {
    let id = match call.basic {
        Some((id, _)) => id,
        None => call.params.require("client_id")?,
    };
    client(id, call.any_tenant.is_some(), directory)
}

/// Checks what the client of a token request proves itself by, as its kind demands (escalation reference 2.14, step 4).
/// A secret is looked at first; who sends one needs no assertion.
///
/// # Errors
///
/// 700025 for a credential of a public client; 7000218 for a missing one; 7000215 and 7000222 for a wrong and an expired
/// secret; 900144, 700027 and 700024 for an assertion.
pub(super) fn authenticate(call: &TokenCall<'_>, client: &Application) -> Result<Credential, Refusal> {
    let secret = call.params.get("client_secret").or(call.basic.map(|(_, secret)| secret.as_str()));
    let assertion = call.params.get("client_assertion");
    match client.kind {
        ClientKind::Public | ClientKind::Spa if secret.or(assertion).is_none() => Ok(Credential::None),
        ClientKind::Public | ClientKind::Spa => Err(Refusal::new(Aadsts::PublicClientWithCredential)),
        ClientKind::Web => match (secret, assertion) {
            (Some(secret), _) => by_secret(secret, client),
            (None, Some(assertion)) => client_assertion::check(assertion, call, client),
            (None, None) => Err(Refusal::new(Aadsts::CredentialMissing)),
        },
    }
}

fn by_secret(given: &str, client: &Application) -> Result<Credential, Refusal> {
    if client.secrets.iter().any(|known| known.is(given)) {
        return Ok(Credential::Secret);
    }
    let expired = client.expired_secrets.iter().any(|known| known.is(given));
    let code = if expired { Aadsts::SecretExpired } else { Aadsts::WrongSecret };
    Err(Refusal::new(code).with("client", client.client_id))
}
