//! Form-encoded parameters, read once at the edge. A repeated parameter is refused (RFC 6749, 3.1 and 3.2); an unknown one
//! is ignored, as Entra does.

use std::collections::HashSet;

use crate::error::{Aadsts, Refusal};

/// The parameters of one request, in their order.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

/// Names alone: values can be passwords, codes and tokens.
impl std::fmt::Debug for Params {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl Params {
    /// Decodes a query or a body. Percent-encoding that isn't UTF-8 is replaced, not refused.
    ///
    /// # Errors
    ///
    /// 9000411 for a repeated parameter.
    pub fn parse(encoded: &[u8]) -> Result<Self, Refusal> {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(encoded).into_owned().collect();
        let mut names = HashSet::with_capacity(pairs.len());
        // Not each with each: a body has room for twenty thousand.
        match pairs.iter().find(|(name, _)| !names.insert(name)) {
            Some((name, _)) => Err(Refusal::new(Aadsts::DuplicateParameter).with("parameter", name)),
            None => Ok(Self(pairs)),
        }
    }

    /// The value of `name`; an empty one counts as absent (RFC 6749, 3.1).
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// The value of `name`.
    ///
    /// # Errors
    ///
    /// 900144 if it is absent.
    pub fn require(&self, name: &'static str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| Refusal::new(Aadsts::MissingParameter).with("parameter", name))
    }

    /// All pairs.
    #[must_use]
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn values_are_decoded_and_empty_ones_count_as_absent() {
        let params = Params::parse(b"scope=a+b%2Fc&state=&x").expect("no repetition");
        assert_eq!(params.get("scope"), Some("a b/c"));
        assert_eq!(params.get("state"), None);
        assert_eq!(params.require("state").expect_err("absent").code, Aadsts::MissingParameter);
    }

    #[rstest]
    #[case(b"client_id=1&client_id=2")]
    #[case(b"client_id=1&scope=x&client_id=1")]
    fn a_repeated_parameter_is_refused(#[case] encoded: &[u8]) {
        assert_eq!(Params::parse(encoded).expect_err("repeated").code, Aadsts::DuplicateParameter);
    }

    /// As many as a body has room for; comparing each with each would take seconds here.
    #[test]
    fn a_body_full_of_parameters_is_read() {
        let body = (0..10_000).map(|number| format!("{number:x}=")).collect::<Vec<_>>().join("&");
        assert_eq!(Params::parse(body.as_bytes()).expect("no repetition").pairs().len(), 10_000);
        let refused = Params::parse(format!("{body}&0").as_bytes()).expect_err("repeated");
        assert_eq!(refused.code, Aadsts::DuplicateParameter);
    }
}
