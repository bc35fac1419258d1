//! How an app proves who it is: a secret in the body, or an assertion signed with its certificate's key
//! (RFC 7523, 2.2; wire reference 3.1).

use std::fmt;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::json;
use url::Url;

use crate::base::Base;
use crate::error::{ClientErrorKind, Error};
use crate::result::Secret;

/// What an app proves itself by.
#[derive(Debug)]
pub(crate) enum ClientCredential {
    Secret(Secret),
    Certificate(ClientCertificate),
}

impl ClientCredential {
    /// The parameters that go along with a token request.
    pub(crate) fn authenticate(&self, base: &Base, endpoint: &Url) -> Result<Vec<(&'static str, Secret)>, Error> {
        Ok(match self {
            Self::Secret(secret) => vec![("client_secret", secret.clone())],
            Self::Certificate(certificate) => vec![
                ("client_assertion_type", Secret::new("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")),
                ("client_assertion", certificate.assertion(base, endpoint)?),
            ],
        })
    }
}

/// A certificate and its RSA key, which sign a fresh assertion for each request: PS256, with the SHA-256 thumbprint of the
/// certificate, as MSAL does.
#[derive(Clone)]
pub struct ClientCertificate {
    chain: Vec<CertificateDer<'static>>,
    key: EncodingKey,
    rs256: bool,
    x5c: bool,
}

impl ClientCertificate {
    /// From PEM: the certificate, further ones of its chain behind it, and the RSA private key. Both may be in one file.
    ///
    /// # Errors
    /// When there is no certificate or no RSA key.
    pub fn from_pem(certificate: &[u8], private_key: &[u8]) -> Result<Self, Error> {
        let invalid = |what: &str| {
            Error::client(
                ClientErrorKind::InvalidRequest,
                format!("{what}; give the certificate and its RSA private key as PEM"),
            )
        };
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(certificate)
            .collect::<Result<_, _>>()
            .map_err(|_| invalid("the client certificate cannot be read"))?;
        if chain.is_empty() {
            return Err(invalid("the client certificate's PEM holds no certificate"));
        }
        let key = private_key_pem(private_key).ok_or_else(|| invalid("the client certificate's PEM holds no key"))?;
        let key = EncodingKey::from_rsa_pem(key.expose().as_bytes())
            .map_err(|_| invalid("the client certificate's private key is not an RSA key"))?;
        Ok(Self { chain, key, rs256: false, x5c: false })
    }

    /// RS256 and the SHA-1 thumbprint (`x5t`) instead, for servers that know no better, such as AD FS.
    #[must_use]
    pub fn with_rs256(mut self) -> Self {
        self.rs256 = true;
        self
    }

    /// Sends the certificates along (`x5c`), for registrations that trust a subject name and issuer.
    #[must_use]
    pub fn with_x5c(mut self) -> Self {
        self.x5c = true;
        self
    }

    fn assertion(&self, base: &Base, endpoint: &Url) -> Result<Secret, Error> {
        let thumbprint = |algorithm| {
            let of_leaf = self.chain.first().map(|leaf| digest::digest(algorithm, leaf));
            of_leaf.map(|digest| URL_SAFE_NO_PAD.encode(digest))
        };
        let mut header = Header::new(if self.rs256 { Algorithm::RS256 } else { Algorithm::PS256 });
        if self.rs256 {
            header.x5t = thumbprint(&digest::SHA1_FOR_LEGACY_USE_ONLY);
        } else {
            header.x5t_s256 = thumbprint(&digest::SHA256);
        }
        header.x5c = self.x5c.then(|| self.chain.iter().map(|certificate| STANDARD.encode(certificate)).collect());
        let now = base.now().as_second();
        let claims = json!({
            "aud": endpoint.as_str(),
            "iss": base.client_id,
            "sub": base.client_id,
            "jti": base.randomness.guid(),
            "nbf": now,
            "iat": now,
            "exp": now + LIFETIME,
        });
        jsonwebtoken::encode(&header, &claims, &self.key).map(Secret::new).map_err(|_| {
            Error::client(
                ClientErrorKind::InvalidRequest,
                "the client certificate's key cannot sign; give an RSA key of at least 2048 bits",
            )
        })
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientCertificate([redacted])")
    }
}

/// The first block of a private key, so that certificates around it do no harm.
fn private_key_pem(pem: &[u8]) -> Option<Secret> {
    let text = std::str::from_utf8(pem).ok()?;
    let is_key = |line: &str, edge: &str| line.starts_with(edge) && line.trim_end().ends_with("PRIVATE KEY-----");
    let mut lines = text.lines().skip_while(|line| !is_key(line, "-----BEGIN "));
    let mut block = String::new();
    loop {
        let line = lines.next()?;
        block.push_str(line);
        block.push('\n');
        if is_key(line, "-----END ") {
            return Some(Secret::new(block));
        }
    }
}

/// Seconds; as long as MSAL's.
const LIFETIME: i64 = 600;
