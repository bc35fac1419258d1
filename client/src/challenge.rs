//! Reads `WWW-Authenticate` (RFC 9110, 11.6.1; RFC 6750, 3) as Entra's APIs really write it.
//!
//! Accepts: any case of scheme and parameter names, quoted strings with escapes, unquoted values
//! with `=` padding, several challenges in one line or several, both base64 alphabets, padded or
//! not, and claims that are a JSON object not encoded at all (escalation reference 4.3).
//! Knows nothing of tokens: what to do about a challenge is the caller's affair.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};

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

/// All challenges of a response, in order, over all its header lines.
pub fn from_headers(headers: &HeaderMap) -> Vec<Challenge> {
    headers.get_all(WWW_AUTHENTICATE).iter().flat_map(|line| parse(&String::from_utf8_lossy(line.as_bytes()))).collect()
}

/// All challenges of one header value. What cannot be read is passed over: a challenge written
/// badly must not hide the one written well.
pub fn parse(header: &str) -> Vec<Challenge> {
    let mut reader = Reader(header);
    let mut challenges: Vec<Challenge> = Vec::new();
    loop {
        reader.skip(|c| c.is_whitespace() || c == ',');
        if reader.0.is_empty() {
            return challenges;
        }
        let word = reader.take_word();
        if word.is_empty() {
            reader.skip_one();
            continue;
        }
        let spaces = reader.skip(char::is_whitespace);
        if reader.take_equals() {
            let value = reader.take_value();
            if let Some(challenge) = challenges.last_mut() {
                challenge.add(word, value);
            }
        } else {
            let mut challenge = Challenge { scheme: word.to_owned(), ..Challenge::default() };
            if spaces {
                challenge.token68 = reader.take_token68();
            }
            challenges.push(challenge);
        }
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
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use reqwest::header::{HeaderMap, HeaderValue, WWW_AUTHENTICATE};
    use rstest::rstest;

    use super::{ChallengeClaims, from_headers, parse};

    /// A space inside, and bytes that differ between the two alphabets.
    const JSON: &str = r#"{"access_token":{"nbf":{"essential":true, "value":"1635527790"},"x":"???>>>"}}"#;

    fn claims_of(header: &str) -> Vec<ChallengeClaims> {
        parse(header).iter().map(|one| one.claims()).collect()
    }

    #[rstest]
    #[case::as_recorded(format!(
        r#"Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000", error="insufficient_claims", claims="{}""#,
        STANDARD.encode(JSON)
    ))]
    #[case::claims_first(format!(r#"Bearer claims="{}", error="insufficient_claims""#, STANDARD.encode(JSON)))]
    #[case::invalid_token_unpadded(format!(r#"Bearer error="invalid_token", claims="{}""#, STANDARD.encode(JSON).trim_end_matches('=')))]
    #[case::url_safe(format!(r#"Bearer claims="{}""#, URL_SAFE_NO_PAD.encode(JSON)))]
    #[case::any_case(format!(r#"bEARER Error="insufficient_claims",CLAIMS="{}""#, STANDARD.encode(JSON)))]
    #[case::unquoted_with_padding(format!("Bearer claims={}, error=insufficient_claims", STANDARD.encode(JSON)))]
    #[case::space_around_equals(format!(r#"Bearer error = "x" , claims = "{}""#, STANDARD.encode(JSON)))]
    #[case::no_comma(format!(r#"Bearer realm="" claims="{}""#, STANDARD.encode(JSON)))]
    #[case::raw_json_quoted(format!(r#"Bearer claims="{}""#, JSON.replace('"', "\\\"")))]
    #[case::raw_json_unquoted(format!("Bearer claims={JSON}, error=insufficient_claims"))]
    #[case::first_of_two_same_names(format!(r#"Bearer claims="{}", claims="e30=""#, STANDARD.encode(JSON)))]
    #[case::end_quote_missing(format!(r#"Bearer claims="{}"#, STANDARD.encode(JSON)))]
    fn claims_are_found_byte_for_byte(#[case] header: String) {
        assert_eq!(claims_of(&header), [ChallengeClaims::Json(JSON.to_owned())]);
    }

    #[rstest]
    #[case::none("Bearer realm=\"\"", ChallengeClaims::Absent)]
    #[case::bare_scheme("Bearer", ChallengeClaims::Absent)]
    #[case::no_base64("Bearer claims=\"%%%\"", ChallengeClaims::Unreadable("%%%".to_owned()))]
    #[case::base64_of_text("Bearer claims=\"aGVsbG8=\"", ChallengeClaims::Unreadable("aGVsbG8=".to_owned()))]
    #[case::base64_of_an_array("Bearer claims=\"WzFd\"", ChallengeClaims::Unreadable("WzFd".to_owned()))]
    #[case::broken_json("Bearer claims=\"{oops}\"", ChallengeClaims::Unreadable("{oops}".to_owned()))]
    fn other_claims(#[case] header: &str, #[case] expected: ChallengeClaims) {
        assert_eq!(claims_of(header), [expected]);
    }

    #[rstest]
    #[case::several_in_one_line("PoP realm=\"a, b\", nonce=\"n\", Bearer error=\"e\"", &["PoP", "Bearer"])]
    #[case::token68_between("Negotiate abc==, Bearer error=\"e\"", &["Negotiate", "Bearer"])]
    #[case::bare_schemes("Negotiate, NTLM, Bearer error=e", &["Negotiate", "NTLM", "Bearer"])]
    #[case::empty_elements(", ,Bearer error=\"e\",,", &["Bearer"])]
    #[case::nothing("", &[])]
    #[case::rubbish("\"\u{1f600}\" = = =", &[])]
    fn schemes(#[case] header: &str, #[case] expected: &[&str]) {
        let challenges = parse(header);
        let schemes: Vec<&str> = challenges.iter().map(|one| one.scheme.as_str()).collect();
        assert_eq!(schemes, expected);
        if let Some(bearer) = challenges.iter().find(|one| one.is_bearer()) {
            assert_eq!(bearer.parameter("ERROR"), Some("e"));
        }
    }

    #[test]
    fn escapes_and_equals_signs_survive() {
        let challenges = parse(r#"Bearer realm="say \"hi\" \\ a=b", error_description="x, y""#);
        assert_eq!(challenges[0].parameter("realm"), Some(r#"say "hi" \ a=b"#));
        assert_eq!(challenges[0].parameter("error_description"), Some("x, y"));
    }

    #[test]
    fn the_lone_credential_keeps_its_padding() {
        assert_eq!(parse("Negotiate abc==")[0].token68.as_deref(), Some("abc=="));
    }

    #[test]
    fn every_header_line_counts() {
        let mut headers = HeaderMap::new();
        headers.append(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"x\""));
        headers.append(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer claims=\"e30=\""));
        let found = from_headers(&headers);
        assert_eq!(found.len(), 2);
        assert_eq!(found[1].claims(), ChallengeClaims::Json("{}".to_owned()));
    }
}
