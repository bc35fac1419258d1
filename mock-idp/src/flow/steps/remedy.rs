//! The pages that help with a remedy: a new password, the terms of use, another provider's challenge.

use crate::{
    directory::{RiskLevel, Secret},
    error::{Aadsts, Refusal},
    flow::{Flow, Tenants},
    params::Params,
    policy::{Demand, RemedyPage},
    state::{State, Tenant},
};

use super::{Submitted, decision, knows_password};

/// Takes a new password. Whatever was granted before is revoked, and other browsers are signed out, as after any change of a
/// password (escalation reference 6.3); this sign-in goes on, for it has just proved the old one.
pub(super) fn password_change(
    tenant: &Tenant,
    flow: &Flow,
    params: &Params,
    tenants: Tenants<'_>,
) -> Result<Submitted, Refusal> {
    drop(asked(tenant, flow, RemedyPage::PasswordChange)?);
    let user = flow.account.and_then(|account| tenant.state().directory.user_by_id(account).cloned());
    let Some(user) = user else { return Ok(Submitted::default()) };
    let given = |name| params.get(name).unwrap_or_default();
    let (old, new) = (given("currentPassword"), given("newPassword"));
    if !knows_password(&user, old, tenants) {
        return Ok(Submitted::again(Aadsts::WrongPassword, "The current password is incorrect."));
    }
    let problem = if new.chars().count() < SHORTEST {
        Some(format!("Choose a password of at least {SHORTEST} characters."))
    } else if new == old {
        Some("Choose a password that differs from the current one.".to_owned())
    } else if new != given("confirmNewPassword") {
        Some("The two new passwords are not the same.".to_owned())
    } else {
        None
    };
    if problem.is_some() {
        return Ok(Submitted { error: problem, ..Submitted::default() });
    }
    // A guest's password is kept at home. Never hold two tenants' locks at once.
    if let Some(home) = user.home_tenant.as_deref().and_then(tenants) {
        let mut state = home.state();
        let at_home = state.directory.user(&user.username).map(|user| user.id);
        if let Some(at_home) = at_home.and_then(|id| state.directory.user_mut(id)) {
            at_home.password = Some(Secret::new(new));
            let id = at_home.id;
            state.revoke(id, home.now());
        }
    }
    let now = tenant.now();
    let mut state = tenant.state();
    if let Some(user) = state.directory.user_mut(user.id) {
        if user.home_tenant.is_none() {
            user.password = Some(Secret::new(new));
        }
        user.password_expired = false;
        user.facts.risk.user = RiskLevel::None;
    }
    let here = state.sessions.find(&flow.browser, user.id).cloned();
    state.revoke(user.id, now);
    if let Some(session) = here {
        state.sessions.sign_in(&flow.browser, session);
    }
    Ok(Submitted::default())
}

/// The user accepts the terms of use.
pub(super) fn terms(tenant: &Tenant, flow: &Flow) -> Result<Submitted, Refusal> {
    let mut state = asked(tenant, flow, RemedyPage::TermsOfUse)?;
    if let Some(user) = flow.account.and_then(|account| state.directory.user_mut(account)) {
        user.facts.terms_accepted = true;
    }
    Ok(Submitted::default())
}

/// The user passes the challenge of another provider.
pub(super) fn external(tenant: &Tenant, flow: &Flow) -> Result<Submitted, Refusal> {
    let mut state = asked(tenant, flow, RemedyPage::ExternalChallenge)?;
    if let Some(user) = flow.account.and_then(|account| state.directory.user_mut(account)) {
        user.facts.external_challenge_passed = true;
    }
    Ok(Submitted::default())
}

/// The tenant's state, if `page` is what the user was asked.
fn asked<'a>(tenant: &'a Tenant, flow: &Flow, page: RemedyPage) -> Result<std::sync::MutexGuard<'a, State>, Refusal> {
    let state = tenant.state();
    let decision = decision(&state, tenant, flow)?;
    match decision.next_page() {
        Some(Demand::Remedy(remedy)) if remedy.page == Some(page) => Ok(state),
        _ => Err(Refusal::new(Aadsts::StaleInteraction)),
    }
}

/// The shortest password that is taken.
const SHORTEST: usize = 8;
