//! An error body of the token endpoint: what brings it about, and the two steps that show it — what the server answers, field
//! by field, and what the client makes of it.

use crate::error::{Aadsts, Ask, Place, Row, Setting, Table, client};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    Asked, Incident, Seen, by_hand,
    draft::{Draft, ErrorChanged, quoted, scalar},
    given::{
        api_of, catalogued, mfa_for, names_of_policies, policies_named, policy_keys, policy_unnamed, scope_guarded,
        scope_named, settings,
    },
};

const SIGNED_IN: &str = "calendar/Events.Read";

pub(super) fn draft(incident: &Incident, body: &Map<String, Value>) -> Draft {
    let (code, told) = match incident.code {
        Some(number) => (catalogued(number), true),
        None => (usual_number(incident), false),
    };
    let mut draft = code
        .filter(|_| !has_several_numbers(body))
        .and_then(|code| provoked(incident, code))
        .unwrap_or_else(|| ordered(incident, body, code));
    let number = incident.code.map_or_else(String::new, |number| format!("AADSTS{number} "));
    draft.title = format!("{number}{} at the token endpoint", incident.error.as_deref().unwrap_or("error"));
    draft.source = "an error body from a log".to_owned();
    draft.at = incident.at;
    draft.comments.insert(0, format!("Reproduces an error of the token endpoint: {}.", incident.described()));
    if let Some(code) = code {
        draft.comments.push(format!("What mends it: {}", code.row().cure));
        if !told {
            let number = code.row().number;
            draft.defaults.push(format!("the AADSTS number: {number}, the usual one with these words"));
        }
    }
    if incident.status.is_none() {
        draft.defaults.push(format!("the HTTP status: {}", status(incident, code.map(Aadsts::row))));
    }
    draft
}

/// Two numbers came on the v1 endpoint of old; a mock's own error has one.
fn has_several_numbers(body: &Map<String, Value>) -> bool {
    body.get("error_codes").and_then(Value::as_array).is_some_and(|codes| codes.len() > 1)
}

/// What the words of an error without a number usually come with (escalation reference 2.3 to 2.5).
fn usual_number(incident: &Incident) -> Option<Aadsts> {
    Some(match (incident.suberror.as_deref(), incident.error.as_deref()?) {
        (Some("basic_action"), _) | (None, "interaction_required") => Aadsts::MfaRequired,
        (Some("message_only"), _) => Aadsts::Blocked,
        (Some("additional_action"), _) => Aadsts::DeviceNotCompliant,
        (Some("consent_required"), _) | (None, "consent_required") => Aadsts::ConsentRequired,
        (Some("user_password_expired"), _) => Aadsts::PasswordExpired,
        (Some("bad_token"), _) => Aadsts::GrantRevoked,
        (Some("token_expired"), _) => Aadsts::SignInTooOld,
        (Some("protection_policy_required"), _) => Aadsts::AppProtectionRequired,
        (None, "authorization_pending") => Aadsts::AuthorizationPending,
        (None, "temporarily_unavailable") => Aadsts::DirectoryUnavailable,
        _ => return None,
    })
}

/// The status that such an answer has, by the text or else by the catalogue.
fn status(incident: &Incident, row: Option<&Row>) -> u16 {
    let by_error = match incident.error.as_deref() {
        Some("invalid_client") => 401,
        Some("temporarily_unavailable") => 503,
        _ => 400,
    };
    // With another error than its own, a number is told as that error is.
    let row = row.filter(|row| incident.error.as_deref() == Some(row.error));
    incident.status.unwrap_or_else(|| row.map_or(by_error, |row| row.status))
}

/// A scenario in which the mock comes to the error by its own rules; `None` if it cannot.
fn provoked(incident: &Incident, code: Aadsts) -> Option<Draft> {
    let row = code.row();
    let asked = Asked::of(incident.claims.as_deref());
    if incident.claims.is_some() && (!row.claims || !names_policies_only(&asked)) {
        return None;
    }
    let (dialect, changed) = otherwise(incident, row);
    if !changed.can_be_told() {
        return None;
    }
    let mut draft = match by_hand::at_token(row.number) {
        Some(by_hand) => requested(incident, row, by_hand, &asked),
        None => set_up(incident, code, &asked)?,
    };
    draft.switches.extend(dialect.map(str::to_owned));
    if changed != ErrorChanged::default() {
        draft.defaults.push(format!("that the answer differs from the catalogue's for {}: by a switch", row.number));
        let so_far = draft.changed(row.number);
        *so_far = ErrorChanged { number: so_far.number, no_claims: so_far.no_claims, ..changed };
    }
    Some(draft)
}

/// Whether claims name policies by id, and nothing else.
pub(super) fn names_policies_only(asked: &Asked) -> bool {
    let is_id = |id: &String| id.len() == 36 && Uuid::parse_str(id).is_ok();
    !asked.policies.is_empty()
        && asked.policies.iter().all(is_id)
        && asked.contexts.is_empty()
        && asked.not_before.is_none()
        && asked.address.is_none()
        && asked.others.is_empty()
}

/// In what the incident differs from the catalogue: by the dialect of the older endpoint, and else.
fn otherwise(incident: &Incident, row: &Row) -> (Option<&'static str>, ErrorChanged) {
    let error = incident.error.as_deref().unwrap_or_default();
    let is_v1 = row.error == "invalid_grant"
        && match row.suberror {
            Some("basic_action" | "additional_action" | "message_only") => error == "interaction_required",
            Some("user_password_expired") => error == "user_password_expired",
            _ => false,
        };
    let usual = if is_v1 { error } else { row.error };
    let suberror = incident.suberror.as_deref();
    let changed = ErrorChanged {
        error: (error != usual).then(|| error.to_owned()),
        suberror: (suberror != row.suberror).then(|| suberror.unwrap_or("absent").to_owned()),
        status: incident.status.filter(|status| *status != row.status),
        error_uri: (incident.error_uri != row.error_uri).then_some(incident.error_uri),
        ..ErrorChanged::default()
    };
    (is_v1.then_some("error_dialect: v1"), changed)
}

/// By requests of one's own.
fn requested(incident: &Incident, row: &Row, by_hand: &by_hand::ByHand, asked: &Asked) -> Draft {
    let mut draft = Draft::default();
    if !by_hand.signed_in.is_empty() {
        draft.signed_in = Some(by_hand.signed_in.to_owned());
    }
    draft.given.extend(by_hand.given.iter().map(|&line| line.to_owned()));
    for setting in row.set {
        if let Setting::Switches(keys) = setting {
            draft.switches(keys);
        }
    }
    let guarded = by_hand.guarded.filter(|_| incident.claims.is_some());
    if let Some(scope) = guarded {
        policies_named(&mut draft, asked, &mfa_for(scope));
    }
    let Some((last, before)) = by_hand.steps.split_last() else { return draft };
    draft.steps.extend(before.iter().map(|&step| step.to_owned()));
    let expected = expected(&draft, incident, Some(row));
    draft.step_ending_in(last, &expected);
    if guarded.is_some() {
        draft.steps.extend(by_hand.then.iter().map(|&step| step.to_owned()));
    }
    draft
}

/// By settings, and a silent request; or by a fault of the catalogue's.
fn set_up(incident: &Incident, code: Aadsts, asked: &Asked) -> Option<Draft> {
    let row = code.row();
    let usual = match row.ask {
        Ask::Silent(scope) | Ask::Unconsented(scope) => scope,
        Ask::SignIn(scope) if row.seen.contains(&Place::Token) => scope,
        Ask::SignIn(_) | Ask::Raw => return fault(incident, row),
    };
    let is_per_user = row.number == 50076 && incident.claims.is_none();
    let guarded = scope_guarded(asked);
    if guarded.is_some() && policy_keys(code, usual).is_some_and(|keys| keys.contains("apis:")) {
        // A policy of the directory demands something else than this error.
        return None;
    }
    let named = guarded.or_else(|| incident.description.as_deref().and_then(scope_named));
    // Another user's setting cannot be had for one API, and the archive is not on the client's list.
    let named = named.filter(|scope| matches!(row.ask, Ask::Silent(_) | Ask::Unconsented(_)) && scope != SIGNED_IN);
    let usual = if is_per_user { "mail/Mail.Read" } else { usual };
    let mut draft = Draft { signed_in: Some(SIGNED_IN.to_owned()), ..Draft::default() };
    if named.is_none() && matches!(row.ask, Ask::Silent(_) | Ask::Unconsented(_)) {
        draft.defaults.push(format!("which API was asked: {}", api_of(usual)));
    }
    let scope = named.unwrap_or_else(|| usual.to_owned());
    draft.defaults.push(format!("who was signed in: {}", who(row)));
    if matches!(row.ask, Ask::Silent(_)) {
        draft.consented(&scope);
    }
    settings(&mut draft, code, &scope);
    if is_per_user {
        draft.comments.push("Without claims no policy asks for it: the setting is the user's own.".to_owned());
        draft.steps.push("change_user: { user: ada, set: { per_user_mfa: true } }".to_owned());
    } else {
        policies(&mut draft, incident, code, asked, &scope);
    }
    let step = format!(
        "# What the server answers, field by field.\ntoken_request:\n    as: desktop\n    params: {{ grant_type: refresh_token, refresh_token: \"{{refresh_token}}\", scope: {scope} }}"
    );
    let expected = expected(&draft, incident, Some(row));
    draft.step_ending_in(&step, &expected);
    client_asks(&mut draft, incident, Some(row), &scope);
    Some(draft)
}

fn who(row: &Row) -> &'static str {
    let named = row.set.iter().find_map(|setting| match setting {
        Setting::As(name) => Some(*name),
        _ => None,
    });
    named.unwrap_or("ada")
}

/// The policies that the error names, or those without which it would not come.
fn policies(draft: &mut Draft, incident: &Incident, code: Aadsts, asked: &Asked, scope: &str) {
    let own = policy_keys(code, scope);
    // A policy about something else than the API does not show in claims.
    let (shown, hidden) = match own {
        Some(keys) if keys.contains("apis:") => (Some(keys), None),
        hidden => (None, hidden),
    };
    if let Some(keys) = hidden {
        policy_unnamed(draft, &keys);
    }
    let row = code.row();
    let by_another = (row.claims && row.table == Table::ConditionalAccess).then(|| mfa_for(scope));
    match (shown.or(by_another), &incident.claims) {
        (keys, Some(_)) => policies_named(draft, asked, &keys.unwrap_or_else(|| mfa_for(scope))),
        (Some(keys), None) => {
            policy_unnamed(draft, &keys);
            draft.changed(row.number).no_claims = row.claims;
        }
        (None, None) => {}
    }
}

/// What the catalogue orders as a fault.
fn fault(incident: &Incident, row: &Row) -> Option<Draft> {
    if incident.claims.is_some() || !row.seen.contains(&Place::Token) {
        return None;
    }
    let mut draft = at_the_calendar();
    draft.comments.push("Nothing that the mock knows leads to it, so the answer is made to order.".to_owned());
    draft.steps.push(format!("inject_fault: {{ endpoint: token, code: {}, times: unlimited }}", row.number));
    refreshes(&mut draft, incident, Some(row));
    Some(draft)
}

/// The very body, made to order.
fn ordered(incident: &Incident, body: &Map<String, Value>, code: Option<Aadsts>) -> Draft {
    let row = code.map(Aadsts::row);
    let mut draft = at_the_calendar();
    draft.comments.push(
        "The mock does not come to this answer by its own rules, so it is made to order, member by member.".to_owned(),
    );
    let body = quoted(&Value::Object(body.clone()).to_string());
    let status = status(incident, row);
    draft.steps.push(format!(
        "inject_fault:\n    endpoint: token\n    status: {status}\n    times: unlimited\n    body: {body}"
    ));
    refreshes(&mut draft, incident, row);
    draft
}

fn at_the_calendar() -> Draft {
    let mut draft = Draft { signed_in: Some(SIGNED_IN.to_owned()), ..Draft::default() };
    draft.consented("mail/Mail.Read");
    draft.defaults.push("which API was asked: mail".to_owned());
    draft.defaults.push("who was signed in: ada".to_owned());
    draft
}

fn refreshes(draft: &mut Draft, incident: &Incident, row: Option<&Row>) {
    let step = "# What the server answers, field by field.\ntoken_request:\n    as: desktop\n    params: { grant_type: refresh_token, refresh_token: \"{refresh_token}\", scope: mail/Mail.Read }";
    let expected = expected(draft, incident, row);
    draft.step_ending_in(step, &expected);
    client_asks(draft, incident, row, "mail/Mail.Read");
}

/// Every field of the body, as a step expects it.
fn expected(draft: &Draft, incident: &Incident, row: Option<&Row>) -> Vec<String> {
    let mut members = vec![format!("status: {}", status(incident, row))];
    members.extend(incident.error.as_ref().map(|error| format!("error: {}", scalar(error))));
    members.extend(incident.code.map(|code| format!("code: {code}")));
    members.push(format!("suberror: {}", incident.suberror.as_deref().map_or_else(|| "none".to_owned(), scalar)));
    members.push(format!("claims: {}", claims(draft, incident)));
    members.push(format!("error_uri: {}", incident.error_uri));
    members
}

/// `none`, the policies by the names that the script gives them, or `any`.
fn claims(draft: &Draft, incident: &Incident) -> String {
    if incident.claims.is_none() {
        return "none".to_owned();
    }
    let names = names_of_policies(&Asked::of(incident.claims.as_deref()));
    match names.is_empty() || names.iter().any(|name| !draft.in_force.contains(name)) {
        true => "any".to_owned(),
        false => format!("{{ policies: [{}] }}", names.join(", ")),
    }
}

/// The client asks for the same.
fn client_asks(draft: &mut Draft, incident: &Incident, row: Option<&Row>, scope: &str) {
    let members = client_outcome(incident, status(incident, row), &claims(draft, incident));
    draft.step_ending_in(&format!("# What the client makes of it.\nacquire_silent:\n    scopes: [{scope}]"), &members);
    draft.expect.push("prompts: 0".to_owned());
}

/// What the reference client, which reads answers as MSAL.NET does, makes of it; `claims` as a script says it.
pub(super) fn client_outcome(incident: &Incident, status: u16, claims: &str) -> Vec<String> {
    let error = incident.error.as_deref().unwrap_or_default();
    let answer = client::Answer {
        error,
        suberror: incident.suberror.as_deref(),
        status,
        claims: incident.claims.is_some(),
        place: Place::Token,
    };
    // A client tells all numbers in one breath.
    let is_one = !matches!(&incident.seen, Seen::Body(body) if has_several_numbers(body));
    let code = incident.code.filter(|_| is_one).map(|code| format!("code: {code}"));
    let mut members = Vec::new();
    if client::is_ui_required(&answer) && incident.code != Some(50196) {
        members.push("ui_required:".to_owned());
        let class = incident.suberror.as_deref().filter(|word| CLASSES.contains(word)).unwrap_or("none");
        let suberror = incident.suberror.as_deref().map_or_else(|| "none".to_owned(), scalar);
        members.push(format!("  classification: {class}"));
        members.push(format!("  error: {}", scalar(error)));
        members.extend(code.map(|code| format!("  {code}")));
        members.push(format!("  suberror: {suberror}"));
        members.push(format!("  claims: {claims}"));
    } else if error.is_empty() {
        members.push(format!("error: {}", without_words(status)));
    } else {
        members.push(format!("error: {}", scalar(error)));
        members.extend(code);
    }
    members
}

/// The client's own word for an answer that is no error of OAuth (escalation reference 2.12).
fn without_words(status: u16) -> &'static str {
    match status {
        0 => "request_timeout",
        429 => "request_throttled",
        500.. => "service_not_available",
        _ => "http_status_not_200",
    }
}

/// Suberrors that are classifications of their own (escalation reference 5.2).
const CLASSES: &[&str] =
    &["basic_action", "additional_action", "message_only", "consent_required", "user_password_expired"];
