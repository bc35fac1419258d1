//! `refresh_token` (RFC 6749, 6; escalation reference 2.3). Each use gives a new one, and the old one stays good; under
//! strict rotation it is good once (RFC 9700, 4.14.2).

use std::sync::Arc;

use jiff::SignedDuration;
use uuid::Uuid;

use crate::{
    directory::{Application, ClientKind, Directory, Rotation},
    error::{Aadsts, CLIENT_MISMATCH, Refusal, entra_span, precise_time},
    scopes::Scopes,
    state::{Lineage, RefreshToken, Tenant},
};

use super::{Admits, Grant, Means, Redeemed, TokenCall, UserGrant, check_revocation, cross_origin, unknown_user};

pub(super) const GRANT: Grant = Grant { names: &["refresh_token"], admits: Admits::Every, peek, redeem };

/// The user of a token that this tenant issued.
fn peek(call: &TokenCall<'_>) -> Option<UserGrant> {
    let token: RefreshToken = call.sealer.open(call.params.get("refresh_token")?)?;
    let ours = token.tenant == call.tenant.id && token.epoch == call.tenant.epoch;
    ours.then(|| grant(&token, token.user))
}

fn redeem(call: &TokenCall<'_>, client: &Application) -> Result<Redeemed, Refusal> {
    let token: RefreshToken = call.sealer.open(call.params.require("refresh_token")?).ok_or_else(|| {
        Refusal::new(Aadsts::GrantMalformed).with("what", "the 'refresh_token' was not issued by this server")
    })?;
    let directory = call.tenant.state().directory.clone();
    check_client(&token, client, &directory)?;
    cross_origin::check_program(call, client)?;
    let issuer = (call.tenants)(&token.tenant.to_string()).filter(|issuer| issuer.epoch == token.epoch);
    let issuer = issuer.ok_or_else(|| {
        Refusal::new(Aadsts::GrantInvalid)
            .with("what", "the refresh token is from before the server was reset, or of a tenant that is gone")
    })?;
    check_state(&token, client, &issuer, directory.switches.refresh_token_max_lifetime)?;
    check_family(token.lineage, call, &directory)?;
    let user = user_here(call, client, &issuer, token.user)?;
    let scopes = match call.dialect.scope(call.params) {
        Some(_) => None,
        None => Some(Scopes::parse(&token.scope, client, &directory)?),
    };
    Ok(UserGrant { scopes, ..grant(&token, user) }.into())
}

fn grant(token: &RefreshToken, user: Uuid) -> UserGrant {
    UserGrant {
        means: Means::RefreshToken(token.lineage),
        refreshed_scope: Some(token.scope.clone()),
        ..UserGrant::new(user, token.strength, token.sid, token.lineage.next())
    }
}

/// It is good for the client that it was issued to; one of a family's client for the whole family (`foci`).
fn check_client(token: &RefreshToken, client: &Application, directory: &Directory) -> Result<(), Refusal> {
    if token.client == client.client_id {
        return Ok(());
    }
    let holder = directory.applications.iter().find(|application| application.client_id == token.client);
    match (holder.is_some_and(|holder| holder.family), client.family) {
        (true, true) => Ok(()),
        (true, false) => Err(Refusal::new(Aadsts::GrantInvalid)
            .with_suberror(Some(CLIENT_MISMATCH))
            .with("what", "the refresh token is one of a family of clients, and this client does not belong to it")),
        (false, _) => {
            Err(Refusal::new(Aadsts::GrantInvalid).with("what", "the refresh token was issued to another client"))
        }
    }
}

/// Whether it was revoked or has grown too old (escalation reference 2.14, step 6).
fn check_state(
    token: &RefreshToken,
    client: &Application,
    issuer: &Tenant,
    max_lifetime: Option<SignedDuration>,
) -> Result<(), Refusal> {
    check_revocation(&issuer.state(), token.user, token.issued_at)?;
    let issued = precise_time(token.issued_at);
    let now = issuer.now();
    if now.duration_since(token.issued_at) > RefreshToken::INACTIVITY {
        return Err(Refusal::new(Aadsts::GrantInactive)
            .with("issued", issued)
            .with("inactivity", entra_span(RefreshToken::INACTIVITY)));
    }
    let began_at = token.lineage.began_at;
    let age = now.duration_since(began_at);
    let too_old = |code, lifetime: String| {
        Err(Refusal::new(code).with("lifetime", lifetime).with("issued", precise_time(began_at)))
    };
    if client.kind == ClientKind::Spa && age > RefreshToken::SINGLE_PAGE_LIFETIME {
        // Entra writes the day as hours here (escalation reference 2.1).
        return too_old(Aadsts::SpaGrantExpired, format!("{}:00:00", RefreshToken::SINGLE_PAGE_LIFETIME.as_hours()));
    }
    match max_lifetime {
        Some(lifetime) if age > lifetime => too_old(Aadsts::GrantTooOld, entra_span(lifetime)),
        _ => Ok(()),
    }
}

/// Whether its family has come to an end; it does now if strict rotation sees the token again.
fn check_family(member: Lineage, call: &TokenCall<'_>, directory: &Directory) -> Result<(), Refusal> {
    let Some(origin) = origin(member, call) else { return Ok(()) };
    let mut state = origin.state();
    if is_strict(directory) && state.families.was_used(member) {
        state.families.end(member.family, used_twice());
    }
    state.families.ended(member.family).map_or(Ok(()), Err)
}

/// Strict rotation: the answer is about to be made, so the token is used up. Until then it stays good, and the user can
/// settle what a refusal asks for.
///
/// # Errors
///
/// 70000 if another request was faster.
pub(super) fn use_up(member: Lineage, call: &TokenCall<'_>, directory: &Directory) -> Result<(), Refusal> {
    let Some(origin) = origin(member, call).filter(|_| is_strict(directory)) else { return Ok(()) };
    let mut state = origin.state();
    if state.families.use_up(member) {
        return Ok(());
    }
    state.families.end(member.family, used_twice());
    Err(used_twice())
}

/// Where `switches.sign_in_frequency_ends_grant` says so, a sign-in that is too old for one API ends the grant for all.
pub(super) fn too_old_for_good(
    refusal: Refusal,
    member: Lineage,
    call: &TokenCall<'_>,
    directory: &Directory,
) -> Refusal {
    if directory.switches.sign_in_frequency_ends_grant
        && refusal.code == Aadsts::SignInTooOld
        && let Some(origin) = origin(member, call)
    {
        origin.state().families.end(member.family, refusal.clone());
    }
    refusal
}

/// The refusal for every member of a family that was revoked. There is no number of Entra's for it; 50173 would have to name
/// a time from which the user's grants are valid, and the user's other grants still are.
pub(super) fn revoked(why: &str) -> Refusal {
    Refusal::new(Aadsts::GrantInvalid)
        .with_suberror(Some("bad_token"))
        .with("what", format!("the refresh token is revoked: {why}"))
}

fn used_twice() -> Refusal {
    revoked("it, or another one of the same sign-in, was used twice")
}

pub(super) fn is_strict(directory: &Directory) -> bool {
    directory.switches.refresh_token_rotation == Rotation::Strict
}

/// The tenant that remembers the family.
fn origin(member: Lineage, call: &TokenCall<'_>) -> Option<Arc<Tenant>> {
    (call.tenants)(&member.tenant.to_string())
}

/// The user of the token in the tenant that is asked: the same, or the guest of the same name.
fn user_here(call: &TokenCall<'_>, client: &Application, issuer: &Tenant, user: Uuid) -> Result<Uuid, Refusal> {
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
            .with("client", client.client_id)
    })
}
