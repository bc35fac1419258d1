//! Who asks: the client and its secret (RFC 6749, 2.3.1).

use crate::{
    directory::{Application, ClientKind, Directory},
    error::{Aadsts, Refusal},
    flow,
};

use super::TokenCall;

/// Grants in which the client itself is what is trusted are not for clients that cannot keep a secret.
///
/// # Errors
///
/// 7000218.
pub(super) fn must_be_confidential(client: &Application) -> Result<(), Refusal> {
    match client.kind {
        ClientKind::Web => Ok(()),
        ClientKind::Public | ClientKind::Spa => Err(Refusal::new(Aadsts::CredentialMissing)),
    }
}

/// Grants without a browser are not for single-page applications, which live in one.
///
/// # Errors
///
/// 7000218.
pub(super) fn must_not_be_single_page(client: &Application) -> Result<(), Refusal> {
    match client.kind {
        ClientKind::Public | ClientKind::Web => Ok(()),
        ClientKind::Spa => Err(Refusal::new(Aadsts::CredentialMissing)),
    }
}

/// The client of a token request, authenticated as its kind demands.
///
/// # Errors
///
/// 700016, 700038, 900144 for an unknown, malformed or missing client id; 700025 for a secret of a public client; 7000218
/// and 7000215 for a missing and a wrong secret.
pub(super) fn authenticate<'a>(call: &TokenCall<'_>, directory: &'a Directory) -> Result<&'a Application, Refusal> {
    let id = match call.basic {
        Some((id, _)) => id,
        None => call.params.require("client_id")?,
    };
    let client = flow::client(id, directory)?;
    let secret = call.params.get("client_secret").or(call.basic.map(|(_, secret)| secret.as_str()));
    let credential = secret.or(call.params.get("client_assertion"));
    match (client.kind, credential) {
        (ClientKind::Public | ClientKind::Spa, None) => Ok(client),
        (ClientKind::Public | ClientKind::Spa, Some(_)) => Err(Refusal::new(Aadsts::PublicClientWithCredential)),
        (ClientKind::Web, None) => Err(Refusal::new(Aadsts::CredentialMissing)),
        (ClientKind::Web, Some(_))
            if secret.is_some_and(|given| client.secrets.iter().any(|known| known.is(given))) =>
        {
            Ok(client)
        }
        (ClientKind::Web, Some(_)) => Err(Refusal::new(Aadsts::WrongSecret).with("client", client.client_id)),
    }
}
