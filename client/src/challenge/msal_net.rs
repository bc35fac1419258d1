//! A challenge as MSAL.NET reads it (4.87; escalation reference 4.3). Kept apart from the reader proper, so that nobody
//! takes its blind spots for rules.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderMap;

use super::{lines, segments};
use crate::error::{ClientErrorKind, Error};

/// The claims of the first Bearer challenge: decoded if they look like padded base64 in the standard alphabet, else as
/// they stand there, JSON or not; none unless the error is `insufficient_claims`.
pub(super) fn claims(headers: &HeaderMap) -> Result<Option<String>, Error> {
    for line in lines(headers) {
        for segment in segments(&line) {
            if segment.challenge.is_bearer() {
                return of_parameters(segment.behind_scheme);
            }
        }
    }
    Ok(None)
}

fn of_parameters(text: &str) -> Result<Option<String>, Error> {
    let mut parameters: Vec<(String, String)> = Vec::new();
    for element in split_outside_quotes(text, ' ') {
        let (name, value) = name_and_value(element.trim_end_matches([',', ' ']).trim());
        if parameters.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
            return Err(Error::client(
                ClientErrorKind::UnparsableChallenge,
                format!(
                    "MSAL.NET cannot read the API's challenge (it finds {name:?} twice); write name=\"value\" without spaces around the sign, each name once"
                ),
            ));
        }
        parameters.push((name, value));
    }
    let get = |name: &str| {
        parameters.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    };
    let insufficient = get("error").is_some_and(|error| error.eq_ignore_ascii_case("insufficient_claims"));
    Ok(get("claims").filter(|_| insufficient).map(decoded))
}

/// Split at every `=` outside quotes, of which only the first two parts count; what has no `=` goes by the scheme's name.
fn name_and_value(element: &str) -> (String, String) {
    let parts: Vec<&str> =
        split_outside_quotes(element, '=').into_iter().map(|part| part.trim().trim_matches('"')).collect();
    match parts.as_slice() {
        [name, value, ..] => ((*name).to_owned(), (*value).to_owned()),
        _ => ("Bearer".to_owned(), element.to_owned()),
    }
}

fn decoded(value: &str) -> String {
    match STANDARD.decode(value) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => value.to_owned(),
    }
}

/// The parts that are not blank. A quote opens or closes, escaped or not.
fn split_outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(|c| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
    .filter(|part| !part.trim().is_empty())
    .collect()
}
