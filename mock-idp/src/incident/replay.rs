//! What a client did, as a script: operations become steps, refusals become what provokes them, in front of the step.

mod calls;
mod refusals;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Map;

use super::{
    Asked, Incident, Seen,
    draft::{Draft, scalar},
    given::api_of,
    transcript::{Answer, Exchange, Operation, Window},
};
use crate::{config, directory};
use refusals::ordered;

/// Where the operations come from, and what is known besides.
pub(super) struct Origin<'a> {
    /// What told them, such as `a transcript of the client`.
    pub(super) source: &'static str,
    /// The same in a sentence: `its transcript`.
    pub(super) teller: &'static str,
    /// The user, by the name in the built-in directory.
    pub(super) who: &'a str,
    /// How that was found out, or what was left out, as lines of "taken by default".
    pub(super) defaults: Vec<String>,
    /// How many exchanges are not told.
    pub(super) dropped: u64,
    /// The tenant's policies, as far as they are known.
    pub(super) policies: &'a [directory::Policy],
}

impl Origin<'_> {
    pub(super) fn transcript() -> Self {
        Self {
            source: "a transcript of the client",
            teller: "its transcript",
            who: "ada",
            defaults: vec!["who it was: ada, with the application desktop".to_owned()],
            dropped: 0,
            policies: &[],
        }
    }
}

pub(super) fn draft(operations: &[Operation<'_>], origin: &Origin<'_>) -> Draft {
    let mut replay = Replay::of(origin);
    replay.draft.title = "what a client did".to_owned();
    replay.draft.source = origin.source.to_owned();
    replay.draft.comments.push(format!("Repeats what a client did, as {} tells it.", origin.teller));
    if origin.who != "ada" {
        replay.draft.user = Some(origin.who.to_owned());
    }
    if origin.dropped > 0 {
        let (dropped, source) = (origin.dropped, origin.source);
        replay.draft.defaults.push(format!("what happened before: {dropped} exchanges are not in {source}"));
    }
    replay.capabilities(operations);
    replay.begins(operations);
    let mut last: Option<Timestamp> = None;
    for (place, operation) in operations.iter().enumerate() {
        if is_called_again(operation, operations.get(place + 1)) {
            replay.draft.defaults.push("a call whose challenge the client ignored at first: told once".to_owned());
            continue;
        }
        if let Some(passed) =
            last.map(|last| operation.began().duration_since(last).as_secs()).filter(|passed| *passed > 0)
        {
            replay.draft.steps.push(format!("advance_clock: {passed}s"));
        }
        last = Some(operation.at());
        replay.add(operation);
    }
    replay.draft.defaults.extend(origin.defaults.iter().cloned());
    let prompts = replay.prompts;
    replay.draft.expect.push(format!("prompts: {prompts}"));
    replay.draft
}

/// Whether the client did nothing about a challenge but to call again.
fn is_called_again(operation: &Operation<'_>, next: Option<&Operation<'_>>) -> bool {
    match (operation, next) {
        (Operation::Call { first, silent: None, window: None, .. }, Some(Operation::Call { first: again, .. })) => {
            first.answer.claims.is_some() && first.path == again.path
        }
        _ => false,
    }
}

#[derive(Default)]
struct Replay<'a> {
    draft: Draft,
    who: &'a str,
    known_policies: &'a [directory::Policy],
    /// Scopes of the transcript and those that stand in for them.
    stand_ins: BTreeMap<String, String>,
    /// APIs of which the client has a token.
    held: Vec<String>,
    /// Scopes with consent so far, by record or by a window.
    consented: Vec<String>,
    refused_consent: Vec<String>,
    /// Policies in force, with the scope that they were met for.
    in_force: Vec<(String, String)>,
    policies: usize,
    prompts: usize,
    entered: bool,
    /// Whether the tokens are a device's, of which the reference client knows nothing.
    by_device: bool,
    last_scope: Option<String>,
}

/// What stands in for the APIs of another directory, one after the other.
const STAND_INS: &[&str] = &["mail/Mail.Read", "payroll/Salary.Read", "calendar/Events.Read", "news/Articles.Read"];

const DECLINES: &str = "virtual_user: { consent: decline }";

impl<'a> Replay<'a> {
    fn of(origin: &Origin<'a>) -> Self {
        Self { who: origin.who, known_policies: origin.policies, ..Self::default() }
    }

    fn capabilities(&mut self, operations: &[Operation<'_>]) {
        let declares = |exchange: &Exchange| exchange.claims.as_ref().is_some_and(|claims| claims.contains("xms_cc"));
        let any = operations.iter().any(|operation| match operation {
            Operation::Silent { request: one, .. } | Operation::Device(one) | Operation::Poll(one) => declares(one),
            Operation::Window(window) => declares(window.opened),
            Operation::Call { silent, window, .. } => {
                silent.is_some_and(declares) || window.as_ref().is_some_and(|window| declares(window.opened))
            }
            Operation::Other(_) => false,
        });
        if any {
            self.draft.capabilities.push("cp1");
        }
    }

    /// A client that begins with anything but a sign-in is signed in already.
    fn begins(&mut self, operations: &[Operation<'_>]) {
        let scope = match operations.first() {
            Some(Operation::Call { first, .. }) => self.scope_of_call(first),
            Some(Operation::Silent { .. }) => {
                let asks = operations.iter().find_map(|operation| match operation {
                    Operation::Silent { request, .. } => Some(request.scopes()),
                    _ => None,
                });
                // Another API than the one that is asked for first, so that the request is not for a token at hand.
                let first = self.scopes(&asks.unwrap_or_default());
                let other = STAND_INS.iter().rev().find(|scope| first.iter().all(|own| api_of(own) != api_of(scope)));
                (*other.unwrap_or(&"calendar/Events.Read")).to_owned()
            }
            _ => return,
        };
        self.draft.defaults.push(format!("what the client had before: a token for {}", api_of(&scope)));
        self.consented.push(scope.clone());
        self.held.push(api_of(&scope).to_owned());
        self.draft.signed_in = Some(scope.clone());
        self.last_scope = Some(scope);
    }

    fn add(&mut self, operation: &Operation<'_>) {
        match operation {
            Operation::Silent { request, times } => self.silent(request, *times),
            Operation::Window(window) => self.window(window),
            Operation::Call { first, silent, window, last } => {
                self.call(first, *silent, window.as_ref(), *last);
            }
            Operation::Device(request) => {
                self.entered = false;
                let mut scopes = self.scopes(&request.scopes());
                self.last_scope = scopes.first().cloned();
                scopes.extend(["openid", "profile", "offline_access"].map(str::to_owned));
                self.draft.steps.push(format!("start_device_code: {{ as: desktop, scopes: [{}] }}", scopes.join(", ")));
            }
            Operation::Poll(request) => self.poll(request),
            Operation::Other(request) => {
                let what = request.answer.error.clone().unwrap_or_else(|| "a token".to_owned());
                self.draft.defaults.push(format!("a request by another grant, which got {what}: left out"));
            }
        }
    }

    /// Scopes of the directory for those of the transcript.
    fn scopes(&mut self, scopes: &[String]) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for scope in scopes {
            let stand_in = self.stand_ins.get(scope).cloned().or_else(|| known(scope));
            let stand_in = stand_in.unwrap_or_else(|| {
                let used: Vec<_> = self.stand_ins.values().cloned().collect();
                let free = STAND_INS.iter().find(|free| !used.iter().any(|used| used == **free));
                let stand_in = (*free.unwrap_or(&"payroll/Salary.Read")).to_owned();
                self.draft.defaults.push(format!("{}: {stand_in} stands in for it", scalar(scope)));
                stand_in
            });
            self.stand_ins.insert(scope.clone(), stand_in.clone());
            if !found.contains(&stand_in) {
                found.push(stand_in);
            }
        }
        if found.is_empty() {
            found.push("calendar/Events.Read".to_owned());
        }
        found
    }

    fn silent(&mut self, request: &Exchange, times: usize) {
        let scopes = self.scopes(&request.scopes());
        let Some(scope) = scopes.first().cloned() else { return };
        let incident = incident(&request.answer);
        let mut expected = Vec::new();
        if request.failed() {
            let by_rule = self.provoke(&incident, &scope, times);
            expected = self.refused(&incident, by_rule);
        } else {
            self.can_be_had(&scopes);
            self.held.push(api_of(&scope).to_owned());
            expected.push(format!("token: {{ api: {}, from: network }}", api_of(&scope)));
        }
        let scopes = scopes.join(", ");
        let step = if self.by_device {
            expected = vec![format!("status: {}", request.answer.status)];
            format!(
                "token_request:\n    as: desktop\n    params: {{ grant_type: refresh_token, refresh_token: \"{{refresh_token}}\", scope: \"{}\" }}",
                scopes.replace(',', "")
            )
        } else {
            format!("acquire_silent:\n    scopes: [{scopes}]\n    force_refresh: true")
        };
        self.draft.step_ending_in(&step, &expected);
        self.last_scope = Some(scope);
    }

    fn window(&mut self, window: &Window<'_>) {
        self.prompts += 1;
        let scopes = self.scopes(&window.redeemed.map_or_else(|| window.opened.scopes(), Exchange::scopes));
        let extra: Vec<_> =
            self.scopes(&window.opened.scopes()).into_iter().filter(|scope| !scopes.contains(scope)).collect();
        let Some(scope) = scopes.first().cloned() else { return };
        let mut step = format!("acquire_interactive:\n    scopes: [{}]", scopes.join(", "));
        if !extra.is_empty() {
            step.push_str(&format!("\n    extra_scopes: [{}]", extra.join(", ")));
        }
        let asked = Asked::of(window.opened.claims.as_deref());
        let has_failed =
            self.draft.steps.iter().any(|step| step.contains("ui_required:") || step.contains("challenge:"));
        if asked.names_something() && has_failed {
            step.push_str("\n    claims: from_last_error");
        }
        let expected = self.outcome_of(window, &scope);
        if expected.iter().any(|member| member.starts_with("token:")) {
            self.held.push(api_of(&scope).to_owned());
        }
        self.consented.extend(scopes.into_iter().chain(extra));
        self.draft.step_ending_in(&step, &expected);
        self.last_scope = Some(scope);
        self.forgives();
    }

    /// After a step in which the user said no, she says yes again.
    fn forgives(&mut self) {
        let [.., before, _] = self.draft.steps.as_slice() else { return };
        if before == DECLINES {
            self.draft.steps.push("virtual_user: {}".to_owned());
        }
    }

    /// What a window must end in; the steps that lead there stand in front.
    fn outcome_of(&mut self, window: &Window<'_>, scope: &str) -> Vec<String> {
        match (window.answered, window.redeemed) {
            (Some(page), _) if page.answer.kind == "cancelled" && page.answer.code == Some(65004) => {
                self.draft.steps.push(DECLINES.to_owned());
                vec!["error: authentication_canceled".to_owned()]
            }
            (Some(page), _) if page.answer.kind == "cancelled" => {
                self.draft
                    .steps
                    .push("inject_fault: { endpoint: authorize, redirect_error: access_denied }".to_owned());
                self.draft.defaults.push("where the user left: before the first page".to_owned());
                vec!["error: access_denied".to_owned()]
            }
            (Some(page), None) if page.answer.error.is_some() => {
                let error = page.answer.error.clone().unwrap_or_default();
                self.draft
                    .steps
                    .push(format!("inject_fault: {{ endpoint: authorize, redirect_error: {} }}", scalar(&error)));
                vec![format!("error: {}", scalar(&error))]
            }
            (_, Some(redeemed)) if redeemed.failed() => {
                let incident = incident(&redeemed.answer);
                self.draft.steps.push(ordered(&incident, 1));
                self.refused(&incident, false)
            }
            (_, Some(_)) => vec![format!("token: {{ api: {}, from: network }}", api_of(scope))],
            _ => {
                self.draft.defaults.push("why the window was never answered: the connection broke".to_owned());
                self.draft.steps.push("inject_fault: { endpoint: authorize, drop: true }".to_owned());
                vec!["error: canceled_by_app".to_owned()]
            }
        }
    }

    fn poll(&mut self, request: &Exchange) {
        let answer = &request.answer;
        let incident = incident(answer);
        let is_waiting = matches!(answer.error.as_deref(), Some("authorization_pending" | "slow_down"));
        if !is_waiting && !self.entered {
            self.entered = true;
            let declined = answer.error.as_deref() == Some("authorization_declined");
            if declined {
                self.draft.steps.push(DECLINES.to_owned());
                self.draft.steps.push("enter_user_code: { expect: { done: false } }".to_owned());
            } else if answer.error.is_none() {
                self.draft.steps.push("enter_user_code: {}".to_owned());
            } else {
                self.draft.steps.push(ordered(&incident, 1));
            }
        }
        let step = "token_request:\n    as: desktop\n    params: { grant_type: \"urn:ietf:params:oauth:grant-type:device_code\", device_code: \"{device_code}\" }";
        self.by_device |= answer.status == 200;
        let mut expected = vec![format!("status: {}", answer.status)];
        expected.extend(answer.error.as_ref().map(|error| format!("error: {}", scalar(error))));
        expected.extend(answer.code.map(|code| format!("code: {code}")));
        self.draft.step_ending_in(step, &expected);
    }
}

/// A scope of the built-in directory, in short.
fn known(scope: &str) -> Option<String> {
    let (resource, name) = scope.rsplit_once('/')?;
    let document = config::built_in();
    let api = document.apis.iter().find(|api| api.app_id_uri == resource || api.id.to_string() == resource)?;
    let is_there = name == ".default" || api.scopes.iter().any(|scope| scope.name == name);
    is_there.then(|| format!("{}/{name}", api.name))
}

fn incident(answer: &Answer) -> Incident {
    let Answer { status, error, code, suberror, claims, .. } = answer.clone();
    let seen = Seen::Body(Map::new());
    Incident { seen, status: Some(status), error, code, suberror, claims, ..Incident::default() }
}
