//! What holds for any sequence of changes.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::cache::known::Known;

fn homes() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["ada.t", "bo.t", "cy.u"])
}

fn scopes() -> impl Strategy<Value = String> {
    prop::sample::subsequence(vec!["a/Read", "a/Write", "b/Read", "openid"], 1..=4).prop_map(|scopes| scopes.join(" "))
}

fn changes() -> impl Strategy<Value = Change> {
    let secret = || prop::sample::select(vec!["s1", "s2", "s3"]);
    let saved = (homes(), scopes(), secret(), prop::option::of(secret()), any::<bool>(), any::<bool>()).prop_map(
        |(home, scopes, secret, refresh, family, late)| {
            let family_id = family.then(|| "1".to_owned());
            let access = format!("{home} {secret}");
            Change::Save(Box::new(NewTokens {
                family_id,
                unless_signed_out: late,
                ..tokens(home, &scopes, &access, refresh)
            }))
        },
    );
    prop_oneof![
        6 => saved,
        1 => secret().prop_map(|secret| Change::DropRefreshToken(Secret::new(secret))),
        1 => (homes(), secret()).prop_map(|(home, secret)| Change::DropAccessToken(Secret::new(format!("{home} {secret}")))),
        1 => homes().prop_map(|home| Change::RemoveAccount { home_account_id: home.to_owned(), environments: hosts() }),
        1 => Just(Change::NotOfFamily { client_id: "app".to_owned(), environments: hosts() }),
    ]
}

/// As if each change were another process's.
fn through_a_file(document: &Document) -> Document {
    Document::parse(Some(&document.to_bytes().unwrap())).unwrap()
}

proptest! {
    #[test]
    fn strangers_survive(changes in prop::collection::vec(changes(), 0..20)) {
        let strange = json!({
            "AccessToken": {"strange": {"secret": [1]}, "other": access_token(&json!({"client_id": "other", "home_account_id": "zoe.t", "more": 1}))},
            "IdToken": {"strange": null},
            "AppMetadata": {"other": {"client_id": "other", "environment": "idp", "more": {}}},
            "Unknown": {"x": [1, "2"]},
        });
        let mut document = of(&strange);
        for change in &changes {
            change.apply(&mut document);
            document = through_a_file(&document);
        }
        let after = written(&document);
        prop_assert_eq!(&after["Unknown"], &strange["Unknown"]);
        for (kind, key) in [("AccessToken", "strange"), ("AccessToken", "other"), ("IdToken", "strange"), ("AppMetadata", "other")] {
            prop_assert_eq!(&after[kind][key], &strange[kind][key]);
        }
    }

    #[test]
    fn what_was_saved_is_found_by_each_part_of_its_scopes_and_by_nobody_else(
        changes in prop::collection::vec(changes(), 0..20),
        home in homes(), saved in scopes(), wanted in scopes(), asker in homes(),
    ) {
        let mut document = Document::default();
        for change in &changes {
            change.apply(&mut document);
        }
        save(&mut document, tokens(home, &saved, &format!("{home} new"), None));
        document = through_a_file(&document);
        let (saved, wanted) = (Scopes::new([saved]), Scopes::new([wanted]));
        let hosts = hosts();
        let found = document.find_access_token(owner(home, &hosts), &wanted, NOW);
        if saved.include(&wanted) && !wanted.names_no_api() {
            let found = found.unwrap().unwrap();
            prop_assert_eq!(found.secret.expose(), format!("{home} new"));
        }
        if let Ok(Some(entry)) = document.find_access_token(owner(asker, &hosts), &wanted, NOW) {
            prop_assert!(entry.secret.expose().starts_with(asker), "another account's token");
            prop_assert!(entry.target.include(&wanted));
        }
    }

    #[test]
    fn who_signed_out_has_nothing_left(changes in prop::collection::vec(changes(), 0..20), home in homes()) {
        let mut document = Document::default();
        for change in &changes {
            change.apply(&mut document);
        }
        Change::RemoveAccount { home_account_id: home.to_owned(), environments: hosts() }.apply(&mut document);
        prop_assert!(!written(&document).to_string().contains(home));
    }

    /// Changes that could not be stored, and those that were dropped because later ones say the same, are
    /// made up for by the next write.
    #[test]
    fn writes_that_fail_lose_nothing(changes in prop::collection::vec((changes(), any::<bool>()), 0..20)) {
        let mut expected = Document::default();
        let mut stored = Document::default();
        let mut known = Known::default();
        for (change, fails) in changes {
            change.apply(&mut expected);
            known.make(change);
            prop_assert_eq!(written(&known.document()), written(&expected), "in this process");
            if !fails {
                known.apply_unsaved(&mut stored);
                known.settle(known.last());
                known.holds(through_a_file(&stored), None);
            }
        }
        known.apply_unsaved(&mut stored);
        prop_assert_eq!(written(&stored), written(&expected), "in the storage");
    }

    #[test]
    fn any_bytes_are_a_document_or_damaged(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Document::parse(Some(&bytes));
    }

    #[test]
    fn so_is_any_json_in_the_place_of_entries(text in r#"[\[\]{}":,a-c0-9 ]{0,60}"#) {
        let file = format!(r#"{{"AccessToken": {{"k": {text}}}}}"#);
        if let Ok(document) = Document::parse(Some(file.as_bytes())) {
            let kept: Value = serde_json::from_str(&file).unwrap();
            prop_assert_eq!(&written(&document)["AccessToken"], &kept["AccessToken"]);
        }
    }
}
