//! What an error of the catalogue needs to come about, put into a draft.

use crate::{
    config,
    error::{Aadsts, Setting},
};

use super::{
    Asked,
    draft::{Draft, Policy, scalar},
};

/// The catalogue's entry for a number.
pub(super) fn catalogued(number: u32) -> Option<Aadsts> {
    Aadsts::ALL.iter().copied().find(|code| code.row().number == number)
}

/// A policy for the API of `scope` that wants multifactor authentication.
pub(super) fn mfa_for(scope: &str) -> String {
    format!("targets: {{ apis: [{}] }}\ngrant: {{ all_of: [mfa] }}", api_of(scope))
}

/// The short name of the API in `mail/Mail.Read`.
pub(super) fn api_of(scope: &str) -> &str {
    scope.split('/').next().unwrap_or(scope)
}

/// Policies with `keys` and the ids that the error names; that they are its own is what makes the claims the same. A policy
/// of the built-in directory comes into force as it is.
pub(super) fn policies_named(draft: &mut Draft, asked: &Asked, keys: &str) {
    for (name, id) in names_of_policies(asked).into_iter().zip(&asked.policies) {
        draft.puts_in_force(&name);
        if built_in_policy(id).is_none() {
            draft.policies.push(Policy { name, id: id.clone(), keys: keys.to_owned() });
        }
    }
}

/// What the policies of an error are called in the script.
pub(super) fn names_of_policies(asked: &Asked) -> Vec<String> {
    let name = |(index, id): (usize, &String)| match (built_in_policy(id), index) {
        (Some(policy), _) => policy.name,
        (None, 0) => "named-in-the-error".to_owned(),
        (None, index) => format!("named-in-the-error-{}", index + 1),
    };
    asked.policies.iter().enumerate().map(name).collect()
}

/// The policy of the built-in directory with this id: the error is the mock's own.
pub(super) fn built_in_policy(id: &str) -> Option<crate::directory::Policy> {
    let document = config::built_in();
    let policies = document.tenants.iter().flat_map(|tenant| &tenant.policies);
    let mut of_id = policies.filter(|policy| policy.id.to_string() == id);
    of_id.next().cloned()
}

/// The first scope of the API that is guarded by a built-in policy of those named.
pub(super) fn scope_guarded(asked: &Asked) -> Option<String> {
    let policy = asked.policies.iter().find_map(|id| built_in_policy(id))?;
    let document = config::built_in();
    let api = document.apis.iter().find(|api| policy.targets.apis.contains(&api.name))?;
    Some(format!("{}/{}", api.name, api.scopes.first()?.name))
}

/// A policy whose id nobody told.
pub(super) fn policy_unnamed(draft: &mut Draft, keys: &str) {
    draft.puts_in_force("not-named");
    draft.policies.push(Policy { name: "not-named".to_owned(), id: UNTOLD.to_owned(), keys: keys.to_owned() });
}

/// The id of a policy that the incident does not name.
const UNTOLD: &str = "f0000000-0000-4000-8000-00000000fffe";

/// The API that the text of an error names by its id or address, if the directory has it: its first scope.
pub(super) fn scope_named(description: &str) -> Option<String> {
    let document = config::built_in();
    let text = description.to_lowercase();
    let api = document.apis.iter().find(|api| {
        text.contains(&api.id.to_string()) || text.contains(&format!("'{}'", api.app_id_uri.to_lowercase()))
    })?;
    Some(format!("{}/{}", api.name, api.scopes.first()?.name))
}

/// The row's settings, except for its policies; changes that the sign-in before the scenario must not meet become steps.
pub(super) fn settings(draft: &mut Draft, code: Aadsts, scope: &str) {
    for setting in code.row().set {
        match *setting {
            Setting::As(name) => draft.user = Some(name.to_owned()),
            Setting::Switches(keys) => draft.switches(keys),
            Setting::Person(keys) => draft.given.push(format!("virtual_user: {{ {keys} }}")),
            Setting::Tenant(keys) => {
                draft.given.push(keys.to_owned());
                draft.given.extend(draft.signed_in.as_ref().map(|scope| format!("tenant_consents: [{scope}]")));
            }
            Setting::User(name, keys) => {
                draft.steps.push(format!("change_user: {{ user: {name}, set: {{ {keys} }} }}"));
            }
            Setting::Application(name, keys) => {
                draft.steps.push(format!("change_application: {{ application: {name}, set: {{ {keys} }} }}"));
            }
            Setting::Api(_, keys) => {
                draft.steps.push(format!("change_api: {{ api: {}, set: {{ {keys} }} }}", scalar(api_of(scope))));
            }
            Setting::Clock(by) => draft.steps.push(format!("advance_clock: {by}")),
            Setting::Revoke(name) => draft.steps.push(format!("revoke_sessions: {name}")),
            Setting::Policy(_) | Setting::Fault(_) => {}
        }
    }
}

/// The keys of the row's policy, for the API of `scope`, each on its line.
pub(super) fn policy_keys(code: Aadsts, scope: &str) -> Option<String> {
    let keys = code.row().set.iter().find_map(|setting| match setting {
        Setting::Policy(keys) => Some(*keys),
        _ => None,
    })?;
    let keys = keys.replace("apis: [mail]", &format!("apis: [{}]", api_of(scope)));
    Some(keys.replace("}, grant:", "}\ngrant:").replace("}, session:", "}\nsession:"))
}
