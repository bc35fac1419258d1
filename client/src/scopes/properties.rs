//! Scopes as a set: whatever the order, the case and the spaces.

use proptest::{collection::vec, prelude::*, sample::select};

use super::Scopes;

fn words() -> impl Strategy<Value = Vec<&'static str>> {
    vec(
        select(vec!["a/Read", "A/READ", "a/Write", "b/Read", "openid", "profile", "offline_access", "b/Read a/Read"]),
        0..6,
    )
}

fn sets() -> impl Strategy<Value = Scopes> {
    words().prop_map(Scopes::new)
}

proptest! {
    #[test]
    fn a_union_has_both_and_nothing_else(one in sets(), other in sets()) {
        let both = one.union(&other);
        // Only a set without APIs includes one without.
        prop_assert!([&one, &other].iter().all(|part| part.names_no_api() || both.include(part)));
        prop_assert!(both.to_vec().iter().all(|scope| one.contains(scope) || other.contains(scope)));
        prop_assert_eq!(both.key(), other.union(&one).key(), "in any order");
    }

    #[test]
    fn adding_again_changes_nothing(one in sets(), other in sets(), third in sets()) {
        let both = one.union(&other);
        prop_assert_eq!(&both.union(&other), &both);
        prop_assert_eq!(&both.union(&both), &both);
        prop_assert_eq!(both.union(&third), one.union(&other.union(&third)));
    }

    #[test]
    fn inclusion_is_an_order(one in sets(), other in sets(), third in sets()) {
        prop_assert!(one.include(&one));
        if one.include(&other) && other.include(&third) {
            prop_assert!(one.include(&third));
        }
        if one.include(&other) && !other.names_no_api() {
            prop_assert!(one.overlap(&other));
        }
        prop_assert_eq!(one.overlap(&other), other.overlap(&one));
    }

    #[test]
    fn a_scope_is_one_in_any_case_order_and_spacing(words in words(), seed in any::<u64>()) {
        let mut shuffled: Vec<String> = words.iter().map(|word| word.to_uppercase()).collect();
        if !shuffled.is_empty() {
            let by = usize::try_from(seed % shuffled.len() as u64).unwrap();
            shuffled.rotate_left(by);
        }
        let (one, other) = (Scopes::new(words), Scopes::new([shuffled.join("\t \n")]));
        prop_assert!(one.include(&other) && other.include(&one));
        prop_assert_eq!(one.to_vec().len(), other.to_vec().len());
    }
}
