//! The device code grant (RFC 8628, 3.4; escalation reference 2.10): a device polls until somebody has signed in for it.
//!
//! `slow_down` is sent only where a switch says so: MSAL Node takes it for the end of the flow (wire reference 3.2).

use uuid::Uuid;

use crate::{
    directory::Application,
    error::{Aadsts, Refusal},
    flow::{self, Tenants},
    params::Params,
    state::{Approval, DeviceCode, Progress},
};

use super::{Admits, Grant, Means, Redeemed, TokenCall, UserGrant};

/// MSAL Python sends the first, MSAL Node and MSAL.NET the second.
pub(super) const GRANT: Grant = Grant {
    names: &["urn:ietf:params:oauth:grant-type:device_code", "device_code"],
    admits: Admits::Browserless,
    peek,
    redeem,
};

/// The user who has signed in for the device, if one has.
fn peek(call: &TokenCall<'_>) -> Option<UserGrant> {
    let code = code(call.params)?;
    let (approval, entry) = look_up(code, call.tenants, |entry| match &entry.progress {
        Progress::Approved(approval) => Some((*approval, entry.clone())),
        Progress::Pending | Progress::Refused(_) | Progress::Redeemed => None,
    })??;
    (approval.tenant == call.tenant.id).then(|| grant(call, &approval, &entry))
}

fn redeem(call: &TokenCall<'_>, client: &Application) -> Result<Redeemed, Refusal> {
    let unknown = || Refusal::new(Aadsts::DeviceCodeUnknown);
    let code =
        code(call.params).ok_or_else(|| Refusal::new(Aadsts::MissingParameter).with("parameter", "device_code"))?;
    let host = flow::tenant_of_code(code).and_then(|host| (call.tenants)(&host.to_string())).ok_or_else(unknown)?;
    let now = host.now();
    let slows_down = call.tenant.state().directory.switches.device_code_slow_down;
    let mut state = host.state();
    let entry = state.device_codes.get_mut(code).filter(|entry| entry.client == client.client_id);
    let entry = entry.ok_or_else(unknown)?;
    let approval = match &entry.progress {
        Progress::Redeemed => return Err(unknown()),
        _ if entry.is_expired(now) => return Err(Refusal::new(Aadsts::DeviceCodeExpired)),
        Progress::Pending => {
            let pending = Refusal::new(Aadsts::AuthorizationPending);
            let too_soon = slows_down && entry.polls.too_soon(now);
            return Err(if too_soon { pending.with_error("slow_down") } else { pending });
        }
        Progress::Refused(refusal) => return Err(refusal.clone()),
        Progress::Approved(approval) => *approval,
    };
    if approval.tenant != call.tenant.id {
        return Err(unknown());
    }
    entry.progress = Progress::Redeemed;
    Ok(grant(call, &approval, entry).into())
}

fn grant(call: &TokenCall<'_>, approval: &Approval, entry: &DeviceCode) -> UserGrant {
    UserGrant {
        scopes: Some(entry.scopes.clone()),
        claims: entry.claims.clone(),
        means: Means::DeviceCode,
        ..UserGrant::new(approval.user, approval.strength, approval.sid, call.new_family())
    }
}

/// Whether a token request is a device's poll.
pub(super) fn is_poll(params: &Params) -> bool {
    params.get("grant_type").is_some_and(|name| GRANT.names.contains(&name))
}

/// The device code, if this is a poll. MSAL Python sends it twice, as `code` too.
pub(super) fn code(params: &Params) -> Option<&str> {
    params.get("grant_type").filter(|name| GRANT.names.contains(name))?;
    params.get("device_code").or_else(|| params.get("code"))
}

/// The tenant to which a poll at `/common` belongs: the user's, once there is one.
pub(super) fn tenant(code: &str, tenants: Tenants<'_>) -> Option<Uuid> {
    let host = flow::tenant_of_code(code)?;
    let approved_in = look_up(code, tenants, |entry| match &entry.progress {
        Progress::Approved(approval) => Some(approval.tenant),
        Progress::Pending | Progress::Refused(_) | Progress::Redeemed => None,
    });
    Some(approved_in.flatten().unwrap_or(host))
}

/// The correlation id of the request that started what `params` poll for.
#[must_use]
pub fn correlation_of_poll(params: &Params, tenants: Tenants<'_>) -> Option<Uuid> {
    look_up(code(params)?, tenants, |entry| entry.correlation_id)
}

fn look_up<T>(code: &str, tenants: Tenants<'_>, read: impl Fn(&DeviceCode) -> T) -> Option<T> {
    let host = tenants(&flow::tenant_of_code(code)?.to_string())?;
    let state = host.state();
    state.device_codes.get(code).map(read)
}
