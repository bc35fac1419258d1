//! A page of the sign-in, drawn from what `flow` says is next.

use uuid::Uuid;

use crate::{
    directory::Method,
    error::{Refusal, Trace, entra_time},
    flow::{Flow, Page},
    pages::{self, ApiGroup, Failure, Form, Frame, ScopeLine, Tile},
    policy::{Decision, MissingConsent},
    state::{State, Tenant},
};

/// Draws `page` of the sign-in `ctx`; `error` is the sentence about what was typed before.
pub(super) fn draw(
    tenant: &Tenant,
    state: &State,
    flow: &Flow,
    ctx: &str,
    page: &Page,
    decision: &Decision,
    error: Option<&str>,
) -> String {
    let directory = &state.directory;
    let reasons: Vec<String> = decision.reasons.iter().map(|reason| reason.because.clone()).collect();
    let client = directory.applications.iter().find(|application| application.client_id == flow.request.client);
    let application = client.map_or("", |client| client.display_name());
    let frame = Frame { tenant: &directory.display_name, application, decision: &reasons };
    let action = format!("/{}/login", tenant.id);
    let form = Form { action: &action, ctx };
    let account = flow.account.and_then(|account| directory.user_by_id(account));
    let username = account.map(|user| directory.username(user)).or_else(|| flow.typed_name.clone()).unwrap_or_default();

    match page {
        Page::Username => pages::username(&frame, &form, &username, error),
        Page::Password => pages::password(&frame, &form, &username, error),
        Page::PickAccount => {
            let names: Vec<(String, &str)> = state
                .sessions
                .of(&flow.browser)
                .iter()
                .filter_map(|session| directory.user_by_id(session.user))
                .map(|user| (directory.username(user), user.name.as_str()))
                .collect();
            let tiles: Vec<Tile<'_>> =
                names.iter().map(|(username, name)| Tile { username, name, signed_in: true }).collect();
            pages::pick_account(&frame, &form, &tiles)
        }
        Page::OneTimeCode => pages::one_time_code(&frame, &form, &username, error),
        Page::Passkey => pages::passkey(&frame, &form, &username),
        Page::RegisterMethod(method) => {
            let method = match method {
                Method::OneTimeCode => "a one-time code",
                Method::Passkey => "a passkey",
            };
            pages::register_method(&frame, &form, &username, method)
        }
        Page::PasswordChange(refusal) => pages::password_change(&frame, &form, &username, &refusal.sentence(), error),
        Page::TermsOfUse => pages::terms_of_use(&frame, &form, &username),
        Page::ExternalChallenge => pages::external_challenge(&frame, &form, &username),
        Page::StaySignedIn => pages::stay_signed_in(&frame, &form, &username),
        Page::RequestApproval(refusal) => {
            pages::request_approval(&frame, &form, &username, refusal.number(), &refusal.sentence())
        }
        Page::RequestSent(_) => pages::request_sent(&frame, &form, &username),
        Page::Consent(missing) => {
            let maintain_access = flow.request.scopes.oidc.offline_access;
            let administrator = account.is_some_and(|user| user.administrator);
            let names: Vec<String> = missing.iter().map(|row| api_name(state, flow, row)).collect();
            let groups: Vec<ApiGroup<'_>> =
                missing.iter().zip(&names).map(|(row, name)| group(state, row, name)).collect();
            pages::consent(&frame, &form, &username, &groups, maintain_access, administrator)
        }
        Page::Blocked(refusal) => pages::blocked(&frame, &form, &username, refusal.number(), &refusal.sentence()),
    }
}

/// The error page: nothing is sent to the client (escalation reference 2.8, G1).
pub(super) fn failure(tenant: &str, refusal: &Refusal, trace: &Trace) -> String {
    let row = refusal.code.row();
    pages::error(
        &Frame { tenant, application: "", decision: &[] },
        &Failure {
            code: refusal.number(),
            error: refusal.error(),
            description: &refusal.sentence(),
            trace_id: &guid(trace.trace_id),
            correlation_id: &guid(trace.correlation_id),
            timestamp: &entra_time(trace.at),
            advice: &format!("{} To see it again: {}.", refusal.code.meaning(), row.provoke),
        },
    )
}

/// The name of the API; under combined consent also who will call it.
fn api_name(state: &State, flow: &Flow, row: &MissingConsent) -> String {
    let name = state.directory.api(&row.api).map_or(row.api.as_str(), |api| api.display_name());
    let caller = state.directory.applications.iter().find(|application| application.client_id == row.client);
    match caller.filter(|caller| caller.client_id != flow.request.client) {
        Some(caller) => format!("{name}, which {} calls for you", caller.display_name()),
        None => name.to_owned(),
    }
}

fn group<'a>(state: &'a State, row: &'a MissingConsent, name: &'a str) -> ApiGroup<'a> {
    let api = state.directory.api(&row.api);
    let scopes = row
        .asked
        .iter()
        .map(|name| ScopeLine {
            name,
            description: api.and_then(|api| api.scope(name)).map_or("", |scope| scope.description.as_str()),
            new: row.missing.contains(name),
        })
        .collect();
    ApiGroup { api: name, scopes }
}

fn guid(id: Uuid) -> String {
    id.to_string()
}
