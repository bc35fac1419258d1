use crate::expectation::log::{Log, described, described_reason, is_silent, parameter, verdict};

pub(in crate::expectation) fn check(log: &Log<'_>, wanted: &bool) -> Option<String> {
    let mut violations = Vec::new();
    for prompt in log.prompts() {
        let Some(failure) = log.reasons_for(prompt).failure.filter(|failure| is_silent(failure)) else { continue };
        let Some(user) = failure.user.as_deref() else { continue };
        let said = match parameter(prompt, "login_hint") {
            Some(hint) if hint.eq_ignore_ascii_case(user) => continue,
            Some(hint) => format!("hinted at {hint}"),
            None => "named no account".to_owned(),
        };
        violations.push(format!("{} {said}; {} was about {user}", described(prompt), described_reason(failure)));
    }
    verdict(*wanted, "the window named the account of the failure", &violations)
}
