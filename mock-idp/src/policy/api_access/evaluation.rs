//! Continuous access evaluation: what happened to a user since a token was issued (escalation reference 4.6, 2.7 F1 to F3).

use std::net::IpAddr;

use jiff::Timestamp;

use crate::{
    directory::{Policy, PolicyState, User},
    policy::{Situation, Strength, coverage},
};

/// How a token came into the world.
#[derive(Clone, Copy, Debug)]
pub struct Issued {
    /// When, exactly.
    pub at: Timestamp,
    /// What the sign-in had proved.
    pub strength: Option<Strength>,
    /// The address at which the token service saw the user.
    pub address: Option<IpAddr>,
    /// The address that an API had reported; policies were asked about it, too.
    pub reported: Option<IpAddr>,
    /// Whether it takes part in continuous access evaluation. One that was issued in place of such a token does not.
    pub evaluated: bool,
}

/// A policy that was changed.
#[derive(Clone, Debug)]
pub struct PolicyChange {
    /// When.
    pub at: Timestamp,
    /// The policy as it was enforced before, or as it is now.
    pub policy: Policy,
}

/// The user of a token, as continuous access evaluation sees her.
#[derive(Clone, Copy, Debug)]
pub struct Watched<'a> {
    /// How the token was issued.
    pub issued: Issued,
    /// The user; `None` if there is none any more.
    pub user: Option<&'a User>,
    /// Tokens of this user issued before are revoked.
    pub valid_from: Option<Timestamp>,
    /// When the user's risk was last found to be high.
    pub at_risk_since: Option<Timestamp>,
    /// The request that the token is good for; `None` if its client is gone.
    pub situation: Option<&'a Situation<'a>>,
    /// The changes of policies, in any order.
    pub changes: &'a [PolicyChange],
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Sessions were revoked, or the password changed.
    Revoked,
    /// The account was disabled or deleted.
    AccountGone,
    /// The user's risk became high.
    UserRisk,
    /// Multifactor authentication was turned on for the user, and the sign-in had none.
    MfaTurnedOn,
    /// A policy that covers the request changed.
    PoliciesChanged,
    /// The API sees the user where a policy is in force that the token was issued without.
    Location(IpAddr),
}

impl Event {
    /// The address that goes into the challenge.
    #[must_use]
    pub fn address(self) -> Option<IpAddr> {
        match self {
            Self::Location(address) => Some(address),
            _ => None,
        }
    }

    /// The sentence of the answer, with the words that Graph's bodies have (escalation reference 4.3).
    #[must_use]
    pub fn told(self) -> String {
        let why = match self {
            Self::Revoked => "TokenIssuedBeforeRevocationTimestamp",
            Self::AccountGone => "the account is disabled or deleted",
            Self::UserRisk => "the risk of the user is high",
            Self::MfaTurnedOn => "the user has to use multifactor authentication now",
            Self::PoliciesChanged => "TokenCreatedWithOutdatedPolicies",
            Self::Location(_) => "LocationConditionEvaluationSatisfied",
        };
        format!("continuous access evaluation asks for a new token: InteractionRequired, {why}")
    }
}

impl Watched<'_> {
    /// What happened since the token was issued; the first that a challenge would name.
    #[must_use]
    pub fn event(&self) -> Option<Event> {
        let Issued { at, strength, evaluated, .. } = self.issued;
        if !evaluated {
            return None;
        }
        let is_later = |event: &Timestamp| at < *event;
        let Some(user) = self.user.filter(|user| user.enabled && !user.deleted) else {
            return Some(Event::AccountGone);
        };
        if self.valid_from.as_ref().is_some_and(is_later) {
            return Some(Event::Revoked);
        }
        if self.at_risk_since.as_ref().is_some_and(is_later) {
            return Some(Event::UserRisk);
        }
        if user.per_user_mfa && strength.is_some_and(|strength| strength.mfa_at.is_none()) {
            return Some(Event::MfaTurnedOn);
        }
        let situation = self.situation?;
        if self.outdated(situation) {
            return Some(Event::PoliciesChanged);
        }
        self.elsewhere(situation, user).map(Event::Location)
    }

    /// Whether a policy that covers the request changed (F3). Policies that concern others, or other APIs, don't count.
    fn outdated(&self, situation: &Situation<'_>) -> bool {
        let changed = self.changes.iter().filter(|change| self.issued.at < change.at);
        let changed: Vec<Policy> = changed.map(|change| change.policy.clone()).collect();
        let situation = Situation { policies: &changed, ..*situation };
        situation.subject().is_some_and(|subject| !coverage::covering(&situation, subject).is_empty())
    }

    /// The address of the user, if the API sees her where another policy is in force than where the token was issued (F2).
    fn elsewhere(&self, situation: &Situation<'_>, user: &User) -> Option<IpAddr> {
        let seen = user.facts.network.seen_by_apis();
        let then = self.issued.address?;
        if seen == then || self.issued.reported == Some(seen) {
            return None;
        }
        let subject = situation.subject()?;
        let known = coverage::covering_from(situation, subject, then);
        coverage::covering_from(situation, subject, seen)
            .iter()
            .filter(|(policy, _)| policy.state == PolicyState::Enabled)
            .any(|(policy, _)| !known.iter().any(|(other, _)| other.id == policy.id))
            .then_some(seen)
    }
}
