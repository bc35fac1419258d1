//! `/{t}/oauth2/v2.0/authorize` and `/{t}/oauth2/authorize`: a client starts an interactive sign-in.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::Method,
    response::Response,
};

use crate::{
    clock::Clock as _,
    directory::Directory,
    error::{Aadsts, Refusal, Trace},
    flow::{self, AuthorizeRequest, End, Rejected},
    language::Language,
    params::Params,
    recorder::{Answer, Endpoint, Exchange},
    state::{Authority, Tenant},
};

use super::{Idp, fault, incoming::Incoming, login, page, respond};

/// Starts a sign-in, or ends it at once.
pub(super) async fn authorize(State(idp): State<Arc<Idp>>, Path(tenant): Path<String>, incoming: Incoming) -> Response {
    let dialect = incoming.dialect();
    start(&idp, &tenant, &incoming, |params, directory| AuthorizeRequest::parse(params, dialect, directory))
}

/// `/{t}/v2.0/adminconsent` and `/{t}/adminconsent`: an administrator consents for the whole tenant.
pub(super) async fn admin_consent(
    State(idp): State<Arc<Idp>>,
    Path(tenant): Path<String>,
    incoming: Incoming,
) -> Response {
    start(&idp, &tenant, &incoming, AuthorizeRequest::parse_admin_consent)
}

/// `parse`: how the request is read.
fn start(
    idp: &Idp,
    tenant: &str,
    incoming: &Incoming,
    parse: impl Fn(&Params, &Directory) -> Result<AuthorizeRequest, Rejected>,
) -> Response {
    let authority = match idp.authority(tenant) {
        Ok(authority) => authority,
        Err(refusal) => {
            let trace = incoming.trace(None, &idp.ids, idp.clock.now());
            let language = incoming.language(incoming.query().ok().as_ref());
            return respond::page(refusal.status(), page::failure(language, tenant, "", &refusal, &trace));
        }
    };
    let tenant = authority.tenant();
    let params = if incoming.method == Method::POST { incoming.form() } else { incoming.query() };
    let trace = incoming.trace(params.as_ref().ok(), &tenant.ids, tenant.now());
    let params = match params {
        Ok(params) => params,
        Err(refusal) => {
            let exchange = incoming.exchange(Endpoint::Authorize, &Params::default(), &trace);
            return error_page(tenant, exchange, &refusal, &trace, incoming.language(None));
        }
    };
    let language = incoming.language(Some(&params));
    let mut exchange = incoming.exchange(Endpoint::Authorize, &params, &trace);
    let parsed = {
        let state = tenant.state();
        let directory = &state.directory;
        admitted(incoming, directory)
            .map_err(Rejected::Page)
            .and_then(|()| {
                let request = parse(&params, directory)?;
                if matches!(authority, Authority::Any { .. }) {
                    flow::is_multi_tenant(request.client, directory).map_err(Rejected::Page)?;
                }
                Ok(request.wishing(&params, directory, &state.policies))
            })
            .map_err(|rejected| rejected.changed_by(&directory.switches))
    };
    let parsed = if incoming.is_to_be_tampered_with() { fault::tampered(parsed) } else { parsed };
    match parsed {
        Ok(request) => {
            let any_tenant = matches!(authority, Authority::Any { .. });
            let browser = incoming.browser().map_or_else(|| tenant.ids.word(), str::to_owned);
            let number = tenant.log.reserve();
            let correlation_id = trace.correlation_id;
            let platform = incoming.platform(Some(&params));
            let start = flow::Start { browser: &browser, any_tenant, number, correlation_id, platform, language };
            exchange.number = number;
            login::begin(idp, tenant, request, &start, exchange, &trace)
        }
        Err(Rejected::Page(refusal)) => error_page(tenant, exchange, &refusal, &trace, language),
        Err(Rejected::Redirect(reply, refusal)) => {
            let end = End::Redirect(*reply, flow::Answer::Error { refusal, cancelled: false });
            login::finish(idp, tenant, exchange, &end, &trace, language)
        }
    }
}

/// Tenant restrictions: a proxy names the tenants that the user's network lets sign-ins go to (escalation reference E4).
fn admitted(incoming: &Incoming, directory: &Directory) -> Result<(), Refusal> {
    let Some(allowed) = incoming.header("restrict-access-to-tenants") else { return Ok(()) };
    let id = directory.id.to_string();
    let is_allowed = |name: &str| name.eq_ignore_ascii_case(&id) || name.eq_ignore_ascii_case(&directory.domain);
    if allowed.split(',').map(str::trim).any(is_allowed) {
        return Ok(());
    }
    Err(Refusal::new(Aadsts::TenantRestricted).with("tenant", &directory.display_name))
}

pub(super) fn error_page(
    tenant: &Tenant,
    mut exchange: Exchange,
    refusal: &Refusal,
    trace: &Trace,
    language: Language,
) -> Response {
    exchange.answer = Answer::refused(refusal.status(), "error page", refusal);
    let directory = tenant.state().directory.clone();
    let client = exchange.client_id.as_ref().and_then(|id| id.parse().ok());
    let client = directory.applications.iter().find(|application| Some(application.client_id) == client);
    let application = client.map_or("", |client| client.display_name());
    tenant.log.add(exchange);
    let html = page::failure(language, &directory.display_name, application, refusal, trace);
    respond::page(refusal.status(), html)
}
