use uuid::Uuid;

use crate::expectation::log::Log;

pub(in crate::expectation) fn check(log: &Log<'_>, wanted: &[String]) -> Option<String> {
    let mut fired: Vec<Uuid> = Vec::new();
    for id in log.run_of_all().flat_map(|exchange| &exchange.reasons).filter_map(|reason| reason.policy) {
        if !fired.contains(&id) {
            fired.push(id);
        }
    }
    let silent: Vec<_> = wanted
        .iter()
        .filter(|name| !log.policy_id(name).is_some_and(|id| fired.contains(&id)))
        .map(String::as_str)
        .collect();
    if !silent.is_empty() {
        let (word, verb) = if silent.len() == 1 { ("policy", "its") } else { ("policies", "their") };
        return Some(format!(
            "the {word} {} never came into play: no request was for {verb} targets, so this proved nothing",
            silent.join(", ")
        ));
    }
    let expected: Vec<_> = wanted.iter().filter_map(|name| log.policy_id(name)).collect();
    let more: Vec<_> = fired
        .iter()
        .filter(|id| !expected.contains(id))
        .map(|id| log.policy_name(*id).map_or_else(|| id.to_string(), str::to_owned))
        .collect();
    (!more.is_empty()).then(|| format!("came into play and was not expected to: the policy {}", more.join(", ")))
}
