use crate::{
    expectation::{
        claims::capabilities,
        log::{Log, described, verdict},
    },
    recorder::{Endpoint, Exchange},
};

pub(in crate::expectation) fn check(log: &Log<'_>, wanted: &bool) -> Option<String> {
    let declared = |exchange: &Exchange| exchange.claims.as_deref().map(capabilities).unwrap_or_default();
    let Some(first) = log.all().find(|exchange| !declared(exchange).is_empty()) else {
        return wanted.then(|| "no request declared a capability (xms_cc), so none could be kept".to_owned());
    };
    let all = declared(first);
    let violations: Vec<_> = log
        .run()
        .filter(|exchange| matches!(exchange.endpoint, Endpoint::Authorize | Endpoint::Token))
        .filter_map(|exchange| {
            let kept = declared(exchange);
            let lost: Vec<_> = all.iter().filter(|word| !kept.contains(word)).map(String::as_str).collect();
            (!lost.is_empty()).then(|| {
                format!(
                    "{} left out the client's capability {}, which exchange {} had declared",
                    described(exchange),
                    lost.join(", "),
                    first.number
                )
            })
        })
        .collect();
    verdict(*wanted, "the capabilities were declared on every request", &violations)
}
