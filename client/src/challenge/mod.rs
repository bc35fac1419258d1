//! Reads `WWW-Authenticate` (RFC 9110, 11.6.1; RFC 6750, 3) as Entra's APIs really write it.
//!
//! Accepts: any case of scheme and parameter names, quoted strings with escapes, unquoted values
//! with `=` padding, several challenges in one line or several, both base64 alphabets, padded or
//! not, and claims that are a JSON object not encoded at all (escalation reference 4.3).
//! Knows nothing of tokens: what to do about a challenge is the caller's affair. [`ChallengeReading::MsalNet`] reads as
//! MSAL.NET does instead, to show what an app on top of it does not see.

mod msal_net;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};

use crate::error::Error;

/// One challenge of a `WWW-Authenticate` header.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Challenge {
    /// The scheme as written, e.g. `Bearer`.
    pub scheme: String,
    /// The lone credential some schemes use in place of parameters.
    pub token68: Option<String>,
    /// Parameters in order, names in lower case, values unescaped.
    pub parameters: Vec<(String, String)>,
}

impl Challenge {
    /// The parameter of this name, in any case.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// `Bearer`, in any case.
    pub fn is_bearer(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("Bearer")
    }

    /// The claims the API demands, decoded to the JSON text they are.
    pub fn claims(&self) -> ChallengeClaims {
        match self.parameter("claims") {
            None => ChallengeClaims::Absent,
            Some(value) => decode_claims(value)
                .map_or_else(|| ChallengeClaims::Unreadable(value.to_owned()), ChallengeClaims::Json),
        }
    }
}

/// What the `claims` parameter of a challenge holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChallengeClaims {
    /// There is none.
    Absent,
    /// The text of a JSON object, byte for byte as the API wrote it.
    Json(String),
    /// Neither base64 of a JSON object nor a JSON object; to be reported, not acted upon.
    Unreadable(String),
}

/// How much of what APIs write is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ChallengeReading {
    /// Everything that section 4.3 of the escalation reference lists.
    #[default]
    Tolerant,
    /// What `WwwAuthenticateParameters.GetClaimChallengeFromResponseHeaders` of MSAL.NET (4.87) understands, blind spots
    /// included: for teaching, and for trying an API against them.
    ///
    /// | the challenge | MSAL.NET |
    /// |---|---|
    /// | error other than `insufficient_claims` (Azure Resource Manager's `invalid_token`) | sees no claims |
    /// | base64 without padding, or in the URL-safe alphabet | hands the text on undecoded; the token request then fails with `invalid_json_claims_format` |
    /// | unquoted value with `=` padding | loses the padding, then as above |
    /// | comma without a space behind it | takes several parameters for one |
    /// | spaces around `=`, or a parameter named twice | fails with `unable_to_parse_authentication_header` |
    /// | a second Bearer challenge | looks at the first only |
    MsalNet,
}

/// The claims that the answer's Bearer challenge demands, as JSON text for the next token request.
///
/// # Errors
/// Only in [`ChallengeReading::MsalNet`]: `unable_to_parse_authentication_header`.
pub(crate) fn demanded_claims(headers: &HeaderMap, reading: ChallengeReading) -> Result<Option<String>, Error> {
    match reading {
        ChallengeReading::Tolerant => Ok(first_readable(&from_headers(headers))),
        ChallengeReading::MsalNet => msal_net::claims(headers),
    }
}

fn first_readable(challenges: &[Challenge]) -> Option<String> {
    challenges.iter().filter(|challenge| challenge.is_bearer()).find_map(|challenge| match challenge.claims() {
        ChallengeClaims::Json(claims) => Some(claims),
        ChallengeClaims::Absent => None,
        ChallengeClaims::Unreadable(_) => {
            tracing::warn!("the API's challenge carries claims that are not JSON; ignored");
            None
        }
    })
}

/// All challenges of a response, in order, over all its header lines.
pub fn from_headers(headers: &HeaderMap) -> Vec<Challenge> {
    lines(headers).flat_map(|line| parse(&line)).collect()
}

fn lines(headers: &HeaderMap) -> impl Iterator<Item = std::borrow::Cow<'_, str>> {
    headers.get_all(WWW_AUTHENTICATE).iter().map(|line| String::from_utf8_lossy(line.as_bytes()))
}

/// All challenges of one header value. What cannot be read is passed over: a challenge written
/// badly must not hide the one written well.
pub fn parse(header: &str) -> Vec<Challenge> {
    segments(header).into_iter().map(|segment| segment.challenge).collect()
}

/// A challenge, and what stands behind its scheme, unread.
struct Segment<'a> {
    challenge: Challenge,
    behind_scheme: &'a str,
}

fn segments(header: &str) -> Vec<Segment<'_>> {
    let mut reader = Reader(header);
    let mut segments: Vec<Segment<'_>> = Vec::new();
    // From the last scheme on: its end is known only when the next one begins.
    let mut rest_behind_scheme = "";
    loop {
        let here = reader.0;
        let word = reader.take_word();
        if word.is_empty() && !reader.0.is_empty() {
            // A comma, a blank, or what no challenge begins with.
            reader.skip_one();
            continue;
        }
        let spaces = reader.skip(char::is_whitespace);
        if reader.take_equals() {
            let value = reader.take_value();
            if let Some(segment) = segments.last_mut() {
                segment.challenge.add(word, value);
            }
            continue;
        }
        if let Some(segment) = segments.last_mut() {
            let length = rest_behind_scheme.len() - here.len();
            segment.behind_scheme = rest_behind_scheme.split_at(length).0;
        }
        if word.is_empty() {
            return segments;
        }
        rest_behind_scheme = reader.0;
        let mut challenge = Challenge { scheme: word.to_owned(), ..Challenge::default() };
        if spaces {
            challenge.token68 = reader.take_token68();
        }
        segments.push(Segment { challenge, behind_scheme: "" });
    }
}

impl Challenge {
    /// Each parameter counts once; a later one of the same name is ignored.
    fn add(&mut self, name: &str, value: String) {
        if self.parameter(name).is_none() {
            self.parameters.push((name.to_ascii_lowercase(), value));
        }
    }
}

struct Reader<'a>(&'a str);

impl<'a> Reader<'a> {
    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let end = self.0.find(|c| !wanted(c)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken
    }

    fn skip(&mut self, unwanted: impl Fn(char) -> bool) -> bool {
        !self.take_while(unwanted).is_empty()
    }

    fn skip_one(&mut self) {
        let mut rest = self.0.chars();
        rest.next();
        self.0 = rest.as_str();
    }

    /// A `token` (RFC 9110, 5.6.2).
    fn take_word(&mut self) -> &'a str {
        self.take_while(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c))
    }

    /// `=` that begins a value. (A `==` is padding of a token68, which is read elsewhere.)
    fn take_equals(&mut self) -> bool {
        if self.0.starts_with('=') {
            self.skip_one();
            self.skip(char::is_whitespace);
            true
        } else {
            false
        }
    }

    fn take_value(&mut self) -> String {
        if self.0.starts_with('"') {
            self.skip_one();
            return self.take_quoted();
        }
        if self.0.starts_with('{') {
            return self.take_json();
        }
        self.take_while(|c| !c.is_whitespace() && c != ',').to_owned()
    }

    /// The rest of a quoted string; a missing end quote ends it with the header.
    fn take_quoted(&mut self) -> String {
        let mut value = String::new();
        let mut rest = self.0.chars();
        while let Some(c) = rest.next() {
            match c {
                '"' => break,
                '\\' => value.extend(rest.next()),
                c => value.push(c),
            }
        }
        self.0 = rest.as_str();
        value
    }

    /// An unquoted JSON object, commas and all; else up to the next comma.
    fn take_json(&mut self) -> String {
        let mut values = serde_json::Deserializer::from_str(self.0).into_iter::<serde_json::Value>();
        let end = match values.next() {
            Some(Ok(_)) => values.byte_offset(),
            _ => self.0.find(',').unwrap_or(self.0.len()),
        };
        let (value, rest) = self.0.split_at(end);
        self.0 = rest;
        value.to_owned()
    }

    /// The lone credential after a scheme, if what follows is not `name=value`.
    fn take_token68(&mut self) -> Option<String> {
        let body = |c: char| c.is_ascii_alphanumeric() || "-._~+/".contains(c);
        let end = self.0.find(|c| !body(c)).unwrap_or(self.0.len());
        let padding = self.0[end..].find(|c| c != '=').unwrap_or(self.0.len() - end);
        let after = self.0[end + padding..].trim_start();
        let alone = after.is_empty() || after.starts_with(',');
        if end == 0 || !alone {
            return None;
        }
        let (value, rest) = self.0.split_at(end + padding);
        self.0 = rest;
        Some(value.to_owned())
    }
}

fn decode_claims(value: &str) -> Option<String> {
    let value = value.trim();
    let text = if value.starts_with('{') {
        value.to_owned()
    } else {
        let encoded: String = value
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| match c {
                '-' => '+',
                '_' => '/',
                c => c,
            })
            .collect();
        String::from_utf8(FORGIVING.decode(encoded).ok()?).ok()?
    };
    let object: Result<serde_json::Map<String, serde_json::Value>, _> = serde_json::from_str(&text);
    object.is_ok().then_some(text)
}

const FORGIVING: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

#[cfg(test)]
mod tests;
