//! Where randomness comes from: one seeded source per tenant, so that a run can be repeated. Owns nothing else.

use std::sync::{Mutex, PoisonError};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
#[expect(clippy::disallowed_types, reason = "the one place that draws on the system's randomness")]
use rand::rngs::SysRng;
use rand::{RngExt as _, SeedableRng as _, TryRng as _, rngs::ChaCha12Rng};
use uuid::Uuid;

/// A seeded source of codes, ids and nonces.
pub struct Ids(Mutex<ChaCha12Rng>);

impl std::fmt::Debug for Ids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ids([redacted])")
    }
}

impl Ids {
    /// The source that always gives the same sequence for the same seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(ChaCha12Rng::seed_from_u64(seed)))
    }

    /// A source seeded by the operating system.
    #[must_use]
    pub fn from_os() -> Self {
        let mut seed = [0; 32];
        // Fails only where the operating system has no randomness at all; a mock then goes on with a fixed seed.
        let _ = SysRng.try_fill_bytes(&mut seed);
        Self(Mutex::new(ChaCha12Rng::from_seed(seed)))
    }

    /// A further source whose sequence depends on this one's.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self::seeded(self.with(|rng| rng.random()))
    }

    /// A random (version 4) GUID.
    #[must_use]
    pub fn guid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }

    /// `N` random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        self.with(|rng| rng.random())
    }

    /// An unguessable, URL-safe word of 256 bits (43 characters).
    #[must_use]
    pub fn word(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }

    /// A number in `from..=to`.
    #[must_use]
    pub fn between(&self, from: i64, to: i64) -> i64 {
        self.with(|rng| rng.random_range(from..=to))
    }

    fn with<T>(&self, draw: impl FnOnce(&mut ChaCha12Rng) -> T) -> T {
        draw(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
