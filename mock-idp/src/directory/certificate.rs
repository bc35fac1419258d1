//! Certificates whose keys sign client assertions (RFC 7523). Read once, with the document; a request only compares.

use std::sync::Arc;

use aws_lc_rs::{
    digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest},
    signature::{
        RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters, RsaPublicKeyComponents as RsaPublicKey,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use x509_parser::{certificate::X509Certificate, prelude::FromDer as _, public_key::PublicKey};

/// The private key of the built-in application `daemon`'s certificate: PKCS#8 PEM. Published and fake by design, so that it
/// can be copied; it protects nothing.
pub const DAEMON_KEY: &str = include_str!("daemon-key.pem");

/// The certificate of the built-in application `daemon`: PEM, as the built-in directory has it.
pub const DAEMON_CERTIFICATE: &str = include_str!("daemon-certificate.pem");

/// An X.509 certificate with an RSA key, written as PEM. Cheap to clone.
///
/// Its dates are not looked at: a tenant's clock may be anywhere.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("format" = "pem"))]
pub struct Certificate(Arc<Parsed>);

struct Parsed {
    pem: String,
    sha1: String,
    sha256: String,
    key: RsaPublicKey<Vec<u8>>,
}

/// How an assertion is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureScheme {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PSS with SHA-256.
    Ps256,
}

/// Why a text is no usable certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// No `BEGIN CERTIFICATE` block with an X.509 certificate in it.
    #[error("no X.509 certificate; write the text of a PEM file, with its `-----BEGIN CERTIFICATE-----`")]
    NotACertificate,
    /// Another kind of key, or one that is too small.
    #[error("a certificate without an RSA key of 2048 bits or more, which is what signs client assertions")]
    NotRsa,
}

impl Certificate {
    /// Reads a PEM text.
    ///
    /// # Errors
    ///
    /// If there is no certificate in it, or one whose key is not RSA of 2048 bits or more.
    pub fn from_pem(pem: &str) -> Result<Self, CertificateError> {
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| CertificateError::NotACertificate)?;
        let (_, certificate) = X509Certificate::from_der(&der).map_err(|_| CertificateError::NotACertificate)?;
        let Ok(PublicKey::RSA(key)) = certificate.public_key().parsed() else { return Err(CertificateError::NotRsa) };
        if key.key_size() < 2048 {
            return Err(CertificateError::NotRsa);
        }
        let unsigned = |number: &[u8]| {
            let zeros = number.iter().take_while(|byte| **byte == 0).count();
            number.get(zeros..).unwrap_or_default().to_vec()
        };
        Ok(Self(Arc::new(Parsed {
            pem: pem.to_owned(),
            sha1: URL_SAFE_NO_PAD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &der)),
            sha256: URL_SAFE_NO_PAD.encode(digest(&SHA256, &der)),
            key: RsaPublicKey { n: unsigned(key.modulus), e: unsigned(key.exponent) },
        })))
    }

    /// The PEM text.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.0.pem
    }

    /// `x5t`: the SHA-1 thumbprint, base64url.
    #[must_use]
    pub fn sha1(&self) -> &str {
        &self.0.sha1
    }

    /// `x5t#S256`: the SHA-256 thumbprint, base64url.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.0.sha256
    }

    /// Whether the key of this certificate signed `message`.
    #[must_use]
    pub fn has_signed(&self, message: &[u8], signature: &[u8], scheme: SignatureScheme) -> bool {
        let parameters: &RsaParameters = match scheme {
            SignatureScheme::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
            SignatureScheme::Ps256 => &RSA_PSS_2048_8192_SHA256,
        };
        self.0.key.verify(parameters, message, signature).is_ok()
    }
}

impl TryFrom<String> for Certificate {
    type Error = CertificateError;

    fn try_from(pem: String) -> Result<Self, CertificateError> {
        Self::from_pem(&pem)
    }
}

impl From<Certificate> for String {
    fn from(certificate: Certificate) -> Self {
        certificate.0.pem.clone()
    }
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Certificate").field(&self.0.sha1).finish()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn the_published_certificate_is_read_and_written_back_as_it_was() {
        let certificate = Certificate::from_pem(DAEMON_CERTIFICATE).expect("a certificate");
        assert_eq!((certificate.sha1().len(), certificate.sha256().len()), (27, 43));
        assert_eq!(String::from(certificate), DAEMON_CERTIFICATE);
    }

    #[rstest]
    #[case("", CertificateError::NotACertificate)]
    #[case("MIIB", CertificateError::NotACertificate)]
    #[case(DAEMON_KEY, CertificateError::NotACertificate)]
    #[case("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", CertificateError::NotACertificate)]
    fn what_is_no_certificate_is_refused(#[case] pem: &str, #[case] mistake: CertificateError) {
        assert_eq!(Certificate::from_pem(pem).expect_err("refused"), mistake);
    }

    #[test]
    fn a_certificate_needs_an_rsa_key() {
        let key = rcgen::KeyPair::generate().expect("a P-256 key");
        let pem = rcgen::CertificateParams::default().self_signed(&key).expect("a certificate").pem();
        assert_eq!(Certificate::from_pem(&pem).expect_err("refused"), CertificateError::NotRsa);
    }
}
