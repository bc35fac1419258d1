//! `WWW-Authenticate`, in the dialect of the API (escalation reference 4.3 and 4.7). What is demanded was decided elsewhere;
//! only the writing differs here, and all of it is something that clients meet.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};

use crate::{
    directory::{Api, ChallengeDialect},
    ids::Ids,
    policy::api_access::Wanted,
};

/// A refusal, before it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refused<'a> {
    /// The API that refuses.
    pub(super) api: &'a Api,
    /// Origin of the server.
    pub(super) base: &'a str,
    /// OAuth error; absent where no token was sent (RFC 6750, 3.1).
    pub(super) error: Option<&'static str>,
    /// `error_description`.
    pub(super) message: &'a str,
    /// What would help.
    pub(super) wanted: Option<&'a Wanted>,
}

/// The OAuth error of a challenge in `dialect`.
pub(super) fn error_of(wanted: &Wanted, dialect: ChallengeDialect) -> &'static str {
    match (dialect, wanted) {
        // To RFC 6750 a token that was revoked is an invalid one, and RFC 9470 knows nothing beyond the sign-in's strength.
        (ChallengeDialect::Arm, _) | (ChallengeDialect::Rfc9470, Wanted::NewToken { .. }) => "invalid_token",
        (ChallengeDialect::Rfc9470, _) => "insufficient_user_authentication",
        _ => "insufficient_claims",
    }
}

/// The claims that a client can read out of a challenge in `dialect`.
pub(super) fn readable_claims(wanted: &Wanted, dialect: ChallengeDialect) -> Option<String> {
    match (dialect, wanted) {
        (ChallengeDialect::Garbage, _) => None,
        // The policies of an API behind this one have no word in RFC 9470. RFC 6750 allows further parameters, so their
        // claims go along as one.
        (ChallengeDialect::Rfc9470, Wanted::StepUp { .. } | Wanted::NewToken { .. }) => None,
        _ => wanted.claims(),
    }
}

/// The header lines.
pub(super) fn header_lines(refused: &Refused<'_>, ids: &Ids) -> Vec<String> {
    let dialect = refused.api.challenge;
    let bearer = format!("Bearer {}", written(&parameters(refused), dialect));
    let other = || format!("PoP realm=\"\", nonce=\"{}\"", ids.word());
    match dialect {
        ChallengeDialect::SecondScheme => vec![format!("{}, {bearer}", other())],
        ChallengeDialect::TwoHeaders => vec![other(), bearer],
        _ => vec![bearer],
    }
}

type Parameter = (&'static str, String);

fn parameters(refused: &Refused<'_>) -> Vec<Parameter> {
    let Refused { api, base, error, message, wanted } = *refused;
    let dialect = api.challenge;
    let mut parameters = match (dialect, error) {
        (ChallengeDialect::Rfc9470, Some(_)) => Vec::new(),
        // A challenge has at least one parameter.
        (ChallengeDialect::Rfc9470, None) => vec![("realm", api.name.clone())],
        _ => vec![
            ("realm", String::new()),
            ("authorization_uri", format!("{base}/common/oauth2/authorize")),
            ("client_id", api.id.to_string()),
        ],
    };
    if let Some(error) = error {
        parameters.push(("error", error.to_owned()));
        parameters.push(("error_description", description(message)));
    }
    if let (ChallengeDialect::Rfc9470, Some(Wanted::StepUp { context, max_age })) = (dialect, wanted) {
        parameters.extend(context.clone().map(|context| ("acr_values", context)));
        parameters.extend(max_age.map(|age| ("max_age", age.as_secs().to_string())));
    }
    if let Some(claims) = wanted.and_then(|wanted| encoded_claims(wanted, dialect)) {
        parameters.push(("claims", claims));
        if matches!(wanted, Some(Wanted::StepUp { .. })) {
            parameters.push(("cc_type", "authcontext".to_owned()));
        }
    }
    parameters
}

/// A sentence as RFC 6750, 3, lets it stand here: names in it may have other characters than ASCII's, and may be longer than what a
/// client reads of a header.
fn description(sentence: &str) -> String {
    let allowed = |c: char| if matches!(c, ' '..='~') && !matches!(c, '"' | '\\') { c } else { '?' };
    let mut described: String = sentence.chars().take(LONGEST_DESCRIPTION).map(allowed).collect();
    if sentence.chars().nth(LONGEST_DESCRIPTION).is_some() {
        described.push_str("...");
    }
    described
}

const LONGEST_DESCRIPTION: usize = 500;

fn encoded_claims(wanted: &Wanted, dialect: ChallengeDialect) -> Option<String> {
    if dialect == ChallengeDialect::Garbage {
        return Some("~neither base64 nor JSON~".to_owned());
    }
    let claims = readable_claims(wanted, dialect)?;
    Some(match dialect {
        ChallengeDialect::Arm | ChallengeDialect::Unpadded => STANDARD_NO_PAD.encode(claims),
        ChallengeDialect::Base64url => URL_SAFE.encode(claims),
        ChallengeDialect::Base64urlUnpadded => URL_SAFE_NO_PAD.encode(claims),
        ChallengeDialect::RawJson => claims,
        _ => STANDARD.encode(claims),
    })
}

fn written(parameters: &[Parameter], dialect: ChallengeDialect) -> String {
    let quoted = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"");
    let words: Vec<String> = if dialect == ChallengeDialect::Unquoted {
        // Nothing, and what has spaces, cannot be written without quotes.
        let is_one_word = |value: &str| !value.is_empty() && !value.contains(' ');
        let words = parameters.iter().filter(|(_, value)| is_one_word(value));
        words.map(|(name, value)| format!("{name}={value}")).collect()
    } else {
        parameters.iter().map(|(name, value)| format!("{name}=\"{}\"", quoted(value))).collect()
    };
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_what_a_header_can_hold() {
        assert_eq!(description("the API \"Größe\" says\r\nno \\"), "the API ?Gr??e? says??no ?");
        assert_eq!(description(&"W".repeat(10_000)).len(), LONGEST_DESCRIPTION + 3);
    }
}
