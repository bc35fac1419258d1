use crate::{
    expectation::{
        Asked,
        log::{Log, described, described_reason, ends_grant, is_silent, verdict},
    },
    recorder::Exchange,
};

pub(in crate::expectation) fn check(log: &Log<'_>, wanted: &bool) -> Option<String> {
    let mut violations = Vec::new();
    for prompt in log.prompts() {
        // Where the grant has ended, nothing more is asked silently: the window may be for something that is wanted anew.
        let is_telling = |failure: &&Exchange| is_silent(failure) && !ends_grant(failure);
        let Some(failure) = log.reasons_for(prompt).failure.filter(is_telling) else { continue };
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
