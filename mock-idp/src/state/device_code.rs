//! Device codes (RFC 8628): what a device asked, and how far the person in front of another screen has come.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::{claims_request::ClaimsRequest, error::Refusal, ids::Ids, policy::Strength, scopes::Scopes};

use super::Bounded;

/// What is remembered of a device code.
#[derive(Clone, Debug)]
pub struct DeviceCode {
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Client id.
    pub client: Uuid,
    /// What the device asked for; polls need not repeat it.
    pub scopes: Scopes,
    /// The claims that it asked with.
    pub claims: ClaimsRequest,
    /// The same as they were sent.
    pub claims_text: Option<String>,
    /// Whether it was asked for at `/common`, so that the user may belong to another tenant.
    pub any_tenant: bool,
    /// The number of the exchange that started it.
    pub number: u64,
    /// The correlation id of that exchange; pages and polls keep it.
    pub correlation_id: Uuid,
    /// How far it has come.
    pub progress: Progress,
    /// How often the device asks.
    pub polls: Polls,
}

/// When a device asked last, and how long it is to wait (RFC 8628, 3.5).
#[derive(Clone, Copy, Debug)]
pub struct Polls {
    last: Option<Timestamp>,
    interval: SignedDuration,
}

impl Polls {
    /// By so much the interval grows with each poll that comes too soon.
    const SLOWER: SignedDuration = SignedDuration::from_secs(5);

    /// Notes a poll; says whether it came too soon. From then on the interval is five seconds longer.
    #[must_use]
    pub fn too_soon(&mut self, now: Timestamp) -> bool {
        let too_soon = self.last.is_some_and(|last| now.duration_since(last) < self.interval);
        if too_soon {
            self.interval += Self::SLOWER;
        }
        self.last = Some(now);
        too_soon
    }
}

impl Default for Polls {
    fn default() -> Self {
        Self { last: None, interval: SignedDuration::from_secs(DeviceCode::INTERVAL.into()) }
    }
}

/// How far a device code has come.
#[derive(Clone, Debug)]
pub enum Progress {
    /// Nobody has signed in for it yet.
    Pending,
    /// A user signed in; the next poll gets the token.
    Approved(Approval),
    /// The user declined, or may not sign in here.
    Refused(Refusal),
    /// The token was fetched.
    Redeemed,
}

/// The sign-in that approved a device.
#[derive(Clone, Copy, Debug)]
pub struct Approval {
    /// The user's tenant.
    pub tenant: Uuid,
    /// Object id of the user there.
    pub user: Uuid,
    /// What the sign-in proved.
    pub strength: Strength,
    /// The browser session.
    pub sid: Uuid,
}

impl DeviceCode {
    /// Fifteen minutes (escalation reference 6.3).
    pub const LIFETIME: SignedDuration = SignedDuration::from_mins(15);
    /// How many seconds the device is to wait between polls.
    pub const INTERVAL: u32 = 5;

    /// Whether it is too old at `now`.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now.duration_since(self.issued_at) > Self::LIFETIME
    }

    /// Whether nobody needs to be told any more that it is too old.
    #[must_use]
    pub fn is_forgotten(&self, now: Timestamp) -> bool {
        now.duration_since(self.issued_at) > Self::LIFETIME * 4
    }
}

/// Which tenant's device code a user code stands for. The page where it is typed belongs to no tenant.
#[derive(Debug)]
pub struct UserCodes(Mutex<Bounded<(Uuid, String)>>);

impl UserCodes {
    /// No codes, and room for `limit`.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self(Mutex::new(Bounded::new(limit)))
    }

    /// Makes up a user code for the device code `code` of `tenant`.
    #[must_use]
    pub fn issue(&self, tenant: Uuid, code: &str, ids: &Ids) -> String {
        let user_code: String =
            ids.bytes::<9>().iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(user_code.clone(), (tenant, code.to_owned()));
        user_code
    }

    /// Forgets all codes.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|_| false);
    }

    /// Forgets the codes of a tenant that is gone.
    pub fn forget(&self, tenant: Uuid) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(owner, _)| *owner != tenant);
    }

    /// The tenant and device code that `typed` stands for; case, spaces and hyphens do not matter.
    #[must_use]
    pub fn find(&self, typed: &str) -> Option<(Uuid, String)> {
        let plain: String = typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&plain).cloned()
    }
}

/// Letters and digits that cannot be mistaken for one another.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_poll_that_comes_too_soon_makes_the_interval_longer() {
        let mut polls = Polls::default();
        let at = |second: i64| Timestamp::from_second(second).expect("a time");
        let too_soon: Vec<bool> = [0, 4, 13, 28, 48].map(|second| polls.too_soon(at(second))).into();
        // Intervals: 5, then 10 after the second, then 15 after the third.
        assert_eq!(too_soon, [false, true, true, false, false]);
    }
}
