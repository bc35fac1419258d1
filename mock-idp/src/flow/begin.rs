//! The start of a sign-in: whose account it is about, before anybody was asked.

use uuid::Uuid;

use crate::{
    directory::Platform,
    language::Language,
    policy::Interaction,
    state::{State, Tenant},
};

use super::{AuthorizeRequest, Flow, Prompt, ReplyTo, Way};

/// Where a sign-in starts.
#[derive(Clone, Copy)]
pub struct Start<'a> {
    /// The browser's cookie.
    pub browser: &'a str,
    /// Whether the request went to `/common`.
    pub any_tenant: bool,
    /// The number of the `/authorize` exchange in the log.
    pub number: u64,
    /// The client's correlation id.
    pub correlation_id: Uuid,
    /// The operating system that the browser names.
    pub platform: Option<Platform>,
    /// The language that the pages are to be in.
    pub language: Language,
}

/// The browser's cookie is in there.
impl std::fmt::Debug for Start<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Start").field("number", &self.number).finish_non_exhaustive()
    }
}

/// Opens a sign-in for `request` and returns its `ctx`.
pub fn begin(tenant: &Tenant, state: &mut State, request: AuthorizeRequest, start: &Start<'_>) -> String {
    let Start { browser, any_tenant, number, correlation_id, platform, language } = *start;
    let account = account(state, &request, browser);
    let sessions = state.sessions.of(browser).len();
    let asked_to_choose = request.prompt == Some(Prompt::SelectAccount);
    let undecided = account.is_none() && request.login_hint.is_none() && request.prompt != Some(Prompt::Login);
    let interaction = Interaction {
        force_sign_in: request.prompt == Some(Prompt::Login) || too_old(tenant, state, &request, browser, account),
        force_consent: request.prompt == Some(Prompt::Consent),
        whole_tenant: matches!(request.reply, ReplyTo::AdminConsent(_)),
        choose_account: sessions > 0 && (asked_to_choose || (undecided && sessions > 1)),
        ..Interaction::default()
    };
    let typed_name = if account.is_none() { request.login_hint.clone() } else { None };
    let ctx = tenant.ids.word();
    state.flows.insert(
        ctx.clone(),
        Flow {
            request,
            any_tenant,
            browser: browser.to_owned(),
            account,
            typed_name,
            interaction,
            stays: None,
            requested_approval: false,
            way: Way::Usual,
            numbers_missed: 0,
            confirmed_device: false,
            platform,
            language,
            number,
            correlation_id,
        },
    );
    ctx
}

/// The account that the hint names, else the only one that is signed in.
fn account(state: &State, request: &AuthorizeRequest, browser: &str) -> Option<Uuid> {
    if let Some(hint) = &request.login_hint {
        return state.directory.user(hint).map(|user| user.id);
    }
    match (request.prompt, state.sessions.of(browser)) {
        (Some(Prompt::Login | Prompt::SelectAccount), _) => None,
        (_, [only]) => Some(only.user),
        _ => None,
    }
}

/// Whether the session is older than `max_age` allows (OpenID Connect Core 3.1.2.1).
fn too_old(tenant: &Tenant, state: &State, request: &AuthorizeRequest, browser: &str, account: Option<Uuid>) -> bool {
    let session = account.and_then(|account| state.sessions.find(browser, account));
    match (request.max_age, session) {
        (Some(max_age), Some(session)) => {
            tenant.now().duration_since(session.strength.signed_in_at).as_secs() > max_age
        }
        _ => false,
    }
}
