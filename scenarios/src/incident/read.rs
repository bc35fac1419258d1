//! Finds an incident in pasted text. Knows the forms of errors, and nothing of what they mean.

use desktop_client::challenge::{self, Challenge, ChallengeClaims};
use jiff::Timestamp;
use mock_idp::incident::{Incident, Seen, Written};
use serde_json::{Map, Value};

/// Why there is nothing to reproduce.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// There is no error in the text.
    #[error(
        "there is no error in this text; paste the JSON body with `error`, the redirect address with `error=…`, or the header \
         `WWW-Authenticate: Bearer …`, with as much of the log around it as you like"
    )]
    Nothing,
    /// The text is too long to be searched.
    #[error("the text is longer than 1 MiB; cut it down to the lines around the error")]
    TooLong,
}

const LONGEST: usize = 1 << 20;
/// JSON in a string in JSON, and so on: what loggers make of a body.
const DEEPEST: usize = 4;

/// Finds the incident in `text`: a JSON error body, a redirect address or its query, or a challenge, in whatever a log has put
/// around it.
///
/// # Errors
///
/// If there is none in it.
pub fn read(text: &str) -> Result<Incident, Unreadable> {
    if text.len() > LONGEST {
        return Err(Unreadable::TooLong);
    }
    let plain = unescaped(text);
    let found = body(text)
        .or_else(|| body(&plain))
        .or_else(|| readable_header(text, &plain))
        .or_else(|| redirect(text))
        .ok_or(Unreadable::Nothing)?;
    Ok(Incident { status: found.status.or_else(|| status(text)), ..found })
}

/// A log that quotes what it logs: `\"` for `"`.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match (c, rest.clone().next()) {
            ('\\', Some(next @ ('"' | '\\'))) => {
                plain.push(next);
                rest.next();
            }
            _ => plain.push(c),
        }
    }
    plain
}

/// The first JSON object in `text` that is an error of the authority.
fn body(text: &str) -> Option<Incident> {
    objects(text).find_map(|object| error_in(&object, DEEPEST)).map(|members| of_body(&members))
}

/// All JSON objects in `text` that do not lie in one another.
fn objects(text: &str) -> impl Iterator<Item = Value> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(found) = text.get(at..)?.find('{') {
            let start = at + found;
            let mut values = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Value>();
            let value = values.next();
            at = start + values.byte_offset().max(1);
            if let Some(Ok(value @ Value::Object(_))) = value {
                return Some(value);
            }
            at = start + 1;
        }
        None
    })
}

fn error_in(value: &Value, depth: usize) -> Option<Map<String, Value>> {
    let depth = depth.checked_sub(1)?;
    match value {
        Value::Object(members) if members.get("error").is_some_and(Value::is_string) => Some(members.clone()),
        Value::Object(members) => members.values().find_map(|inner| error_in(inner, depth)),
        Value::Array(items) => items.iter().find_map(|inner| error_in(inner, depth)),
        Value::String(text) => objects(text).find_map(|inner| error_in(&inner, depth)),
        _ => None,
    }
}

fn of_body(body: &Map<String, Value>) -> Incident {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let first = body.get("error_codes").and_then(|codes| codes.get(0));
    // MSAL.NET prints them as texts.
    let listed = first.and_then(|code| code.as_u64().or_else(|| code.as_str()?.parse().ok()));
    let description = text("error_description");
    // What some loggers make of the string that holds JSON: the JSON.
    let claims = match body.get("claims") {
        Some(Value::Object(claims)) => Some(Value::Object(claims.clone()).to_string()),
        _ => text("claims").filter(|claims| !claims.is_empty()),
    };
    Incident {
        error: text("error"),
        code: listed.and_then(|code| code.try_into().ok()).or_else(|| description.as_deref().and_then(number)),
        suberror: text("suberror").filter(|suberror| !suberror.is_empty()),
        claims,
        error_uri: text("error_uri").is_some(),
        at: text("timestamp").as_deref().and_then(time).or_else(|| description.as_deref().and_then(time_inside)),
        description,
        seen: Seen::Body(body.clone()),
        ..Incident::default()
    }
}

/// The first word of `text` that has a query with `error=`.
fn redirect(text: &str) -> Option<Incident> {
    let text = text.replace("&amp;", "&");
    let of_word = |word: &str| {
        let word = word.trim_matches(|c: char| "\"'<>()[],;".contains(c));
        let query = word.split_once(['?', '#']).map_or(word, |(_, query)| query);
        let pairs: Vec<(String, String)> =
            url::form_urlencoded::parse(query.trim_end_matches('#').as_bytes()).into_owned().collect();
        let get = |name: &str| {
            pairs.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone()).filter(|value| !value.is_empty())
        };
        let description = get("error_description");
        Some(Incident {
            error: Some(get("error")?),
            code: description.as_deref().and_then(number),
            suberror: get("suberror"),
            claims: get("claims"),
            error_uri: get("error_uri").is_some(),
            subcode: get("error_subcode"),
            at: description.as_deref().and_then(time_inside),
            description,
            seen: Seen::Redirect,
            ..Incident::default()
        })
    };
    text.split_whitespace().filter(|word| word.contains("error=")).find_map(of_word)
}

/// The challenges in `text`, or in `plain` if only there somebody can read the claims.
fn readable_header(text: &str, plain: &str) -> Option<Incident> {
    let can_be_read = |found: &Incident| matches!(&found.seen, Seen::Challenge(written) if !written.unreadable && written.schemes > 0);
    let first = header(text);
    match first.as_ref().is_some_and(can_be_read) {
        true => first,
        false => header(plain).filter(can_be_read).or(first),
    }
}

/// The challenges in `text`, if one is Bearer's.
fn header(text: &str) -> Option<Incident> {
    let named: Vec<&str> = text.lines().filter_map(value_of_header).collect();
    let lines = if named.is_empty() { text.lines().filter_map(from_scheme).collect() } else { named };
    let challenges: Vec<(Challenge, &str)> =
        lines.iter().flat_map(|line| challenge::parse(line).into_iter().map(move |found| (found, *line))).collect();
    let (bearer, line) = challenges.iter().find(|(found, _)| found.is_bearer() && !found.parameters.is_empty())?;
    // Words of a log's sentence look like schemes without parameters.
    let is_challenge = |(found, _): &&(Challenge, &str)| !found.parameters.is_empty() || found.token68.is_some();
    let schemes = challenges.iter().filter(is_challenge).count();
    let claims = bearer.claims();
    let written = Written {
        dialect: dialect(bearer, &claims, line, schemes, lines.len()),
        schemes,
        lines: lines.len(),
        unreadable: matches!(claims, ChallengeClaims::Unreadable(_)),
        parameters: bearer
            .parameters
            .iter()
            .filter(|(name, _)| !["error", "error_description", "claims"].contains(&name.as_str()))
            .cloned()
            .collect(),
    };
    Some(Incident {
        error: bearer.parameter("error").map(str::to_owned),
        claims: match claims {
            ChallengeClaims::Json(claims) => Some(claims),
            ChallengeClaims::Absent | ChallengeClaims::Unreadable(_) => None,
        },
        description: bearer.parameter("error_description").map(str::to_owned),
        seen: Seen::Challenge(written),
        ..Incident::default()
    })
}

/// What stands behind `WWW-Authenticate` in a line, however a log writes headers.
fn value_of_header(line: &str) -> Option<&str> {
    const NAME: &str = "www-authenticate";
    let at = line.to_ascii_lowercase().find(NAME)?;
    let behind = line.get(at + NAME.len()..)?;
    let value = behind.trim_start_matches(|c: char| c.is_whitespace() || "\"'[:=>,".contains(c));
    (!value.is_empty()).then_some(value)
}

/// A line from the first scheme that challenges begin with.
fn from_scheme(line: &str) -> Option<&str> {
    let lower = line.to_ascii_lowercase();
    let at = ["bearer ", "pop "].iter().filter_map(|scheme| lower.find(scheme)).min()?;
    line.get(at..)
}

/// The dialect of the mock APIs (escalation reference 4.3, 4.7) in which the challenge is written.
fn dialect(bearer: &Challenge, claims: &ChallengeClaims, line: &str, schemes: usize, lines: usize) -> &'static str {
    let value = bearer.parameter("claims").unwrap_or_default().trim();
    let is_unquoted = !value.is_empty() && {
        let lower = line.to_ascii_lowercase();
        let behind = lower.find("claims=").and_then(|at| line.get(at + "claims=".len()..));
        behind.is_some_and(|behind| !behind.trim_start().starts_with('"'))
    };
    let is_url_safe = value.contains(['-', '_']);
    let is_unpadded = !value.len().is_multiple_of(4) && !value.ends_with('=');
    let is_rfc9470 = bearer.parameter("acr_values").or(bearer.parameter("max_age")).is_some()
        || bearer.parameter("error") == Some("insufficient_user_authentication");
    match claims {
        ChallengeClaims::Unreadable(_) => "garbage",
        ChallengeClaims::Absent if is_rfc9470 => "rfc9470",
        _ if schemes > 1 && lines > 1 => "two_headers",
        _ if schemes > 1 => "second_scheme",
        ChallengeClaims::Json(_) if bearer.parameter("error") == Some("invalid_token") => "arm",
        _ if value.starts_with('{') => "raw_json",
        _ if is_unquoted => "unquoted",
        _ if is_url_safe && is_unpadded => "base64url_unpadded",
        _ if is_url_safe => "base64url",
        _ if is_unpadded => "unpadded",
        _ => "entra",
    }
}

/// The number behind `AADSTS`.
fn number(text: &str) -> Option<u32> {
    let digits = text.split("AADSTS").nth(1)?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

/// `HTTP/1.1 400`
fn status(text: &str) -> Option<u16> {
    let behind = text.split("HTTP/").nth(1)?;
    let status: u16 = behind.split_whitespace().nth(1)?.parse().ok()?;
    (400..600).contains(&status).then_some(status)
}

/// The trailer of `error_description`.
fn time_inside(description: &str) -> Option<Timestamp> {
    time(description.split("Timestamp:").nth(1)?)
}

/// `2026-01-05 09:00:00Z`
fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let end = text.find('Z').map_or(text.len(), |at| at + 1);
    text.get(..end)?.replacen(' ', "T", 1).parse().ok()
}
