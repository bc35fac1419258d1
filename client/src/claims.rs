//! Claims documents (OpenID Connect Core, 5.5): merged when two must travel together, otherwise
//! opaque. Knows nothing of where a document came from.

use serde_json::{Map, Value, json};

use crate::error::{ClientErrorKind, Error};

/// What to send as `claims`: the capabilities and the given claims together.
///
/// Without capabilities the given text passes through byte for byte. On the same leaf the given
/// claims win; `xms_cc` values are united.
pub(crate) fn for_request(capabilities: &[String], given: Option<&str>) -> Result<Option<String>, Error> {
    let given = given.filter(|text| !text.trim().is_empty());
    let parsed = given.map(parse).transpose()?;
    if capabilities.is_empty() {
        return Ok(given.map(str::to_owned));
    }
    let mut document = parse(&json!({"access_token": {"xms_cc": {"values": capabilities}}}).to_string())?;
    if let Some(claims) = parsed {
        merge(&mut document, claims);
    }
    Ok(Some(Value::Object(document).to_string()))
}

/// Claims that must travel together, the strongest first: on the same leaf the stronger win. Nothing that has nothing to
/// add changes a byte.
pub(crate) fn by_rank<'a>(documents: impl IntoIterator<Item = Option<&'a str>>) -> Result<Option<String>, Error> {
    let mut given = documents.into_iter().flatten().filter(|text| !text.trim().is_empty());
    let Some(strongest) = given.next() else {
        return Ok(None);
    };
    given.try_fold(strongest.to_owned(), beside).map(Some)
}

/// The strong claims, and of the weak ones what they leave open.
fn beside(strong: String, weak: &str) -> Result<String, Error> {
    let (given, mut together) = (parse(&strong)?, parse(weak)?);
    merge(&mut together, given.clone());
    Ok(if together == given { strong } else { Value::Object(together).to_string() })
}

/// The claims of a document that another one does not speak of, whatever it says of them; none if nothing is left.
pub(crate) fn without(claims: &str, others: &str) -> Option<String> {
    let (all, others) = (parse(claims).ok()?, parse(others).unwrap_or_default());
    let mut left = all.clone();
    for (token, spoken_of) in others {
        if let (Some(Value::Object(of)), Value::Object(spoken_of)) = (left.get_mut(&token), spoken_of) {
            of.retain(|name, _| !spoken_of.contains_key(name));
        }
    }
    left.retain(|_, of| of.as_object().is_none_or(|of| !of.is_empty()));
    if left == all {
        return Some(claims.to_owned());
    }
    (!left.is_empty()).then(|| Value::Object(left).to_string())
}

/// True when the claims want a token issued after some moment: earlier ones were revoked. Else the
/// rejected token is only not enough for this one call.
pub(crate) fn revoke_earlier_tokens(claims: &str) -> bool {
    parse(claims).is_ok_and(|claims| claims.get("access_token").is_some_and(|of| of.get("nbf").is_some()))
}

fn parse(claims: &str) -> Result<Map<String, Value>, Error> {
    serde_json::from_str(claims).map_err(|_| {
        Error::client(
            ClientErrorKind::InvalidJsonClaimsFormat,
            "the claims are not a JSON object; hand on exactly the text of the error or of the decoded challenge",
        )
    })
}

/// Merges `other` into `document`, object by object; on the same leaf `other` wins.
fn merge(document: &mut Map<String, Value>, other: Map<String, Value>) {
    for (name, value) in other {
        match (document.get_mut(&name), value) {
            (Some(Value::Object(own)), Value::Object(mut theirs)) => {
                if name == "xms_cc" {
                    unite_values(own, &mut theirs);
                }
                merge(own, theirs);
            }
            (_, value) => {
                document.insert(name, value);
            }
        }
    }
}

/// Makes `theirs.values` hold those of `own` too, compared without regard to case.
fn unite_values(own: &Map<String, Value>, theirs: &mut Map<String, Value>) {
    let Some(Value::Array(ours)) = own.get("values") else {
        return;
    };
    let mut united = ours.clone();
    if let Some(Value::Array(more)) = theirs.get("values") {
        for value in more {
            if !united.iter().any(|known| same_capability(known, value)) {
                united.push(value.clone());
            }
        }
    }
    theirs.insert("values".to_owned(), Value::Array(united));
}

fn same_capability(one: &Value, other: &Value) -> bool {
    match (one.as_str(), other.as_str()) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        _ => one == other,
    }
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{by_rank, for_request};

    const POLICY: &str = r#"{"access_token":{"capolids":{"essential":true,"values":["p1"]}}}"#;

    #[test]
    fn without_capabilities_not_a_byte_changes() {
        let odd = "{ \"access_token\" : {\"nbf\":{\"essential\":true, \"value\":\"1\"}} }";
        assert_eq!(for_request(&[], Some(odd)).unwrap().unwrap(), odd);
        assert_eq!(for_request(&[], None).unwrap(), None);
        assert_eq!(for_request(&[], Some("")).unwrap(), None);
    }

    #[rstest]
    #[case::capabilities_alone(None, r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#)]
    #[case::beside_a_policy(
        Some(POLICY),
        r#"{"access_token":{"xms_cc":{"values":["cp1"]},"capolids":{"essential":true,"values":["p1"]}}}"#
    )]
    #[case::united_with_others(
        Some(r#"{"access_token":{"xms_cc":{"values":["CP1","cp2"]}}}"#),
        r#"{"access_token":{"xms_cc":{"values":["cp1","cp2"]}}}"#
    )]
    #[case::united_with_what_is_no_text(
        Some(r#"{"access_token":{"xms_cc":{"values":[1]}}}"#),
        r#"{"access_token":{"xms_cc":{"values":["cp1",1]}}}"#
    )]
    #[case::kept_when_the_challenge_names_none(
        Some(r#"{"access_token":{"xms_cc":{"essential":true}}}"#),
        r#"{"access_token":{"xms_cc":{"values":["cp1"],"essential":true}}}"#
    )]
    #[case::another_branch(
        Some(r#"{"id_token":{"auth_time":null}}"#),
        r#"{"access_token":{"xms_cc":{"values":["cp1"]}},"id_token":{"auth_time":null}}"#
    )]
    fn capabilities_are_merged(#[case] given: Option<&str>, #[case] expected: &str) {
        let merged = for_request(&["cp1".to_owned()], given).unwrap().unwrap();
        assert_eq!(merged, expected);
    }

    #[rstest]
    #[case::text("claims please")]
    #[case::array("[1]")]
    #[case::string("\"{}\"")]
    #[case::cut_off("{\"access_token\":")]
    #[case::base64("eyJhY2Nlc3NfdG9rZW4iOnt9fQ==")]
    fn what_is_no_object_is_refused(#[case] claims: &str) {
        let error = for_request(&[], Some(claims)).unwrap_err();
        assert_eq!(error.code(), "invalid_json_claims_format");
        assert!(for_request(&["cp1".to_owned()], Some(claims)).is_err());
    }

    #[test]
    fn the_stronger_claims_win_over_the_weaker() {
        let api = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
        let error = r#"{"access_token":{"capolids":{"essential":true,"values":["p1"]},"acrs":{"value":"c9"}}}"#;
        let older = r#"{"access_token":{"acrs":{"value":"c8"},"nbf":{"value":"1"}},"id_token":null}"#;
        let both = r#"{"access_token":{"capolids":{"essential":true,"values":["p1"]},"acrs":{"value":"c1","essential":true}}}"#;
        assert_eq!(by_rank([Some(api), Some(error)]).unwrap().unwrap(), both);
        let all = r#"{"access_token":{"acrs":{"value":"c1","essential":true},"nbf":{"value":"1"},"capolids":{"essential":true,"values":["p1"]}},"id_token":null}"#;
        assert_eq!(by_rank([Some(api), Some(error), Some(older)]).unwrap().unwrap(), all);
    }

    #[rstest]
    #[case::one([Some(POLICY), None])]
    #[case::the_other([None, Some(POLICY)])]
    #[case::twice([Some(POLICY), Some(POLICY)])]
    #[case::an_empty_one([Some(" "), Some(POLICY)])]
    #[case::nothing_to_add([Some(POLICY), Some(r#"{"access_token":{"capolids":{"essential":false}}}"#)])]
    fn what_adds_nothing_changes_no_byte(#[case] ranked: [Option<&str>; 2]) {
        assert_eq!(by_rank(ranked).unwrap().as_deref(), Some(POLICY));
        assert_eq!(by_rank([None, None]).unwrap(), None);
    }
}
