//! A mock API as a middle tier: it calls the API behind it on behalf of the user, through the token endpoint's own
//! pipeline, and hands on what is demanded there (escalation reference 4.8 and F6).

use std::sync::Arc;

use serde_json::Value;

use crate::{
    directory::{Api, ChallengeDialect, Dialect, DownstreamRoute},
    grant::{self, TokenCall},
    params::Params,
    policy::{
        Reason,
        api_access::{Verdict, Wanted},
    },
    state::Tenant,
};

use super::{Idp, api};

/// What came of it.
pub(super) struct Called {
    /// What the client is told.
    pub(super) verdict: Verdict,
    /// The answer of the API behind, if the route calls one.
    pub(super) answer: Option<Value>,
}

/// Calls the API behind `route` of `api`, if there is one, with `assertion`, the token that `api` was called with.
pub(super) fn call(
    idp: &Idp,
    base: &str,
    tenant: &Arc<Tenant>,
    api: &Api,
    route: &str,
    assertion: &str,
    reasons: &mut Vec<Reason>,
) -> Called {
    let Some(behind) = api.on_behalf_of.iter().find(|behind| behind.path == route) else {
        return Called { verdict: Verdict::Allowed, answer: None };
    };
    match ask(idp, base, tenant, api, behind, assertion, reasons) {
        Ok(answer) => Called { verdict: Verdict::Allowed, answer: Some(answer) },
        Err(verdict) => Called { verdict, answer: None },
    }
}

/// The answer of an API and that of the API behind it, in one.
pub(super) fn join(mut answer: Value, downstream: Option<Value>) -> Value {
    if let (Some(answer), Some(downstream)) = (answer.as_object_mut(), downstream) {
        answer.insert("downstream".to_owned(), downstream);
    }
    answer
}

fn ask(
    idp: &Idp,
    base: &str,
    tenant: &Arc<Tenant>,
    api: &Api,
    behind: &DownstreamRoute,
    assertion: &str,
    reasons: &mut Vec<Reason>,
) -> Result<Value, Verdict> {
    let misconfigured = || Verdict::Downstream(format!("the configuration gives {} nothing to call with", api.name));
    let directory = tenant.state().directory.clone();
    let called = directory.api(&behind.api).ok_or_else(misconfigured)?;
    let client = directory.applications.iter().find(|application| application.client_id == api.id);
    let client = client.ok_or_else(misconfigured)?;
    let scopes: Vec<String> = behind.scopes.iter().map(|scope| format!("{}/{scope}", called.app_id_uri)).collect();
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
        .append_pair("requested_token_use", "on_behalf_of")
        .append_pair("client_id", &client.client_id.to_string())
        .append_pair("client_secret", client.secrets.first().ok_or_else(misconfigured)?.reveal())
        .append_pair("scope", &scopes.join(" "))
        .append_pair("assertion", assertion)
        .finish();
    let outcome = grant::respond(&TokenCall {
        dialect: Dialect::V2,
        params: &Params::parse(form.as_bytes()).map_err(|_| misconfigured())?,
        basic: None,
        any_tenant: None,
        tenant,
        origin: None,
        tenants: &|name| idp.tenant(name),
        base,
        sealer: &idp.sealer,
        platform: None,
    });
    reasons.extend(outcome.reasons);
    let token = outcome.result.map_err(|refusal| {
        let number = refusal.number();
        let because =
            format!("{} was refused on behalf of the user: AADSTS{number}: {}", called.name, refusal.sentence());
        match refusal.claims {
            Some(claims) => Verdict::Challenge { wanted: Wanted::Downstream { claims }, because },
            None => Verdict::Downstream(because),
        }
    })?;
    let (tenant, presented) = api::verify(idp, token.access_token()).ok_or_else(misconfigured)?;
    match api::judged(idp, base, &tenant, called, "/", &presented) {
        Verdict::Allowed => Ok(api::who_called(&called.name, "/", &tenant, &presented)),
        Verdict::Challenge { wanted, because } if !can_be_said(&wanted, api) => Err(Verdict::Downstream(because)),
        refused => Err(refused),
    }
}

/// Whether `api` has a word in its own dialect for what the API behind it wants.
fn can_be_said(wanted: &Wanted, api: &Api) -> bool {
    api.challenge == ChallengeDialect::Rfc9470 || wanted.claims().is_some()
}
