//! What holds for all claims that meet on their way to the authority: merging again changes nothing, and no challenge is lost.

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value, json};

use super::{by_rank, for_request};

/// What is asked of a claim; most of it as the authority writes it, some as nobody does.
fn asked() -> impl Strategy<Value = Value> {
    let word = || select(vec!["c1", "c2", "p1", "1767603600"]);
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(|essential| json!({ "essential": essential })),
        (any::<bool>(), word()).prop_map(|(essential, value)| json!({ "essential": essential, "value": value })),
        (any::<bool>(), vec(word(), 0..3)).prop_map(|(essential, values)| json!({
            "essential": essential, "values": values,
        })),
        word().prop_map(Value::from),
    ]
}

fn capabilities() -> impl Strategy<Value = Vec<String>> {
    vec(select(vec!["cp1", "CP1", "cp2", "llt"]).prop_map(str::to_owned), 0..3)
}

fn documents() -> impl Strategy<Value = String> {
    let claims = vec((select(vec!["capolids", "acrs", "nbf", "xms_rp_ipaddr"]), asked()), 0..3);
    let tokens = vec((select(vec!["access_token", "id_token", "userinfo"]), claims, capabilities()), 0..3);
    tokens.prop_map(|tokens| {
        let mut document = Map::new();
        for (token, claims, capabilities) in tokens {
            let mut of: Map<String, Value> = claims.into_iter().map(|(name, asked)| (name.to_owned(), asked)).collect();
            if !capabilities.is_empty() {
                of.insert("xms_cc".to_owned(), json!({ "values": capabilities }));
            }
            document.insert(token.to_owned(), of.into());
        }
        Value::Object(document).to_string()
    })
}

fn read(document: &str) -> Value {
    serde_json::from_str(document).unwrap()
}

/// Whether all that `part` asks is asked by `whole`, too: capabilities may have others beside them.
fn keeps(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => part.iter().all(|(name, part)| {
            whole.get(name).is_some_and(|whole| match name.as_str() {
                "xms_cc" => values(part).iter().all(|one| values(whole).contains(one)),
                _ => keeps(whole, part),
            })
        }),
        (whole, part) => whole == part,
    }
}

fn values(capabilities: &Value) -> Vec<String> {
    let values = capabilities["values"].as_array().into_iter().flatten();
    values.filter_map(Value::as_str).map(str::to_ascii_lowercase).collect()
}

proptest! {
    #[test]
    fn the_challenge_is_never_lost(given in documents(), capabilities in capabilities()) {
        let sent = read(&for_request(&capabilities, Some(&given)).unwrap().unwrap());
        prop_assert!(keeps(&sent, &read(&given)), "{sent}");
        let declared = json!({ "access_token": { "xms_cc": { "values": &capabilities } } });
        prop_assert!(capabilities.is_empty() || keeps(&sent, &declared), "{sent}");
    }

    #[test]
    fn capabilities_are_added_once(given in documents(), capabilities in capabilities()) {
        let once = for_request(&capabilities, Some(&given)).unwrap();
        prop_assert_eq!(for_request(&capabilities, once.as_deref()).unwrap(), once);
    }

    /// The strongest document loses nothing to whatever comes beside it, and of the others nothing is lost that no stronger
    /// one speaks of.
    #[test]
    fn the_strongest_loses_nothing(ranked in vec(documents(), 1..4)) {
        let together = read(&by_rank(ranked.iter().map(|given| Some(given.as_str()))).unwrap().unwrap());
        prop_assert!(keeps(&together, &read(&ranked[0])), "{together}");
        for given in &ranked {
            for (token, claims) in read(given).as_object().unwrap() {
                for name in claims.as_object().unwrap().keys() {
                    prop_assert!(together[token].get(name).is_some(), "{token}.{name} is gone from {together}");
                }
            }
        }
    }

    /// Claims that came together stay as they are when any of them comes again.
    #[test]
    fn what_is_said_again_adds_nothing(ranked in vec(documents(), 1..4), again in any::<prop::sample::Index>()) {
        let together = by_rank(ranked.iter().map(|given| Some(given.as_str()))).unwrap();
        let twice = by_rank([together.as_deref(), Some(again.get(&ranked).as_str())]).unwrap();
        let (twice, together) = (read(&twice.unwrap()), read(&together.unwrap()));
        // Capabilities are the same in any case.
        prop_assert!(keeps(&twice, &together) && keeps(&together, &twice), "{twice} is not {together}");
    }

    #[test]
    fn no_text_makes_it_stumble(given in any::<String>(), capabilities in capabilities()) {
        let is_object = serde_json::from_str::<Map<String, Value>>(&given).is_ok() || given.trim().is_empty();
        prop_assert_eq!(for_request(&capabilities, Some(&given)).is_ok(), is_object);
    }
}
