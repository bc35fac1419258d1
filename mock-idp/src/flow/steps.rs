//! What a submitted page does. A step changes the session, the ledger or the flow, and nothing else; what is shown next is
//! decided by [`super::next`].

mod remedy;
mod second_factor;

use std::sync::Arc;

use uuid::Uuid;

use crate::{
    directory::{Directory, User},
    error::{Aadsts, Refusal},
    params::Params,
    policy::{Decision, Demand, Situation, Strength, decide},
    state::{Session, State, Tenant},
};

use super::{End, Flow, Mistake, Tenants, situation};

/// What became of a submitted page.
#[derive(Debug, Default)]
pub struct Submitted {
    /// The sign-in goes on in this tenant: it began at `/common`, and the user turned out to belong there.
    pub moved_to: Option<Arc<Tenant>>,
    /// The page is shown again with a sentence about this.
    pub mistake: Option<Mistake>,
    /// The sign-in ends here, at the user's wish.
    pub ended: Option<End>,
}

impl Submitted {
    fn again(mistake: Mistake) -> Self {
        Self { mistake: Some(mistake), ..Self::default() }
    }
}

/// Does what the page of the sign-in `ctx`, submitted by `browser`, says.
///
/// # Errors
///
/// 165000 if there is no such sign-in in this browser, or the page was not the one to be answered.
pub fn submit(
    tenant: &Arc<Tenant>,
    ctx: &str,
    browser: &str,
    params: &Params,
    tenants: Tenants<'_>,
) -> Result<Submitted, Refusal> {
    let stale = || Refusal::new(Aadsts::StaleInteraction);
    let flow = tenant.state().flows.get(ctx).filter(|flow| flow.browser == browser).cloned().ok_or_else(stale)?;
    if params.get("answer") == Some("cancel") {
        return Ok(Submitted { ended: Some(cancelled(tenant, &flow)?), ..Submitted::default() });
    }
    match params.get("step") {
        Some("username") => username(tenant, ctx, flow, params, tenants),
        Some("password") => Ok(password(tenant, ctx, &flow, params, tenants)),
        Some("pick") => Ok(pick(tenant, ctx, params)),
        Some("otc") => Ok(second_factor::one_time_code(tenant, &flow, params)),
        Some("number") => second_factor::number(tenant, ctx, &flow, params),
        Some("passkey") => Ok(second_factor::passkey(tenant, &flow)),
        Some("way") => Ok(second_factor::way(tenant, ctx, params)),
        Some("register") => second_factor::register(tenant, &flow, params),
        Some("password_change") => remedy::password_change(tenant, &flow, params, tenants),
        Some("terms") => remedy::terms(tenant, &flow),
        Some("external") => remedy::external(tenant, &flow),
        Some("device_ready") => remedy::device_ready(tenant, &flow),
        Some("confirm_device") => Ok(confirm_device(tenant, ctx)),
        Some("kmsi") => Ok(stay(tenant, ctx, params)),
        Some("request") => Ok(request_approval(tenant, ctx)),
        Some("consent") => consent(tenant, ctx, &flow, params),
        _ => Err(stale()),
    }
}

fn username(
    tenant: &Arc<Tenant>,
    ctx: &str,
    mut flow: Flow,
    params: &Params,
    tenants: Tenants<'_>,
) -> Result<Submitted, Refusal> {
    let Some(name) = params.get("loginfmt").map(str::trim).filter(|name| !name.is_empty()) else {
        return Ok(Submitted::again(Mistake::NoUserName));
    };
    let mut state = tenant.state();
    let here = state.directory.user(name).filter(|user| !user.deleted);
    let here = here.filter(|user| user.home_tenant.is_none() || !flow.any_tenant).map(|user| user.id);
    if let Some(user) = here {
        change(&mut state, ctx, |flow| (flow.account, flow.typed_name) = (Some(user), None));
        return Ok(Submitted::default());
    }
    let home = name.rsplit_once('@').and_then(|(_, domain)| tenants(domain)).filter(|home| home.id != tenant.id);
    let Some(home) = home else {
        change(&mut state, ctx, |flow| flow.typed_name = Some(name.to_owned()));
        return Ok(Submitted::again(Mistake::UnknownUser { username: name.to_owned() }));
    };
    if !flow.any_tenant {
        change(&mut state, ctx, |flow| flow.typed_name = Some(name.to_owned()));
        // Never hold two tenants' locks at once.
        drop(state);
        let (username, home) = (name.to_owned(), home.state().directory.display_name.clone());
        return Ok(Submitted::again(Mistake::NotInTenant { username, home }));
    }
    // Never hold two tenants' locks at once.
    state.flows.remove(ctx);
    drop(state);
    let mut state = home.state();
    is_multi_tenant(flow.request.client, &state.directory)?;
    flow.account = state.directory.user(name).map(|user| user.id);
    flow.typed_name = flow.account.is_none().then(|| name.to_owned());
    let mistake = flow.typed_name.clone().map(|username| Mistake::UnknownUser { username });
    state.flows.insert(ctx.to_owned(), flow);
    drop(state);
    Ok(Submitted { moved_to: Some(home), mistake, ended: None })
}

/// Checks that an application may be used at `/common`, now or when the user's tenant is known (escalation reference E7).
///
/// # Errors
///
/// 50194 if the tenant has it as an application of one tenant.
pub fn is_multi_tenant(client: Uuid, directory: &Directory) -> Result<(), Refusal> {
    match directory.applications.iter().find(|application| application.client_id == client) {
        Some(client) if client.single_tenant => {
            let refusal = Refusal::new(Aadsts::SingleTenantApplication);
            Err(refusal.with("client", client.client_id).with("client_name", client.display_name()))
        }
        _ => Ok(()),
    }
}

fn password(tenant: &Tenant, ctx: &str, flow: &Flow, params: &Params, tenants: Tenants<'_>) -> Submitted {
    let user = flow.account.and_then(|account| tenant.state().directory.user_by_id(account).cloned());
    let Some(user) = user else { return Submitted::default() };
    if !knows_password(&user, params.get("passwd").unwrap_or_default(), tenants) {
        return Submitted::again(Mistake::WrongPassword);
    }
    let now = tenant.now();
    let mut state = tenant.state();
    // A second factor passed earlier in this browser outlives a fresh password.
    let earlier = state.sessions.find(&flow.browser, user.id).map(|session| session.strength);
    let strength = Strength { signed_in_at: now, ..earlier.unwrap_or(Strength::password(now)) };
    let session = Session { user: user.id, sid: tenant.ids.guid(), strength, persistent: false, clients: Vec::new() };
    state.sessions.sign_in(&flow.browser, session);
    change(&mut state, ctx, |flow| {
        flow.interaction.signed_in = true;
        flow.interaction.chose_account = true;
    });
    Submitted::default()
}

/// A guest's password is known by the home tenant.
fn knows_password(user: &User, given: &str, tenants: Tenants<'_>) -> bool {
    let Some(home) = user.home_tenant.as_deref() else {
        return user.password.as_ref().is_some_and(|password| password.is(given));
    };
    let Some(home) = tenants(home) else { return false };
    let state = home.state();
    let at_home = state.directory.user(&user.username);
    at_home.is_some_and(|user| user.enabled && user.password.as_ref().is_some_and(|password| password.is(given)))
}

fn pick(tenant: &Tenant, ctx: &str, params: &Params) -> Submitted {
    let mut state = tenant.state();
    let account = params.get("account").and_then(|name| state.directory.user(name)).map(|user| user.id);
    change(&mut state, ctx, |flow| {
        flow.account = account;
        flow.interaction.chose_account = true;
    });
    Submitted::default()
}

fn confirm_device(tenant: &Tenant, ctx: &str) -> Submitted {
    change(&mut tenant.state(), ctx, |flow| flow.confirmed_device = true);
    Submitted::default()
}

fn stay(tenant: &Tenant, ctx: &str, params: &Params) -> Submitted {
    let stays = params.get("answer") == Some("yes");
    change(&mut tenant.state(), ctx, |flow| flow.stays = Some(stays));
    Submitted::default()
}

/// The request goes nowhere: this mock has no administrator who could answer it.
fn request_approval(tenant: &Tenant, ctx: &str) -> Submitted {
    change(&mut tenant.state(), ctx, |flow| flow.requested_approval = true);
    Submitted::default()
}

fn consent(tenant: &Tenant, ctx: &str, flow: &Flow, params: &Params) -> Result<Submitted, Refusal> {
    let now = tenant.now();
    let mut state = tenant.state();
    // Only what the page really asked goes on record.
    let decision = decision(&state, tenant, flow)?;
    let stale = || Refusal::new(Aadsts::StaleInteraction);
    let account = flow.account.filter(|_| params.get("answer") == Some("accept")).ok_or_else(stale)?;
    let Some(Demand::Consent(missing)) = decision.next_page() else {
        // What the page asked was granted in another window meanwhile: there is nothing to add, and nothing in the way.
        let is_granted = !decision.demands.iter().any(|demand| matches!(demand, Demand::Consent(_)));
        return if is_granted { Ok(Submitted::default()) } else { Err(stale()) };
    };
    let administrator = state.directory.user_by_id(account).is_some_and(|user| user.administrator);
    let asked_for_all = params.get("organization").is_some() || flow.interaction.whole_tenant;
    let whole_tenant = administrator && asked_for_all;
    let who = if whole_tenant { None } else { Some(account) };
    for row in missing.clone() {
        let scopes = if whole_tenant { &row.asked } else { &row.missing };
        state.ledger.grant(row.client, &row.api, who, scopes, now);
    }
    change(&mut state, ctx, |flow| flow.interaction.consented = true);
    Ok(Submitted::default())
}

/// The answer for a user who leaves by a button: what the page said no to, else that she declined.
fn cancelled(tenant: &Tenant, flow: &Flow) -> Result<End, Refusal> {
    let state = tenant.state();
    let situation = situation(&state, flow, tenant)?;
    let decision = decide(&situation);
    let shown = decision.next_page().map(|demand| (demand, super::page::of(demand, flow, &situation)));
    let refusal = match &shown {
        Some((Demand::Remedy(_), _)) => shown.as_ref().map(|(demand, _)| demand.refusal(&situation)),
        Some((_, page)) => page.refusal().cloned(),
        None => None,
    };
    let refusal = match refusal {
        // A wish for an authentication context that stays unmet has a word of its own (RFC 9470 names it; OpenID Connect's
        // "Unmet Authentication Requirements" defines it).
        Some(refusal) if is_unmet_wish(&situation, &decision) => {
            refusal.with_error("unmet_authentication_requirements")
        }
        Some(refusal) => refusal.with_error("access_denied"),
        None => Refusal::new(Aadsts::ConsentDeclined),
    }
    .changed_by(&situation.directory.switches);
    Ok(End::refused(&flow.request.reply, refusal, true))
}

/// Whether the context that `acr_values` wished for is not met.
fn is_unmet_wish(situation: &Situation<'_>, decision: &Decision) -> bool {
    situation.claims.wished_context.as_ref().is_some_and(|wished| decision.unmet_contexts.contains(wished))
}

fn decision(state: &State, tenant: &Tenant, flow: &Flow) -> Result<Decision, Refusal> {
    Ok(decide(&situation(state, flow, tenant)?))
}

fn change(state: &mut State, ctx: &str, step: impl FnOnce(&mut Flow)) {
    if let Some(flow) = state.flows.get_mut(ctx) {
        step(flow);
    }
}
