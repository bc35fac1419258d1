//! The signing keys of one tenant: the one that signs, and the one before it, which is still listed.
//!
//! Each tenant has a lock of its own, held only to copy a reference: nobody waits for another's signature.

use std::sync::{Arc, PoisonError, RwLock};

use super::SigningKey;

/// How many keys the JWKS of a tenant lists at most: the newest, which signs, and the one before.
const LISTED: usize = 2;

/// The keys of a tenant, newest first; never empty.
#[derive(Debug)]
pub struct KeyRing {
    /// With what the tenant began.
    first: Arc<SigningKey>,
    listed: RwLock<Vec<Arc<SigningKey>>>,
}

impl KeyRing {
    /// A tenant that signs with `first`.
    #[must_use]
    pub fn new(first: Arc<SigningKey>) -> Self {
        Self { listed: RwLock::new(vec![first.clone()]), first }
    }

    /// The same beginning, before any rotation.
    #[must_use]
    pub fn pristine(&self) -> Self {
        Self::new(self.first.clone())
    }

    /// The key that signs.
    #[must_use]
    pub fn current(&self) -> Arc<SigningKey> {
        let listed = self.listed.read().unwrap_or_else(PoisonError::into_inner);
        listed.first().unwrap_or(&self.first).clone()
    }

    /// The keys that tokens can be checked with, the one that signs first.
    #[must_use]
    pub fn listed(&self) -> Vec<Arc<SigningKey>> {
        self.listed.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The listed key called `kid`.
    #[must_use]
    pub fn find(&self, kid: &str) -> Option<Arc<SigningKey>> {
        let listed = self.listed.read().unwrap_or_else(PoisonError::into_inner);
        listed.iter().find(|key| key.kid() == kid).cloned()
    }

    /// Signs with another key from now on, and gives it. The one before stays listed until the next rotation, so that
    /// tokens which it signed are good until then.
    ///
    /// The new key is the next of the published test keys, so that this takes no time and a run can be repeated. There are
    /// few: a key that was rotated out comes back after all others.
    pub fn rotate(&self) -> Arc<SigningKey> {
        let published = SigningKey::all_published();
        let mut listed = self.listed.write().unwrap_or_else(PoisonError::into_inner);
        let position = |key: &Arc<SigningKey>| published.iter().position(|known| known.kid() == key.kid());
        // One's own key is followed by the first of them.
        let after = listed.first().and_then(position).map_or(0, |position| position + 1);
        let is_listed = |key: &&Arc<SigningKey>| listed.iter().any(|known| known.kid() == key.kid());
        let next = published.iter().cycle().skip(after).take(published.len()).find(|key| !is_listed(key));
        let next = next.unwrap_or(&self.first).clone();
        listed.insert(0, next.clone());
        listed.truncate(LISTED);
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kids(ring: &KeyRing) -> Vec<String> {
        ring.listed().iter().map(|key| key.kid().to_owned()).collect()
    }

    #[test]
    fn the_last_two_are_listed_and_the_newest_signs() {
        let ring = KeyRing::new(SigningKey::published());
        let mut all = kids(&ring);
        assert_eq!(all.len(), 1);
        for _ in 1..SigningKey::all_published().len() {
            let before = ring.current();
            let new = ring.rotate();
            assert_eq!(kids(&ring), [new.kid(), before.kid()]);
            assert_eq!(ring.current().kid(), new.kid());
            assert!(ring.find(before.kid()).is_some());
            assert!(!all.contains(&new.kid().to_owned()), "a key that was there before");
            all.push(new.kid().to_owned());
        }
        assert!(ring.find(&all[0]).is_none(), "rotated out");
        assert_eq!(ring.rotate().kid(), all[0], "after all others");
        assert_eq!(kids(&ring.pristine()), all[..1]);
    }

    #[test]
    fn a_key_of_ones_own_is_followed_by_the_published_ones_and_does_not_come_back() {
        let own = SigningKey::load(super::super::TEST_KEY).expect("an RSA key");
        let ring = KeyRing::new(own.clone());
        let first = SigningKey::published();
        assert_ne!(own.kid(), first.kid(), "a certificate makes another name");
        assert_eq!(ring.rotate().kid(), first.kid());
        assert!((0..8).all(|_| ring.rotate().kid() != own.kid()));
    }
}
