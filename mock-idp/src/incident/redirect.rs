//! An error at the redirect address: a raw authorization request gets it, and every parameter is compared.

use crate::{
    directory::OAuthError,
    error::{Aadsts, Ask, Place, Row},
};

use super::{
    Asked, Incident, by_hand,
    draft::{Draft, ErrorChanged, scalar},
    given::{catalogued, mfa_for, names_of_policies, policies_named, settings},
};

const SIGNED_IN: &str = "calendar/Events.Read";

pub(super) fn draft(incident: &Incident) -> Draft {
    let code = incident.code.and_then(catalogued);
    let mut draft = code.and_then(|code| provoked(incident, code)).unwrap_or_else(|| ordered(incident, code));
    let number = incident.code.map_or_else(String::new, |number| format!("AADSTS{number} "));
    draft.title = format!("{number}{} at the redirect address", incident.error.as_deref().unwrap_or("error"));
    draft.source = "a redirect address from a log".to_owned();
    draft.at = incident.at;
    draft.comments.insert(0, format!("Reproduces an error at the redirect address: {}.", incident.described()));
    draft.comments.extend(code.map(|code| format!("What mends it: {}", code.row().cure)));
    draft.defaults.push("who was in front of the browser: ada".to_owned());
    draft
}

/// A scenario in which the mock comes to the error by its own rules, or by a fault of its catalogue.
fn provoked(incident: &Incident, code: Aadsts) -> Option<Draft> {
    let row = code.row();
    let asked = Asked::of(incident.claims.as_deref());
    let mut draft = if let Some(by_hand) = by_hand::at_redirect(row.number) {
        by_request(incident, by_hand, &asked)
    } else if let (Ask::SignIn(scope), false) = (row.ask, code == Aadsts::FirstPartyNotPreauthorized) {
        // The exception is told on a page, which the user leaves by cancel.
        by_sign_in(incident, code, scope)
    } else if row.seen.contains(&Place::Redirect) && incident.claims.is_none() {
        by_fault(incident, row)
    } else {
        return None;
    };
    let changed = otherwise(incident, row);
    if !changed.can_be_told() {
        return None;
    }
    if changed != ErrorChanged::default() {
        draft.defaults.push(format!("that the answer differs from the mock's own for {}: by a switch", row.number));
        let so_far = draft.changed(row.number);
        *so_far = ErrorChanged { number: so_far.number, ..changed };
    }
    Some(draft)
}

fn by_request(incident: &Incident, by_hand: &by_hand::ByHand, asked: &Asked) -> Draft {
    let mut draft = Draft::default();
    if !by_hand.signed_in.is_empty() {
        draft.signed_in = Some(by_hand.signed_in.to_owned());
    }
    draft.given.extend(by_hand.given.iter().map(|&line| line.to_owned()));
    if let Some(scope) = by_hand.guarded {
        draft.defaults.push(format!("which API was asked: {}", super::given::api_of(scope)));
        if incident.claims.is_some() {
            policies_named(&mut draft, asked, &mfa_for(scope));
        } else if by_hand.number == 50076 {
            draft.steps.push("change_user: { user: ada, set: { per_user_mfa: true } }".to_owned());
        }
    }
    let Some((last, before)) = by_hand.steps.split_last() else { return draft };
    draft.steps.extend(before.iter().map(|&step| step.to_owned()));
    draft.step_ending_in(last, &expected(incident));
    draft
}

fn by_sign_in(incident: &Incident, code: Aadsts, scope: &str) -> Draft {
    let mut draft = Draft { signed_in: Some(SIGNED_IN.to_owned()), ..Draft::default() };
    draft.defaults.push(format!("which API was asked: {}", super::given::api_of(scope)));
    settings(&mut draft, code, scope);
    asks(&mut draft, incident, scope);
    draft
}

fn by_fault(incident: &Incident, row: &Row) -> Draft {
    let mut draft = Draft::default();
    draft.comments.push("Nothing that the mock knows leads to it, so the answer is made to order.".to_owned());
    draft.steps.push(format!("inject_fault: {{ endpoint: authorize, code: {} }}", row.number));
    asks(&mut draft, incident, SIGNED_IN);
    draft
}

/// The error alone, or what a user who presses cancel leads to.
fn ordered(incident: &Incident, code: Option<Aadsts>) -> Draft {
    let error = incident.error.as_deref().unwrap_or_default();
    let mut draft = Draft::default();
    let without_number = Incident { code: None, suberror: None, claims: None, ..incident.clone() };
    if error == "access_denied" && incident.subcode.is_some() {
        draft.comments.push("The user leaves by the button, as far as the address tells.".to_owned());
        draft.given.push("virtual_user: { consent: decline }".to_owned());
        asks(&mut draft, &without_number, "mail/Mail.Read");
        return draft;
    }
    let is_known = serde_json::from_value::<OAuthError>(error.into()).is_ok();
    let sent = if is_known { error } else { "server_error" };
    draft.steps.push(format!("inject_fault: {{ endpoint: authorize, redirect_error: {sent} }}"));
    draft
        .comments
        .push("The redirect with this error is made to order; it carries the error and nothing else.".to_owned());
    if !is_known {
        draft.defaults.push(format!("the error: {sent}, as the mock redirects with no `{error}`"));
    }
    if let Some(number) = incident.code {
        let why = if code.is_some() { "on a page" } else { "nowhere" };
        draft.defaults.push(format!("the AADSTS number: none, as the mock shows {number} {why}"));
    }
    let alone = Incident { error: Some(sent.to_owned()), subcode: None, error_uri: false, ..without_number };
    asks(&mut draft, &alone, SIGNED_IN);
    draft
}

fn asks(draft: &mut Draft, incident: &Incident, scope: &str) {
    draft.step_ending_in(&format!("authorize_request:\n    as: desktop\n    scopes: [{scope}]"), &expected(incident));
}

/// In what the incident differs from what the mock's redirect says.
fn otherwise(incident: &Incident, row: &Row) -> ErrorChanged {
    let error = incident.error.as_deref().unwrap_or_default();
    let usual = match (row.error, row.number) {
        // The words of a request that may show no page.
        ("invalid_grant", 65001) => "consent_required",
        ("invalid_grant", 50076) => "interaction_required",
        ("invalid_grant", _) => "access_denied",
        (error, _) => error,
    };
    let suberror = incident.suberror.as_deref();
    ErrorChanged {
        error: (error != usual).then(|| error.to_owned()),
        suberror: (suberror != row.suberror).then(|| suberror.unwrap_or("absent").to_owned()),
        error_uri: (incident.error_uri != row.error_uri).then_some(incident.error_uri),
        ..ErrorChanged::default()
    }
}

/// Every parameter of the address, as a step expects it.
fn expected(incident: &Incident) -> Vec<String> {
    let mut members = Vec::new();
    members.extend(incident.error.as_ref().map(|error| format!("error: {}", scalar(error))));
    members.extend(incident.code.map(|code| format!("code: {code}")));
    let word = |text: &Option<String>| text.as_deref().map_or_else(|| "none".to_owned(), scalar);
    members.push(format!("error_subcode: {}", word(&incident.subcode)));
    let asked = Asked::of(incident.claims.as_deref());
    members.push(match (&incident.claims, names_of_policies(&asked).join(", ")) {
        (None, _) => "claims: none".to_owned(),
        (Some(_), names) if names.is_empty() => "claims: any".to_owned(),
        (Some(_), names) => format!("claims: {{ policies: [{names}] }}"),
    });
    members.push(format!("parameters: {{ suberror: {} }}", word(&incident.suberror)));
    members
}
