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
mod device_fact;
mod mistake;
mod page;
mod redirect;
mod request;
mod second_factor;
mod steps;

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

pub use begin::{Start, begin};
pub use device_fact::DeviceFact;
pub use mistake::Mistake;
pub use page::{Page, usual_method};
pub use redirect::{ResponseMode, is_registered, location, same_but_port};
pub use request::{AuthorizeRequest, Pkce, Prompt, Rejected, Reply, ReplyTo, client};
pub use second_factor::{NumberMatch, Way};
pub use steps::{Submitted, is_multi_tenant, submit};

use crate::{
    directory::{Directory, PersistentBrowser, Platform},
    error::{Aadsts, Refusal},
    language::Language,
    policy::{self, Circumstances, Decision, Demand, Interaction, Situation, Subject, Who},
    state::{Approval, Code, CodeGrant, Session, State, Tenant},
};

/// A sign-in in progress, in one browser.
#[derive(Clone)]
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
    /// Whether the user wants to stay signed in, once asked.
    pub stays: Option<bool>,
    /// Whether the user has sent a request for approval.
    pub requested_approval: bool,
    /// The method of the second factor.
    pub way: Way,
    /// How many numbers were missed or denied on the phone.
    pub numbers_missed: u32,
    /// Whether the user has confirmed that a device of hers is to be signed in.
    pub confirmed_device: bool,
    /// The operating system that the browser names.
    pub platform: Option<Platform>,
    /// The language of the pages.
    pub language: Language,
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

/// The browser's cookie is in there.
impl std::fmt::Debug for Flow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Flow").field("request", &self.request).field("account", &self.account).finish_non_exhaustive()
    }
}

/// How a sign-in ends, and who is told.
#[derive(Clone)]
pub enum End {
    /// These parameters go to the redirect address.
    Redirect(Reply, Answer),
    /// This becomes of the device code.
    Device(String, Result<Approval, Refusal>),
}

impl std::fmt::Debug for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Redirect(reply, answer) => f.debug_tuple("Redirect").field(reply).field(answer).finish(),
            Self::Device(_, approval) => f.debug_tuple("Device").field(&"[redacted]").field(approval).finish(),
        }
    }
}

impl End {
    /// The sign-in ends without a grant. `cancelled`: the user left by a button.
    fn refused(to: &ReplyTo, refusal: Refusal, cancelled: bool) -> Self {
        match to {
            ReplyTo::Redirect(reply) => Self::Redirect(reply.clone(), Answer::Error { refusal, cancelled }),
            ReplyTo::AdminConsent(reply) => Self::Redirect(reply.clone(), Answer::AdminConsentRefused(refusal)),
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
    /// That an administrator consented for the whole tenant, with what goes with it.
    AdminConsent(Vec<(&'static str, String)>),
    /// That nobody did.
    AdminConsentRefused(Refusal),
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(_) => f.write_str("Code([redacted])"),
            Self::AdminConsent(parameters) => f.debug_tuple("AdminConsent").field(parameters).finish(),
            Self::AdminConsentRefused(refusal) => f.debug_tuple("AdminConsentRefused").field(refusal).finish(),
            Self::Error { refusal, cancelled } => {
                f.debug_struct("Error").field("refusal", refusal).field("cancelled", cancelled).finish()
            }
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
    let switches = situation.directory.switches.clone();
    let next = match decision.next_page() {
        Some(demand) if flow.request.prompt == Some(Prompt::None) => {
            let refusal = page::without(demand, &situation).with_claims(decision.challenge(&switches));
            Next::End(Box::new(End::refused(&flow.request.reply, refusal.changed_by(&switches), false)))
        }
        None | Some(Demand::Consent(_)) if asks_to_confirm(&flow) => Next::Page(Page::ConfirmDevice),
        None | Some(Demand::Consent(_)) if switches.stay_signed_in_page && asks_to_stay(&flow, &decision) => {
            Next::Page(Page::StaySignedIn)
        }
        Some(demand) => Next::Page(page::of(demand, &flow, &situation)),
        None => {
            remember(state, &flow, decision.persistent_browser);
            Next::End(Box::new(grant(tenant, state, &flow)?))
        }
    };
    if matches!(next, Next::End(_)) {
        state.flows.remove(ctx);
    }
    Ok((next, decision))
}

/// Whether a device is signed in and the user has not said that it is hers: whoever made her type a code, or open its address,
/// gets nothing by a session that is there already (RFC 8628, 5.4).
fn asks_to_confirm(flow: &Flow) -> bool {
    matches!(flow.request.reply, ReplyTo::Device(_)) && !flow.confirmed_device
}

/// Whether the user, who typed credentials, has not been asked to stay signed in, and no policy has said so.
fn asks_to_stay(flow: &Flow, decision: &Decision) -> bool {
    flow.interaction.signed_in && flow.stays.is_none() && decision.persistent_browser.is_none()
}

/// Whether the session outlives the browser: as a policy says, else as the user wished.
fn remember(state: &mut State, flow: &Flow, policy: Option<PersistentBrowser>) {
    let persistent = policy.map(|policy| policy == PersistentBrowser::Always).or(flow.stays);
    let session = flow.account.and_then(|account| state.sessions.find_mut(&flow.browser, account));
    if let (Some(persistent), Some(session)) = (persistent, session) {
        session.persistent = persistent;
    }
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
        circumstances: Circumstances {
            device_code: matches!(flow.request.reply, ReplyTo::Device(_)),
            platform: flow.platform,
            claims_alone_bring_policies: state.directory.switches.policies_by_claims_only,
        },
        now: tenant.now(),
        interaction: Some(flow.interaction),
        consents_known_until: tenant.now(),
    })
}

/// Grants what the flow asked and proved: a code, or the approval of a device.
fn grant(tenant: &Tenant, state: &mut State, flow: &Flow) -> Result<End, Refusal> {
    let stale = || Refusal::new(Aadsts::StaleInteraction);
    let account = flow.account.ok_or_else(stale)?;
    let session = state.sessions.find(&flow.browser, account).cloned().ok_or_else(stale)?;
    Ok(match &flow.request.reply {
        ReplyTo::Redirect(reply) => {
            let code = issue_code(tenant, state, flow, reply, &session);
            if let Some(session) = state.sessions.find_mut(&flow.browser, account)
                && !session.clients.contains(&flow.request.client)
            {
                session.clients.push(flow.request.client);
            }
            End::Redirect(reply.clone(), Answer::Code(code))
        }
        ReplyTo::AdminConsent(reply) => {
            End::Redirect(reply.clone(), Answer::AdminConsent(admin_consent(&state.directory, &flow.request)))
        }
        ReplyTo::Device(code) => {
            let Session { user, sid, strength, .. } = session;
            End::Device(code.clone(), Ok(Approval { tenant: tenant.id, user, strength, sid }))
        }
    })
}

/// What the redirect address learns of an administrator's consent (escalation reference 3.2).
fn admin_consent(directory: &Directory, request: &AuthorizeRequest) -> Vec<(&'static str, String)> {
    let scopes: Vec<String> = request.scopes.apis.iter().flat_map(|asked| asked.asked.clone()).collect();
    vec![("admin_consent", "True".to_owned()), ("tenant", directory.id.to_string()), ("scope", scopes.join(" "))]
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
