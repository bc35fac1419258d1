//! What users still owe or have refused, by feature: claims that no token meets yet, and consent that was declined.
//! Pure data and rules; knows no request and no prompt.

use std::collections::{BTreeMap, BTreeSet};

use crate::claims;

/// Home account id (empty when nobody is named) and scopes: what one user wants of one API.
pub(crate) type Feature = (String, String);

/// The memory of one app.
#[derive(Debug, Default)]
pub(crate) struct Unmet {
    /// Go with every sign-in until a token was asked for with them and obtained (escalation reference 4.4, duty 4).
    claims: BTreeMap<Feature, String>,
    /// Stays off until a gesture (escalation reference 2.13).
    declined: BTreeSet<Feature>,
}

impl Unmet {
    /// These claims need the user. They join what is unmet already and win over it.
    pub(crate) fn demanded(&mut self, feature: Feature, claims: &str) {
        let older = self.claims.get(&feature).map(String::as_str);
        // Only documents that can be read have got as far as a need for the user.
        if let Ok(Some(together)) = claims::by_rank([Some(claims), older]) {
            self.claims.insert(feature, together);
        }
    }

    /// What goes with the next sign-in.
    pub(crate) fn claims(&self, feature: &Feature) -> Option<String> {
        self.claims.get(feature).cloned()
    }

    /// The user, or an administrator in their place, will not have it.
    pub(crate) fn decline(&mut self, feature: Feature) {
        self.declined.insert(feature);
    }

    pub(crate) fn is_declined(&self, feature: &Feature) -> bool {
        self.declined.contains(feature)
    }

    /// A token is here that was asked for with these claims: what they speak of is met, whoever obtained it and however.
    /// It shows that there is consent, too. What nobody in particular wanted is met by whoever it was.
    pub(crate) fn obtained(&mut self, (home_account_id, scopes): Feature, claims: Option<&str>) {
        for home in [home_account_id, String::new()] {
            let feature = (home, scopes.clone());
            self.declined.remove(&feature);
            let rest = self.claims.remove(&feature).and_then(|unmet| match claims {
                Some(met) => claims::without(&unmet, met),
                None => Some(unmet),
            });
            if let Some(rest) = rest {
                self.claims.insert(feature, rest);
            }
        }
    }

    /// Forgets everything about an account.
    pub(crate) fn forget(&mut self, home_account_id: &str) {
        self.claims.retain(|(home, _), _| home != home_account_id);
        self.declined.retain(|(home, _)| home != home_account_id);
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{Feature, Unmet};

    const C1: &str = r#"{"access_token": {"acrs":{"essential":true,"value":"c1"}}}"#;
    const C2: &str = r#"{"access_token":{"acrs":{"essential":true,"value":"c2"}}}"#;
    const NBF: &str = r#"{"access_token":{"nbf":{"essential":true,"value":"1"}}}"#;
    const BOTH: &str =
        r#"{"access_token":{"acrs":{"essential":true,"value":"c1"},"nbf":{"essential":true,"value":"1"}}}"#;
    const MORE: &str = r#"{"access_token":{"xms_cc":{"values":["cp1"]},"acrs":{"value":"c1","essential":true}}}"#;

    fn feature(home: &str) -> Feature {
        (home.to_owned(), "api://payroll/read".to_owned())
    }

    fn demanding(claims: &[&str]) -> Unmet {
        let mut unmet = Unmet::default();
        for one in claims {
            unmet.demanded(feature("ada"), one);
        }
        unmet
    }

    #[rstest]
    #[case::one_byte_for_byte(&[C1], C1)]
    #[case::the_same_again(&[C1, C1], C1)]
    #[case::two_kinds_together(&[C1, NBF], BOTH)]
    #[case::the_later_wins(&[C1, C2], C2)]
    #[case::rubbish_spoils_nothing(&[C1, "not json"], C1)]
    fn what_is_remembered(#[case] demanded: &[&str], #[case] expected: &str) {
        assert_eq!(demanding(demanded).claims(&feature("ada")).as_deref(), Some(expected));
    }

    #[rstest]
    #[case::met(&[C1], Some(C1), None)]
    #[case::met_beside_capabilities(&[C1], Some(MORE), None)]
    #[case::met_with_another_value(&[C1], Some(C2), None)]
    #[case::met_in_part(&[C1, NBF], Some(C1), Some(NBF))]
    #[case::something_else_met(&[C1], Some(NBF), Some(C1))]
    #[case::a_token_without_claims(&[C1], None, Some(C1))]
    fn what_a_token_leaves(#[case] demanded: &[&str], #[case] met: Option<&str>, #[case] left: Option<&str>) {
        let mut unmet = demanding(demanded);
        unmet.obtained(feature("ada"), met);
        assert_eq!(unmet.claims(&feature("ada")).as_deref(), left);
    }

    #[test]
    fn features_are_apart_and_nobodys_is_met_by_anybody() {
        let mut unmet = demanding(&[C1]);
        unmet.demanded(feature("bo"), C1);
        unmet.demanded(feature(""), C1);
        unmet.decline(feature("ada"));
        unmet.decline(feature("bo"));
        unmet.obtained(feature("ada"), Some(C1));
        assert_eq!(unmet.claims(&feature("")), None);
        assert!(unmet.claims(&feature("bo")).is_some() && unmet.is_declined(&feature("bo")));
        assert!(!unmet.is_declined(&feature("ada")));
        unmet.forget("bo");
        assert!(unmet.claims(&feature("bo")).is_none() && !unmet.is_declined(&feature("bo")));
    }
}
