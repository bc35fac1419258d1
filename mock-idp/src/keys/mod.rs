//! Signing keys: parsed once, used for every token, published in the JWKS.
//!
//! By default they are fixed test keys that are published with the source, so that a start and a rotation are instant and a
//! token can be reproduced. They protect nothing; [`SigningKey::load`] takes one's own.

mod ring;

use std::sync::{Arc, LazyLock};

use aws_lc_rs::{
    digest, rand,
    rsa::{KeyPair, PublicKeyComponents},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::DecodingKey;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, pem::PemObject as _};
use serde::Serialize;

pub use ring::KeyRing;

const TEST_KEY: &str = include_str!("test-signing-key.pem");

/// The published test keys and their certificates: the first signs from the start, each rotation takes the next.
const PUBLISHED: [(&str, &str); 4] = [
    (TEST_KEY, include_str!("test-signing-certificate.pem")),
    (include_str!("test-signing-key-2.pem"), include_str!("test-signing-certificate-2.pem")),
    (include_str!("test-signing-key-3.pem"), include_str!("test-signing-certificate-3.pem")),
    (include_str!("test-signing-key-4.pem"), include_str!("test-signing-certificate-4.pem")),
];

static KEYS: [LazyLock<Arc<SigningKey>>; 4] = [
    LazyLock::new(|| published(0)),
    LazyLock::new(|| published(1)),
    LazyLock::new(|| published(2)),
    LazyLock::new(|| published(3)),
];

/// An RSA key with everything that is known of it beforehand.
pub struct SigningKey {
    pair: KeyPair,
    kid: String,
    modulus: String,
    exponent: String,
    /// SHA-1 thumbprint and DER of the certificate, where there is one.
    certificate: Option<(String, String)>,
    header_v1: String,
    header_v2: String,
}

/// Why a signing key can't be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Not a PEM file with a PKCS#8 key in it.
    #[error(
        "the signing key is no PEM file with a `BEGIN PRIVATE KEY` block; convert it with `openssl pkcs8 -topk8 -nocrypt`"
    )]
    NotPem,
    /// Not an RSA key of a usable size.
    #[error(
        "the signing key is no RSA key of 2048 bits or more; make one with `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048`"
    )]
    NotRsa,
}

impl SigningKey {
    /// The first published test key.
    #[must_use]
    pub fn published() -> Arc<Self> {
        KEYS[0].clone()
    }

    /// All published test keys, in the order in which rotations take them.
    #[must_use]
    pub fn all_published() -> Vec<Arc<Self>> {
        KEYS.iter().map(|key| (**key).clone()).collect()
    }

    /// One's own key, from the text of a PKCS#8 PEM file.
    ///
    /// # Errors
    ///
    /// If it is no RSA key of at least 2048 bits in PKCS#8 PEM.
    pub fn load(pem: &str) -> Result<Arc<Self>, KeyError> {
        Self::from_pem(pem, None).map(Arc::new)
    }

    /// Whether it is one of the published test keys, by whichever way it came here: whoever has the source can sign with it.
    #[must_use]
    pub fn is_published(&self) -> bool {
        KEYS.iter().any(|published| published.modulus == self.modulus)
    }

    /// The key id, the same in tokens and JWKS.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Signs a token whose header has the shape of version 1 tokens (with `x5t`) or version 2 tokens (without).
    #[must_use]
    pub fn sign(&self, claims: &impl Serialize, version_1: bool) -> String {
        let header = if version_1 { &self.header_v1 } else { &self.header_v2 };
        let payload = serde_json::to_vec(claims).unwrap_or_default();
        let mut token = String::with_capacity(header.len() + payload.len() * 4 / 3 + 360);
        token.push_str(header);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(payload, &mut token);
        let mut signature = vec![0; self.pair.public_modulus_len()];
        // Fails only for a buffer of the wrong size; an unsigned token would be refused by everybody.
        if self.pair.sign(&RSA_PKCS1_SHA256, &rand::SystemRandom::new(), token.as_bytes(), &mut signature).is_ok() {
            token.push('.');
            URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        }
        token
    }

    /// The same token with a signature that is not the key's, under the key's name.
    #[must_use]
    pub fn sign_badly(&self, claims: &impl Serialize, version_1: bool) -> String {
        let token = self.sign(claims, version_1);
        let (signed, signature) = token.rsplit_once('.').unwrap_or((&token, ""));
        // The last characters hold bits that are not part of it, so the first byte is the one to change.
        let mut signature = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
        if let Some(byte) = signature.first_mut() {
            *byte ^= 1;
        }
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The key that checks the signatures.
    ///
    /// # Errors
    ///
    /// Never for a key that was loaded; the type is the library's.
    pub fn decoding_key(&self) -> Result<DecodingKey, jsonwebtoken::errors::Error> {
        DecodingKey::from_rsa_components(&self.modulus, &self.exponent)
    }

    /// The entry of the JWKS, with Entra's members in Entra's order.
    #[must_use]
    pub fn jwk<'a>(&'a self, issuer: &'a str) -> Jwk<'a> {
        Jwk {
            kty: "RSA",
            usage: "sig",
            kid: &self.kid,
            x5t: self.certificate.as_ref().map(|(thumbprint, _)| thumbprint.as_str()),
            n: &self.modulus,
            e: &self.exponent,
            x5c: self.certificate.as_ref().map(|(_, der)| [der.as_str()]),
            cloud_instance_name: "localhost",
            issuer,
        }
    }

    fn from_pem(pem: &str, certificate: Option<&CertificateDer<'_>>) -> Result<Self, KeyError> {
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| KeyError::NotPem)?;
        let pair = KeyPair::from_pkcs8(der.secret_pkcs8_der()).map_err(|_| KeyError::NotRsa)?;
        let components: PublicKeyComponents<Vec<u8>> = PublicKeyComponents::from(pair.public_key());
        let certificate = certificate.map(|der| {
            let thumbprint = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, der);
            (URL_SAFE_NO_PAD.encode(thumbprint), STANDARD.encode(der))
        });
        // Entra's key ids are certificate thumbprints; a key without certificate is named by its own.
        let kid = match &certificate {
            Some((thumbprint, _)) => thumbprint.clone(),
            None => URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, &components.n)),
        };
        let header = |v1: bool| {
            let x5t = if v1 { format!(r#","x5t":"{kid}""#) } else { String::new() };
            URL_SAFE_NO_PAD.encode(format!(r#"{{"typ":"JWT","alg":"RS256"{x5t},"kid":"{kid}"}}"#))
        };
        Ok(Self {
            header_v1: header(true),
            header_v2: header(false),
            modulus: URL_SAFE_NO_PAD.encode(&components.n),
            exponent: URL_SAFE_NO_PAD.encode(&components.e),
            pair,
            kid,
            certificate,
        })
    }
}

#[expect(clippy::expect_used, reason = "the embedded keys are checked by a test")]
fn published(index: usize) -> Arc<SigningKey> {
    let (key, certificate) = PUBLISHED[index];
    let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).expect("an embedded certificate");
    Arc::new(SigningKey::from_pem(key, Some(&certificate)).expect("an embedded RSA key"))
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// One key of the JWKS.
#[derive(Debug, Serialize)]
pub struct Jwk<'a> {
    kty: &'static str,
    #[serde(rename = "use")]
    usage: &'static str,
    kid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    x5t: Option<&'a str>,
    n: &'a str,
    e: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    x5c: Option<[&'a str; 1]>,
    cloud_instance_name: &'static str,
    issuer: &'a str,
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, Validation};

    use super::*;

    #[rstest::rstest]
    #[case(0)]
    #[case(1)]
    #[case(2)]
    #[case(3)]
    fn a_token_is_checked_with_the_published_key(#[case] index: usize) {
        let key = &SigningKey::all_published()[index];
        let token = key.sign(&serde_json::json!({ "aud": "x" }), true);
        let mut validation = Validation::new(Algorithm::RS256);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.set_audience(&["x"]);
        let decoding = key.decoding_key().expect("an RSA key");
        let data = jsonwebtoken::decode::<serde_json::Value>(&token, &decoding, &validation).expect("a good signature");
        assert_eq!(data.header.kid.as_deref(), Some(key.kid()));
        assert_eq!(data.header.x5t.as_deref(), Some(key.kid()));
    }

    #[test]
    fn what_is_no_rsa_key_is_refused_with_the_way_out() {
        assert!(matches!(SigningKey::load("rubbish"), Err(KeyError::NotPem)));
        assert!(SigningKey::load(TEST_KEY).is_ok());
    }
}
