//! Which policies changed and when: continuous access evaluation asks for tokens that know of it.

use jiff::Timestamp;

use crate::{
    directory::{Policy, PolicyState},
    policy::api_access::PolicyChange,
};

/// At most so many are remembered a tenant; the oldest go first.
const LIMIT: usize = 500;

/// The changes of enforced policies, oldest first.
#[derive(Debug, Default)]
pub struct PolicyChanges(Vec<PolicyChange>);

impl PolicyChanges {
    /// Notes what differs between `before` and `after`, policy by policy: both the old and the new text count, since a
    /// policy may stop or begin to cover a request.
    pub fn note(&mut self, before: &[Policy], after: &[Policy], at: Timestamp) {
        let gone = differing(before, after);
        let come = differing(after, before);
        self.0.extend(gone.chain(come).map(|policy| PolicyChange { at, policy: policy.clone() }));
        let surplus = self.0.len().saturating_sub(LIMIT);
        self.0.drain(..surplus);
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[PolicyChange] {
        &self.0
    }
}

/// The enforced policies of `these` that `those` do not have in the same words.
fn differing<'a>(these: &'a [Policy], those: &'a [Policy]) -> impl Iterator<Item = &'a Policy> {
    let is_enforced = |policy: &&Policy| policy.state == PolicyState::Enabled;
    // A name is for people: it changes nothing.
    let text = |policy: &Policy| serde_json::to_string(&Policy { name: String::new(), ..policy.clone() }).ok();
    these.iter().filter(is_enforced).filter(move |policy| {
        let text_of_this = text(policy);
        !those.iter().filter(is_enforced).any(|other| other.id == policy.id && text(other) == text_of_this)
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::config;

    #[rstest]
    #[case::nothing(|_: &mut Vec<Policy>| {}, 0)]
    #[case::order(|policies: &mut Vec<Policy>| policies.reverse(), 0)]
    #[case::name(|policies: &mut Vec<Policy>| policies[0].name = "other".to_owned(), 0)]
    #[case::removed(|policies: &mut Vec<Policy>| { policies.pop(); }, 1)]
    #[case::switched_off(|policies: &mut Vec<Policy>| policies[0].state = PolicyState::Disabled, 1)]
    #[case::report_only(|policies: &mut Vec<Policy>| policies[0].state = PolicyState::ReportOnly, 1)]
    #[case::changed(|policies: &mut Vec<Policy>| policies[0].grant.all_of.clear(), 2)]
    fn changes_of_enforced_policies_are_noted(#[case] change: fn(&mut Vec<Policy>), #[case] expected: usize) {
        let before = config::built_in().tenants[0].policies.clone();
        let mut after = before.clone();
        change(&mut after);
        let mut changes = PolicyChanges::default();
        changes.note(&before, &after, Timestamp::UNIX_EPOCH);
        assert_eq!(changes.all().len(), expected);
    }
}
