//! Every route of the control API, in one list: the router and the OpenAPI document are both made of it.

use std::sync::Arc;

use axum::{
    Router,
    handler::Handler,
    http::Method,
    routing::{MethodFilter, MethodRouter, on},
};

use super::{
    Idp, changes, clock, consents, directory, exchanges, export, faults, openapi,
    operation::{Described, Operation},
    people, policies, signing_keys, stream, tenants, timeline, tokens, virtual_user, what_if,
};

/// A method of a path.
pub(super) struct Route {
    pub(super) method: Method,
    /// As axum and OpenAPI both write it.
    pub(super) path: &'static str,
    /// What it does, in one sentence.
    pub(super) says: &'static str,
    /// A body that it takes, as JSON.
    pub(super) example: Option<&'static str>,
    /// Errors beyond those of what the handler takes.
    pub(super) refuses: Vec<(u16, &'static str)>,
    pub(super) describe: fn(&mut Operation<'_>),
    serve: MethodRouter<Arc<Idp>>,
}

impl Route {
    fn new<Args, Taken, H>(method: Method, path: &'static str, handler: H, says: &'static str) -> Self
    where
        H: Handler<Args, Arc<Idp>> + Described<Taken>,
        Args: 'static,
    {
        // Only methods of this list are made into one.
        let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
        Self {
            method,
            path,
            says,
            example: None,
            refuses: Vec::new(),
            describe: H::describe,
            serve: on(filter, handler),
        }
    }

    fn example(mut self, body: &'static str) -> Self {
        self.example = Some(body);
        self
    }

    fn refuses(mut self, status: u16, code: &'static str) -> Self {
        self.refuses.push((status, code));
        self
    }
}

/// All routes as a router.
pub(super) fn router() -> Router<Arc<Idp>> {
    routes().into_iter().fold(Router::new(), |router, route| router.route(route.path, route.serve))
}

/// All routes, in the order in which they are told.
pub(super) fn routes() -> Vec<Route> {
    let mut routes = server();
    routes.extend(of_a_tenant());
    routes.extend(of_its_log());
    routes
}

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const PATCH: Method = Method::PATCH;
const DELETE: Method = Method::DELETE;

#[rustfmt::skip]
fn server() -> Vec<Route> {
    vec![
        Route::new(GET, "/_mock/health", tenants::health, "Tells that the server is up."),
        Route::new(GET, "/_mock/openapi.json", openapi::show, "This document."),
        Route::new(POST, "/_mock/reset", tenants::reset, "Makes all as at the start; isolated tenants are gone."),
        Route::new(GET, "/_mock/directory", directory::export, "The configuration document."),
        Route::new(PUT, "/_mock/directory", directory::import,
            "Starts anew with another configuration document, JSON or YAML; isolated tenants are gone."),
        Route::new(GET, "/_mock/tenants", tenants::list, "All tenants, those of the configuration first."),
        Route::new(POST, "/_mock/tenants", tenants::create, "Makes an isolated copy of a configured tenant.")
            .example(r#"{"like":"contoso"}"#).refuses(404, "unknown_tenant"),
        Route::new(GET, "/_mock/tenants/{tenant}", tenants::show, "Where a tenant is and who is in it."),
        Route::new(DELETE, "/_mock/tenants/{tenant}", tenants::remove,
            "Deletes an isolated tenant and all that is about it; those of the configuration stay.")
            .refuses(409, "configured_tenant"),
    ]
}

#[rustfmt::skip]
fn of_a_tenant() -> Vec<Route> {
    vec![
        Route::new(GET, "/_mock/tenants/{tenant}/directory", directory::show,
            "What the tenant knows as it stands, without secrets."),
        Route::new(GET, "/_mock/tenants/{tenant}/credentials", people::credentials,
            "What each user types to sign in: fake by design."),
        Route::new(GET, "/_mock/tenants/{tenant}/snippets", people::snippets, "Settings to copy for each SDK."),
        Route::new(GET, "/_mock/tenants/{tenant}/consents", consents::list, "The consents on record."),
        Route::new(POST, "/_mock/tenants/{tenant}/consents", consents::grant,
            "Puts a consent on record: of a user, or without `user` for the whole tenant.")
            .example(r#"{"user":"ada","client":"desktop","api":"mail","scopes":["Mail.Read"]}"#).refuses(404, "unknown_name"),
        Route::new(DELETE, "/_mock/tenants/{tenant}/consents", consents::revoke,
            "Takes a consent off the record, or all if none is named.")
            .refuses(404, "unknown_name").refuses(404, "no_consent").refuses(422, "invalid_query"),
        Route::new(GET, "/_mock/tenants/{tenant}/policies", policies::list, "The Conditional Access policies."),
        Route::new(POST, "/_mock/tenants/{tenant}/policies", policies::create, "Puts one more policy in force.")
            .example(r#"{"name":"mfa-for-mail","targets":{"apis":["mail"]},"grant":{"all_of":["mfa"]}}"#),
        Route::new(PUT, "/_mock/tenants/{tenant}/policies", policies::replace_all, "Replaces all policies.")
            .example(r#"{"policies":[]}"#),
        Route::new(PUT, "/_mock/tenants/{tenant}/policies/{policy}", policies::replace,
            "Replaces one policy. Its id stays.")
            .example(r#"{"name":"mfa-for-payroll","targets":{"apis":["payroll"]},"grant":{"all_of":["block"]}}"#),
        Route::new(DELETE, "/_mock/tenants/{tenant}/policies/{policy}", policies::remove, "Takes a policy out of force."),
        Route::new(GET, "/_mock/tenants/{tenant}/users/{user}", changes::user, "A user, without secrets."),
        Route::new(PATCH, "/_mock/tenants/{tenant}/users/{user}", changes::change_user,
            "Changes a user. A new password ends every session and grant.").example(r#"{"enabled":false}"#),
        Route::new(POST, "/_mock/tenants/{tenant}/users/{user}/revoke_sessions", changes::revoke_sessions,
            "Ends every session and grant of a user (AADSTS50173 from then on)."),
        Route::new(GET, "/_mock/tenants/{tenant}/applications/{application}", changes::application,
            "An application as the tenant sees it, without secrets."),
        Route::new(PATCH, "/_mock/tenants/{tenant}/applications/{application}", changes::change_application,
            "Changes an application as the tenant sees it.").example(r#"{"assignment_required":true}"#),
        Route::new(GET, "/_mock/tenants/{tenant}/apis/{api}", changes::api, "An API as the tenant sees it."),
        Route::new(PATCH, "/_mock/tenants/{tenant}/apis/{api}", changes::change_api,
            "Changes an API as the tenant sees it.").example(r#"{"challenge":"rfc9470"}"#),
        Route::new(GET, "/_mock/tenants/{tenant}/switches", changes::switches, "The switches."),
        Route::new(PATCH, "/_mock/tenants/{tenant}/switches", changes::change_switches, "Changes switches.")
            .example(r#"{"stay_signed_in_page":true}"#),
        Route::new(GET, "/_mock/tenants/{tenant}/consent_settings", changes::consent_settings, "Who may consent."),
        Route::new(PUT, "/_mock/tenants/{tenant}/consent_settings", changes::set_consent_settings, "Says who may consent.")
            .example(r#"{"users_may_consent":false}"#),
        Route::new(GET, "/_mock/tenants/{tenant}/named_locations", changes::named_locations,
            "The places that policies know by name."),
        Route::new(PUT, "/_mock/tenants/{tenant}/named_locations", changes::set_named_locations,
            "Names the places that policies know.")
            .example(r#"{"named_locations":[{"name":"office","ranges":["203.0.113.0/24"],"trusted":true}]}"#),
        Route::new(GET, "/_mock/tenants/{tenant}/virtual_user", virtual_user::show, "The scripted person, without secrets."),
        Route::new(PUT, "/_mock/tenants/{tenant}/virtual_user", virtual_user::replace,
            "Says what the scripted person does, and whether the pages are skipped.")
            .example(r#"{"username":"ada","consent":"decline","skips_pages":true}"#),
        Route::new(POST, "/_mock/tenants/{tenant}/virtual_user/visits", virtual_user::visit,
            "Who visits next, with all that she types: for a browser outside of the server."),
        Route::new(GET, "/_mock/tenants/{tenant}/clock", clock::show, "The tenant's time."),
        Route::new(POST, "/_mock/tenants/{tenant}/clock", clock::set, "Moves or stops the tenant's time.")
            .example(r#"{"advance":"2h"}"#),
        Route::new(DELETE, "/_mock/tenants/{tenant}/clock", clock::reset, "Lets the tenant's time run with the server's."),
        Route::new(GET, "/_mock/tenants/{tenant}/faults", faults::list, "The faults that wait for requests."),
        Route::new(POST, "/_mock/tenants/{tenant}/faults", faults::inject, "Orders an answer for the next matching requests.")
            .example(r#"{"endpoint":"token","status":429,"retry_after":30}"#),
        Route::new(DELETE, "/_mock/tenants/{tenant}/faults", faults::clear, "Takes all faults away."),
        Route::new(DELETE, "/_mock/tenants/{tenant}/faults/{fault}", faults::remove, "Takes a fault away."),
        Route::new(POST, "/_mock/tenants/{tenant}/tokens", tokens::mint, "Makes an access token to order.")
            .example(r#"{"api":"calendar","user":"ada","client":"desktop","expired":true}"#).refuses(404, "unknown_name"),
        Route::new(GET, "/_mock/tenants/{tenant}/signing_keys", signing_keys::list, "The keys that the JWKS lists."),
        Route::new(POST, "/_mock/tenants/{tenant}/signing_keys/rotate", signing_keys::rotate, "Signs with another key from now on."),
        Route::new(POST, "/_mock/tenants/{tenant}/what_if", what_if::decide, "What would be asked, without doing it.")
            .example(r#"{"user":"ada","client":"desktop","scope":"api://payroll/Salary.Read","interactive":true}"#)
            .refuses(404, "unknown_name"),
    ]
}

#[rustfmt::skip]
fn of_its_log() -> Vec<Route> {
    vec![
        Route::new(GET, "/_mock/tenants/{tenant}/exchanges", exchanges::list,
            "Every request with what was asked, decided and answered, and why; secrets hidden."),
        Route::new(DELETE, "/_mock/tenants/{tenant}/exchanges", exchanges::clear, "Forgets the exchanges."),
        Route::new(PUT, "/_mock/tenants/{tenant}/exchanges/pace", exchanges::pace,
            "Lets clients wait before each request until all exchanges before it have been looked at.")
            .example(r#"{"looked_at":0}"#),
        Route::new(DELETE, "/_mock/tenants/{tenant}/exchanges/pace", exchanges::end_pace,
            "Lets clients go on as they like, as they do from the start."),
        Route::new(GET, "/_mock/tenants/{tenant}/exchanges/stream", stream::follow,
            "The exchanges as they come: server-sent events `exchange`, and `lagged` for a reader that was too slow."),
        Route::new(GET, "/_mock/tenants/{tenant}/exchanges/timeline", timeline::show,
            "The exchanges as a sequence: who said what to whom, in a few words."),
        Route::new(GET, "/_mock/tenants/{tenant}/exchanges/export", export::write,
            "The exchanges as a file: a scenario that repeats what the client did, or a page that shows it."),
        Route::new(GET, "/_mock/tenants/{tenant}/exchanges/{exchange}", timeline::one,
            "One exchange, explained: what its error means, and the tokens that went with it, claim by claim."),
        Route::new(POST, "/_mock/tenants/{tenant}/expectations/verify", exchanges::verify,
            "Judges the log; of it, what the query means. What was before `since` is context.")
            .example(r#"{"prompts":0,"claims_forwarded_unmodified":true}"#),
    ]
}
