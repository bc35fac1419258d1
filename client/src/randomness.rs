//! Where state, nonce, PKCE verifier and correlation ids come from. The only file that draws
//! random numbers; a seeded source makes a whole run repeatable.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use rand::rngs::ChaCha20Rng;
#[expect(clippy::disallowed_types, reason = "the one place that draws on the system's randomness")]
use rand::rngs::SysRng;
use rand::{Rng as _, SeedableRng as _};

/// A shared source of unguessable values.
#[derive(Clone)]
pub struct Randomness(Arc<Mutex<Fill>>);

/// Fills with random bytes.
type Fill = dyn FnMut(&mut [u8]) + Send;

impl Randomness {
    /// Seeded by the operating system.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn system() -> std::io::Result<Self> {
        let generator = ChaCha20Rng::try_from_rng(&mut SysRng).map_err(std::io::Error::other)?;
        Ok(Self::of(generator))
    }

    /// The same values for the same seed. For tests only: everything drawn is predictable.
    pub fn seeded(seed: u64) -> Self {
        Self::of(ChaCha20Rng::seed_from_u64(seed))
    }

    /// From a source of the app's own, such as a hardware module: a function that fills what it is handed with random bytes.
    pub fn from_fn(fill: impl FnMut(&mut [u8]) + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(fill)))
    }

    fn of(mut generator: ChaCha20Rng) -> Self {
        Self::from_fn(move |bytes| generator.fill_bytes(bytes))
    }

    /// 32 random bytes as 43 URL-safe characters: long enough for a PKCE verifier (RFC 7636, 4.1).
    pub(crate) fn token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }

    /// A random (version 4) GUID in lower case.
    pub(crate) fn guid(&self) -> String {
        let mut bytes = self.bytes::<16>();
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let n = u128::from_be_bytes(bytes);
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            n >> 96,
            (n >> 80) & 0xffff,
            (n >> 64) & 0xffff,
            (n >> 48) & 0xffff,
            n & 0xffff_ffff_ffff
        )
    }

    /// Any time from `within` before to `within` behind, to the second.
    pub(crate) fn jitter(&self, within: SignedDuration) -> SignedDuration {
        let span = u64::try_from(within.as_secs()).unwrap_or_default().saturating_mul(2).saturating_add(1);
        // The few values at the end of the range that are a little likelier do not matter here.
        let second = u64::from_be_bytes(self.bytes()) % span;
        SignedDuration::from_secs(i64::try_from(second).unwrap_or_default()).saturating_sub(within)
    }

    fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        let mut fill = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        fill(&mut bytes);
        bytes
    }
}

impl fmt::Debug for Randomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Randomness")
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::Randomness;

    #[test]
    fn a_seed_repeats_itself_and_values_do_not() {
        let (a, b) = (Randomness::seeded(7), Randomness::seeded(7));
        assert_eq!(a.guid(), b.guid());
        assert_eq!(a.token(), b.token());
        assert_ne!(a.token(), a.token());
    }

    #[test]
    fn jitter_reaches_both_ends_and_no_further() {
        let source = Randomness::seeded(1);
        let seconds: std::collections::BTreeSet<i64> =
            (0..200).map(|_| source.jitter(SignedDuration::from_secs(2)).as_secs()).collect();
        assert_eq!(seconds.into_iter().collect::<Vec<_>>(), [-2, -1, 0, 1, 2]);
    }

    #[test]
    fn an_own_source_is_drawn_on() {
        let source = Randomness::from_fn(|bytes| bytes.fill(0xff));
        assert_eq!(source.guid(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }

    #[test]
    fn a_guid_is_of_version_four_and_a_token_fits_pkce() {
        let source = Randomness::seeded(1);
        let guid = source.guid();
        assert_eq!(guid.len(), 36);
        assert_eq!(guid.as_bytes()[14], b'4');
        assert!(matches!(guid.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
        assert_eq!(source.token().len(), 43);
    }
}
