//! The sign-in, from `/authorize` to the redirect: what the person in front of the browser sees next.
//!
//! After each step [`next`] looks at the session and asks `policy` again, from the beginning; the steps themselves
//! (sign-in, second factor, consent, …) never call each other.
//!
//! ```text
//! /authorize ─► begin ─┐                       ┌─► page ─► submit ─┐
//!                      └─► next ─► decide ─────┤                   └─► next …
//!                                              └─► answer at the redirect address
//! ```

mod begin;
mod redirect;
mod request;
mod steps;

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

pub use begin::{Start, begin};
pub use redirect::{ResponseMode, is_registered, location};
pub use request::{AuthorizeRequest, Pkce, Prompt, Rejected, Reply, ReplyTo, client};
pub use steps::{Submitted, submit};

use crate::{
    directory::PromptNoneConsent,
    error::{Aadsts, Refusal},
    policy::{self, Decision, Demand, Interaction, MissingConsent, SignInReason, Situation, Subject, Who},
    state::{Approval, Code, CodeGrant, Session, State, Tenant},
};

/// A sign-in in progress, in one browser.
#[derive(Clone, Debug)]
pub struct Flow {
    /// What the client asked.
    pub request: AuthorizeRequest,
    /// Whether it began at `/common` and may end in another tenant.
    pub any_tenant: bool,
    /// The browser's cookie.
    pub browser: String,
    /// The account it is about, as soon as that is known.
    pub account: Option<Uuid>,
    /// A name that was typed or hinted at and that nobody has.
    pub typed_name: Option<String>,
    /// What the pages have seen so far.
    pub interaction: Interaction,
    /// The number of the `/authorize` exchange in the log.
    pub number: u64,
    /// The client's correlation id; it stays the same for all pages.
    pub correlation_id: Uuid,
}

/// What happens next.
#[derive(Clone, Debug)]
pub enum Next {
    /// A page is shown.
    Page(Page),
    /// The sign-in is over.
    End(Box<End>),
}

/// How a sign-in ends, and who is told.
#[derive(Clone, Debug)]
pub enum End {
    /// These parameters go to the redirect address.
    Redirect(Reply, Answer),
    /// This becomes of the device code.
    Device(String, Result<Approval, Refusal>),
}

impl End {
    /// The sign-in ends without a grant. `cancelled`: the user left by a button.
    fn refused(to: &ReplyTo, refusal: Refusal, cancelled: bool) -> Self {
        match to {
            ReplyTo::Redirect(reply) => Self::Redirect(reply.clone(), Answer::Error { refusal, cancelled }),
            ReplyTo::Device(code) => Self::Device(code.clone(), Err(refusal)),
        }
    }
}

/// What a client is told at its redirect address.
#[derive(Clone)]
pub enum Answer {
    /// With a code and what goes with it.
    Code(Vec<(&'static str, String)>),
    /// With an error. `cancelled`: the user left by a button.
    Error {
        /// What goes wrong.
        refusal: Refusal,
        /// Whether the user left by a button (`error_subcode=cancel`).
        cancelled: bool,
    },
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(_) => f.write_str("Code([redacted])"),
            Self::Error { refusal, cancelled } => {
                f.debug_struct("Error").field("refusal", refusal).field("cancelled", cancelled).finish()
            }
        }
    }
}

/// A page to show.
#[derive(Clone, Debug, PartialEq)]
pub enum Page {
    /// Who are you?
    Username,
    /// Prove it.
    Password,
    /// Which of the accounts that are signed in?
    PickAccount,
    /// The second factor.
    OneTimeCode,
    /// Register a second factor first.
    RegisterMethod,
    /// May the application do this?
    Consent(Vec<MissingConsent>),
    /// No; the user can only go back.
    Blocked(Refusal),
}

impl Page {
    /// The word for it in the log.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Password => "password",
            Self::PickAccount => "pick account",
            Self::OneTimeCode => "one-time code",
            Self::RegisterMethod => "register method",
            Self::Consent(_) => "consent",
            Self::Blocked(_) => "blocked",
        }
    }
}

/// Looks at the sign-in `ctx` as it stands and says what happens next, and why.
///
/// # Errors
///
/// 165000 if there is no such sign-in.
pub fn next(tenant: &Tenant, state: &mut State, ctx: &str) -> Result<(Next, Decision), Refusal> {
    let flow = state.flows.get(ctx).cloned().ok_or_else(|| Refusal::new(Aadsts::StaleInteraction))?;
    let situation = situation(state, &flow, tenant)?;
    let decision = policy::decide(&situation);
    let next = match decision.next_page() {
        None => Next::End(Box::new(grant(tenant, state, &flow)?)),
        Some(demand) if flow.request.prompt == Some(Prompt::None) => {
            let refusal = without_pages(demand, &situation).with_claims(decision.challenge());
            let refusal = refusal.changed_by(&situation.directory.switches);
            Next::End(Box::new(End::refused(&flow.request.reply, refusal, false)))
        }
        Some(demand) => Next::Page(page(demand, &flow, &situation)),
    };
    if matches!(next, Next::End(_)) {
        state.flows.remove(ctx);
    }
    Ok((next, decision))
}

fn situation<'a>(state: &'a State, flow: &'a Flow, tenant: &Tenant) -> Result<Situation<'a>, Refusal> {
    let client = flow.request.client;
    let client = state
        .directory
        .applications
        .iter()
        .find(|application| application.client_id == client)
        .ok_or_else(|| Refusal::new(Aadsts::UnknownClient).with("client", client).with("tenant", tenant.id))?;
    let subject = flow.account.and_then(|account| {
        let session = state.sessions.find(&flow.browser, account)?;
        Some(Subject { user: state.directory.user_by_id(account)?, strength: session.strength })
    });
    Ok(Situation {
        directory: &state.directory,
        policies: &state.policies,
        ledger: &state.ledger,
        client,
        scopes: &flow.request.scopes,
        claims: &flow.request.claims,
        who: subject.map_or(Who::Nobody, Who::User),
        device_code: matches!(flow.request.reply, ReplyTo::Device(_)),
        now: tenant.now(),
        interaction: Some(flow.interaction),
        consents_known_until: tenant.now(),
    })
}

/// The page for what is missing.
fn page(demand: &Demand, flow: &Flow, situation: &Situation<'_>) -> Page {
    match demand {
        Demand::ChooseAccount => Page::PickAccount,
        Demand::SignIn(_) if flow.account.is_none() => Page::Username,
        Demand::SignIn(_) => Page::Password,
        Demand::Mfa | Demand::MfaTooOld => Page::OneTimeCode,
        Demand::MfaEnrolment => Page::RegisterMethod,
        Demand::Consent(missing) => Page::Consent(missing.clone()),
        Demand::AdminConsent(_) => Page::Blocked(
            Refusal::new(Aadsts::AdminConsentRequired).with("client_name", situation.client.display_name()),
        ),
        Demand::AccountDisabled | Demand::Blocked | Demand::Remedy(_) => Page::Blocked(demand.refusal(situation)),
    }
}

/// The redirect error where no page may be shown (escalation reference 2.8, G2 to G5).
fn without_pages(demand: &Demand, situation: &Situation<'_>) -> Refusal {
    let refusal = demand.refusal(situation);
    match demand {
        Demand::SignIn(SignInReason::TooOld { .. }) => refusal.with_error("login_required"),
        Demand::SignIn(_) | Demand::ChooseAccount => refusal,
        Demand::Consent(_) | Demand::AdminConsent(_) => {
            refusal.with_error(match situation.directory.switches.prompt_none_consent {
                PromptNoneConsent::ConsentRequired => "consent_required",
                PromptNoneConsent::InteractionRequired => "interaction_required",
            })
        }
        Demand::AccountDisabled => refusal.with_error("access_denied"),
        Demand::Blocked | Demand::Remedy(_) | Demand::Mfa | Demand::MfaTooOld | Demand::MfaEnrolment => {
            refusal.with_error("interaction_required")
        }
    }
}

/// Grants what the flow asked and proved: a code, or the approval of a device.
fn grant(tenant: &Tenant, state: &mut State, flow: &Flow) -> Result<End, Refusal> {
    let stale = || Refusal::new(Aadsts::StaleInteraction);
    let account = flow.account.ok_or_else(stale)?;
    let session = state.sessions.find(&flow.browser, account).cloned().ok_or_else(stale)?;
    Ok(match &flow.request.reply {
        ReplyTo::Redirect(reply) => {
            let code = issue_code(tenant, state, flow, reply, &session);
            End::Redirect(reply.clone(), Answer::Code(code))
        }
        ReplyTo::Device(code) => {
            let Session { user, sid, strength } = session;
            End::Device(code.clone(), Ok(Approval { tenant: tenant.id, user, strength, sid }))
        }
    })
}

fn issue_code(
    tenant: &Tenant,
    state: &mut State,
    flow: &Flow,
    reply: &Reply,
    session: &Session,
) -> Vec<(&'static str, String)> {
    let account = session.user;
    let request = &flow.request;
    let now = tenant.now();
    let code = new_code(tenant);
    state.codes.prune(|code| code.is_expired(now));
    state.codes.insert(
        code.clone(),
        Code::Fresh(Box::new(CodeGrant {
            issued_at: now,
            client: request.client,
            user: account,
            redirect_uri: reply.address.clone(),
            scopes: request.scopes.clone(),
            claims: request.claims.clone(),
            pkce: request.pkce.clone(),
            nonce: request.nonce.clone(),
            strength: session.strength,
            sid: session.sid,
            wants_auth_time: request.max_age.is_some(),
        })),
    );
    let mut parameters = vec![("code", code)];
    if request.client_info {
        // A guest's home account is looked up by the token endpoint, too; here the hint alone counts.
        parameters.push(("client_info", crate::token::Home { uid: account, utid: tenant.id }.client_info()));
    }
    parameters.push(("session_state", session.sid.to_string()));
    parameters
}

/// A new authorization or device code.
#[must_use]
pub fn new_code(tenant: &Tenant) -> String {
    format!("1.{}.{}", URL_SAFE_NO_PAD.encode(tenant.id.as_bytes()), tenant.ids.word())
}

/// The tenant that issued `code`, as the code itself says.
#[must_use]
pub fn tenant_of_code(code: &str) -> Option<Uuid> {
    let (_, rest) = code.split_once('.')?;
    let (tenant, _) = rest.split_once('.')?;
    Uuid::from_slice(&URL_SAFE_NO_PAD.decode(tenant).ok()?).ok()
}

/// Tenants look each other up through this, so that a sign-in can move to where its user belongs.
pub type Tenants<'a> = &'a dyn Fn(&str) -> Option<Arc<Tenant>>;
