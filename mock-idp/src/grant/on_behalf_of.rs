//! On-behalf-of: an API calls the API behind it for the user who called it (escalation reference 4.8).
//!
//! The assertion is the access token that the API was called with. What its sign-in proved goes on into the new token, and
//! policy and consent are those of the API behind: what they demand, the caller hands back to its own client.

use crate::{
    directory::Application,
    error::{Aadsts, Refusal},
    policy::api_access::Presented,
    token::{self, Proof},
};

use super::{Admits, Grant, Redeemed, TokenCall, UserGrant, check_revocation};

pub(super) const GRANT: Grant =
    Grant { names: &["urn:ietf:params:oauth:grant-type:jwt-bearer"], admits: Admits::Confidential, peek, redeem };

/// The user of an assertion that is this tenant's, as the sign-in behind it proved it.
fn peek(call: &TokenCall<'_>) -> Option<UserGrant> {
    let assertion: Presented = token::verify(call.params.get("assertion")?, &call.tenant.keys)?;
    let proof: Proof = call.sealer.open(&assertion.aio)?;
    let ours = assertion.tid == call.tenant.id && proof.epoch == call.tenant.epoch;
    ours.then(|| UserGrant::new(assertion.oid, proof.strength, call.tenant.ids.guid(), call.new_family()))
}

fn redeem(call: &TokenCall<'_>, client: &Application) -> Result<Redeemed, Refusal> {
    match call.params.require("requested_token_use")? {
        "on_behalf_of" => {}
        other => {
            let what = format!("'{other}' is no value of 'requested_token_use'");
            return Err(Refusal::new(Aadsts::Malformed).with("what", what));
        }
    }
    let invalid = |what: &str| Refusal::new(Aadsts::AssertionInvalid).with("what", what);
    let assertion: Presented = token::verify(call.params.require("assertion")?, &call.tenant.keys)
        .ok_or_else(|| invalid("it is malformed or its signature is wrong"))?;
    if assertion.tid != call.tenant.id {
        return Err(invalid("it was issued in another tenant"));
    }
    let state = call.tenant.state();
    let api = state.directory.apis.iter().find(|api| api.id == client.client_id);
    if !api.is_some_and(|api| assertion.is_for(api)) {
        return Err(Refusal::new(Aadsts::AssertionForAnother)
            .with("audience", &assertion.aud)
            .with("client", client.client_id));
    }
    let now = call.tenant.now();
    if !(assertion.nbf..assertion.exp).contains(&now.as_second()) {
        return Err(Refusal::new(Aadsts::AssertionExpired));
    }
    if assertion.scp.is_empty() {
        return Err(Refusal::new(Aadsts::AssertionOfAnApplication).with("client", client.client_id));
    }
    let proof: Option<Proof> = call.sealer.open(&assertion.aio);
    let proof = proof
        .filter(|proof| proof.epoch == call.tenant.epoch)
        .ok_or_else(|| invalid("it is from before the server was reset"))?;
    check_revocation(&state, assertion.oid, proof.issued_at)?;
    drop(state);
    let sid = assertion.sid.unwrap_or_else(|| call.tenant.ids.guid());
    Ok(UserGrant::new(assertion.oid, proof.strength, sid, call.new_family()).into())
}
