//! Calls of APIs: which API of the directory stands for the transcript's, and what makes it send such a challenge.

use crate::config;

use super::{
    super::{
        Asked, Incident,
        draft::{Policy, quoted, scalar},
        elsewhere,
        given::{api_of, mfa_for, policies_named, policy_unnamed},
        transcript::{Exchange, Window},
    },
    Replay, incident,
};

impl Replay<'_> {
    /// The scope of the API that a call went to.
    pub(super) fn scope_of_call(&self, call: &Exchange) -> String {
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

    pub(super) fn call(
        &mut self,
        first: &Exchange,
        silent: Option<&Exchange>,
        window: Option<&Window<'_>>,
        last: Option<&Exchange>,
    ) {
        let scope = self.scope_of_call(first);
        let api = api_of(&scope).to_owned();
        if !self.by_device && !self.held.contains(&api) {
            // Its token is from before what is told.
            self.can_be_had(std::slice::from_ref(&scope));
            self.draft.steps.push(format!("acquire_silent: {{ scopes: [{scope}] }}"));
            self.held.push(api.clone());
        }
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
        let is_ignored = first.answer.claims.is_some() && silent.is_none() && window.is_none();
        if is_ignored && !self.by_device {
            self.draft.steps.push(format!("acquire_silent: {{ scopes: [{scope}] }}"));
        }
        let scopes = if self.by_device || is_ignored {
            expected = vec![format!("status: {}", first.answer.status)];
            String::new()
        } else {
            format!("\n    scopes: [{scope}]")
        };
        self.draft.step_ending_in(&format!("call_api:\n    api: {api}{path}{scopes}"), &expected);
        self.forgives();
        self.last_scope = Some(scope);
    }

    /// What makes an API of the directory send such a challenge.
    fn challenged(&mut self, asked: &Asked, silent: Option<&Exchange>, prompted: bool) {
        if let Some(context) = asked.contexts.first() {
            if context != "c1" {
                let route = format!("{{ path: /secrets, authentication_context: {} }}", scalar(context));
                self.draft.gives(format!("apis: {{ vault: {{ protected_routes: [{route}] }} }}"));
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
        elsewhere::settings(&mut self.draft, self.who, address);
        if asked.policies.is_empty() {
            policy_unnamed(&mut self.draft, &keys);
        } else {
            policies_named(&mut self.draft, &asked, &keys);
        }
        self.draft.steps.push(elsewhere::step(self.who, address));
    }

    /// Why a token can be too old for an API: what the next silent request got tells it.
    fn too_old(&mut self, silent: Option<&Exchange>) {
        let incident = silent.map(|silent| incident(&silent.answer));
        match incident {
            Some(Incident { error: None, .. }) => {
                self.draft
                    .defaults
                    .push("why the token was sent back: a policy came into force, which the user meets".to_owned());
                let who = self.who;
                self.draft.gives(format!("users: {{ {who}: {{ facts: {{ device: {{ compliant: true }} }} }} }}"));
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
                let revoke = format!("revoke_sessions: {}", self.who);
                self.draft.steps.extend(["advance_clock: 1m".to_owned(), revoke, "advance_clock: 1m".to_owned()]);
            }
        }
    }
}

fn scalar_path(path: &str) -> String {
    if path.chars().all(|c| c.is_ascii_alphanumeric() || "/-_.".contains(c)) { path.to_owned() } else { quoted(path) }
}
