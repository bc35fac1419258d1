//! `password` (RFC 6749, 4.3): the client itself collects user name and password. Nobody can be asked anything on the way,
//! so every demand of policy is a refusal.

use crate::{
    directory::{Application, Directory, User},
    error::{Aadsts, Refusal},
    policy::Strength,
};

use super::{Admits, Grant, Redeemed, TokenCall, UserGrant};

pub(super) const GRANT: Grant = Grant { names: &["password"], admits: Admits::Browserless, peek, redeem };

/// The user whose name is given, as the password would prove it.
fn peek(call: &TokenCall<'_>) -> Option<UserGrant> {
    let user = user(call.params.get("username")?, &call.tenant.state().directory)?.id;
    Some(UserGrant::new(user, Strength::password(call.tenant.now()), call.tenant.ids.guid(), call.new_family()))
}

/// The member called `name`. A guest's password is the home tenant's to check, and this grant has no way there; a deleted
/// account is not there any more. Whether the account may be used is policy's to say.
fn user<'a>(name: &str, directory: &'a Directory) -> Option<&'a User> {
    directory.user(name).filter(|user| name.contains('@') && user.home_tenant.is_none() && !user.deleted)
}

fn redeem(call: &TokenCall<'_>, _: &Application) -> Result<Redeemed, Refusal> {
    if let Some("common" | "consumers") = call.any_tenant {
        return Err(Refusal::new(Aadsts::OrganizationNeeded));
    }
    let (name, password) = (call.params.require("username")?, call.params.require("password")?);
    let now = call.tenant.now();
    let state = call.tenant.state();
    let user = user(name, &state.directory)
        .ok_or_else(|| Refusal::new(Aadsts::UserUnknown).with("user", name).with("tenant", call.tenant.id))?;
    if !user.password.as_ref().is_some_and(|known| known.is(password)) {
        return Err(Refusal::new(Aadsts::WrongPassword));
    }
    Ok(UserGrant::new(user.id, Strength::password(now), call.tenant.ids.guid(), call.new_family()).into())
}
