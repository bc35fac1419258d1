//! Sealed values: a refresh token carries its own state, encrypted, so that none has to be kept.
//!
//! However many tokens are issued, the server's memory stays the same; what ends a token early (revocation, reset) is a
//! time or a number that the tenant keeps.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};

use crate::ids::Ids;

/// Refresh tokens of the real service begin with a version, too.
const PREFIX: &str = "1.";

/// The key of one server, drawn at its start.
pub struct Sealer(LessSafeKey);

impl Sealer {
    /// Draws a key.
    #[must_use]
    pub fn new(ids: &Ids) -> Option<Self> {
        UnboundKey::new(&AES_256_GCM, &ids.bytes::<32>()).ok().map(|key| Self(LessSafeKey::new(key)))
    }

    /// Encrypts `value` into an opaque, URL-safe word.
    #[must_use]
    pub fn seal(&self, value: &impl Serialize, ids: &Ids) -> String {
        let nonce = ids.bytes::<NONCE_LEN>();
        let mut sealed = serde_json::to_vec(value).unwrap_or_default();
        if self.0.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed).is_err() {
            // Impossible for values of this size; an empty word is no good token.
            sealed.clear();
        }
        let mut word = String::from(PREFIX);
        URL_SAFE_NO_PAD.encode_string([nonce.as_slice(), &sealed].concat(), &mut word);
        word
    }

    /// Decrypts a word that this server sealed.
    #[must_use]
    pub fn open<T: DeserializeOwned>(&self, word: &str) -> Option<T> {
        let bytes = URL_SAFE_NO_PAD.decode(word.strip_prefix(PREFIX)?).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut sealed = sealed.to_vec();
        let plain = self.0.open_in_place(nonce, Aad::empty(), &mut sealed).ok()?;
        serde_json::from_slice(plain).ok()
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_sealer_opens_and_only_what_was_not_touched() {
        let ids = Ids::seeded(1);
        let (ours, theirs) = (Sealer::new(&ids).expect("a key"), Sealer::new(&ids).expect("a key"));
        let word = ours.seal(&"secret", &ids);
        assert_eq!(ours.open::<String>(&word).as_deref(), Some("secret"));
        assert_eq!(theirs.open::<String>(&word), None);
        for rubbish in ["", "1.", "rubbish", &word[..word.len() - 4], &format!("{word}AAAA")] {
            assert_eq!(ours.open::<String>(rubbish), None);
        }
    }
}
