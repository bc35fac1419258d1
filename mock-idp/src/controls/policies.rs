//! Conditional Access policies: as a whole for Rust tests, one by one as the control API takes them.

use uuid::Uuid;

use crate::{
    directory::Policy,
    state::State,
    yaml::{Path, Problem},
};

use super::{ChangeError, Invalid, TenantControls, Unknown};

/// At most so many policies can be added to a tenant.
const MOST: usize = 1_000;

impl TenantControls {
    /// The Conditional Access policies.
    #[must_use]
    pub fn policies(&self) -> Vec<Policy> {
        self.tenant.state().policies.clone()
    }

    /// Replaces the Conditional Access policies. Capable APIs ask for tokens that are younger than a change which covers them.
    pub fn set_policies(&self, policies: Vec<Policy>) {
        self.put_in_force(&mut self.tenant.state(), policies);
    }

    /// Replaces the Conditional Access policies, if they can be in force together.
    ///
    /// # Errors
    ///
    /// If a name is unknown or stands there twice.
    pub fn replace_policies(&self, policies: Vec<Policy>) -> Result<(), Invalid> {
        let mut state = self.tenant.state();
        self.check(&state, list, |_, own| own.policies.clone_from(&policies))?;
        self.put_in_force(&mut state, policies);
        Ok(())
    }

    /// Puts one more policy in force.
    ///
    /// # Errors
    ///
    /// If a name in it is unknown, another policy has its id or name, or there are too many.
    pub fn add_policy(&self, policy: Policy) -> Result<(), Invalid> {
        let mut state = self.tenant.state();
        let place = state.policies.len();
        if place >= MOST {
            let problem = Problem::new(Path::root(), format!("{MOST} policies are in force in this tenant already"));
            return Err(Invalid(vec![problem.hint("remove some first")]));
        }
        self.check(&state, |tenant| list(tenant).index(place), |_, own| own.policies.push(policy.clone()))?;
        let policies = state.policies.iter().cloned().chain([policy]).collect();
        self.put_in_force(&mut state, policies);
        Ok(())
    }

    /// Replaces the policy called `name`, an id or a name. Its id stays.
    ///
    /// # Errors
    ///
    /// If there is no such policy, or it cannot be so.
    pub fn replace_policy(&self, name: &str, policy: Policy) -> Result<(), ChangeError> {
        let mut state = self.tenant.state();
        let place = position(&state, name)?;
        let mut policies = state.policies.clone();
        if policies[place].id != policy.id {
            let problem = Problem::new(Path::root().key("id"), "the id of a policy does not change");
            return Err(Invalid(vec![problem]).into());
        }
        policies[place] = policy;
        self.check(&state, |tenant| list(tenant).index(place), |_, own| own.policies.clone_from(&policies))?;
        self.put_in_force(&mut state, policies);
        Ok(())
    }

    /// Takes the policy called `name` out of force.
    ///
    /// # Errors
    ///
    /// If there is no such policy.
    pub fn remove_policy(&self, name: &str) -> Result<(), Unknown> {
        let mut state = self.tenant.state();
        let place = position(&state, name)?;
        let mut policies = state.policies.clone();
        policies.remove(place);
        self.put_in_force(&mut state, policies);
        Ok(())
    }

    /// The id of the policy called `name`, an id or a name.
    ///
    /// # Errors
    ///
    /// If there is no such policy.
    pub fn policy_id(&self, name: &str) -> Result<Uuid, Unknown> {
        let state = self.tenant.state();
        Ok(state.policies[position(&state, name)?].id)
    }

    /// A fresh id from this tenant's randomness.
    #[must_use]
    pub(crate) fn new_guid(&self) -> Uuid {
        self.tenant.ids.guid()
    }

    fn put_in_force(&self, state: &mut State, policies: Vec<Policy>) {
        let now = self.tenant.now();
        state.policy_changes.note(&state.policies, &policies, now);
        state.policies = policies;
    }
}

/// The place of the policies in a configuration document.
fn list(tenant: usize) -> Path {
    Path::root().key("tenants").index(tenant).key("policies")
}

fn position(state: &State, name: &str) -> Result<usize, Unknown> {
    let id = Uuid::parse_str(name).ok();
    let known = || state.policies.iter().map(|policy| policy.name.as_str());
    let found = state.policies.iter().position(|policy| id == Some(policy.id) || policy.name == name);
    found.ok_or_else(|| Unknown::new("policy", name, known()))
}
