//! The pages that help with a remedy: a new password, the terms of use, another provider's challenge, a device that is managed.

use crate::{
    directory::{RiskLevel, Secret},
    error::{Aadsts, Refusal},
    flow::{DeviceFact, Flow, Mistake, Tenants},
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
        return Ok(Submitted::again(Mistake::WrongCurrentPassword));
    }
    let mistake = if new.chars().count() < SHORTEST {
        Some(Mistake::ShortPassword(SHORTEST))
    } else if new == old {
        Some(Mistake::SamePassword)
    } else if new != given("confirmNewPassword") {
        Some(Mistake::PasswordsDiffer)
    } else {
        None
    };
    if mistake.is_some() {
        return Ok(Submitted { mistake, ..Submitted::default() });
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

/// The device becomes what the policy that bars the way looks at.
pub(super) fn device_ready(tenant: &Tenant, flow: &Flow) -> Result<Submitted, Refusal> {
    let mut state = tenant.state();
    let decision = decision(&state, tenant, flow)?;
    let missing = match decision.next_page() {
        Some(Demand::Remedy(remedy)) if remedy.page.is_none() => DeviceFact::missing(remedy.code),
        _ => None,
    };
    let fact = missing.ok_or_else(|| Refusal::new(Aadsts::StaleInteraction))?;
    if let Some(user) = flow.account.and_then(|account| state.directory.user_mut(account)) {
        fact.set(&mut user.facts.device);
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
