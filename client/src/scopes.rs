//! A set of scopes as the cache and the wire need it. Knows nothing of tokens or HTTP.

use std::fmt;

/// Scopes that every request carries and no cache entry is found by.
pub(crate) const RESERVED: [&str; 3] = ["openid", "profile", "offline_access"];

/// Scopes in the order they were named, each once, compared without regard to case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Scopes(Vec<String>);

impl Scopes {
    pub(crate) fn new<I>(scopes: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        let mut set = Self::default();
        for scope in scopes {
            let scope: String = scope.into();
            for one in scope.split_ascii_whitespace() {
                set.add(one);
            }
        }
        set
    }

    /// These and then those of `others` that are not among them.
    pub(crate) fn union(&self, others: &Self) -> Self {
        let mut set = self.clone();
        others.0.iter().for_each(|scope| set.add(scope));
        set
    }

    /// As sent to the server: with `openid profile offline_access`.
    pub(crate) fn with_reserved(&self) -> Self {
        self.union(&Self::new(RESERVED))
    }

    /// True when nothing but reserved scopes is named.
    pub(crate) fn names_no_api(&self) -> bool {
        self.of_apis().next().is_none()
    }

    /// Every scope of `wanted` is here, reserved ones aside (escalation reference 5.1, step 4). What
    /// is wanted for no API at all, as an OpenID provider's userinfo endpoint, no API's token serves.
    pub(crate) fn include(&self, wanted: &Self) -> bool {
        if wanted.names_no_api() {
            return self.names_no_api();
        }
        wanted.of_apis().all(|scope| self.contains(scope))
    }

    /// Some scope is in both, reserved ones aside, so that an answer which lists `openid` does not
    /// throw away another API's token (escalation reference, finding 15).
    pub(crate) fn overlap(&self, other: &Self) -> bool {
        other.of_apis().any(|scope| self.contains(scope))
    }

    /// Lower case and sorted: one text for one set.
    pub(crate) fn key(&self) -> String {
        let mut scopes: Vec<String> = self.of_apis().map(str::to_ascii_lowercase).collect();
        scopes.sort();
        scopes.join(" ")
    }

    /// In the order in which MSAL's cache writes them.
    pub(crate) fn sorted(&self) -> Vec<&str> {
        let mut scopes: Vec<&str> = self.0.iter().map(String::as_str).collect();
        scopes.sort_unstable();
        scopes
    }

    pub(crate) fn to_vec(&self) -> Vec<String> {
        self.0.clone()
    }

    fn add(&mut self, scope: &str) {
        if !self.contains(scope) {
            self.0.push(scope.to_owned());
        }
    }

    fn contains(&self, scope: &str) -> bool {
        self.0.iter().any(|own| own.eq_ignore_ascii_case(scope))
    }

    fn of_apis(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .map(String::as_str)
            .filter(|scope| !RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(scope)))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::Scopes;

    #[rstest]
    #[case::same("a b", "b a", true)]
    #[case::subset("a b c", "b", true)]
    #[case::other_case("api://x/Read", "API://x/read", true)]
    #[case::reserved_do_not_count("a", "a openid offline_access", true)]
    #[case::missing("a", "a b", false)]
    #[case::no_api("openid profile", "openid", true)]
    #[case::no_api_wanted_and_one_there("openid a", "openid", false)]
    #[case::an_api_wanted_and_none_there("openid profile", "openid a", false)]
    fn inclusion(#[case] cached: &str, #[case] wanted: &str, #[case] expected: bool) {
        assert_eq!(Scopes::new([cached]).include(&Scopes::new([wanted])), expected);
    }

    #[rstest]
    #[case::shared("a b", "b c", true)]
    #[case::only_reserved_shared("openid profile a", "openid profile b", false)]
    #[case::none("a", "b", false)]
    fn overlapping(#[case] one: &str, #[case] other: &str, #[case] expected: bool) {
        assert_eq!(Scopes::new([one]).overlap(&Scopes::new([other])), expected);
    }

    #[test]
    fn the_wire_gets_the_reserved_scopes_once_and_last() {
        let scopes = Scopes::new(["api://mail/Mail.Read", "openid"]).with_reserved();
        assert_eq!(scopes.to_string(), "api://mail/Mail.Read openid profile offline_access");
    }
}
