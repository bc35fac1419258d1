use crate::{
    expectation::{
        Asked,
        claims::{Leaves, brief, leaves},
        log::{Log, described, is_prompt, is_silent, is_token, verdict},
    },
    recorder::{Endpoint, Exchange},
};

pub(in crate::expectation) fn check(log: &Log<'_>, wanted: &bool) -> Option<String> {
    let mut violations = Vec::new();
    for request in log.run().filter(|exchange| is_prompt(exchange) || is_silent(exchange)) {
        let sent = request.claims.as_deref().and_then(leaves).unwrap_or_default();
        let given = given(log, request);
        // What a client wants to be told in its own ID token (OpenID Connect Core 5.5) nobody has to give it; MSAL asks.
        let is_its_own = |name: &str| name.starts_with("id_token.");
        let invented: Vec<_> = sent.keys().filter(|name| !given.contains_key(*name) && !is_its_own(name)).collect();
        if !invented.is_empty() {
            violations.push(format!(
                "{} carried the claims {}, which nobody had given",
                described(request),
                brief(invented)
            ));
        }
    }
    verdict(*wanted, "no request carried claims that nobody had given", &violations)
}

/// What failures have given since the last token, and challenges until a token was asked for with it and obtained: so long a
/// client keeps it (escalation reference 4.4).
fn given(log: &Log<'_>, request: &Exchange) -> Leaves {
    let asked = Asked::of(request);
    let (mut given, mut met) = (Leaves::new(), Leaves::new());
    let mut is_settled = false;
    for earlier in log.before(request) {
        let speaks = earlier.answer.claims.as_deref().and_then(leaves).unwrap_or_default();
        match earlier.endpoint {
            Endpoint::Token if !asked.shares_api_with(&Asked::of(earlier)) => {}
            Endpoint::Token if is_token(earlier) => {
                met.extend(earlier.claims.as_deref().and_then(leaves).unwrap_or_default());
                is_settled = true;
            }
            Endpoint::Token if !is_settled => given.extend(speaks),
            Endpoint::Api if asked.is_for(earlier.answer.api.as_deref()) => {
                given.extend(speaks.into_iter().filter(|(name, _)| !met.contains_key(name)));
            }
            _ => {}
        }
    }
    given
}
