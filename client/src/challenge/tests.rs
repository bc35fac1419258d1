use base64::Engine as _;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use reqwest::header::{HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use rstest::rstest;

use super::{ChallengeClaims, ChallengeReading, demanded_claims, from_headers, parse};

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

fn read_as(reading: ChallengeReading, lines: &[String]) -> Result<Option<String>, String> {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(WWW_AUTHENTICATE, HeaderValue::from_str(line).unwrap());
    }
    demanded_claims(&headers, reading).map_err(|error| error.code().to_owned())
}

fn some(text: &str) -> Result<Option<String>, String> {
    Ok(Some(text.to_owned()))
}

/// Its base64 ends in one `=` and holds a `+`, which the URL-safe alphabet writes as `-`.
const PLUS: &str = r#"{"access_token":{"acrs":{"value":"urn:x~~~~"}}}"#;

/// Escalation reference 4.3, the compatibility set: what the two readings make of the same challenge.
#[rstest]
#[case::as_recorded(
    format!(r#"Bearer realm="", error="insufficient_claims", claims="{}""#, STANDARD.encode(JSON)), some(JSON)
)]
#[case::error_in_any_case(
    format!(r#"bearer error="Insufficient_Claims", claims="{}""#, STANDARD.encode(JSON)), some(JSON)
)]
#[case::other_error(format!(r#"Bearer error="invalid_token", claims="{}""#, STANDARD.encode(JSON)), Ok(None))]
#[case::no_error(format!(r#"Bearer claims="{}""#, STANDARD.encode(JSON)), Ok(None))]
#[case::no_claims(r#"Bearer error="insufficient_claims""#.to_owned(), Ok(None))]
#[case::unpadded(
    format!(r#"Bearer error="insufficient_claims", claims="{}""#, STANDARD.encode(PLUS).trim_end_matches('=')),
    some(STANDARD.encode(PLUS).trim_end_matches('='))
)]
#[case::url_safe(
    format!(r#"Bearer error="insufficient_claims", claims="{}""#, URL_SAFE.encode(PLUS)), some(&URL_SAFE.encode(PLUS))
)]
#[case::unquoted_padding_lost(
    format!("Bearer error=insufficient_claims, claims={}", STANDARD.encode(PLUS)),
    some(STANDARD.encode(PLUS).trim_end_matches('='))
)]
#[case::no_space_behind_the_comma(
    format!(r#"Bearer error="insufficient_claims",claims="{}""#, STANDARD.encode(JSON)), Ok(None)
)]
#[case::spaces_around_the_sign(
    format!(r#"Bearer error = "insufficient_claims" , claims = "{}""#, STANDARD.encode(JSON)),
    Err("unable_to_parse_authentication_header".to_owned())
)]
#[case::named_twice(
    r#"Bearer error="insufficient_claims", Error="x""#.to_owned(),
    Err("unable_to_parse_authentication_header".to_owned())
)]
#[case::json_unquoted_and_without_spaces(
    r#"Bearer error=insufficient_claims, claims={"access_token":{}}"#.to_owned(), some(r#"{"access_token":{}}"#)
)]
#[case::second_scheme(
    format!(r#"PoP nonce="n", Bearer error="insufficient_claims", claims="{}""#, STANDARD.encode(JSON)), some(JSON)
)]
#[case::only_the_first_bearer_counts(
    format!(r#"Bearer realm="", Bearer error="insufficient_claims", claims="{}""#, STANDARD.encode(JSON)), Ok(None)
)]
#[case::bare_scheme("Bearer".to_owned(), Ok(None))]
fn as_msal_net_reads(#[case] header: String, #[case] expected: Result<Option<String>, String>) {
    assert_eq!(read_as(ChallengeReading::MsalNet, std::slice::from_ref(&header)), expected);
}

/// How a challenge may be written without a change of meaning.
#[derive(Debug, Clone)]
struct Writing {
    scheme: &'static str,
    name: &'static str,
    quoted: bool,
    alphabet: &'static GeneralPurpose,
    spaces: &'static str,
    before: &'static str,
    behind: &'static str,
    own_line: bool,
}

fn writing() -> impl Strategy<Value = Writing> {
    (
        (select(&["Bearer", "bearer", "BEARER"][..]), select(&["claims", "Claims", "CLAIMS"][..]), any::<bool>()),
        select(&[&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD][..]),
        select(&["", " ", "\t "][..]),
        select(&["", r#"realm="a, b=\"c\"", "#, "error=insufficient_claims,", "realm=\"\" "][..]),
        select(&["", r#", error="invalid_token""#, ", claims=\"e30=\"", " ,, x=y", ", PoP nonce=\"n\""][..]),
        any::<bool>(),
    )
        .prop_map(|((scheme, name, quoted), alphabet, spaces, before, behind, own_line)| Writing {
            scheme,
            name,
            quoted,
            alphabet,
            spaces,
            before,
            behind,
            own_line,
        })
}

impl Writing {
    fn lines(&self, claims: &str) -> Vec<String> {
        let encoded = self.alphabet.encode(claims);
        let value = if self.quoted { format!("\"{encoded}\"") } else { encoded };
        let Self { scheme, name, spaces, before, behind, .. } = self;
        let bearer = format!("{scheme} {before}{name}{spaces}={spaces}{value}{behind}");
        if self.own_line {
            vec!["Negotiate abc==".to_owned(), bearer]
        } else {
            vec![format!("Basic realm=\"x\", {bearer}")]
        }
    }
}

fn claims_document() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        "[a-z~?>é\u{1f600}]{0,9}".prop_map(|text| format!("{{\"value\":\"{text}\"}}"))
    ];
    vec(("[a-z_]{1,9}", leaf), 0..4).prop_map(|members| {
        let members: Vec<String> = members.iter().map(|(name, leaf)| format!("\"{name}\": {leaf}")).collect();
        format!("{{\"access_token\":{{{}}}}}", members.join(", "))
    })
}

proptest! {
    #[test]
    fn whatever_the_writing_the_claims_are_the_same_bytes(writing in writing(), claims in claims_document()) {
        let lines = writing.lines(&claims);
        prop_assert_eq!(read_as(ChallengeReading::Tolerant, &lines), Ok(Some(claims)), "{:?}", lines);
    }

    #[test]
    fn no_text_makes_it_stumble(header in ".{0,200}") {
        for challenge in parse(&header) {
            prop_assert!(!challenge.scheme.is_empty());
            challenge.claims();
        }
    }

    /// Texts near the grammar get further into it than any text does.
    #[test]
    fn no_broken_challenge_makes_it_stumble(pieces in vec(select(PIECES), 0..24)) {
        let header = pieces.concat();
        parse(&header);
        let _ = read_as(ChallengeReading::MsalNet, std::slice::from_ref(&header));
        let _ = read_as(ChallengeReading::Tolerant, &[header]);
    }
}

const PIECES: &[&str] = &[
    "Bearer",
    "PoP",
    " ",
    ",",
    "=",
    "\"",
    "\\",
    "claims",
    "error",
    "insufficient_claims",
    "e30=",
    "{",
    "}",
    "{\"a\":1}",
    "é",
    "==",
    "\t",
];
