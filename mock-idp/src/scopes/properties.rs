//! The algebra of scope strings: what is asked together is what is asked apart, in any order, and nothing is invented.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;
use crate::config;

const WORDS: &[&str] = &[
    "openid",
    "OpenID",
    "profile",
    "offline_access",
    "User.Read",
    "https://graph.microsoft.com/User.Read",
    "api://calendar/Events.Read",
    "API://Calendar/events.read",
    "b0000000-0000-4000-8000-000000000001/Events.Read",
    "api://mail/Mail.Read",
    "api://mail//Mail.Send",
    "api://payroll/.default",
    "api://news/.default",
];
const REFUSED: &[&str] =
    &["api://archive/Files.Read", "api://nowhere/Read", "api://mail/Nothing", "api://mail/", "No.Such"];

fn words() -> impl Strategy<Value = Vec<&'static str>> {
    vec(select(WORDS), 0..6)
}

fn read(words: &[&str]) -> Result<Scopes, Refusal> {
    let document = config::built_in();
    let directory = Directory::of(&document.tenants[0], &document);
    let desktop = document.applications.iter().find(|application| application.name == "desktop").unwrap();
    Scopes::parse(&words.join(" "), desktop, &directory)
}

/// As a set: names by API, and OpenID Connect's own.
fn set(scopes: &Scopes) -> (BTreeMap<&str, BTreeSet<&str>>, OidcScopes) {
    let mut names = BTreeMap::<&str, BTreeSet<&str>>::new();
    for api in &scopes.apis {
        names.entry(&api.api).or_default().extend(api.names.iter().map(String::as_str));
    }
    (names, scopes.oidc)
}

proptest! {
    #[test]
    fn what_is_asked_is_read_back(words in words()) {
        if let Ok(scopes) = read(&words) {
            prop_assert_eq!(read(&[&scopes.as_asked()]), Ok(scopes));
        }
    }

    #[test]
    fn neither_order_nor_repetition_nor_spaces_matter(words in words(), by in any::<prop::sample::Index>()) {
        // `.default` twice is a list, and stands alone.
        prop_assume!(!words.iter().any(|word| word.ends_with(".default")));
        let mut other = words.clone();
        if !other.is_empty() {
            other.rotate_left(by.index(words.len()));
        }
        other.extend(words.iter().copied());
        other.push("\t \n");
        let (one, other) = (read(&words).unwrap(), read(&other).unwrap());
        prop_assert_eq!(set(&one), set(&other));
    }

    /// Together or apart: the union, and a refusal if either is one.
    #[test]
    fn asked_together_is_asked_apart(one in words(), other in words()) {
        let together = read(&[one.as_slice(), &other].concat());
        let (Ok(one), Ok(other)) = (read(&one), read(&other)) else {
            prop_assert!(together.is_err());
            return Ok(());
        };
        let Ok(together) = together else {
            let alone = |scopes: &Scopes| scopes.apis.iter().any(|api| api.default);
            prop_assert!(alone(&one) || alone(&other));
            return Ok(());
        };
        let (mut expected, oidc) = set(&one);
        for (api, names) in set(&other).0 {
            expected.entry(api).or_default().extend(names);
        }
        prop_assert_eq!(set(&together).0, expected);
        let any = |pick: fn(&OidcScopes) -> bool| pick(&oidc) || pick(&other.oidc);
        let both = OidcScopes {
            openid: any(|oidc| oidc.openid),
            profile: any(|oidc| oidc.profile),
            email: any(|oidc| oidc.email),
            offline_access: any(|oidc| oidc.offline_access),
        };
        prop_assert_eq!(together.oidc, both);
    }

    /// Each name was asked for by a word, unless `.default` stands for the registered list.
    #[test]
    fn nothing_is_invented(words in words()) {
        let Ok(scopes) = read(&words) else { return Ok(()) };
        for api in scopes.apis.iter().filter(|api| !api.default) {
            for name in &api.names {
                let ends = |word: &&&str| word.to_ascii_lowercase().ends_with(&name.to_ascii_lowercase());
                prop_assert!(words.iter().find(ends).is_some(), "nobody asked for {name}");
            }
        }
        let first = scopes.of_first_api();
        prop_assert_eq!(first.of_first_api(), first.clone());
        prop_assert!(first.apis.len() <= 1 && first.apis.first() == scopes.apis.first());
    }

    /// One word that nobody knows spoils the list, wherever it stands.
    #[test]
    fn one_bad_word_is_enough(words in words(), bad in select(REFUSED), at in any::<prop::sample::Index>()) {
        let mut spoilt = words;
        let place = at.index(spoilt.len() + 1);
        spoilt.insert(place, bad);
        prop_assert!(read(&spoilt).is_err());
    }
}
