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
        let invented: Vec<_> = sent.keys().filter(|name| !given.contains_key(*name)).collect();
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
