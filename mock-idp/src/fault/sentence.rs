//! The catalogue's refusal for a request that did nothing to deserve it: the placeholders of its sentence are filled from
//! what the request and the directory say.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    directory::{Api, Directory, GRAPH},
    error::{Aadsts, Refusal, precise_time},
    params::Params,
};

/// The refusal `code` for a request with `params` to the tenant of `directory`, sent by `client` in the name of `user`.
#[must_use]
pub fn refusal(
    code: Aadsts,
    params: &Params,
    directory: &Directory,
    client: Option<Uuid>,
    user: Option<Uuid>,
    now: Timestamp,
) -> Refusal {
    let sent = |name: &str| params.get(name).unwrap_or_default().to_owned();
    let application = client.and_then(|id| directory.applications.iter().find(|known| known.client_id == id));
    let client = client.map_or_else(|| sent("client_id"), |id| id.to_string());
    let user = user.and_then(|id| directory.user_by_id(id)).map(|user| directory.username(user));
    let user = user.or_else(|| params.get("username").or(params.get("login_hint")).map(str::to_owned));
    let api = resource(params, directory);
    let resource = api.map_or_else(|| GRAPH.to_string(), |api| api.id.to_string());
    let time = precise_time(now);
    let values: Vec<(&'static str, String)> = vec![
        ("audience", resource.clone()),
        ("client_name", application.map_or_else(|| client.clone(), |known| known.display_name().to_owned())),
        ("client", client),
        ("expected", sent("redirect_uri")),
        ("given", sent("redirect_uri")),
        ("grant", sent("grant_type")),
        ("grant_type", sent("grant_type")),
        ("home", directory.display_name.clone()),
        ("inactivity", "90.00:00:00".to_owned()),
        ("issued", time.clone()),
        ("lifetime", "3600".to_owned()),
        ("part", "body".to_owned()),
        ("limit", "65536".to_owned()),
        ("method", "GET".to_owned()),
        ("origin", "null".to_owned()),
        ("parameter", "scope".to_owned()),
        ("prompt", sent("prompt")),
        ("resource", resource.clone()),
        ("resource_id", resource),
        ("response_mode", sent("response_mode")),
        ("response_type", sent("response_type")),
        ("risk", "high".to_owned()),
        ("scope", sent("scope")),
        ("state", "unregistered".to_owned()),
        ("tenant", directory.id.to_string()),
        ("user", user.unwrap_or_default()),
        ("valid", String::new()),
        ("valid_from", time),
        ("what", "a fault was injected".to_owned()),
        ("word", "common".to_owned()),
    ];
    // Only what its sentence has: values are not searched for placeholders of others.
    let text = code.row().text;
    values
        .into_iter()
        .filter(|(placeholder, _)| text.contains(&format!("{{{placeholder}}}")))
        .fold(Refusal::new(code), |refusal, (placeholder, value)| refusal.with(placeholder, value))
}

/// The API that the first scope with a resource names.
fn resource<'a>(params: &Params, directory: &'a Directory) -> Option<&'a Api> {
    let named = |scope: &str| scope.rsplit_once('/').and_then(|(resource, _)| directory.api_by_resource(resource));
    let by_scope = params.get("scope").and_then(|scopes| scopes.split_whitespace().find_map(named));
    by_scope.or_else(|| directory.api_by_resource(params.get("resource")?))
}
