//! The document, byte for byte as MSAL's libraries know it.

use rstest::rstest;
use serde_json::json;

use super::*;

#[test]
fn what_is_written_has_msals_keys_and_members() {
    let mut cache = Document::default();
    let mut tokens = tokens("Ada.T", "mail/Send mail/Read", "at", Some("rt"));
    tokens.refresh_on = Some(NOW + SignedDuration::from_secs(1800));
    tokens.account.name = Some("Ada".to_owned());
    save(&mut cache, tokens);
    let common = |kind: &str, secret: &str| {
        json!({
            "home_account_id": "Ada.T", "environment": "idp", "credential_type": kind, "client_id": "app", "secret": secret,
        })
    };
    let with = |mut entry: Value, more: Value| {
        merge(&mut entry, &more);
        entry
    };
    let expected = json!({
        "AccessToken": {"ada.t-idp-accesstoken-app-t-mail/read mail/send": with(common("AccessToken", "at"), json!({
            "realm": "t", "target": "mail/Read mail/Send", "token_type": "Bearer", "cached_at": "0", "expires_on": "3600",
            "extended_expires_on": "7200", "ext_expires_on": "7200", "refresh_on": "1800",
        }))},
        "RefreshToken": {"ada.t-idp-refreshtoken-app--": with(common("RefreshToken", "rt"), json!({
            "last_modification_time": "0",
        }))},
        "IdToken": {"ada.t-idp-idtoken-app-t-": with(common("IdToken", "id"), json!({"realm": "t"}))},
        "Account": {"ada.t-idp-t": {
            "home_account_id": "Ada.T", "environment": "idp", "realm": "t", "local_account_id": "Ada.T",
            "username": "Ada.T", "authority_type": "MSSTS", "name": "Ada", "client_info": "e30",
        }},
        "AppMetadata": {"appmetadata-idp-app": {"client_id": "app", "environment": "idp"}},
    });
    assert_eq!(written(&cache), expected);
}

#[test]
fn what_is_not_understood_is_kept() {
    let file = json!({
        "AccessToken": {
            "mine": access_token(&json!({"x": 1, "target": "calendar"})),
            "no object": 7, "no time": access_token(&json!({"expires_on": "soon"})), "app only": access_token(&json!({"home_account_id": null})),
        },
        "RefreshToken": {"k": refresh_token(&json!({"target": "a b", "y": {"z": []}}))},
        "Account": {"k": {
            "home_account_id": "ada.t", "environment": "idp", "realm": "t", "local_account_id": "l", "username": "ada",
            "authority_type": "MSSTS", "account_source": "authorization_code", "tenantProfiles": ["{}"],
        }},
        "Nothing anybody knows": {"deep": [null, 1.5, "x"]},
    });
    let mut cache = of(&file);
    save(&mut cache, tokens("ada.t", "mail", "new", None));
    let after = written(&cache);
    for (kind, key) in [
        ("AccessToken", "mine"),
        ("AccessToken", "no object"),
        ("AccessToken", "no time"),
        ("AccessToken", "app only"),
        ("RefreshToken", "k"),
    ] {
        assert_eq!(after[kind][key], file[kind][key], "{kind} {key}");
    }
    assert_eq!(after["Nothing anybody knows"], file["Nothing anybody knows"]);
    let account = &after["Account"]["ada.t-idp-t"];
    assert_eq!(account["account_source"], "authorization_code");
    assert_eq!(account["tenantProfiles"], json!(["{}"]));
    assert_eq!(after["Account"].as_object().unwrap().len(), 1, "the account is one, whatever its key was");
}

#[rstest]
#[case::nothing(None)]
#[case::empty(Some(""))]
#[case::space(Some(" \n"))]
#[case::no_members(Some("{}"))]
#[case::null_section(Some(r#"{"AccessToken": null}"#))]
fn an_empty_document(#[case] bytes: Option<&str>) {
    assert_eq!(Document::parse(bytes.map(str::as_bytes)).unwrap().count_users(), 0);
}

#[rstest]
#[case::no_json("hello")]
#[case::truncated(r#"{"AccessToken": {"#)]
#[case::array("[]")]
#[case::number("7")]
#[case::null("null")]
#[case::section_is_no_object(r#"{"AccessToken": []}"#)]
#[case::section_is_text(r#"{"Account": "x"}"#)]
#[case::no_text("\u{0}\u{1}")]
fn a_damaged_document(#[case] text: &str) {
    assert!(Document::parse(Some(text.as_bytes())).is_err());
}

#[test]
fn nothing_prints_a_secret() {
    let mut cache = Document::default();
    save(&mut cache, tokens("ada.t", "mail", "at-secret", Some("rt-secret")));
    let printed = format!("{cache:?} {:?}", tokens("ada.t", "mail", "at-secret", Some("rt-secret")));
    assert!(printed.starts_with("Document([redacted])") && !printed.contains("-secret"), "{printed}");
}
