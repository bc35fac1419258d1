//! `refresh_token` (RFC 6749, 6; escalation reference 2.3). Each use gives a new one, and the old one stays good.

use uuid::Uuid;

use crate::{
    directory::Application,
    error::{Aadsts, Refusal, precise_time},
    state::RefreshToken,
};

use super::{Grant, Redeemed, TokenCall, unknown_user};

pub(super) const GRANT: Grant = Grant { names: &["refresh_token"], redeem };

fn redeem(call: &TokenCall<'_>, client: &Application) -> Result<Redeemed, Refusal> {
    let token: RefreshToken = call.sealer.open(call.params.require("refresh_token")?).ok_or_else(|| {
        Refusal::new(Aadsts::GrantMalformed).with("what", "the 'refresh_token' was not issued by this server")
    })?;
    if token.client != client.client_id {
        return Err(Refusal::new(Aadsts::GrantInvalid).with("what", "the refresh token was issued to another client"));
    }
    let issuer = (call.tenants)(&token.tenant.to_string()).filter(|issuer| issuer.epoch == token.epoch);
    let issuer = issuer.ok_or_else(|| {
        Refusal::new(Aadsts::GrantInvalid).with("what", "the refresh token is from before the server was reset")
    })?;
    let now = issuer.now();
    let inactive = now.duration_since(token.issued_at);
    if inactive > RefreshToken::INACTIVITY {
        return Err(Refusal::new(Aadsts::GrantInactive)
            .with("issued", precise_time(token.issued_at))
            .with("inactivity", "90.00:00:00"));
    }
    let valid_from = issuer.state().tokens_valid_from.get(&token.user).copied();
    if let Some(valid_from) = valid_from.filter(|valid_from| token.issued_at < *valid_from) {
        return Err(Refusal::new(Aadsts::GrantRevoked)
            .with("issued", precise_time(token.issued_at))
            .with("valid_from", precise_time(valid_from)));
    }
    Ok(Redeemed::by_user(user_here(call, &issuer, token.user)?, token.strength, token.sid))
}

/// The user of the token in the tenant that is asked: the same, or the guest of the same name.
fn user_here(call: &TokenCall<'_>, issuer: &crate::state::Tenant, user: Uuid) -> Result<Uuid, Refusal> {
    if issuer.id == call.tenant.id {
        return Ok(user);
    }
    let (name, home) = {
        let state = issuer.state();
        let user = state.directory.user_by_id(user).ok_or_else(|| unknown_user(user, &state.directory))?;
        (state.directory.username(user), state.directory.display_name.clone())
    };
    let state = call.tenant.state();
    state.directory.user(&name).map(|guest| guest.id).ok_or_else(|| {
        Refusal::new(Aadsts::NotInTenant)
            .with("user", &name)
            .with("home", home)
            .with("tenant", &state.directory.display_name)
            .with("client", call.params.get("client_id").unwrap_or_default())
    })
}
