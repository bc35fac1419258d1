//! `client_credentials` (RFC 6749, 4.4): an application asks for itself, with the roles that it was granted.

use crate::{
    directory::Application,
    error::{Aadsts, Refusal},
};

use super::{Admits, Grant, Redeemed, TokenCall};

pub(super) const GRANT: Grant =
    Grant { names: &["client_credentials"], admits: Admits::Confidential, peek: |_| None, redeem };

fn redeem(call: &TokenCall<'_>, _: &Application) -> Result<Redeemed, Refusal> {
    // There is no user whose name could tell the tenant.
    match call.any_tenant {
        Some(word) => Err(Refusal::new(Aadsts::TenantNeeded).with("grant", "client_credentials").with("word", word)),
        None => Ok(Redeemed::Application),
    }
}
