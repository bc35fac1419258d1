//! The client proves itself by a certificate: a JWT that its key signed (RFC 7523, 2.2 and 3; wire reference 3.1).
//!
//! Known by the thumbprint in the header, RS256 with `x5t` or PS256 with `x5t#S256`, whichever is there. `x5c` is ignored: a
//! certificate that a client brings along proves nothing.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    directory::{Application, Certificate, SignatureScheme},
    error::{Aadsts, Refusal},
    token::Credential,
};

use super::TokenCall;

/// The only `client_assertion_type` there is.
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Clocks may differ by so many seconds before `nbf` is taken at its word.
const SKEW: f64 = 300.0;

/// What stands behind the tenant in an address that an assertion may be meant for: the token endpoints and the issuers.
const AUDIENCES: [&str; 5] = ["/oauth2/v2.0/token", "/oauth2/token", "/v2.0", "/", ""];

/// Checks the assertion of a token request.
///
/// # Errors
///
/// 900144 without a type, 7000218 for a type that is not the one there is, 700027 for an assertion that is not good, 700024
/// for one that is not good now.
pub(super) fn check(assertion: &str, call: &TokenCall<'_>, client: &Application) -> Result<Credential, Refusal> {
    if call.params.require("client_assertion_type")? != TYPE {
        return Err(Refusal::new(Aadsts::CredentialMissing));
    }
    verify(assertion, client, &|audience| is_ours(audience, call), call.tenant.now())?;
    Ok(Credential::Certificate)
}

/// Whether `audience` is an address of this tenant: by its id, its domain, or the word that was called in its place.
fn is_ours(audience: &str, call: &TokenCall<'_>) -> bool {
    let Some(path) = audience.strip_prefix(call.base).and_then(|path| path.strip_prefix('/')) else { return false };
    let (segment, rest) = path.split_at(path.find('/').unwrap_or(path.len()));
    AUDIENCES.contains(&rest)
        && (call.any_tenant.is_some_and(|word| word == segment)
            || (call.tenants)(segment).is_some_and(|tenant| tenant.id == call.tenant.id))
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    x5t: Option<String>,
    #[serde(rename = "x5t#S256")]
    x5t_s256: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    aud: Audience,
    iss: String,
    sub: String,
    exp: f64,
    nbf: Option<f64>,
}

/// RFC 7519 allows several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

fn verify(
    assertion: &str,
    client: &Application,
    is_ours: &dyn Fn(&str) -> bool,
    now: Timestamp,
) -> Result<(), Refusal> {
    let (signed, signature) = assertion.rsplit_once('.').ok_or_else(|| invalid("it is no JWT"))?;
    let (header, claims) = signed.split_once('.').ok_or_else(|| invalid("it is no JWT"))?;
    let header: Header = part(header).ok_or_else(|| invalid("its header cannot be read"))?;
    let scheme = match header.alg.as_str() {
        "RS256" => SignatureScheme::Rs256,
        "PS256" => SignatureScheme::Ps256,
        other => return Err(invalid(&format!("it is signed with '{other}', and RS256 and PS256 are taken"))),
    };
    let certificate = certificate(&header, client)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| invalid("its signature cannot be read"))?;
    if !certificate.has_signed(signed.as_bytes(), &signature, scheme) {
        return Err(invalid("its signature is not by the certificate that it names"));
    }
    let claims: Claims =
        part(claims).ok_or_else(|| invalid("its claims cannot be read, or lack 'aud', 'iss', 'sub' or 'exp'"))?;
    let id = client.client_id.to_string();
    for (name, value) in [("iss", &claims.iss), ("sub", &claims.sub)] {
        if !value.eq_ignore_ascii_case(&id) {
            return Err(invalid(&format!("its '{name}' is '{value}' and not the client id")));
        }
    }
    let audiences = match &claims.aud {
        Audience::One(one) => std::slice::from_ref(one),
        Audience::Several(several) => several,
    };
    if !audiences.iter().any(|audience| is_ours(audience)) {
        return Err(invalid(&format!("its 'aud' is '{}' and not this token endpoint", audiences.join(" "))));
    }
    let now = now.as_duration().as_secs_f64();
    if claims.exp <= now || claims.nbf.is_some_and(|from| from - SKEW > now) {
        return Err(Refusal::new(Aadsts::ClientAssertionExpired));
    }
    Ok(())
}

/// The client's certificate with the thumbprints of the header; if there are two, both count.
fn certificate<'a>(header: &Header, client: &'a Application) -> Result<&'a Certificate, Refusal> {
    let is =
        |given: &Option<String>, known: &str| given.as_deref().is_none_or(|given| given.trim_end_matches('=') == known);
    if header.x5t.is_none() && header.x5t_s256.is_none() {
        return Err(invalid("its header names no certificate by 'x5t' or 'x5t#S256'"));
    }
    let mut known = client.certificates.iter();
    known
        .find(|certificate| is(&header.x5t, certificate.sha1()) && is(&header.x5t_s256, certificate.sha256()))
        .ok_or_else(|| invalid("the application has no certificate with its thumbprint"))
}

/// A part of a JWT.
fn part<T: DeserializeOwned>(encoded: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()
}

fn invalid(what: &str) -> Refusal {
    Refusal::new(Aadsts::AssertionSignature).with("what", what)
}
