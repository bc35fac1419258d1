//! What a refresh token says of itself. It is bound to user and client, not to an API: any API can be asked for with it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::policy::Strength;

/// The sealed content of a refresh token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefreshToken {
    /// Tenant that issued it.
    #[serde(rename = "t")]
    pub tenant: Uuid,
    /// [`super::Tenant::epoch`] at that time.
    #[serde(rename = "e")]
    pub epoch: u64,
    /// Object id of the user in that tenant.
    #[serde(rename = "u")]
    pub user: Uuid,
    /// Client id.
    #[serde(rename = "c")]
    pub client: Uuid,
    /// What the sign-in proved; silent requests go on with it.
    #[serde(rename = "s")]
    pub strength: Strength,
    /// The browser session.
    #[serde(rename = "b")]
    pub sid: Uuid,
    /// When it was issued.
    #[serde(rename = "i")]
    pub issued_at: Timestamp,
}

impl RefreshToken {
    /// Ninety days from each use to the next (escalation reference 6.3).
    pub const INACTIVITY: SignedDuration = SignedDuration::from_hours(90 * 24);
}
