use crate::expectation::{
    Asked,
    log::{Log, described, described_reason, is_silent, verdict},
};

pub(in crate::expectation) fn check(log: &Log<'_>, wanted: &bool) -> Option<String> {
    let mut violations = Vec::new();
    for prompt in log.prompts() {
        let Some(failure) = log.reasons_for(prompt).failure.filter(|failure| is_silent(failure)) else { continue };
        let (asked, failed) = (Asked::of(prompt), Asked::of(failure));
        if !asked.is_same_as(&failed) {
            violations.push(format!(
                "{} asked for {}; {} was about {}",
                described(prompt),
                asked.listed(),
                described_reason(failure),
                failed.listed()
            ));
        }
    }
    verdict(*wanted, "the window asked for the scopes that had failed", &violations)
}
