//! `authorization_code` (RFC 6749, 4.1.3; PKCE: RFC 7636; escalation reference 2.9).

use crate::{
    directory::Application,
    error::{Aadsts, Refusal},
    flow,
    state::Code,
};

use super::{Grant, Redeemed, TokenCall, UserGrant};

pub(super) const GRANT: Grant = Grant { names: &["authorization_code"], redeem };

fn redeem(call: &TokenCall<'_>, client: &Application) -> Result<Redeemed, Refusal> {
    let code = call.params.require("code")?;
    match flow::tenant_of_code(code) {
        Some(tenant) if tenant != call.tenant.id => return Err(Refusal::new(Aadsts::CodeOfAnotherTenant)),
        Some(_) => {}
        None => return Err(malformed("the 'code' cannot be read")),
    }
    let now = call.tenant.now();
    let mut state = call.tenant.state();
    let entry = state.codes.get_mut(code).ok_or_else(|| {
        Refusal::new(Aadsts::GrantInvalid).with("what", "the authorization code was never issued or is long expired")
    })?;
    if entry.is_expired(now) {
        return Err(Refusal::new(Aadsts::CodeExpired));
    }
    let Code::Fresh(grant) = entry else { return Err(Refusal::new(Aadsts::CodeRedeemed)) };
    if grant.client != client.client_id {
        return Err(
            Refusal::new(Aadsts::GrantInvalid).with("what", "the authorization code was issued to another client")
        );
    }
    let given = call.params.get("redirect_uri").unwrap_or_default();
    if given != grant.redirect_uri {
        return Err(Refusal::new(Aadsts::RedirectMismatchAtRedemption)
            .with("given", given)
            .with("expected", &grant.redirect_uri));
    }
    // A wrong verifier does not burn the code (escalation reference, finding 11).
    match (&grant.pkce, call.params.get("code_verifier")) {
        (None, None) => {}
        (Some(pkce), Some(verifier)) if pkce.is_answered_by(verifier) => {}
        (Some(_), None) => return Err(Refusal::new(Aadsts::MissingParameter).with("parameter", "code_verifier")),
        (Some(_), Some(_)) | (None, Some(_)) => return Err(Refusal::new(Aadsts::VerifierMismatch)),
    }
    let redeemed = UserGrant {
        user: grant.user,
        strength: grant.strength,
        sid: grant.sid,
        nonce: grant.nonce.clone(),
        wants_auth_time: grant.wants_auth_time,
        scopes: Some(grant.scopes.clone()),
        claims: grant.claims.clone(),
        knows_fresh_consents: true,
    };
    let issued_at = grant.issued_at;
    *entry = Code::Redeemed { issued_at };
    Ok(Redeemed::User(Box::new(redeemed)))
}

fn malformed(what: &str) -> Refusal {
    Refusal::new(Aadsts::GrantMalformed).with("what", what)
}
