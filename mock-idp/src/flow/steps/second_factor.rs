//! The pages of the second factor: a proof by one of the methods, the choice of another, and registering one.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    directory::Method,
    error::{Aadsts, Refusal},
    flow::{Flow, Mistake, NumberMatch, Way, page::registrable},
    params::Params,
    policy::{Demand, Need, SecondFactor},
    state::{State, Tenant},
};

use super::{Submitted, change, decision};

pub(super) fn one_time_code(tenant: &Tenant, flow: &Flow, params: &Params) -> Submitted {
    let now = tenant.now();
    let mut state = tenant.state();
    let Some(account) = flow.account else { return Submitted::default() };
    let given = params.get("otc").map(str::trim).unwrap_or_default();
    if !state.directory.user_by_id(account).is_some_and(|user| user.one_time_code.is(given)) {
        return Submitted::again(Mistake::WrongCode);
    }
    prove(&mut state, &flow.browser, account, Method::OneTimeCode, now);
    Submitted::default()
}

/// What was pressed on the phone: a number, or nothing to deny.
///
/// # Errors
///
/// 165000 if the user has no such phone.
pub(super) fn number(tenant: &Tenant, ctx: &str, flow: &Flow, params: &Params) -> Result<Submitted, Refusal> {
    let now = tenant.now();
    let mut state = tenant.state();
    let account = holder(&state, flow, Method::NumberMatching).ok_or_else(|| Refusal::new(Aadsts::StaleInteraction))?;
    let pressed = params.get("number").unwrap_or_default();
    if pressed == NumberMatch::of(ctx, flow.numbers_missed).shown.to_string() {
        prove(&mut state, &flow.browser, account, Method::NumberMatching, now);
        return Ok(Submitted::default());
    }
    change(&mut state, ctx, |flow| flow.numbers_missed = flow.numbers_missed.saturating_add(1));
    Ok(Submitted::again(if pressed.is_empty() { Mistake::Denied } else { Mistake::WrongNumber }))
}

pub(super) fn passkey(tenant: &Tenant, flow: &Flow) -> Submitted {
    let now = tenant.now();
    let mut state = tenant.state();
    if let Some(account) = holder(&state, flow, Method::Passkey) {
        prove(&mut state, &flow.browser, account, Method::Passkey, now);
    }
    Submitted::default()
}

/// The user chooses a method, or wants to.
pub(super) fn way(tenant: &Tenant, ctx: &str, params: &Params) -> Submitted {
    let way = Way::parse(params.get("method").unwrap_or_default());
    change(&mut tenant.state(), ctx, |flow| flow.way = way);
    Submitted::default()
}

/// Registering is only for a user whose password was checked in this browser, and only for what is demanded of her.
pub(super) fn register(tenant: &Tenant, flow: &Flow, params: &Params) -> Result<Submitted, Refusal> {
    let mut state = tenant.state();
    let decision = decision(&state, tenant, flow)?;
    let Some(Demand::SecondFactor(SecondFactor { need: Need::Enrol, method })) = decision.next_page() else {
        return Err(Refusal::new(Aadsts::StaleInteraction));
    };
    let offered = registrable(*method);
    let wanted = params.get("method").unwrap_or_default();
    let method = offered.iter().find(|method| method.word() == wanted).or(offered.first());
    let user = flow.account.and_then(|account| state.directory.user_mut(account));
    if let (Some(user), Some(method)) = (user, method) {
        user.methods.push(*method);
    }
    Ok(Submitted::default())
}

/// The account of the sign-in, if it has `method`.
fn holder(state: &State, flow: &Flow, method: Method) -> Option<Uuid> {
    let user = state.directory.user_by_id(flow.account?)?;
    user.methods.contains(&method).then_some(user.id)
}

fn prove(state: &mut State, browser: &str, account: Uuid, method: Method, now: Timestamp) {
    if let Some(session) = state.sessions.find_mut(browser, account) {
        session.strength = session.strength.and(method, now);
    }
}
