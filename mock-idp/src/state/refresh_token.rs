//! What a refresh token says of itself, and the little that has to be remembered of its family.
//!
//! A refresh token is bound to user and client, not to an API: any API can be asked for with it. In the default mode nothing
//! is kept however many are issued; strict rotation keeps one number a family.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{error::Refusal, ids::Ids, policy::Strength};

use super::Bounded;

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
    /// What it descends from.
    #[serde(rename = "l")]
    pub lineage: Lineage,
    /// The scopes that were asked for when the first of its line was issued: what a request for none gets (RFC 6749, 6).
    #[serde(rename = "o")]
    pub scope: String,
}

impl RefreshToken {
    /// Ninety days from each use to the next (escalation reference 6.3).
    pub const INACTIVITY: SignedDuration = SignedDuration::from_hours(90 * 24);
    /// A day from the sign-in, however often it is used, for single-page applications (escalation reference 6.3).
    pub const SINGLE_PAGE_LIFETIME: SignedDuration = SignedDuration::from_hours(24);
}

/// The place of a refresh token in its family: all that came of one sign-in, one of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lineage {
    /// The family.
    #[serde(rename = "f")]
    pub family: Uuid,
    /// The tenant where it began; what has to be remembered of the family is remembered there.
    #[serde(rename = "t")]
    pub tenant: Uuid,
    /// When it began.
    #[serde(rename = "s")]
    pub began_at: Timestamp,
    /// How many refresh tokens came before this one.
    #[serde(rename = "n")]
    pub generation: u32,
}

impl Lineage {
    /// A new family of `tenant`.
    #[must_use]
    pub fn begin(tenant: Uuid, now: Timestamp, ids: &Ids) -> Self {
        Self { family: ids.guid(), tenant, began_at: now, generation: 0 }
    }

    /// The place of the next one.
    #[must_use]
    pub fn next(self) -> Self {
        Self { generation: self.generation.saturating_add(1), ..self }
    }
}

/// What is remembered of families of refresh tokens: nothing, for most. The oldest entries are forgotten when there are too
/// many.
pub struct Families(Bounded<Family>);

#[derive(Default)]
struct Family {
    /// Generations below this one were used up.
    unused: u32,
    /// What its members are refused with from now on.
    ended: Option<Refusal>,
}

impl Families {
    pub(super) fn new(limit: usize) -> Self {
        Self(Bounded::new(limit))
    }

    /// How many families were forgotten because there were too many.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.0.dropped()
    }

    /// What every member is refused with, if the family has come to its end.
    #[must_use]
    pub fn ended(&self, family: Uuid) -> Option<Refusal> {
        self.0.get(&family.to_string())?.ended.clone()
    }

    /// Ends a family. The first reason stays.
    pub fn end(&mut self, family: Uuid, refusal: Refusal) {
        self.entry(family).ended.get_or_insert(refusal);
    }

    /// Whether the member was used up. One that nothing is known of was not.
    #[must_use]
    pub fn was_used(&self, member: Lineage) -> bool {
        self.0.get(&member.family.to_string()).is_some_and(|family| member.generation < family.unused)
    }

    /// Uses a member up; says whether it was still unused.
    #[must_use]
    pub fn use_up(&mut self, member: Lineage) -> bool {
        let family = self.entry(member.family);
        let fresh = member.generation >= family.unused;
        if fresh {
            family.unused = member.generation.saturating_add(1);
        }
        fresh
    }

    fn entry(&mut self, family: Uuid) -> &mut Family {
        self.0.get_or_default(family.to_string())
    }
}

#[cfg(test)]
mod tests {
    use crate::error::Aadsts;

    use super::*;

    #[test]
    fn a_member_is_good_once_and_the_next_one_then() {
        let ids = Ids::seeded(1);
        let (first, other) = (
            Lineage::begin(ids.guid(), Timestamp::UNIX_EPOCH, &ids),
            Lineage::begin(ids.guid(), Timestamp::UNIX_EPOCH, &ids),
        );
        let mut families = Families::new(2);
        assert!(!families.was_used(first));
        assert!(families.use_up(first));
        assert!(families.was_used(first) && !families.was_used(first.next()) && !families.was_used(other));
        assert!(!families.use_up(first));
        assert!(families.use_up(first.next()));
    }

    #[test]
    fn the_first_end_of_a_family_stays_and_old_families_are_forgotten() {
        let ids = Ids::seeded(1);
        let (first, second) = (ids.guid(), ids.guid());
        let mut families = Families::new(1);
        families.end(first, Refusal::new(Aadsts::GrantInvalid));
        families.end(first, Refusal::new(Aadsts::SignInTooOld));
        assert_eq!(families.ended(first), Some(Refusal::new(Aadsts::GrantInvalid)));
        families.end(second, Refusal::new(Aadsts::GrantInvalid));
        assert_eq!(families.ended(first), None);
    }
}
