//! The settings of a confidential app, checked before there is one.

use std::sync::Arc;

use super::ConfidentialClientApplication;
use super::credential::{ClientCertificate, ClientCredential};
use crate::authority::Authority;
use crate::base::{BaseSettings, base_setters};
use crate::clock::Clock;
use crate::error::{ClientErrorKind, Error};
use crate::randomness::Randomness;
use crate::result::Secret;
use crate::throttle::Throttling;

/// Settings of a [`ConfidentialClientApplication`]; client id and credential have no default.
#[must_use = "settings do nothing until `build`"]
pub struct ConfidentialBuilder {
    base: BaseSettings,
    credential: Option<ClientCredential>,
}

impl ConfidentialBuilder {
    pub(super) fn new(client_id: String) -> Self {
        Self { base: BaseSettings::new(client_id), credential: None }
    }

    base_setters!();

    /// Proves the app by a secret of its registration; the last credential given counts.
    pub fn client_secret(mut self, secret: impl Into<String>) -> Self {
        self.credential = Some(ClientCredential::Secret(Secret::new(secret)));
        self
    }

    /// Proves the app by a certificate of its registration; the last credential given counts.
    pub fn client_certificate(mut self, certificate: ClientCertificate) -> Self {
        self.credential = Some(ClientCredential::Certificate(certificate));
        self
    }

    /// The app.
    ///
    /// # Errors
    /// When a setting makes no sense, or there is no credential.
    pub fn build(self) -> Result<ConfidentialClientApplication, Error> {
        let empty = matches!(&self.credential, Some(ClientCredential::Secret(secret)) if secret.expose().is_empty());
        let credential = self.credential.filter(|_| !empty).ok_or_else(|| {
            Error::client(
                ClientErrorKind::InvalidRequest,
                "a confidential client has to prove itself; give client_secret or client_certificate, or use PublicClientApplication",
            )
        })?;
        self.base.build(Some(credential)).map(ConfidentialClientApplication::new)
    }
}
