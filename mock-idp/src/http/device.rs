//! The device code flow, as far as it is not the token endpoint's: `/{t}/oauth2/v2.0/devicecode`, where a device asks for
//! a code, and `/deviceauth`, where a person types it and goes on to the ordinary sign-in.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::{Deserialize, Serialize};

use crate::{
    claims_request::ClaimsRequest,
    clock::Clock as _,
    directory::Dialect,
    error::{Aadsts, Refusal},
    flow::{self, AuthorizeRequest, ReplyTo},
    grant,
    language::Language,
    pages::{
        self, Form, Frame, Ground, Problem,
        text::{self, Texts},
    },
    params::Params,
    recorder::{Answer, Endpoint, Exchange},
    scopes::Scopes,
    state::{Approval, Authority, DeviceCode, Polls, Progress, Tenant},
};

use super::{Idp, incoming::Incoming, login, problem, respond};

/// `/{t}/oauth2/v2.0/devicecode` and `/{t}/oauth2/devicecode` (RFC 8628, 3.1): gives a device its two codes.
pub(super) async fn start(State(idp): State<Arc<Idp>>, Path(tenant): Path<String>, incoming: Incoming) -> Response {
    let authority = match idp.authority(&tenant) {
        Ok(authority) => authority,
        Err(refusal) => {
            let trace = incoming.trace(None, &idp.ids, idp.clock.now());
            return respond::refusal(&refusal, &trace, idp.registry.document().switches.trailer);
        }
    };
    let tenant = authority.tenant();
    let params = incoming.form();
    let trace = incoming.trace(params.as_ref().ok(), &tenant.ids, tenant.now());
    let known = params.as_ref().cloned().unwrap_or_default();
    let mut exchange = incoming.exchange(Endpoint::DeviceCode, &known, &trace);
    exchange.number = tenant.log.reserve();
    let dialect = incoming.dialect();
    let issued = params.and_then(|params| {
        let entry = read(&params, dialect, &authority, &exchange)?;
        Ok(issue(&idp, tenant, entry))
    });
    let (answer, response) = match issued {
        Ok((user_code, code)) => {
            let codes = codes(dialect, &idp.base_of(&incoming), &user_code, &code);
            (Answer::of(200, "device code"), respond::json(200, &codes, &trace))
        }
        Err(refusal) => {
            let trailer = tenant.state().directory.switches.trailer;
            (Answer::refused(refusal.status(), "error", &refusal), respond::refusal(&refusal, &trace, trailer))
        }
    };
    exchange.answer = answer;
    tenant.log.add(exchange);
    response
}

/// Reads what the device asks.
fn read(params: &Params, dialect: Dialect, authority: &Authority, exchange: &Exchange) -> Result<DeviceCode, Refusal> {
    let directory = authority.tenant().state().directory.clone();
    let any_tenant = matches!(authority, Authority::Any { .. });
    let client = grant::device_client(params.require("client_id")?, any_tenant, &directory)?;
    let scopes = Scopes::parse(&dialect.required_scope(params)?, client, &directory)?;
    let claims_text = params.get("claims").map(str::to_owned);
    Ok(DeviceCode {
        issued_at: exchange.at,
        client: client.client_id,
        scopes,
        claims: claims_text.as_deref().map(ClaimsRequest::parse).transpose()?.unwrap_or_default(),
        claims_text,
        any_tenant,
        number: exchange.number,
        correlation_id: exchange.correlation_id,
        progress: Progress::Pending,
        polls: Polls::default(),
    })
}

fn issue(idp: &Idp, tenant: &Tenant, entry: DeviceCode) -> (String, String) {
    let code = flow::new_code(tenant);
    let user_code = idp.user_codes.issue(tenant.id, &code, &tenant.ids);
    let now = tenant.now();
    let mut state = tenant.state();
    state.device_codes.prune(|entry| entry.is_forgotten(now));
    state.device_codes.insert(code.clone(), entry);
    (user_code, code)
}

fn codes(dialect: Dialect, base: &str, user_code: &str, code: &str) -> serde_json::Value {
    let lifetime = DeviceCode::LIFETIME.as_secs().unsigned_abs();
    dialect.device_codes(user_code, code, &format!("{base}/deviceauth"), lifetime, DeviceCode::INTERVAL)
}

/// `GET /deviceauth`: asks for the code; `?otc=` fills it in.
pub(super) async fn page(State(idp): State<Arc<Idp>>, incoming: Incoming) -> Response {
    let params = incoming.query().unwrap_or_default();
    let texts = text::of(incoming.language(Some(&params)));
    ask(&idp, &incoming, texts, params.get("otc").unwrap_or_default(), None)
}

/// `POST /deviceauth`: takes the code, and goes on to the sign-in.
pub(super) async fn entered(State(idp): State<Arc<Idp>>, incoming: Incoming) -> Response {
    let params = incoming.form().unwrap_or_default();
    let language = incoming.language(Some(&params));
    let texts = text::of(language);
    if params.get("answer") == Some("cancel") {
        return done(texts, NOBODYS, false);
    }
    let typed = params.get("otc").unwrap_or_default();
    let waiting = is_ours(&idp, &incoming, &params).and_then(|()| waiting(&idp, typed));
    let (tenant, code, entry) = match waiting {
        Ok(waiting) => waiting,
        Err(refusal) => return ask(&idp, &incoming, texts, typed, Some(&problem::of_device_code(&refusal, texts))),
    };
    let mut trace = incoming.trace(Some(&params), &tenant.ids, tenant.now());
    trace.correlation_id = entry.correlation_id;
    let mut exchange = incoming.exchange(Endpoint::Page, &params, &trace);
    exchange.client_id = Some(entry.client.to_string());
    let browser = incoming.browser().map_or_else(|| tenant.ids.word(), str::to_owned);
    let start = flow::Start {
        browser: &browser,
        any_tenant: entry.any_tenant,
        number: entry.number,
        correlation_id: entry.correlation_id,
        platform: incoming.platform(None),
        language,
    };
    login::begin(&idp, &tenant, request(entry, code), &start, exchange, &trace)
}

/// The anti-forgery token of the form, sealed: it belongs to one browser. No sign-in has begun yet whose `ctx` could be it.
#[derive(Serialize, Deserialize)]
struct FormOf {
    browser_that_asks_for_a_device: String,
}

/// Whether the form comes from a page that this browser was given, and not from another site.
///
/// # Errors
///
/// 165000.
fn is_ours(idp: &Idp, incoming: &Incoming, params: &Params) -> Result<(), Refusal> {
    let form: Option<FormOf> = params.get("ctx").and_then(|ctx| idp.sealer.open(ctx));
    match (form, incoming.browser()) {
        (Some(form), Some(browser)) if form.browser_that_asks_for_a_device == browser => Ok(()),
        _ => Err(Refusal::new(Aadsts::StaleInteraction)),
    }
}

/// The device that waits with the user code `typed`.
fn waiting(idp: &Idp, typed: &str) -> Result<(Arc<Tenant>, String, DeviceCode), Refusal> {
    let unknown = || Refusal::new(Aadsts::UserCodeUnknown);
    let (tenant, code) = idp.user_codes.find(typed).ok_or_else(unknown)?;
    let tenant = idp.tenant_by_id(tenant).ok_or_else(unknown)?;
    let entry = tenant.state().device_codes.get(&code).cloned().ok_or_else(unknown)?;
    match entry.progress {
        Progress::Pending if entry.is_expired(tenant.now()) => Err(Refusal::new(Aadsts::DeviceCodeExpired)),
        Progress::Pending => Ok((tenant, code, entry)),
        Progress::Approved(_) | Progress::Refused(_) | Progress::Redeemed => Err(unknown()),
    }
}

/// The sign-in that a device asks for. Its answer goes to the device code.
fn request(entry: DeviceCode, code: String) -> AuthorizeRequest {
    AuthorizeRequest {
        client: entry.client,
        reply: ReplyTo::Device(code),
        scopes: entry.scopes,
        claims: entry.claims,
        claims_text: entry.claims_text,
        prompt: None,
        login_hint: None,
        pkce: None,
        nonce: None,
        client_info: false,
        max_age: None,
    }
}

/// Writes down what became of a device code, and lets the person go.
pub(super) fn finish(
    idp: &Idp,
    tenant: &Tenant,
    mut exchange: Exchange,
    code: &str,
    result: &Result<Approval, Refusal>,
    language: Language,
) -> Response {
    // The code waits in the tenant that issued it, which at /common need not be the user's.
    if let Some(host) = flow::tenant_of_code(code).and_then(|host| idp.tenant_by_id(host))
        && let Some(entry) = host.state().device_codes.get_mut(code)
        && matches!(entry.progress, Progress::Pending)
    {
        entry.progress = match result.clone() {
            Ok(approval) => Progress::Approved(approval),
            Err(refusal) if refusal.code == Aadsts::ConsentDeclined => {
                Progress::Refused(refusal.with_error("authorization_declined"))
            }
            Err(refusal) => Progress::Refused(refusal),
        };
    }
    exchange.answer = match result {
        Ok(_) => Answer::of(200, "device approved"),
        Err(refusal) => Answer::refused(200, "cancelled", refusal),
    };
    tenant.log.add(exchange);
    let name = tenant.state().directory.display_name.clone();
    done(text::of(language), &name, result.is_ok())
}

fn ask(idp: &Idp, incoming: &Incoming, texts: &'static Texts, typed: &str, problem: Option<&Problem>) -> Response {
    let browser = incoming.browser().map_or_else(|| idp.ids.word(), str::to_owned);
    let ctx = idp.sealer.seal(&FormOf { browser_that_asks_for_a_device: browser.clone() }, &idp.ids);
    let form = Form { action: "/deviceauth", ctx: &ctx };
    let grounds = [Ground::new("a device waits for a person who types its code; nothing is decided before that")];
    let frame = Frame { decision: &grounds, ..Frame::of(texts, NOBODYS) };
    let response = respond::page(200, pages::device_code(&frame, &form, typed, problem));
    match incoming.browser() {
        Some(_) => response,
        None => login::remember(response, &browser, idp, false),
    }
}

fn done(texts: &'static Texts, tenant: &str, connected: bool) -> Response {
    let heard = if connected { "the device gets its tokens" } else { "the device gets none" };
    let grounds = [Ground::new(format!("{heard} when it asks the next time"))];
    let frame = Frame { decision: &grounds, ..Frame::of(texts, tenant) };
    respond::page(200, pages::device_done(&frame, connected))
}

/// Before a code is typed nothing says whose page it is.
const NOBODYS: &str = "mock-idp";
