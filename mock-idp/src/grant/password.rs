//! `password` (RFC 6749, 4.3): the client itself collects user name and password. Nobody can be asked anything on the way,
//! so every demand of policy is a refusal.

use crate::{
    directory::Application,
    error::{Aadsts, Refusal},
    policy::Strength,
};

use super::{Grant, Redeemed, TokenCall, client_authentication};

pub(super) const GRANT: Grant = Grant { names: &["password"], redeem };

fn redeem(call: &TokenCall<'_>, client: &Application) -> Result<Redeemed, Refusal> {
    client_authentication::must_not_be_single_page(client)?;
    if let Some("common" | "consumers") = call.any_tenant {
        return Err(Refusal::new(Aadsts::OrganizationNeeded));
    }
    let (name, password) = (call.params.require("username")?, call.params.require("password")?);
    let now = call.tenant.now();
    let state = call.tenant.state();
    // A guest's password is the home tenant's to check, and this grant has no way there.
    let user = state.directory.user(name).filter(|user| name.contains('@') && user.home_tenant.is_none());
    let user =
        user.ok_or_else(|| Refusal::new(Aadsts::UserUnknown).with("user", name).with("tenant", call.tenant.id))?;
    if !user.password.as_ref().is_some_and(|known| known.is(password)) {
        return Err(Refusal::new(Aadsts::WrongPassword));
    }
    Ok(Redeemed::by_user(user.id, Strength::password(now), call.tenant.ids.guid()))
}
