use std::collections::HashMap;

use crate::{
    expectation::log::{Log, described, verdict},
    recorder::{Endpoint, Exchange},
};

/// What must be new each time, with the word for it. The verifier is seen at redemption, its challenge at the window.
const VALUES: &[(&str, Endpoint, &str)] = &[
    ("state", Endpoint::Authorize, "state"),
    ("nonce", Endpoint::Authorize, "nonce"),
    ("code_challenge", Endpoint::Authorize, "PKCE challenge"),
    ("code_verifier", Endpoint::Token, "PKCE verifier"),
];

pub(in crate::expectation) fn check(log: &Log<'_>, wanted: &bool) -> Option<String> {
    let mut seen: HashMap<(&str, &str), &Exchange> = HashMap::new();
    let mut violations = Vec::new();
    let first = log.run().next().map_or(u64::MAX, |exchange| exchange.number);
    for exchange in log.all() {
        for (name, _, word) in VALUES.iter().filter(|(_, endpoint, _)| *endpoint == exchange.endpoint) {
            let judged = exchange.number >= first;
            match fingerprint(exchange, name) {
                Some(value) => {
                    let earlier = seen.insert((*name, value), exchange);
                    if let Some(earlier) = earlier.filter(|earlier| judged && !is_second_try(earlier, exchange)) {
                        let earlier = earlier.number;
                        violations.push(format!("{} used the {word} of exchange {earlier} again", described(exchange)));
                    }
                }
                None if judged && exchange.endpoint == Endpoint::Authorize && !may_lack(exchange, name) => {
                    violations.push(format!("{} carried no {word}", described(exchange)));
                }
                None => {}
            }
        }
    }
    verdict(*wanted, "state, nonce and PKCE verifier were new each time", &violations)
}

/// A nonce is optional where a code is asked for (OpenID Connect Core 3.1.2.1) and PKCE protects it as well (RFC 9700
/// 4.5.3.2); MSAL Node sends none.
fn may_lack(exchange: &Exchange, name: &str) -> bool {
    name == "nonce" && fingerprint(exchange, "code_challenge").is_some()
}

/// The same code once more, after an outage, comes with the same verifier.
fn is_second_try(earlier: &Exchange, exchange: &Exchange) -> bool {
    let code = fingerprint(exchange, "code");
    code.is_some() && fingerprint(earlier, "code") == code
}

fn fingerprint<'a>(exchange: &'a Exchange, name: &str) -> Option<&'a str> {
    exchange.fingerprints.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}
