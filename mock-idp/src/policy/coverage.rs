//! Which policies cover a request.
//!
//! A policy covers it by the API or a scope asked for, by an authentication context that the claims ask for, or by being
//! named in the claims' `capolids` (on-behalf-of hands on the policies of the API behind the API); and only if it concerns
//! the user, the application and the circumstances.

use std::net::IpAddr;

use crate::directory::{
    ClientFilter, Conditions, Directory, LocationFilter, PlatformFilter, Policy, PolicyState, RiskLevel, User,
    UserAction,
};
use crate::scopes::ApiScopes;

use super::{Situation, Subject};

/// The policies in force or on report that cover the request, each with the reason.
pub(super) fn covering<'a>(situation: &Situation<'a>, subject: Subject<'_>) -> Vec<(&'a Policy, String)> {
    covering_from(situation, subject, subject.user.facts.network.address)
}

/// The same for a user who comes from `address`.
pub(super) fn covering_from<'a>(
    situation: &Situation<'a>,
    subject: Subject<'_>,
    address: IpAddr,
) -> Vec<(&'a Policy, String)> {
    concerned(situation, subject, address)
        .filter_map(|policy| reach(policy, situation).map(|because| (policy, because)))
        .collect()
}

/// The policies in force on what the user does beyond signing in.
pub(super) fn covering_action<'a>(
    situation: &Situation<'a>,
    subject: Subject<'_>,
    action: UserAction,
) -> impl Iterator<Item = &'a Policy> {
    concerned(situation, subject, subject.user.facts.network.address)
        .filter(move |policy| policy.state == PolicyState::Enabled && policy.targets.user_actions.contains(&action))
}

fn concerned<'a>(situation: &Situation<'a>, subject: Subject<'_>, address: IpAddr) -> impl Iterator<Item = &'a Policy> {
    situation
        .policies
        .iter()
        .filter(|policy| policy.state != PolicyState::Disabled)
        .filter(move |policy| {
            let users = &policy.users;
            (users.include.is_empty() || is_one_of(&users.include, subject.user, situation.directory))
                && !is_one_of(&users.exclude, subject.user, situation.directory)
        })
        .filter(move |policy| comes_from(&policy.clients, &situation.client.name))
        .filter(move |policy| holds(&policy.conditions, situation, subject, address))
}

/// Whether `user` is among `names`: user names, `group:NAME`, `guests`, `administrators`.
pub(super) fn is_one_of(names: &[String], user: &User, directory: &Directory) -> bool {
    names.iter().any(|name| match name.as_str() {
        "guests" => user.home_tenant.is_some(),
        "administrators" => user.administrator,
        name => match name.strip_prefix("group:") {
            Some(group) => user.groups.iter().any(|other| other.eq_ignore_ascii_case(group)),
            None => directory.user(name).is_some_and(|named| named.id == user.id),
        },
    })
}

fn comes_from(clients: &ClientFilter, client: &String) -> bool {
    (clients.include.is_empty() || clients.include.contains(client)) && !clients.exclude.contains(client)
}

fn holds(conditions: &Conditions, situation: &Situation<'_>, subject: Subject<'_>, address: IpAddr) -> bool {
    let risk = subject.user.facts.risk;
    let is_at = |levels: &[RiskLevel], level: RiskLevel| levels.is_empty() || levels.contains(&level);
    (!conditions.device_code_flow || situation.circumstances.device_code)
        && is_at(&conditions.sign_in_risk, risk.sign_in)
        && is_at(&conditions.user_risk, risk.user)
        && is_in(&conditions.locations, address, situation.directory)
        && runs_on(&conditions.platforms, situation, subject)
}

fn is_in(locations: &LocationFilter, address: IpAddr, directory: &Directory) -> bool {
    let among = |names: &[String]| {
        directory.named_locations.iter().any(|place| {
            let named =
                names.contains(&place.name) || (place.trusted && names.iter().any(|name| name == "all_trusted"));
            named && place.ranges.iter().any(|range| range.contains(address))
        })
    };
    (locations.include.is_empty() || among(&locations.include)) && !among(&locations.exclude)
}

fn runs_on(platforms: &PlatformFilter, situation: &Situation<'_>, subject: Subject<'_>) -> bool {
    let platform = subject.user.facts.device.platform.or(situation.circumstances.platform);
    let is_one_of = |platforms: &[_]| platform.is_some_and(|platform| platforms.contains(&platform));
    (platforms.include.is_empty() || is_one_of(&platforms.include)) && !is_one_of(&platforms.exclude)
}

/// By which of its targets the policy reaches the request.
fn reach(policy: &Policy, situation: &Situation<'_>) -> Option<String> {
    let targets = &policy.targets;
    if !situation.circumstances.claims_alone_bring_policies
        && let Some(because) = reach_by_scope(policy, situation)
    {
        return Some(because);
    }
    let context = situation.claims.contexts.iter().find(|context| targets.authentication_contexts.contains(context));
    if let Some(context) = context {
        return Some(format!("guards the authentication context {context}"));
    }
    situation.claims.policies.contains(&policy.id).then(|| "is named in the claims".to_owned())
}

fn reach_by_scope(policy: &Policy, situation: &Situation<'_>) -> Option<String> {
    let targets = &policy.targets;
    let all = targets.apis.iter().any(|api| api == "all");
    let guards = |api: &String| (all || targets.apis.contains(api)) && !targets.exclude.contains(api);
    // Consent for the whole tenant leads to no token, so nothing is asked of the APIs yet.
    let no_token = situation.interaction.is_some_and(|interaction| interaction.whole_tenant);
    let asked: &[ApiScopes] = if no_token { &[] } else { &situation.scopes.apis };
    for asked in asked {
        if guards(&asked.api) {
            return Some(format!("guards {}", asked.api));
        }
        let scope = targets.scopes.iter().find(|target| {
            target.split_once('/').is_some_and(|(api, name)| {
                api == asked.api && asked.names.iter().any(|asked| asked.eq_ignore_ascii_case(name))
            })
        });
        if let Some(scope) = scope {
            return Some(format!("guards the scope {scope}"));
        }
    }
    // A sign-in that asks for no API is one to Graph.
    let graph = situation.directory.graph();
    (all && asked.is_empty() && graph.is_none_or(|graph| guards(&graph.name)))
        .then(|| "guards every sign-in".to_owned())
}
