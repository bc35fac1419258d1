use crate::{
    expectation::{
        Asked,
        log::{Log, described, described_reason, is_silent, verdict},
    },
    recorder::Exchange,
};

pub(in crate::expectation) fn check(log: &Log<'_>, wanted: &bool) -> Option<String> {
    let mut violations = Vec::new();
    for prompt in log.prompts() {
        let Some(failure) = log.reasons_for(prompt).failure.filter(|failure| is_silent(failure)) else { continue };
        let (asked, failed) = (Asked::of(prompt), Asked::of(failure));
        // A failure may be given again from memory, behind others for the same API.
        let has_failed = |earlier: &Exchange| is_silent(earlier) && Asked::of(earlier).is_same_as(&asked);
        if !asked.is_same_as(&failed) && !log.before(prompt).any(has_failed) {
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
