//! What a client did, as a script: operations become steps, refusals become what provokes them, in front of the step.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mock_idp::config;
use serde_json::{Map, Value, json};

use super::{
    Asked, Incident, Seen,
    draft::{Draft, Policy, quoted, scalar},
    elsewhere,
    given::{api_of, built_in_policy, catalogued, mfa_for, policies_named, policy_keys, policy_unnamed},
    token_error,
    transcript::{Answer, Exchange, Operation, Window},
};

pub(super) fn draft(operations: &[Operation<'_>], dropped: u64) -> Draft {
    let mut replay = Replay::default();
    replay.draft.title = "what a client did".to_owned();
    replay.draft.source = "a transcript of the client".to_owned();
    replay.draft.comments.push("Repeats what a client did, as its transcript tells it.".to_owned());
    if dropped > 0 {
        replay.draft.defaults.push(format!("what happened before: {dropped} exchanges are not in the transcript"));
    }
    replay.capabilities(operations);
    replay.begins(operations);
    let mut last: Option<Timestamp> = None;
    for operation in operations {
        if let Some(passed) =
            last.map(|last| operation.began().duration_since(last).as_secs()).filter(|passed| *passed > 0)
        {
            replay.draft.steps.push(format!("advance_clock: {passed}s"));
        }
        last = Some(operation.at());
        replay.add(operation);
    }
    replay.draft.defaults.push("who it was: ada, with the application desktop".to_owned());
    let prompts = replay.prompts;
    replay.draft.expect.push(format!("prompts: {prompts}"));
    replay.draft
}

#[derive(Default)]
struct Replay {
    draft: Draft,
    /// Scopes of the transcript and those that stand in for them.
    stand_ins: BTreeMap<String, String>,
    /// Scopes with consent so far, by record or by a window.
    consented: Vec<String>,
    refused_consent: Vec<String>,
    /// Policies in force, with the scope that they were met for.
    in_force: Vec<(String, String)>,
    policies: usize,
    prompts: usize,
    entered: bool,
    last_scope: Option<String>,
}

/// What stands in for the APIs of another directory, one after the other.
const STAND_INS: &[&str] = &["mail/Mail.Read", "payroll/Salary.Read", "calendar/Events.Read", "news/Articles.Read"];

const DECLINES: &str = "virtual_user: { consent: decline }";

impl Replay {
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
            expected.push(format!("token: {{ api: {}, from: network }}", api_of(&scope)));
        }
        let step = format!("acquire_silent:\n    scopes: [{}]\n    force_refresh: true", scopes.join(", "));
        self.draft.step_ending_in(&step, &expected);
        self.last_scope = Some(scope);
    }

    /// Puts consent on record for what is had without a window, and takes policies away that nobody could have met.
    fn can_be_had(&mut self, scopes: &[String]) {
        for scope in scopes {
            if self.refused_consent.contains(scope) && !self.consented.contains(scope) {
                self.draft.steps.push(format!("grant_consent: {{ scopes: [{scope}] }}"));
            } else if !self.consented.contains(scope) {
                self.draft.consented(scope);
            }
            self.consented.push(scope.clone());
        }
        let (gone, stay) = std::mem::take(&mut self.in_force)
            .into_iter()
            .partition::<Vec<_>, _>(|(guarded, _)| scopes.contains(guarded));
        self.in_force = stay;
        for (_, policy) in gone {
            self.draft.steps.push(format!("disable_policy: {policy}"));
        }
    }

    /// What leads to the refusal, as steps; whether the mock comes to it by its own rules.
    fn provoke(&mut self, incident: &Incident, scope: &str, times: usize) -> bool {
        let code = incident.code.and_then(catalogued);
        let asked = Asked::of(incident.claims.as_deref());
        let by_policy = code.and_then(|code| policy_keys(code, scope)).filter(|keys| keys.contains("apis:"));
        let is_whole = incident.claims.is_none() || token_error::names_policies_only(&asked);
        match (incident.code, by_policy) {
            (Some(65001), _) if is_whole => {
                self.refused_consent.push(scope.to_owned());
                self.enable(&asked, &mfa_for(scope));
            }
            (Some(50076), _) if is_whole && incident.claims.is_some() => {
                self.consented_on_record(scope);
                self.enable(&asked, &mfa_for(scope));
            }
            (Some(50173), _) if incident.claims.is_none() => {
                self.consented_on_record(scope);
                self.draft.steps.extend(["advance_clock: 1s", "revoke_sessions: ada"].map(str::to_owned));
            }
            (Some(53000..=53009), Some(keys)) if is_whole && incident.claims.is_some() => {
                self.consented_on_record(scope);
                self.enable(&asked, &keys);
                let names = self.policies_of(&asked);
                self.in_force.extend(names.into_iter().map(|name| (scope.to_owned(), name)));
            }
            _ => {
                self.consented_on_record(scope);
                self.draft.steps.push(ordered(incident, times));
                return false;
            }
        }
        true
    }

    fn consented_on_record(&mut self, scope: &str) {
        if !self.consented.iter().any(|known| known == scope) {
            self.draft.consented(scope);
            self.consented.push(scope.to_owned());
        }
    }

    /// Puts the policies that an error names in force.
    fn enable(&mut self, asked: &Asked, keys: &str) {
        for id in &asked.policies {
            let is_known = |policy: &&Policy| policy.id.eq_ignore_ascii_case(id);
            let name = match (built_in_policy(id), self.draft.policies.iter().find(is_known)) {
                (Some(policy), _) => policy.name,
                (None, Some(policy)) => policy.name.clone(),
                (None, None) => {
                    self.policies += 1;
                    let name = format!("named-in-an-error-{}", self.policies);
                    self.draft.policies.push(Policy { name: name.clone(), id: id.clone(), keys: keys.to_owned() });
                    name
                }
            };
            let step = format!("enable_policy: {name}");
            if !self.draft.steps.contains(&step) {
                self.draft.steps.push(step);
            }
        }
    }

    fn policies_of(&self, asked: &Asked) -> Vec<String> {
        let name = |id: &String| {
            let own = self.draft.policies.iter().find(|policy| policy.id.eq_ignore_ascii_case(id));
            own.map(|policy| policy.name.clone()).or_else(|| Some(built_in_policy(id)?.name))
        };
        asked.policies.iter().filter_map(name).collect()
    }

    /// What the client makes of a refusal.
    fn refused(&self, incident: &Incident, by_rule: bool) -> Vec<String> {
        let names = self.policies_of(&Asked::of(incident.claims.as_deref()));
        let claims = match &incident.claims {
            None => "none".to_owned(),
            Some(_) if by_rule && !names.is_empty() => format!("{{ policies: [{}] }}", names.join(", ")),
            Some(_) => "any".to_owned(),
        };
        token_error::client_outcome(incident, incident.status.unwrap_or(400), &claims)
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

    /// The scope of the API that a call went to.
    fn scope_of_call(&self, call: &Exchange) -> String {
        let asked = Asked::of(call.answer.claims.as_deref());
        let named = call.api().0.and_then(|name| {
            let document = config::built_in();
            let api = document.apis.iter().find(|api| api.name == name)?;
            Some(format!("{}/{}", api.name, api.scopes.first()?.name))
        });
        named.unwrap_or_else(|| {
            match (&asked, &self.last_scope) {
                (Asked { contexts, .. }, _) if !contexts.is_empty() => "vault/Secrets.Read",
                (Asked { policies, .. }, _) if !policies.is_empty() => "portal/access_as_user",
                (Asked { not_before: Some(_), .. }, _) => "news/Articles.Read",
                (_, Some(scope)) => scope,
                _ => "calendar/Events.Read",
            }
            .to_owned()
        })
    }

    fn call(
        &mut self,
        first: &Exchange,
        silent: Option<&Exchange>,
        window: Option<&Window<'_>>,
        last: Option<&Exchange>,
    ) {
        let scope = self.scope_of_call(first);
        let api = api_of(&scope).to_owned();
        let asked = Asked::of(first.answer.claims.as_deref());
        let path = match first.api() {
            (Some(_), path) => path,
            _ if !asked.contexts.is_empty() => "/secrets",
            _ if !asked.policies.is_empty() => "/salary",
            _ => "",
        };
        if silent.is_some() || window.is_some() || first.answer.claims.is_some() {
            self.challenged(&asked, silent, window.is_some());
        } else if first.failed() {
            self.draft.steps.push(format!("inject_fault: {{ api: {api}, status: {} }}", first.answer.status));
        }
        let mut expected = Vec::new();
        if let Some(window) = window {
            self.prompts += 1;
            if window.redeemed.is_none() {
                expected = self.outcome_of(window, &scope);
            }
        } else if let Some(silent) = silent.filter(|silent| silent.failed() && last.is_none()) {
            let incident = incident(&silent.answer);
            let is_done = asked.not_before.is_some();
            let by_rule = is_done || self.provoke(&incident, &scope, 1);
            expected = self.refused(&incident, by_rule);
        }
        if expected.is_empty() {
            let status = last.unwrap_or(first).answer.status;
            expected.push(if status == 401 {
                "error: api_unauthorized".to_owned()
            } else {
                format!("status: {status}")
            });
        }
        let path = if path.is_empty() { String::new() } else { format!("\n    path: {}", scalar_path(path)) };
        self.draft.step_ending_in(&format!("call_api:\n    api: {api}{path}\n    scopes: [{scope}]"), &expected);
        self.forgives();
        self.last_scope = Some(scope);
    }

    /// What makes an API of the directory send such a challenge.
    fn challenged(&mut self, asked: &Asked, silent: Option<&Exchange>, prompted: bool) {
        if let Some(context) = asked.contexts.first() {
            if context != "c1" {
                let route = format!("{{ path: /secrets, authentication_context: {} }}", scalar(context));
                self.draft.given.push(format!("apis: {{ vault: {{ protected_routes: [{route}] }} }}"));
            }
            // Without a window nothing tells that a policy was unmet.
            if prompted && context == "c1" {
                self.draft.puts_in_force("c1-is-mfa");
            }
        } else if !asked.policies.is_empty() {
            self.enable(asked, &mfa_for("payroll/Salary.Read"));
        } else if let Some(address) = &asked.address {
            self.elsewhere(address, silent);
        } else if asked.not_before.is_some() {
            self.too_old(silent);
        }
    }

    /// The API sees the user at `address`, where a policy does not allow her to be.
    fn elsewhere(&mut self, address: &str, silent: Option<&Exchange>) {
        let refused = silent.filter(|silent| silent.failed());
        let mut keys = elsewhere::OFFICE_ONLY.to_owned();
        if refused.is_some() {
            keys.push_str("\nsession: { continuous_access_evaluation: strict_location }");
        }
        let asked = Asked::of(refused.and_then(|refused| refused.answer.claims.as_deref()));
        elsewhere::settings(&mut self.draft, address);
        if asked.policies.is_empty() {
            policy_unnamed(&mut self.draft, &keys);
        } else {
            policies_named(&mut self.draft, &asked, &keys);
        }
        self.draft.steps.push(elsewhere::step(address));
    }

    /// Why a token can be too old for an API: what the next silent request got tells it.
    fn too_old(&mut self, silent: Option<&Exchange>) {
        let incident = silent.map(|silent| incident(&silent.answer));
        match incident {
            Some(Incident { error: None, .. }) => {
                self.draft
                    .defaults
                    .push("why the token was sent back: a policy came into force, which ada meets".to_owned());
                self.draft.given.push("users: { ada: { facts: { device: { compliant: true } } } }".to_owned());
                let (name, id) = ("met-already", "f0000000-0000-4000-8000-00000000fffd");
                let keys = "targets: { apis: [news] }\ngrant: { all_of: [compliant_device] }";
                let policy = Policy { name: name.to_owned(), id: id.to_owned(), keys: keys.to_owned() };
                self.draft.policies.push(policy);
                self.draft.steps.extend([format!("enable_policy: {name}"), "advance_clock: 1m".to_owned()]);
            }
            Some(incident) if incident.claims.is_some() => {
                self.provoke(&incident, "news/Articles.Read", 1);
                self.draft.steps.push("advance_clock: 1m".to_owned());
            }
            _ => {
                self.draft.defaults.push("why the token was sent back: the user's sessions were revoked".to_owned());
                let steps = ["advance_clock: 1m", "revoke_sessions: ada", "advance_clock: 1m"];
                self.draft.steps.extend(steps.map(str::to_owned));
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
        let mut expected = vec![format!("status: {}", answer.status)];
        expected.extend(answer.error.as_ref().map(|error| format!("error: {}", scalar(error))));
        expected.extend(answer.code.map(|code| format!("code: {code}")));
        self.draft.step_ending_in(step, &expected);
    }
}

fn scalar_path(path: &str) -> String {
    if path.chars().all(|c| c.is_ascii_alphanumeric() || "/-_.".contains(c)) { path.to_owned() } else { quoted(path) }
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

/// An answer of the token endpoint made to order.
fn ordered(incident: &Incident, times: usize) -> String {
    let status = incident.status.unwrap_or(400);
    if status == 0 {
        return "inject_fault: { endpoint: token, drop: true }".to_owned();
    }
    let mut fault = format!("inject_fault:\n    endpoint: token\n    status: {status}");
    if times > 1 {
        fault.push_str(&format!("\n    times: {times}"));
    }
    if let Some(error) = &incident.error {
        let mut body = json!({ "error": error });
        if let Some(code) = incident.code {
            body["error_description"] = format!("AADSTS{code}: As in the transcript.").into();
            body["error_codes"] = json!([code]);
        }
        for (name, value) in [("suberror", &incident.suberror), ("claims", &incident.claims)] {
            if let Some(value) = value {
                body[name] = Value::from(value.as_str());
            }
        }
        fault.push_str(&format!("\n    body: {}", quoted(&body.to_string())));
    }
    fault
}
