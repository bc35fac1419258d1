//! The directory as it stands while a script is read from top to bottom: the built-in one with the changes that the script
//! makes, each checked as a configuration document is.

use std::sync::Arc;

use mock_idp::{
    config,
    directory::{Api, Application, Directory, Document, Policy, Switches, Tenant, User},
    yaml::{Path, Problem},
};

use crate::script::{Given, Patch, Patchable};

/// The directory with the changes so far.
pub(crate) struct Standing {
    document: Document,
    /// Which of its tenants the scenario is in.
    tenant: usize,
}

impl Standing {
    /// The tenant called `name` before any change.
    pub(super) fn of(document: &Arc<Document>, name: &str) -> Option<Self> {
        let tenant = document.tenants.iter().position(|tenant| tenant.name == name)?;
        Some(Self { document: Document::clone(document), tenant })
    }

    pub(super) fn tenant(&self) -> &Tenant {
        &self.document.tenants[self.tenant]
    }

    pub(super) fn directory(&self) -> Directory {
        Directory::of(self.tenant(), &self.document)
    }

    /// Makes the changes of `given`, which stands at `at`; names of things that do not exist are the caller's to tell.
    pub(super) fn given(&mut self, given: &Given, at: &Path) -> Vec<Problem> {
        let own = Path::root().key("tenants").index(self.tenant);
        let mut problems = Vec::new();
        // Where each changed part stands, in the document and in the script.
        let mut places = vec![
            (own.key("consent_settings"), at.key("consent_settings")),
            (own.key("named_locations"), at.key("named_locations")),
            (Path::root().key("switches"), at.key("switches")),
        ];
        for (name, patch) in &given.users {
            places.extend(self.patch_user(name, patch, &at.key("users").key(name), &mut problems));
        }
        for (name, patch) in &given.applications {
            places.extend(self.patch_application(name, patch, &at.key("applications").key(name), &mut problems));
        }
        for (name, patch) in &given.apis {
            places.extend(self.patch_api(name, patch, &at.key("apis").key(name), &mut problems));
        }
        self.document.switches.clone_from(&given.switches);
        let tenant = &mut self.document.tenants[self.tenant];
        tenant.consent_settings = given.consent_settings;
        tenant.named_locations.clone_from(&given.named_locations);
        for (index, policy) in given.define_policies.iter().enumerate() {
            places.push((own.key("policies").index(tenant.policies.len()), at.key("define_policies").index(index)));
            tenant.policies.push(policy.clone());
        }
        problems.extend(self.wrong_within(&places));
        problems
    }

    /// Changes a user, as a step does.
    pub(crate) fn user(&mut self, name: &str, patch: &Patch<User>, at: &Path) -> Vec<Problem> {
        self.step(|standing, problems| standing.patch_user(name, patch, at, problems))
    }

    /// Changes an application, as a step does.
    pub(crate) fn application(&mut self, name: &str, patch: &Patch<Application>, at: &Path) -> Vec<Problem> {
        self.step(|standing, problems| standing.patch_application(name, patch, at, problems))
    }

    /// Changes an API, as a step does.
    pub(crate) fn api(&mut self, name: &str, patch: &Patch<Api>, at: &Path) -> Vec<Problem> {
        self.step(|standing, problems| standing.patch_api(name, patch, at, problems))
    }

    /// Changes a policy, as a step does.
    pub(crate) fn policy(&mut self, name: &str, patch: &Patch<Policy>, at: &Path) -> Vec<Problem> {
        self.step(|standing, problems| {
            let policies = &mut standing.document.tenants[standing.tenant].policies;
            let index = policies.iter().position(|policy| policy.name == name)?;
            apply(patch, &mut policies[index], at, problems);
            Some((Path::root().key("tenants").index(standing.tenant).key("policies").index(index), at.clone()))
        })
    }

    /// Changes the switches, as a step does.
    pub(crate) fn switches(&mut self, patch: &Patch<Switches>, at: &Path) -> Vec<Problem> {
        self.step(|standing, problems| {
            apply(patch, &mut standing.document.switches, at, problems);
            Some((Path::root().key("switches"), at.clone()))
        })
    }

    fn step(&mut self, change: impl FnOnce(&mut Self, &mut Vec<Problem>) -> Option<(Path, Path)>) -> Vec<Problem> {
        let mut problems = Vec::new();
        let place = change(self, &mut problems);
        if problems.is_empty() {
            problems = self.wrong_within(place.as_slice());
        }
        problems
    }

    fn patch_user(
        &mut self,
        name: &str,
        patch: &Patch<User>,
        at: &Path,
        problems: &mut Vec<Problem>,
    ) -> Option<(Path, Path)> {
        let id = self.directory().user(name)?.id;
        let users = &mut self.document.tenants[self.tenant].users;
        let index = users.iter().position(|user| user.id == id)?;
        apply(patch, &mut users[index], at, problems);
        Some((Path::root().key("tenants").index(self.tenant).key("users").index(index), at.clone()))
    }

    fn patch_application(
        &mut self,
        name: &str,
        patch: &Patch<Application>,
        at: &Path,
        problems: &mut Vec<Problem>,
    ) -> Option<(Path, Path)> {
        let index = self.document.applications.iter().position(|application| application.name == name)?;
        apply(patch, &mut self.document.applications[index], at, problems);
        Some((Path::root().key("applications").index(index), at.clone()))
    }

    fn patch_api(
        &mut self,
        name: &str,
        patch: &Patch<Api>,
        at: &Path,
        problems: &mut Vec<Problem>,
    ) -> Option<(Path, Path)> {
        let index = self.document.apis.iter().position(|api| api.name == name)?;
        apply(patch, &mut self.document.apis[index], at, problems);
        Some((Path::root().key("apis").index(index), at.clone()))
    }

    /// What a check of the whole document finds wrong in these places, told where the script says it.
    fn wrong_within(&self, places: &[(Path, Path)]) -> Vec<Problem> {
        let told = |problem: Problem| {
            let found = places.iter().find_map(|(root, at)| Some(at.join(&problem.path.below(root)?)));
            found.map(|path| Problem { path, ..problem })
        };
        config::check(&self.document).into_iter().filter_map(told).collect()
    }
}

fn apply<T: Patchable>(patch: &Patch<T>, thing: &mut T, at: &Path, problems: &mut Vec<Problem>) {
    match patch.apply(thing, at) {
        Ok(changed) => *thing = changed,
        Err(found) => problems.extend(found),
    }
}
