//! Changes of what a tenant knows: by a closure for Rust tests, or by a JSON merge patch (RFC 7396) as the control API takes
//! them. A patch is held to the same checks as a configuration document; a closure is its author's business.

use std::sync::Arc;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    config,
    directory::{
        Api, Application, ConsentSettings, Directory, Document, NamedLocation, RiskLevel, Switches, Tenant, User,
    },
    state::State,
    yaml::{Path, Problem, patched},
};

use super::{TenantControls, Unknown, api, application, user};

/// Why a change is not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// What was to be changed is not there.
    #[error(transparent)]
    Unknown(#[from] Unknown),
    /// It cannot be changed so.
    #[error(transparent)]
    Invalid(#[from] Invalid),
}

/// A change that cannot be: what is wrong with it, by places within the change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct Invalid(pub Vec<Problem>);

impl TenantControls {
    /// Changes a user: disable, register a method, demand multifactor authentication … A new password is a reset: it ends
    /// every session and grant. A risk that becomes high is an event of continuous access evaluation.
    ///
    /// # Errors
    ///
    /// If there is no such user.
    pub fn change_user(&self, name: &str, change: impl FnOnce(&mut User)) -> Result<(), Unknown> {
        let mut state = self.tenant.state();
        let id = user(&state.directory, name)?.id;
        self.change(&mut state, id, change);
        Ok(())
    }

    /// Changes an application as this tenant sees it: disable it, demand assignment, call it risky …
    ///
    /// # Errors
    ///
    /// If there is no such application.
    pub fn change_application(&self, name: &str, change: impl FnOnce(&mut Application)) -> Result<(), Unknown> {
        let mut state = self.tenant.state();
        application(&state.directory, name)?;
        state.directory.application_mut(name).map(change);
        Ok(())
    }

    /// Changes an API as this tenant sees it: its challenge dialect, its availability, who is preauthorized …
    ///
    /// # Errors
    ///
    /// If there is no such API.
    pub fn change_api(&self, name: &str, change: impl FnOnce(&mut Api)) -> Result<(), Unknown> {
        let mut state = self.tenant.state();
        api(&state.directory, name)?;
        state.directory.api_mut(name).map(change);
        Ok(())
    }

    /// Changes the switches of this tenant.
    pub fn change_switches(&self, change: impl FnOnce(&mut Switches)) {
        change(Arc::make_mut(&mut self.tenant.state().directory.switches));
    }

    /// Says who may consent in this tenant.
    pub fn set_consent_settings(&self, settings: ConsentSettings) {
        self.tenant.state().directory.consent_settings = settings;
    }

    /// Names the places that policies know.
    pub fn set_named_locations(&self, locations: Vec<NamedLocation>) {
        self.tenant.state().directory.named_locations = Arc::new(locations);
    }

    /// Merges `patch` into a user. What identifies a user stays.
    ///
    /// # Errors
    ///
    /// If there is no such user, or nobody can be so.
    pub fn patch_user(&self, name: &str, patch: &Map<String, Value>) -> Result<(), ChangeError> {
        let mut state = self.tenant.state();
        let before = user(&state.directory, name)?.clone();
        let changed: User = merged(&before, patch, "user", &["id", "username", "home_tenant"])?;
        let place = state.directory.users.iter().position(|user| user.id == before.id).unwrap_or_default();
        let at = |tenant: usize| Path::root().key("tenants").index(tenant).key("users").index(place);
        self.check(&state, at, |_, tenant| tenant.users[place] = changed.clone())?;
        self.change(&mut state, before.id, |user| *user = changed);
        Ok(())
    }

    /// Merges `patch` into an application as this tenant sees it. Its name and client id stay.
    ///
    /// # Errors
    ///
    /// If there is no such application, or none can be so.
    pub fn patch_application(&self, name: &str, patch: &Map<String, Value>) -> Result<(), ChangeError> {
        let mut state = self.tenant.state();
        let before = application(&state.directory, name)?.clone();
        let changed: Application = merged(&before, patch, "application", &["name", "client_id"])?;
        let known = &state.directory.applications;
        let place = known.iter().position(|known| known.client_id == before.client_id).unwrap_or_default();
        let at = |_| Path::root().key("applications").index(place);
        self.check(&state, at, |document, _| document.applications[place] = changed.clone())?;
        Arc::make_mut(&mut state.directory.applications)[place] = changed;
        Ok(())
    }

    /// Merges `patch` into an API as this tenant sees it. Its name, id and App ID URI stay.
    ///
    /// # Errors
    ///
    /// If there is no such API, or none can be so.
    pub fn patch_api(&self, name: &str, patch: &Map<String, Value>) -> Result<(), ChangeError> {
        let mut state = self.tenant.state();
        let before = api(&state.directory, name)?.clone();
        let changed: Api = merged(&before, patch, "API", &["name", "id", "app_id_uri"])?;
        let place = state.directory.apis.iter().position(|known| known.id == before.id).unwrap_or_default();
        let at = |_| Path::root().key("apis").index(place);
        self.check(&state, at, |document, _| document.apis[place] = changed.clone())?;
        Arc::make_mut(&mut state.directory.apis)[place] = changed;
        Ok(())
    }

    /// Merges `patch` into the switches of this tenant.
    ///
    /// # Errors
    ///
    /// If there are no such switches.
    pub fn patch_switches(&self, patch: &Map<String, Value>) -> Result<(), Invalid> {
        let mut state = self.tenant.state();
        let changed: Switches = merged(&*state.directory.switches, patch, "tenant", &[])?;
        let at = |_| Path::root().key("switches");
        self.check(&state, at, |document, _| document.switches = changed.clone())?;
        state.directory.switches = Arc::new(changed);
        Ok(())
    }

    /// Names the places that policies know, if they can be named so.
    ///
    /// # Errors
    ///
    /// If a name stands there twice, or a policy knows a place that is none of these.
    pub fn replace_named_locations(&self, locations: Vec<NamedLocation>) -> Result<(), Invalid> {
        let mut state = self.tenant.state();
        let at = |tenant: usize| Path::root().key("tenants").index(tenant);
        self.check(&state, at, |_, tenant| tenant.named_locations.clone_from(&locations))?;
        state.directory.named_locations = Arc::new(locations);
        Ok(())
    }

    fn change(&self, state: &mut State, id: Uuid, change: impl FnOnce(&mut User)) {
        let now = self.tenant.now();
        let Some(user) = state.directory.user_mut(id) else { return };
        let (password, risk) = (user.password.clone(), user.facts.risk.user);
        change(user);
        let is_reset = password != user.password;
        let is_at_risk = user.facts.risk.user == RiskLevel::High && risk != RiskLevel::High;
        if is_reset {
            state.revoke(id, now);
        }
        if is_at_risk {
            state.at_risk_since.insert(id, now);
        }
    }

    /// Checks the configuration as this tenant sees it with one change in it. `at` is the place of what changes; problems
    /// that were there before are nobody's fault now. What refers to the thing from elsewhere may come to mean nothing, as in
    /// life: a policy for a group, once its last member has left it.
    pub(super) fn check(
        &self,
        state: &State,
        at: impl FnOnce(usize) -> Path,
        change: impl FnOnce(&mut Document, &mut Tenant),
    ) -> Result<(), Invalid> {
        let (before, tenant) = self.document(state);
        let Some(mut own) = before.tenants.get(tenant).cloned() else { return Ok(()) };
        let mut after = before.clone();
        change(&mut after, &mut own);
        after.tenants[tenant] = own;
        let (known, at) = (config::check(&before), at(tenant));
        let fresh = config::check(&after).into_iter().filter(|problem| !known.contains(problem));
        // The change is all that the caller has said, so places are told within it.
        let problems: Vec<_> =
            fresh.filter_map(|problem| Some(Problem { path: problem.path.below(&at)?, ..problem })).collect();
        if problems.is_empty() { Ok(()) } else { Err(Invalid(problems)) }
    }

    /// The configuration document as this tenant sees it, and its place in it.
    fn document(&self, state: &State) -> (Document, usize) {
        let mut document = (*self.idp.registry.document()).clone();
        let Directory { users, applications, apis, switches, consent_settings, named_locations, .. } = &state.directory;
        document.applications = applications.to_vec();
        document.apis = apis.to_vec();
        document.switches = (**switches).clone();
        let place = document.tenants.iter().position(|tenant| tenant.id == self.tenant.origin).unwrap_or(usize::MAX);
        if let Some(own) = document.tenants.get_mut(place) {
            own.users = users.to_vec();
            own.policies.clone_from(&state.policies);
            own.consent_settings = *consent_settings;
            own.named_locations = named_locations.to_vec();
        }
        (document, place)
    }
}

/// `original` with what `patch` changes; the members that are `fixed` stay.
fn merged<T: Serialize + DeserializeOwned>(
    original: &T,
    patch: &Map<String, Value>,
    what: &str,
    fixed: &[&str],
) -> Result<T, Invalid> {
    let root = Path::root();
    if let Some(fixed) = fixed.iter().find(|fixed| patch.contains_key(**fixed)) {
        return Err(Invalid(vec![Problem::new(
            root.key(*fixed),
            format!("the {fixed} of this {what} does not change"),
        )]));
    }
    patched(original, patch, &root).map_err(Invalid)
}
