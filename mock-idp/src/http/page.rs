//! A page of the sign-in, drawn from what `flow` says is next.

use uuid::Uuid;

use crate::{
    directory::Method,
    error::{Refusal, Trace, entra_time},
    flow::{DeviceFact, Flow, Mistake, NumberMatch, Page},
    language::Language,
    pages::{self, Catalogued, Form, Frame, Ground, Identifiers, NumberShown, Obstacle, Tile, text},
    policy::{Decision, Reason},
    state::{State, Tenant},
};

use super::{consent_page, problem};

/// Draws `page` of the sign-in `ctx`; `mistake` is what was wrong with what was typed before.
pub(super) fn draw(
    tenant: &Tenant,
    state: &State,
    flow: &Flow,
    ctx: &str,
    page: &Page,
    decision: &Decision,
    mistake: Option<&Mistake>,
) -> String {
    let directory = &state.directory;
    let grounds: Vec<Ground> = decision.reasons.iter().map(ground).collect();
    let client = directory.applications.iter().find(|application| application.client_id == flow.request.client);
    let application = client.map_or("", |client| client.display_name());
    let texts = text::of(flow.language);
    let frame = Frame { texts, tenant: &directory.display_name, application, decision: &grounds };
    let action = format!("/{}/login", tenant.id);
    let form = Form { action: &action, ctx };
    let account = flow.account.and_then(|account| directory.user_by_id(account));
    let username = account.map(|user| directory.username(user)).or_else(|| flow.typed_name.clone()).unwrap_or_default();
    let problem = mistake.map(|mistake| problem::of(mistake, &directory.display_name, texts));
    let problem = problem.as_ref();

    match page {
        Page::Username => pages::username(&frame, &form, &username, problem),
        Page::Password => pages::password(&frame, &form, &username, problem),
        Page::PickAccount => {
            pages::pick_account(&frame, &form, &tiles(state, flow).iter().map(tile).collect::<Vec<_>>())
        }
        Page::SecondFactor { method, others } => {
            let has_others = !others.is_empty();
            match method {
                Method::OneTimeCode => pages::one_time_code(&frame, &form, &username, has_others, problem),
                Method::NumberMatching => {
                    let NumberMatch { shown, offered } = NumberMatch::of(ctx, flow.numbers_missed);
                    let number = NumberShown { shown, offered };
                    pages::number_matching(&frame, &form, &username, number, has_others, problem)
                }
                Method::Passkey => pages::passkey(&frame, &form, &username, has_others),
            }
        }
        Page::ChooseWay(methods) => pages::choose_way(&frame, &form, &username, methods),
        Page::RegisterMethod(methods) => pages::register_method(&frame, &form, &username, methods),
        Page::PasswordChange(refusal) => pages::password_change(&frame, &form, &username, &refusal.sentence(), problem),
        Page::TermsOfUse => pages::terms_of_use(&frame, &form, &username),
        Page::ExternalChallenge => pages::external_challenge(&frame, &form, &username),
        Page::ConfirmDevice => pages::confirm_device(&frame, &form, &username),
        Page::StaySignedIn => pages::stay_signed_in(&frame, &form, &username),
        Page::RequestApproval(refusal) => {
            pages::request_approval(&frame, &form, &username, &catalogued(refusal, &refusal.sentence()))
        }
        Page::RequestSent(_) => pages::request_sent(&frame, &form, &username),
        Page::Consent(missing) => {
            let asked = consent_page::Asked { state, flow, client, account, missing, now: tenant.now() };
            asked.draw(&frame, &form, &username)
        }
        Page::Blocked(refusal) => {
            let sentence = refusal.sentence();
            let error = catalogued(refusal, &sentence);
            pages::blocked(&frame, &form, &username, obstacle(refusal), &error)
        }
    }
}

/// The error page: nothing is sent to the client (escalation reference 2.8, G1).
pub(super) fn failure(language: Language, tenant: &str, application: &str, refusal: &Refusal, trace: &Trace) -> String {
    let grounds = [Ground::new("no rule was asked: the request itself is refused")];
    let frame = Frame { texts: text::of(language), tenant, application, decision: &grounds };
    let ids = Identifiers {
        trace_id: &guid(trace.trace_id),
        correlation_id: &guid(trace.correlation_id),
        timestamp: &entra_time(trace.at),
    };
    pages::error(&frame, &catalogued(refusal, &refusal.sentence()), &ids)
}

fn ground(reason: &Reason) -> Ground {
    Ground { because: reason.because.clone(), satisfied_by: reason.satisfied_by.as_ref().map(ToString::to_string) }
}

/// The accounts that are signed in in the browser: user name and full name.
fn tiles(state: &State, flow: &Flow) -> Vec<(String, String)> {
    let sessions = state.sessions.of(&flow.browser).iter();
    let users = sessions.filter_map(|session| state.directory.user_by_id(session.user));
    users.map(|user| (state.directory.username(user), user.name.clone())).collect()
}

fn tile((username, name): &(String, String)) -> Tile<'_> {
    Tile { username, name, signed_in: true }
}

/// What the catalogue says of a refusal. `sentence`: its own.
fn catalogued<'a>(refusal: &Refusal, sentence: &'a str) -> Catalogued<'a> {
    let row = refusal.code.row();
    Catalogued {
        code: refusal.number(),
        error: refusal.error(),
        description: sentence,
        meaning: refusal.code.meaning(),
        cure: row.cure,
        provoke: row.provoke,
    }
}

/// What kind of obstacle the page tells of.
fn obstacle(refusal: &Refusal) -> Obstacle {
    use crate::error::{Aadsts, Table};
    if let Some(fact) = DeviceFact::missing(refusal.code) {
        return Obstacle::Device(fact.setting());
    }
    match (refusal.code, refusal.code.row().table) {
        (Aadsts::ApplicationNotApproved | Aadsts::AppProtectionRequired, _) => Obstacle::Application,
        (_, Table::Consent) => Obstacle::Approval,
        (_, Table::Account) => Obstacle::Account,
        _ => Obstacle::Policy,
    }
}

fn guid(id: Uuid) -> String {
    id.to_string()
}
