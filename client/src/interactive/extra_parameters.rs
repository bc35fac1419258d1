//! Which parameters an app may add to the authorize request: none of those that carry its security or have a method.

use crate::error::{ClientErrorKind, Error};
use crate::wire::LIBRARY;

/// What the request writes itself, with and without hints, claims and prompt (escalation reference 5.3).
const RESERVED: [&str; 19] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "claims",
    "prompt",
    "login_hint",
    "login_req",
    "domain_req",
    "client_info",
    "haschrome",
    "client-request-id",
    "x-anchormailbox",
    "request_uri",
];

/// Two values for one name would leave it to the server which one counts.
pub(super) fn check(extra: &[(String, String)]) -> Result<(), Error> {
    let refused = |name: &str, why: &str| {
        Err(Error::client(
            ClientErrorKind::DuplicateQueryParameter,
            format!("the extra query parameter {name:?} {why}; leave it out"),
        ))
    };
    for (index, (name, _)) in extra.iter().enumerate() {
        let is_this = |other: &str| other.eq_ignore_ascii_case(name);
        if name.trim().is_empty() {
            return refused(name, "has no name");
        }
        if RESERVED.into_iter().any(is_this) || LIBRARY.iter().any(|(own, _)| is_this(own)) {
            return refused(name, "is one of the request's own, which is set by its other settings");
        }
        if extra[..index].iter().any(|(earlier, _)| is_this(earlier)) {
            return refused(name, "is given twice");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::check;

    #[rstest]
    #[case::fine(&["domain_hint", "instance_aware"], true)]
    #[case::none(&[], true)]
    #[case::state(&["state"], false)]
    #[case::other_case(&["Redirect_URI"], false)]
    #[case::has_a_method(&["prompt"], false)]
    #[case::telemetry(&["x-client-SKU"], false)]
    #[case::twice(&["domain_hint", "DOMAIN_HINT"], false)]
    #[case::nameless(&[""], false)]
    fn may_be_added(#[case] names: &[&str], #[case] accepted: bool) {
        let given: Vec<_> = names.iter().map(|name| ((*name).to_owned(), "x".to_owned())).collect();
        let outcome = check(&given);
        assert_eq!(outcome.is_ok(), accepted);
        if let Err(error) = outcome {
            assert_eq!(error.code(), "duplicate_query_parameter");
        }
    }
}
