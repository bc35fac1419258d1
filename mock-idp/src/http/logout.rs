//! `/{t}/oauth2/v2.0/logout` and `/{t}/oauth2/logout`: an account leaves the browser, and the applications hear of it (OpenID
//! Connect RP-Initiated Logout 1.0 and Front-Channel Logout 1.0).

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::{Method, StatusCode},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use url::Url;
use uuid::Uuid;

use crate::{
    clock::Clock as _,
    directory::{Application, Directory},
    error::{Refusal, Trace},
    flow::{ResponseMode, is_registered, location},
    pages::{
        self, Frame, Ground, Tile,
        text::{self, Texts},
    },
    params::Params,
    recorder::{Answer, Endpoint},
    state::{Authority, Session, Sessions, Tenant},
    token::{self, issuer_v2},
};

use super::{Idp, incoming::Incoming, page, respond};

/// Signs an account out of the browser: the hinted one, or the only one; of several, one is to be picked first.
pub(super) async fn logout(State(idp): State<Arc<Idp>>, Path(tenant): Path<String>, incoming: Incoming) -> Response {
    let (authority, params) = match asked(&idp, &tenant, &incoming) {
        Ok(asked) => asked,
        Err(refusal) => {
            let trace = incoming.trace(None, &idp.ids, idp.clock.now());
            let language = incoming.language(incoming.query().ok().as_ref());
            return respond::page(refusal.status(), page::failure(language, &tenant, "", &refusal, &trace));
        }
    };
    let hint = params.get("id_token_hint").and_then(|token| IdTokenHint::read(&idp, token));
    let tenant = match (&authority, &hint) {
        (Authority::Any { .. }, Some(hint)) => idp.tenant_by_id(hint.tid),
        _ => None,
    };
    let tenant = tenant.as_ref().unwrap_or_else(|| authority.tenant());
    let trace = incoming.trace(Some(&params), &tenant.ids, tenant.now());
    let request =
        Logout { idp: &idp, tenant, params: &params, hint: hint.as_ref(), incoming: &incoming, trace: &trace };
    request.answer()
}

fn asked(idp: &Idp, tenant: &str, incoming: &Incoming) -> Result<(Authority, Params), Refusal> {
    let authority = idp.authority(tenant)?;
    let params = if incoming.method == Method::POST { incoming.form() } else { incoming.query() };
    Ok((authority, params?))
}

/// What an ID token says of who is to leave. It may have expired.
#[derive(Clone, Copy, Debug, Deserialize)]
struct IdTokenHint {
    aud: Uuid,
    oid: Uuid,
    tid: Uuid,
}

impl IdTokenHint {
    /// What the token says, if its tenant signed it.
    fn read(idp: &Idp, token: &str) -> Option<Self> {
        let tenant = idp.tenant_by_id(token::claimed_tenant(token)?)?;
        token::verify(token, &tenant.keys)
    }
}

struct Logout<'a> {
    idp: &'a Idp,
    tenant: &'a Tenant,
    params: &'a Params,
    hint: Option<&'a IdTokenHint>,
    incoming: &'a Incoming,
    trace: &'a Trace,
}

impl Logout<'_> {
    fn answer(&self) -> Response {
        let mut exchange = self.incoming.exchange(Endpoint::Logout, self.params, self.trace);
        let mut state = self.tenant.state();
        let browser = self.incoming.browser().unwrap_or_default();
        let (said, response) = match self.leaving(&state.directory, &state.sessions, browser) {
            Leaving::Nobody => ("signed out", self.signed_out(&state.directory, None)),
            Leaving::One(session) => {
                state.sessions.sign_out(browser, Some(session.user));
                let user = state.directory.user_by_id(session.user);
                exchange.user = user.map(|user| state.directory.username(user));
                ("signed out", self.signed_out(&state.directory, Some(&session)))
            }
            Leaving::OneOf(sessions) => {
                ("page pick_account", respond::page(200, self.to_pick(&state.directory, &sessions)))
            }
        };
        drop(state);
        exchange.answer = Answer::of(response.status().as_u16(), said);
        self.tenant.log.add(exchange);
        response
    }

    fn leaving(&self, directory: &Directory, sessions: &Sessions, browser: &str) -> Leaving {
        let hinted = self.params.get("logout_hint").map(|name| directory.user(name).map(|user| user.id));
        let hinted = hinted.or_else(|| self.hint.map(|hint| Some(hint.oid)));
        match (sessions.of(browser), hinted) {
            ([], _) => Leaving::Nobody,
            ([only], None) => Leaving::One(only.clone()),
            (several, Some(hinted)) => match several.iter().find(|session| Some(session.user) == hinted) {
                Some(session) => Leaving::One(session.clone()),
                None => Leaving::OneOf(several.to_vec()),
            },
            (several, None) => Leaving::OneOf(several.to_vec()),
        }
    }

    /// Back to the application at once; over a page if applications have to hear of it first, or if there is no way back.
    fn signed_out(&self, directory: &Directory, session: Option<&Session>) -> Response {
        let return_to = self.return_to(directory);
        let frames = session.map(|session| self.frames(directory, session)).unwrap_or_default();
        if let (Some(address), true) = (&return_to, frames.is_empty()) {
            let mut response = StatusCode::FOUND.into_response();
            respond::set_text(&mut response, "location", address);
            respond::set(&mut response, "cache-control", "no-store, no-cache");
            respond::set(&mut response, "referrer-policy", "no-referrer");
            return response;
        }
        let user = session.and_then(|session| directory.user_by_id(session.user));
        let username = user.map(|user| directory.username(user));
        let grounds = [Ground::new(match (&session, self.named()) {
            (None, _) => "nobody was signed in in this browser".to_owned(),
            (Some(_), Some(hint)) => format!("{hint} names the account"),
            (Some(_), None) => "it was the only account that was signed in in this browser".to_owned(),
        })];
        let frame = Frame { decision: &grounds, ..Frame::of(self.texts(), &directory.display_name) };
        let html = pages::signed_out(&frame, username.as_deref(), return_to.as_deref(), &frames);
        let mut response = respond::page(200, html);
        if !frames.is_empty() {
            respond::set_text(
                &mut response,
                "content-security-policy",
                &pages::content_security_policy_framing(&frames),
            );
            if let Some(address) = &return_to {
                // Browsers count from the end of loading, so that every frame was there first.
                respond::set_text(&mut response, "refresh", &format!("0; url={address}"));
            }
        }
        response
    }

    fn to_pick(&self, directory: &Directory, sessions: &[Session]) -> String {
        let users = sessions.iter().filter_map(|session| directory.user_by_id(session.user));
        let names: Vec<(String, &str)> = users.map(|user| (directory.username(user), user.name.as_str())).collect();
        let tiles: Vec<Tile<'_>> =
            names.iter().map(|(username, name)| Tile { username, name, signed_in: true }).collect();
        let grounds =
            [Ground::new("several accounts are signed in in this browser, and the request names none of them")];
        let frame = Frame { decision: &grounds, ..Frame::of(self.texts(), &directory.display_name) };
        let client = self.client().map(|client| client.to_string());
        let fields = [
            ("post_logout_redirect_uri", self.params.get("post_logout_redirect_uri")),
            ("state", self.params.get("state")),
            ("client_id", client.as_deref()),
            ("ui_locales", Some(self.texts().language.tag())),
        ];
        let fields: Vec<(&str, &str)> = fields.iter().filter_map(|(name, value)| Some((*name, (*value)?))).collect();
        // At this tenant, which may be known by the hint alone.
        let path = format!("/{}/oauth2/v2.0/logout", self.tenant.id);
        pages::pick_to_sign_out(&frame, &path, &fields, &tiles)
    }

    /// The words of the pages (`ui_locales` of OpenID Connect RP-Initiated Logout 1.0, or the browser's wish).
    fn texts(&self) -> &'static Texts {
        text::of(self.incoming.language(Some(self.params)))
    }

    /// The parameter that names the account, if one does.
    fn named(&self) -> Option<&'static str> {
        let hinted = self.params.get("logout_hint").map(|_| "logout_hint");
        hinted.or_else(|| self.hint.map(|_| "id_token_hint"))
    }

    /// The application that asks, if it says so.
    fn client(&self) -> Option<Uuid> {
        let named = self.params.get("client_id").and_then(|id| id.parse().ok());
        self.hint.map(|hint| hint.aud).or(named)
    }

    /// Where the browser goes next: an address of the application that asks; of any application if it does not say which it is.
    fn return_to(&self, directory: &Directory) -> Option<String> {
        let address = self.params.get("post_logout_redirect_uri")?;
        let client = self.client();
        let may = |application: &Application| client.is_none_or(|id| id == application.client_id);
        directory.applications.iter().find(|application| may(application) && is_registered(application, address))?;
        Some(match self.params.get("state") {
            Some(state) => location(address, ResponseMode::Query, &[("state", state.to_owned())]),
            None => address.to_owned(),
        })
    }

    /// The addresses at which the applications that the session was used for end their own sessions.
    fn frames(&self, directory: &Directory, session: &Session) -> Vec<String> {
        let issuer = issuer_v2(&self.idp.base_of(self.incoming), self.tenant.id);
        let applications = directory.applications.iter().filter(|client| session.clients.contains(&client.client_id));
        let addresses = applications.filter_map(|client| client.front_channel_logout_uri.as_deref());
        let frames = addresses.filter_map(|address| {
            let mut address = Url::parse(address).ok()?;
            address.query_pairs_mut().append_pair("iss", &issuer).append_pair("sid", &session.sid.to_string());
            Some(address.to_string())
        });
        frames.collect()
    }
}

/// Who leaves.
enum Leaving {
    Nobody,
    One(Session),
    OneOf(Vec<Session>),
}
