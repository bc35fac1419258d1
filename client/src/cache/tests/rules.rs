//! What is found, replaced, kept and dropped.

use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::cache::known::Known;
use crate::cache::lookup::Family;

#[test]
fn step_04_tokens_are_found_by_inclusion() {
    let mut cache = Document::default();
    save(&mut cache, tokens("ada.t", "mail/Read mail/Send", "mail", None));
    assert_eq!(found(&cache, "ada.t", "MAIL/read openid").as_deref(), Some("mail"));
    assert_eq!(found(&cache, "ada.t", "mail/Read mail/Manage"), None);
    assert_eq!(found(&cache, "bo.t", "mail/Read"), None);
}

#[test]
fn step_09_a_new_token_replaces_what_overlaps_and_nothing_else() {
    let mut cache = Document::default();
    save(&mut cache, tokens("ada.t", "calendar openid profile", "calendar", None));
    save(&mut cache, tokens("ada.t", "mail/Read", "old mail", None));
    save(&mut cache, tokens("bo.t", "mail/Read", "bo's mail", None));
    save(&mut cache, tokens("ada.t", "mail/Read mail/Send openid profile", "new mail", None));
    assert_eq!(found(&cache, "ada.t", "calendar").as_deref(), Some("calendar"));
    assert_eq!(found(&cache, "ada.t", "mail/Read").as_deref(), Some("new mail"));
    assert_eq!(found(&cache, "bo.t", "mail/Read").as_deref(), Some("bo's mail"));
}

#[rstest]
#[case::other_realm(json!({"realm": "u"}))]
#[case::other_client(json!({"client_id": "other"}))]
#[case::other_cloud(json!({"environment": "elsewhere"}))]
#[case::other_account(json!({"home_account_id": "bo.t"}))]
#[case::ended(json!({"expires_on": "0"}))]
#[case::bound_to_a_key(json!({"credential_type": "AccessToken_With_AuthScheme", "token_type": "pop"}))]
#[case::of_another_kind(json!({"credential_type": "AccessToken_With_AuthScheme"}))]
#[case::of_another_type(json!({"token_type": "pop"}))]
#[case::bound_to_a_key_by_python(json!({"token_type": "pop", "key_id": "k"}))]
#[case::for_further_parameters(json!({"ext_cache_key": "hash"}))]
#[case::on_behalf_of(json!({"user_assertion_hash": "hash"}))]
fn what_is_not_ours_is_not_found(#[case] difference: Value) {
    let cache = of(&json!({"AccessToken": {"k": access_token(&difference)}}));
    assert_eq!(found(&cache, "ada.t", "mail"), None);
    assert!(found(&of(&json!({"AccessToken": {"k": access_token(&json!({}))}})), "ada.t", "mail").is_some());
}

#[rstest]
#[case::number(json!({"expires_on": 3600}))]
#[case::other_case(json!({"realm": "T", "environment": "IDP"}))]
#[case::alias(json!({"environment": "idp:8443"}))]
#[case::nulls(json!({"refresh_on": null, "cached_at": null, "token_type": null, "key_id": null}))]
fn what_others_write_a_little_differently_is_found(#[case] difference: Value) {
    let cache = of(&json!({"AccessToken": {"any key": access_token(&difference)}}));
    assert_eq!(found(&cache, "ada.t", "mail").as_deref(), Some("at"));
}

#[test]
fn step_04_of_several_tokens_the_exact_one_is_taken_and_else_none() {
    let python = of(&json!({"AccessToken": {
        "1": access_token(&json!({"target": "mail", "secret": "exact"})),
        "2": access_token(&json!({"target": "mail/Send mail", "secret": "wider"})),
        "3": access_token(&json!({"target": "mail/Send mail/Read mail", "secret": "widest"})),
    }}));
    assert_eq!(found(&python, "ada.t", "openid mail").as_deref(), Some("exact"));
    let error = python.find_access_token(owner("ada.t", &hosts()), &Scopes::new(["mail/send"]), NOW).err();
    assert_eq!(error.unwrap().code(), "multiple_matching_tokens_detected");
}

#[test]
fn the_preferred_name_of_a_cloud_goes_first() {
    let cache = of(&json!({"AccessToken": {
        "1": access_token(&json!({"environment": "idp:8443", "secret": "alias"})),
        "2": access_token(&json!({"secret": "preferred"})),
    }}));
    assert_eq!(found(&cache, "ada.t", "mail").as_deref(), Some("preferred"));
}

#[test]
fn step_09_an_answer_without_a_refresh_token_keeps_the_old_one() {
    let mut cache = Document::default();
    save(&mut cache, tokens("ada.t", "a", "1", Some("first")));
    save(&mut cache, tokens("ada.t", "b", "2", None));
    assert_eq!(refresh_tokens(&cache, "ada.t"), ["first"]);
    save(&mut cache, tokens("ada.t", "c", "3", Some("second")));
    assert_eq!(refresh_tokens(&cache, "ada.t"), ["second"]);
}

#[test]
fn a_new_refresh_token_takes_the_place_of_all_variants_of_its_key() {
    let mut cache = of(&json!({"RefreshToken": {
        "ada.t-idp-refreshtoken-app--openid mail": refresh_token(&json!({"target": "openid mail"})),
        "ada.t-idp:8443-refreshtoken-app---": refresh_token(&json!({"environment": "idp:8443"})),
        "of the family": refresh_token(&json!({"family_id": "1", "client_id": "other", "secret": "family"})),
        "of another": refresh_token(&json!({"client_id": "other", "secret": "other"})),
    }}));
    save(&mut cache, tokens("ada.t", "a", "1", Some("new")));
    let left = written(&cache)["RefreshToken"].clone();
    let mut keys: Vec<&String> = left.as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(keys, ["ada.t-idp-refreshtoken-app--", "of another", "of the family"]);
}

#[test]
fn a_dead_refresh_token_does_not_take_its_successor_along() {
    let mut cache = Document::default();
    save(&mut cache, tokens("ada.t", "a", "1", Some("first")));
    save(&mut cache, tokens("ada.t", "a", "2", Some("second")));
    assert!(!Change::DropRefreshToken(Secret::new("first")).apply(&mut cache));
    assert_eq!(refresh_tokens(&cache, "ada.t"), ["second"]);
    assert!(Change::DropRefreshToken(Secret::new("second")).apply(&mut cache));
    assert!(refresh_tokens(&cache, "ada.t").is_empty());
}

/// Family first and own next, newest first; own only for an app that stands alone.
#[rstest]
#[case::unknown(json!({}), &["family", "family old", "own", "own old", "own undated"])]
#[case::member(json!({"k": {"client_id": "app", "environment": "idp", "family_id": "1"}}), &["family", "family old", "own", "own old", "own undated"])]
#[case::stands_alone(json!({"k": {"client_id": "app", "environment": "idp"}}), &["own", "own old", "own undated"])]
#[case::stands_alone_by_alias(json!({"k": {"client_id": "app", "environment": "idp:8443", "family_id": ""}}), &["own", "own old", "own undated"])]
#[case::of_another_family(json!({"k": {"client_id": "app", "environment": "idp", "family_id": "2"}}), &["own", "own old", "own undated"])]
#[case::another_app(json!({"k": {"client_id": "other", "environment": "idp"}}), &["family", "family old", "own", "own old", "own undated"])]
fn step_06_refresh_tokens_in_the_order_of_trying(#[case] metadata: Value, #[case] order: &[&str]) {
    let family = |secret: &str, time: &str| {
        refresh_token(
            &json!({"client_id": "sibling", "family_id": "1", "secret": secret, "last_modification_time": time}),
        )
    };
    let own = |secret: &str, time: Value| refresh_token(&json!({"secret": secret, "last_modification_time": time}));
    let cache = of(&json!({
        "AppMetadata": metadata,
        "RefreshToken": {
            "1": own("own old", json!("10")), "2": own("own", json!(30)), "3": family("family old", "5"),
            "4": family("family", "20"), "5": own("own undated", Value::Null),
            "6": refresh_token(&json!({"client_id": "other", "secret": "another app's"})),
        },
    }));
    assert_eq!(refresh_tokens(&cache, "ada.t"), order);
}

#[test]
fn each_answer_says_whether_the_app_is_of_a_family() {
    let mut cache = Document::default();
    let family = |cache: &Document| cache.family("app", &hosts());
    assert_eq!(family(&cache), Family::Unknown);
    save(&mut cache, NewTokens { family_id: Some("1".to_owned()), ..tokens("ada.t", "a", "1", Some("rt")) });
    assert_eq!(family(&cache), Family::Member("1".to_owned()));
    assert_eq!(written(&cache)["RefreshToken"]["ada.t-idp-refreshtoken-1--"]["family_id"], "1");
    Change::NotOfFamily { client_id: "app".to_owned(), environments: hosts() }.apply(&mut cache);
    assert_eq!(family(&cache), Family::None);
    save(&mut cache, tokens("ada.t", "a", "1", None));
    assert_eq!(
        written(&cache)["AppMetadata"],
        json!({"appmetadata-idp-app": {"client_id": "app", "environment": "idp"}})
    );
}

#[test]
fn removing_an_account_leaves_the_others() {
    let mut cache = of(&json!({
        "RefreshToken": {"broken": {"home_account_id": "ada.t", "environment": "idp:8443", "secret": 1}},
        "AccessToken": {"other cloud": access_token(&json!({"environment": "elsewhere"}))},
    }));
    save(&mut cache, tokens("ada.t", "a", "1", Some("r")));
    save(&mut cache, tokens("bo.t", "a", "2", Some("r2")));
    let change = Change::RemoveAccount { home_account_id: "ada.t".to_owned(), environments: hosts() };
    assert!(change.apply(&mut cache));
    let left = written(&cache).to_string();
    assert_eq!(left.matches("ada.t").count(), 1, "only the other cloud's: {left}");
    assert_eq!(found(&cache, "bo.t", "a").as_deref(), Some("2"));
    assert_eq!(refresh_tokens(&cache, "bo.t"), ["r2"]);
    assert!(!change.apply(&mut cache));
}

#[test]
fn what_cannot_be_read_goes_with_its_account_alone() {
    let broken = |home: &str| json!({"home_account_id": home, "environment": "idp", "secret": 1});
    let mut cache = of(&json!({"IdToken": {"ada's": broken("ada.t"), "bo's": broken("bo.t")}}));
    let change = Change::RemoveAccount { home_account_id: "ada.t".to_owned(), environments: hosts() };
    assert!(change.apply(&mut cache));
    assert_eq!(written(&cache)["IdToken"], json!({"bo's": broken("bo.t")}));
    assert!(!change.apply(&mut cache));
}

/// While nothing can be stored, an answer takes the place of an earlier one that says nothing else.
#[rstest]
#[case::the_same(|_: &mut NewTokens| {}, |_: &mut NewTokens| {}, true)]
#[case::more_scopes(|_: &mut NewTokens| {}, |new: &mut NewTokens| new.target = Scopes::new(["mail calendar"]), true)]
#[case::fewer_scopes(|old: &mut NewTokens| old.target = Scopes::new(["mail calendar"]), |_: &mut NewTokens| {}, false)]
#[case::of_no_api(
    |old: &mut NewTokens| old.target = Scopes::new(["openid"]), |new: &mut NewTokens| new.target = Scopes::new(["openid"]), true)]
#[case::of_an_api_after_none(
    |old: &mut NewTokens| old.target = Scopes::new(["openid"]), |new: &mut NewTokens| new.target = Scopes::new(["openid mail"]), false)]
#[case::another_tenant(|_: &mut NewTokens| {}, |new: &mut NewTokens| new.account.tenant_id = "u".to_owned(), false)]
#[case::another_user(|_: &mut NewTokens| {}, |new: &mut NewTokens| new.account = account("bo.t"), false)]
#[case::another_app(|_: &mut NewTokens| {}, |new: &mut NewTokens| new.client_id = "other".to_owned(), false)]
#[case::another_family(|_: &mut NewTokens| {}, |new: &mut NewTokens| new.family_id = Some("1".to_owned()), false)]
#[case::without_the_refresh_token(|_: &mut NewTokens| {}, |new: &mut NewTokens| new.refresh_token = None, false)]
#[case::with_a_first_refresh_token(|old: &mut NewTokens| old.refresh_token = None, |_: &mut NewTokens| {}, true)]
#[case::no_refresh_token(
    |old: &mut NewTokens| old.refresh_token = None, |new: &mut NewTokens| new.refresh_token = None, true)]
#[case::without_the_id_token(|_: &mut NewTokens| {}, |new: &mut NewTokens| new.id_token = None, false)]
#[case::no_id_token(|old: &mut NewTokens| old.id_token = None, |new: &mut NewTokens| new.id_token = None, true)]
#[case::refreshed_after_a_sign_in(
    |_: &mut NewTokens| {}, |new: &mut NewTokens| new.unless_signed_out = true, false)]
#[case::refreshed_twice(
    |old: &mut NewTokens| old.unless_signed_out = true, |new: &mut NewTokens| new.unless_signed_out = true, true)]
#[case::signed_in_after_a_refresh(|old: &mut NewTokens| old.unless_signed_out = true, |_: &mut NewTokens| {}, true)]
fn an_answer_supersedes_what_it_says_again(
    #[case] change_old: fn(&mut NewTokens),
    #[case] change_new: fn(&mut NewTokens),
    #[case] expected: bool,
) {
    let mut known = Known::default();
    let mut make = |change: fn(&mut NewTokens)| {
        let mut tokens = tokens("ada.t", "mail", "at", Some("rt"));
        change(&mut tokens);
        known.make(Change::Save(Box::new(tokens)))
    };
    let (old, new) = (make(change_old), make(change_new));
    assert!(known.is_unsaved(new));
    assert_eq!(!known.is_unsaved(old), expected);
}

/// It counts only because of the first one, which therefore must not go when the third says the same again.
#[rstest]
#[case::of_the_same_user("ada.t", true, true)]
#[case::of_another_user("bo.t", true, false)]
#[case::that_counts_by_itself("ada.t", false, false)]
fn what_signed_a_user_in_stays_before_what_was_refreshed(
    #[case] home: &str,
    #[case] unless_signed_out: bool,
    #[case] stays: bool,
) {
    let mut known = Known::default();
    let mut make = |tokens: NewTokens| known.make(Change::Save(Box::new(tokens)));
    let sign_in = make(tokens("ada.t", "mail", "1", None));
    make(NewTokens { unless_signed_out, ..tokens(home, "calendar", "2", None) });
    make(tokens("ada.t", "mail", "3", None));
    assert_eq!(known.is_unsaved(sign_in), stays);
}

#[test]
fn a_new_id_token_takes_the_place_of_its_own_alone() {
    let entry = |difference: Value| {
        let mut entry = json!({
            "home_account_id": "ada.t", "environment": "idp", "credential_type": "IdToken", "client_id": "app",
            "secret": "old", "realm": "t",
        });
        merge(&mut entry, &difference);
        entry
    };
    let others = json!({
        "1": entry(json!({"realm": "u"})), "2": entry(json!({"client_id": "other"})),
        "3": entry(json!({"home_account_id": "bo.t"})), "4": entry(json!({"environment": "elsewhere"})),
    });
    let mut cache = of(&json!({"IdToken": others}));
    save(&mut cache, tokens("ada.t", "mail", "at", None));
    save(&mut cache, tokens("ada.t", "mail", "at", None));
    let mut left = written(&cache)["IdToken"].clone();
    assert_eq!(left.as_object_mut().unwrap().remove("ada.t-idp-idtoken-app-t-").unwrap()["secret"], "id");
    assert_eq!(left, others);
    let hosts = hosts();
    assert_eq!(cache.id_token(owner("ada.t", &hosts)), Some(Secret::new("id")));
    assert_eq!(of(&json!({"IdToken": others})).id_token(owner("ada.t", &hosts)), None);
}

#[test]
fn an_answer_that_comes_after_the_sign_out_is_not_stored() {
    let mut cache = Document::default();
    let late = NewTokens { unless_signed_out: true, ..tokens("ada.t", "a", "1", Some("r")) };
    assert!(!Change::Save(Box::new(late.clone())).apply(&mut cache));
    assert_eq!(cache.count_users(), 0);
    save(&mut cache, tokens("ada.t", "a", "0", None));
    save(&mut cache, late);
    assert_eq!(found(&cache, "ada.t", "a").as_deref(), Some("1"));
}

/// A user is listed once: in the authority's tenant if it was signed in to, else at home.
#[rstest]
#[case::at_home("common", "home")]
#[case::as_a_guest("resource", "resource")]
#[case::elsewhere("third", "home")]
fn a_user_of_several_tenants_is_one_account(#[case] tenant: &str, #[case] shown: &str) {
    let entry = |realm: &str, environment: &str| {
        json!({
            "home_account_id": "cy.home", "environment": environment, "realm": realm, "local_account_id": "l",
            "username": "cy", "authority_type": "MSSTS",
        })
    };
    let cache = of(&json!({"Account": {
        "1": entry("other", "idp"), "2": entry("resource", "idp"), "3": entry("home", "idp"), "4": entry("common", "idp"),
        "5": entry("home", "idp:8443"), "6": entry("home", "elsewhere"),
    }}));
    let accounts = cache.accounts(&hosts(), tenant);
    assert_eq!(accounts.len(), 1);
    assert_eq!(accounts[0].tenant_id, shown);
    assert_eq!(accounts[0].environment, "idp");
    assert_eq!(cache.count_users(), 1);
}

#[rstest]
#[case::a_name("Ada", Some("Ada"))]
#[case::blank("", None)]
fn an_account_has_a_name_or_none(#[case] name: &str, #[case] shown: Option<&str>) {
    let cache = of(&json!({"Account": {"k": {
        "home_account_id": "ada.t", "environment": "idp", "realm": "t", "local_account_id": "l", "username": "ada",
        "authority_type": "MSSTS", "name": name,
    }}}));
    assert_eq!(cache.accounts(&hosts(), "t")[0].name.as_deref(), shown);
}

#[test]
fn a_user_stays_under_the_name_that_another_library_gave_the_cloud() {
    let cache = of(&json!({"Account": {"k": {
        "home_account_id": "ada.t", "environment": "idp:8443", "realm": "organizations", "username": "ada",
        "authority_type": "MSSTS",
    }}}));
    assert_eq!(cache.environment_for("ada.t", &hosts()), "idp:8443");
    assert_eq!(cache.environment_for("bo.t", &hosts()), "idp");
    assert_eq!(cache.accounts(&hosts(), "organizations")[0].tenant_id, "t", "the word stands for the home tenant");
}
