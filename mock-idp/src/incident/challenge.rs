//! A challenge in `WWW-Authenticate`: an API of the directory that writes it in the same dialect, what makes it do so, and the
//! two steps that show it — the bare answer, and the client that meets it.

use crate::config::is_authentication_context;

use super::{
    Asked, Incident, Written,
    draft::{Draft, scalar},
    elsewhere,
    given::{mfa_for, names_of_policies, policies_named, policy_unnamed},
};

pub(super) fn draft(incident: &Incident, written: &Written) -> Draft {
    let asked = Asked::of(incident.claims.as_deref());
    let mut draft = if written.unreadable {
        unreadable(written)
    } else if written.dialect == "rfc9470" {
        rfc9470(incident, written)
    } else if !asked.contexts.is_empty() {
        context(incident, written, &asked)
    } else if !asked.policies.is_empty() {
        downstream(incident, written, &asked)
    } else if asked.address.is_some() {
        location(incident, written, &asked)
    } else if incident.claims.is_some() {
        revoked(incident, written, &asked)
    } else {
        without_claims(incident)
    };
    let error = incident.error.as_deref().unwrap_or("a challenge");
    draft.title =
        format!("{error} from an API, {}", if incident.claims.is_some() { "with claims" } else { "without claims" });
    draft.source = "a WWW-Authenticate header from a log".to_owned();
    draft.comments.insert(
        0,
        format!("Reproduces the challenge of an API: {}, written as `{}`.", incident.described(), written.dialect),
    );
    draft.defaults.push("which API it was: one of the directory that can be made to say this".to_owned());
    draft.defaults.push("who was signed in: ada".to_owned());
    draft
}

/// Every part of the challenge, as a plain call expects it.
fn expected(incident: &Incident, written: &Written, claims: &str, parameters: &[(&str, String)]) -> Vec<String> {
    let mut members = vec!["challenge:".to_owned()];
    members.push(format!("  error: {}", incident.error.as_deref().map_or_else(|| "none".to_owned(), scalar)));
    members.push(format!("  claims: {claims}"));
    if !parameters.is_empty() {
        let shown: Vec<_> = parameters.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        members.push(format!("  parameters: {{ {} }}", shown.join(", ")));
    }
    members.push(format!("  scheme_count: {}", written.schemes));
    members.push(format!("  header_count: {}", written.lines));
    members
}

/// What the mock writes as the error of a challenge in this dialect; another one cannot be had.
fn with_error_of_dialect(incident: &Incident, written: &Written, draft: &mut Draft) -> Incident {
    let usual = if written.dialect == "arm" { "invalid_token" } else { "insufficient_claims" };
    match incident.error.as_deref() {
        Some(error) if error == usual => incident.clone(),
        said => {
            let said = said.unwrap_or("no error");
            draft.defaults.push(format!("the challenge's error: {usual}, as the mock writes no `{said}` with claims"));
            Incident { error: Some(usual.to_owned()), ..incident.clone() }
        }
    }
}

/// The parameter `cc_type`, if the incident has it.
fn kind_of(written: &Written) -> Vec<(&'static str, String)> {
    let kind = written.parameters.iter().find(|(name, _)| name == "cc_type");
    kind.map(|(_, value)| ("cc_type", scalar(value))).into_iter().collect()
}

fn calls(draft: &mut Draft, api: &str, path: &str, expected: &[String]) {
    let path = if path.is_empty() { String::new() } else { format!("\n    path: {path}") };
    draft.step_ending_in(&format!("# What the API answers, part by part.\ncall_api:\n    api: {api}{path}"), expected);
}

fn client_calls(draft: &mut Draft, api: &str, path: &str, scope: &str) {
    let path = if path.is_empty() { String::new() } else { format!(" path: {path},") };
    let about = "# The client meets it: with the claims of the challenge, silently if it can.";
    draft.steps.push(format!("{about}\ncall_api: {{ api: {api},{path} scopes: [{scope}] }}"));
}

const VAULT: &str = "vault/Secrets.Read";
const NEWS: &str = "news/Articles.Read";
const PORTAL: &str = "portal/access_as_user";
const CALENDAR: &str = "calendar/Events.Read";

fn signed_in_to(scope: &str) -> Draft {
    let mut draft = Draft { signed_in: Some(scope.to_owned()), ..Draft::default() };
    draft.steps.push(format!("acquire_silent: {{ scopes: [{scope}], expect: {{ token: {{ from: cache }} }} }}"));
    draft
}

/// An authentication context: the vault.
fn context(incident: &Incident, written: &Written, asked: &Asked) -> Draft {
    let mut draft = signed_in_to(VAULT);
    // A log may hold anything; an API of the mock asks for what can be one.
    let context = asked.contexts.iter().map(String::as_str).find(|context| is_authentication_context(context));
    let context = context.unwrap_or("c1");
    let routes = format!("protected_routes: [{{ path: /secrets, authentication_context: {} }}]", scalar(context));
    draft.given.push(format!("apis: {{ vault: {{ challenge: {}, {routes} }} }}", written.dialect));
    if context == "c1" {
        draft.puts_in_force("c1-is-mfa");
    } else {
        draft.defaults.push(format!("what `{context}` demands: multifactor authentication"));
        let targets = format!("targets: {{ authentication_contexts: [{}] }}", scalar(context));
        policy_unnamed(&mut draft, &format!("{targets}\ngrant: {{ all_of: [mfa] }}"));
    }
    let incident = with_error_of_dialect(incident, written, &mut draft);
    let expected = expected(&incident, written, &format!("{{ contexts: [{}] }}", scalar(context)), &kind_of(written));
    calls(&mut draft, "vault", "/secrets", &expected);
    client_calls(&mut draft, "vault", "/secrets", VAULT);
    draft
}

/// Policies of an API behind the API: the portal, which asks payroll.
fn downstream(incident: &Incident, written: &Written, asked: &Asked) -> Draft {
    let mut draft = signed_in_to(PORTAL);
    draft.comments.push("Policies are named by an API that asks another one on behalf of the user.".to_owned());
    draft.given.push(format!("apis: {{ portal: {{ challenge: {} }} }}", written.dialect));
    policies_named(&mut draft, asked, &mfa_for("payroll/Salary.Read"));
    let names = names_of_policies(asked);
    let incident = with_error_of_dialect(incident, written, &mut draft);
    let expected = expected(&incident, written, &format!("{{ policies: [{}] }}", names.join(", ")), &[]);
    calls(&mut draft, "portal", "/salary", &expected);
    client_calls(&mut draft, "portal", "/salary", PORTAL);
    draft
}

/// The token is older than something that happened: news, after a revocation.
fn revoked(incident: &Incident, written: &Written, asked: &Asked) -> Draft {
    let mut draft = signed_in_to(NEWS);
    draft.capabilities.push("cp1");
    draft.given.push(format!("apis: {{ news: {{ challenge: {} }} }}", written.dialect));
    draft.defaults.push("why the token is too old: the user's sessions were revoked".to_owned());
    for name in &asked.others {
        draft.defaults.push(format!("the claim `{name}`: left out, as no API of the mock asks for it"));
    }
    draft.steps.extend(["advance_clock: 1m", "revoke_sessions: ada", "advance_clock: 1m"].map(str::to_owned));
    draft.at = asked.not_before.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    let incident = with_error_of_dialect(incident, written, &mut draft);
    let expected = expected(&incident, written, "{ others: [nbf] }", &[]);
    calls(&mut draft, "news", "", &expected);
    client_calls(&mut draft, "news", "", NEWS);
    draft
}

/// The API sees the user elsewhere.
fn location(incident: &Incident, written: &Written, asked: &Asked) -> Draft {
    let mut draft = signed_in_to(NEWS);
    draft.capabilities.push("cp1");
    let address = asked.address.clone().unwrap_or_default();
    draft.given.push(format!("apis: {{ news: {{ challenge: {} }} }}", written.dialect));
    elsewhere::settings(&mut draft, "ada", &address);
    policy_unnamed(&mut draft, elsewhere::OFFICE_ONLY);
    draft.at = asked.not_before.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    draft.steps.push(elsewhere::step("ada", &address));
    let incident = with_error_of_dialect(incident, written, &mut draft);
    let expected = expected(&incident, written, "{ others: [nbf, xms_rp_ipaddr] }", &[]);
    calls(&mut draft, "news", "", &expected);
    client_calls(&mut draft, "news", "", NEWS);
    draft
}

/// Claims that nobody can read: the client reports the refusal and stops.
fn unreadable(written: &Written) -> Draft {
    let mut draft = signed_in_to(VAULT);
    draft.given.push("apis: { vault: { challenge: garbage } }".to_owned());
    let expected = [
        "challenge:".to_owned(),
        "  unreadable_claims: true".to_owned(),
        format!("  scheme_count: {}", written.schemes.min(1)),
    ];
    calls(&mut draft, "vault", "/secrets", &expected);
    draft.step_ending_in(
        &format!(
            "# There is nothing to hand on.\ncall_api:\n    api: vault\n    path: /secrets\n    scopes: [{VAULT}]"
        ),
        &["error: api_unauthorized".to_owned()],
    );
    draft.expect.push("prompts: 0".to_owned());
    draft
}

/// The words of RFC 9470, with which Entra has nothing to do.
fn rfc9470(incident: &Incident, written: &Written) -> Draft {
    let mut draft = signed_in_to(VAULT);
    let get = |name: &str| written.parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
    let mut keys = vec!["path: /secrets".to_owned()];
    let mut parameters = Vec::new();
    let context =
        get("acr_values").and_then(|contexts| contexts.split(' ').find(|context| is_authentication_context(context)));
    if let Some(context) = context {
        keys.push(format!("authentication_context: {}", scalar(context)));
        parameters.push(("acr_values", scalar(context)));
    }
    if let Some(age) = get("max_age").and_then(|age| age.parse::<u32>().ok()) {
        keys.push(format!("max_age: {age}s"));
        parameters.push(("max_age", format!("\"{age}\"")));
    }
    if parameters.is_empty() {
        keys.push("max_age: 60s".to_owned());
        draft.defaults.push("what the API asks for: a sign-in of the last minute".to_owned());
    }
    draft
        .given
        .push(format!("apis: {{ vault: {{ challenge: rfc9470, protected_routes: [{{ {} }}] }} }}", keys.join(", ")));
    if context.is_none() {
        // Older than any age that an API asks for.
        draft.steps.insert(0, "advance_clock: 50m".to_owned());
    }
    let expected = expected(incident, written, "none", &parameters);
    calls(&mut draft, "vault", "/secrets", &expected);
    draft.expect.push("prompts: 0".to_owned());
    draft
}

/// Nothing to hand on: the token has expired, or there was none.
fn without_claims(incident: &Incident) -> Draft {
    let mut draft = signed_in_to(CALENDAR);
    let expected = |error: &str| ["challenge:".to_owned(), format!("  error: {error}"), "  claims: none".to_owned()];
    match incident.error.as_deref() {
        None => {
            let step = "call_api:\n    api: calendar\n    without_token: true";
            draft.defaults.push("why there is no error: the call carried no token".to_owned());
            draft.step_ending_in(step, &expected("none"));
        }
        Some(error) => {
            if error != "invalid_token" {
                draft
                    .defaults
                    .push(format!("the challenge's error: invalid_token, as the mock writes no `{error}` alone"));
            }
            draft.defaults.push("why the token is refused: it has expired".to_owned());
            draft.steps.push("advance_clock: 2h".to_owned());
            calls(&mut draft, "calendar", "", &expected("invalid_token"));
        }
    }
    draft.steps.push(format!("# A new token, without a window.\ncall_api: {{ api: calendar, scopes: [{CALENDAR}] }}"));
    draft.expect.push("prompts: 0".to_owned());
    draft
}
