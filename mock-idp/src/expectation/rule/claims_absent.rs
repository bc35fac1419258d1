use crate::expectation::{
    claims::{Leaves, brief, leaves},
    log::{Log, described, is_prompt, is_silent, verdict},
};

pub(in crate::expectation) fn check(log: &Log<'_>, wanted: &bool) -> Option<String> {
    let mut violations = Vec::new();
    for request in log.run().filter(|exchange| is_prompt(exchange) || is_silent(exchange)) {
        let sent = request.claims.as_deref().and_then(leaves).unwrap_or_default();
        let pending = log.reasons_for(request);
        let mut given = Leaves::new();
        for source in [pending.failure, pending.challenge].into_iter().flatten() {
            given.extend(source.answer.claims.as_deref().and_then(leaves).unwrap_or_default());
        }
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
