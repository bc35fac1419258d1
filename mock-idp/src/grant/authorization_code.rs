//! `authorization_code` (RFC 6749, 4.1.3; PKCE: RFC 7636; escalation reference 2.9).

use crate::{
    directory::{Application, Directory, RedemptionConsentError},
    error::{Aadsts, Refusal},
    flow,
    state::{Code, CodeGrant},
};

use super::{Admits, Grant, Means, Redeemed, TokenCall, UserGrant, cross_origin, refresh_token};

pub(super) const GRANT: Grant = Grant { names: &["authorization_code"], admits: Admits::Every, peek, redeem };

/// The user whom the code was issued for.
fn peek(call: &TokenCall<'_>) -> Option<UserGrant> {
    match call.tenant.state().codes.get(call.params.get("code")?)? {
        Code::Fresh(code) => Some(grant(call, code)),
        Code::Redeemed { .. } => None,
    }
}

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
    let grant = match entry {
        Code::Fresh(grant) => grant,
        Code::Redeemed { family, .. } => {
            let family = *family;
            if refresh_token::is_strict(&state.directory) {
                state
                    .families
                    .end(family, refresh_token::revoked("the authorization code that it came of was used twice"));
            }
            return Err(Refusal::new(Aadsts::CodeRedeemed));
        }
    };
    if grant.client != client.client_id {
        return Err(
            Refusal::new(Aadsts::GrantInvalid).with("what", "the authorization code was issued to another client")
        );
    }
    cross_origin::check_program(call, client)?;
    let given = call.params.get("redirect_uri").unwrap_or_default();
    if given != grant.redirect_uri {
        return Err(Refusal::new(Aadsts::RedirectMismatchAtRedemption)
            .with("given", given)
            .with("expected", &grant.redirect_uri));
    }
    // A wrong verifier does not burn the code (escalation reference, finding 11).
    match (&grant.pkce, call.params.get("code_verifier")) {
        (None, None) => {}
        (_, Some(verifier)) if !is_verifier(verifier) => return Err(Refusal::new(Aadsts::VerifierMalformed)),
        (Some(pkce), Some(verifier)) if pkce.is_answered_by(verifier) => {}
        (Some(_), None) => return Err(Refusal::new(Aadsts::MissingParameter).with("parameter", "code_verifier")),
        (Some(_), Some(_)) | (None, Some(_)) => return Err(Refusal::new(Aadsts::VerifierMismatch)),
    }
    let issued_at = grant.issued_at;
    let redeemed = self::grant(call, grant);
    *entry = Code::Redeemed { issued_at, family: redeemed.lineage.family };
    Ok(redeemed.into())
}

fn grant(call: &TokenCall<'_>, code: &CodeGrant) -> UserGrant {
    UserGrant {
        nonce: code.nonce.clone(),
        wants_auth_time: code.wants_auth_time,
        scopes: Some(code.scopes.clone()),
        claims: code.claims.clone(),
        means: Means::Code,
        ..UserGrant::new(code.user, code.strength, code.sid, call.new_family())
    }
}

/// The form of a PKCE verifier (RFC 7636, 4.1).
fn is_verifier(text: &str) -> bool {
    let unreserved = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    (43..=128).contains(&text.len()) && text.chars().all(unreserved)
}

/// How a code is refused whose scopes lack consent: as a refresh, or in the words of one Microsoft page (escalation
/// reference C4).
pub(super) fn without_consent(refusal: Refusal, directory: &Directory) -> Refusal {
    match directory.switches.redemption_consent_error {
        RedemptionConsentError::ConsentRequired if refusal.code == Aadsts::ConsentRequired => {
            refusal.with_error("consent_required").with_suberror(None)
        }
        RedemptionConsentError::ConsentRequired | RedemptionConsentError::InvalidGrant => refusal,
    }
}

fn malformed(what: &str) -> Refusal {
    Refusal::new(Aadsts::GrantMalformed).with("what", what)
}
