//! Many scenarios at the same time on one server, each in its own tenant, and what each log holds.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use mock_idp::{config, recorder::Exchange};
use scenarios::{Loaded, Options, Server, Verdict, built_in, run};

/// The built-in scenarios over and over, `count` in all.
pub(crate) fn scripts(count: usize) -> Vec<Loaded> {
    built_in::scripts().into_iter().cycle().take(count).collect()
}

/// How many of `wanted` can run at the same time: connections and listeners are open files, of which a system may allow few.
/// Their tenants are all there from the start in any case.
pub(crate) fn at_once(wanted: usize) -> usize {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let open_files = line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(1_024_usize);
    wanted.min(open_files / OPEN_FILES_EACH)
}

/// Of one scenario, with both ends of its connections.
const OPEN_FILES_EACH: usize = 14;

/// Runs them on the server at `url`, so many at once; `on_verdict` is called as each ends.
#[expect(clippy::expect_used, reason = "a crowd that cannot gather has nothing to show")]
pub(crate) async fn gathers(
    url: &str,
    scripts: &[Loaded],
    at_once: usize,
    mut on_verdict: impl FnMut(),
) -> Vec<Verdict> {
    let server = Some(Server { url: url.to_owned(), ca: None });
    let options = Options { server, at_once, ..Options::default() };
    run(scripts, options, |_| on_verdict()).await.expect("a server").verdicts
}

/// All that is wrong with what a crowd saw, against what each of its scenarios saw alone.
pub(crate) fn mistakes(crowd: &[Verdict], alone: &[Verdict]) -> Vec<String> {
    let failed = crowd.iter().filter_map(|verdict| Some(format!("{}: {}", verdict.id, verdict.reason()?)));
    let mut mistakes: Vec<String> = failed.collect();
    let alone: BTreeMap<_, _> = alone.iter().map(|verdict| (verdict.id.as_str(), kinds(verdict))).collect();
    for verdict in crowd {
        let (seen, expected) = (kinds(verdict), alone.get(verdict.id.as_str()));
        if expected != Some(&seen) {
            mistakes.push(format!("{}: not as alone: {seen:#?}, and alone {expected:#?}", verdict.id));
        }
    }
    mistakes.extend(strangers(crowd));
    mistakes
}

/// The exchanges by kind, in no order: callers that are concurrent come in any.
fn kinds(verdict: &Verdict) -> Vec<String> {
    let kind = |exchange: &Exchange| {
        let Exchange { endpoint, method, path, client_id, user, grant_type, answer, .. } = exchange;
        let user = user.as_deref().and_then(|user| user.split('@').next());
        // The tenant's id is another each time.
        let path: Vec<&str> =
            path.split('/').map(|part| if made_up(part).is_empty() { part } else { "{tenant}" }).collect();
        let (path, client_id) = (path.join("/"), client_id.as_deref().unwrap_or_default());
        format!(
            "{endpoint:?} {method} {path} {client_id} {user:?} {grant_type:?} {} {} {:?} {:?} {:?} {:?} {:?}",
            answer.status, answer.kind, answer.error, answer.code, answer.suberror, answer.scope, answer.api
        )
    };
    let mut kinds: Vec<String> = verdict.exchanges.iter().map(|exchange| kind(exchange)).collect();
    kinds.sort();
    kinds
}

/// Names that somebody made up and that stand in more than one log, of which only one can be theirs: ids of tenants and of
/// requests, domains, and with them users.
fn strangers(crowd: &[Verdict]) -> Vec<String> {
    let mut logs = BTreeMap::<String, BTreeSet<usize>>::new();
    for (index, verdict) in crowd.iter().enumerate() {
        let log = serde_json::to_string(&verdict.exchanges).unwrap_or_default();
        for name in made_up(&log) {
            // What a script itself says is the same in every run of it.
            if !verdict.source.contains(&name) {
                logs.entry(name).or_default().insert(index);
            }
        }
    }
    let strange = logs.into_iter().filter(|(_, logs)| logs.len() > 1);
    strange
        .map(|(name, logs)| {
            let logs: Vec<_> = logs.iter().map(|index| format!("{} ({index})", crowd[*index].id)).collect();
            format!("{name} is in the logs of {}", logs.join(", "))
        })
        .collect()
}

/// The GUIDs in a text, and the domains of isolated tenants; those of the configuration and of scripts are nobody's own, and
/// those that are derived from others (version 5), such as a user's device, are as good as these.
fn made_up(text: &str) -> BTreeSet<String> {
    let configuration = serde_json::to_string(&*config::built_in()).unwrap_or_default();
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_guid = |word: &str| {
        let parts: Vec<_> = word.split('-').collect();
        let is_one = parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.iter().all(|part| is_hex(part));
        let is_derived = parts.get(2).is_some_and(|version| version.starts_with('5'));
        is_one && !is_derived && !word.contains(BY_HAND) && !NOBODYS.contains(&word)
    };
    let is_domain = |word: &str| {
        let name = word.strip_suffix(".test").and_then(|name| name.rsplit_once('-'));
        name.is_some_and(|(_, id)| id.len() == 12 && is_hex(id))
    };
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '.')
        .filter(|word| (is_guid(word) || is_domain(word)) && !configuration.contains(word))
        .map(str::to_owned)
        .collect()
}

/// In the middle of ids that people wrote, such as those of policies in scripts.
const BY_HAND: &str = "-0000-4000-8000-";

/// Ids that Entra has for everybody: the nil id, and the tenants of personal accounts.
const NOBODYS: &[&str] = &["00000000-0000-0000-0000-000000000000", "9188040d-6c67-4c5b-b112-36a304b66dad"];
