//! Brings this server's log into the form of a client's transcript: one client, each sign-in with its answer and the redemption
//! of its code right behind it. What becomes of that is `replay`'s.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    config,
    directory::Policy,
    recorder::{self, Endpoint},
};

use super::{
    replay::{self, Origin},
    transcript::{self, Answer, BadTranscript, Exchange, operations},
};

/// A scenario of what a client did, from the exchanges of a tenant's log and the tenant's `policies`.
///
/// Of several clients it repeats the one that asked most; comments name what was left out, and what stands in for what the
/// built-in directory does not have.
///
/// # Errors
///
/// If there is nothing in the exchanges that can be repeated.
pub fn from_log(exchanges: &[Arc<recorder::Exchange>], policies: &[Policy]) -> Result<String, BadTranscript> {
    let (client, others) = clients(exchanges);
    let of_client: Vec<_> = exchanges
        .iter()
        .filter(|exchange| exchange.endpoint == Endpoint::Page || is_of(exchange, client.as_deref()))
        .map(AsRef::as_ref)
        .collect();
    let told = arranged(&of_client);
    let operations = operations(&told);
    if operations.is_empty() {
        return Err(BadTranscript::EmptyLog);
    }
    let (who, told_of_user) = user(&of_client);
    let mut defaults = vec![told_of_user, told_of_client(client.as_deref())];
    if others > 0 {
        defaults.push(format!("what other applications did: {others} exchanges are left out"));
    }
    let source = "the exchanges of a server's log";
    let origin = Origin { source, teller: "the server's log", who: &who, defaults, dropped: 0, policies };
    Ok(replay::draft(&operations, &origin).to_string())
}

/// The client id that asked most, and how many exchanges are others'.
fn clients(exchanges: &[Arc<recorder::Exchange>]) -> (Option<String>, usize) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for client in exchanges.iter().filter_map(|exchange| exchange.client_id.as_ref()) {
        *counts.entry(client.to_ascii_lowercase()).or_default() += 1;
    }
    let most = counts.iter().max_by_key(|(_, count)| **count).map(|(client, _)| client.clone());
    let others = exchanges.iter().filter(|exchange| !is_of(exchange, most.as_deref())).count();
    (most, others)
}

/// What names no client may be anybody's.
fn is_of(exchange: &recorder::Exchange, client: Option<&str>) -> bool {
    exchange.client_id.as_deref().is_none_or(|own| client.is_none_or(|client| own.eq_ignore_ascii_case(client)))
}

fn told_of_client(client: Option<&str>) -> String {
    let document = config::built_in();
    let known = document.applications.iter().find(|known| client == Some(known.client_id.to_string().as_str()));
    match known {
        Some(known) if known.name == "desktop" => "which application it was: desktop".to_owned(),
        Some(known) => format!("which application it was: {}; desktop stands in for it", known.name),
        None => "which application it was: desktop stands in for it".to_owned(),
    }
}

/// The user of the built-in directory who bears the name of the log's last user, and how that is told.
fn user(exchanges: &[&recorder::Exchange]) -> (String, String) {
    let seen = exchanges.iter().rev().find_map(|exchange| exchange.user.as_deref());
    let local = |name: &str| name.split('@').next().unwrap_or_default().to_ascii_lowercase();
    let document = config::built_in();
    let known = document.tenants.first().into_iter().flat_map(|tenant| &tenant.users);
    let found = seen.and_then(|seen| known.map(|user| local(&user.username)).find(|name| *name == local(seen)));
    let told = match (&found, seen) {
        (Some(name), _) => format!("who it was: {name}"),
        (None, Some(seen)) => format!("who it was: {seen}; ada stands in"),
        (None, None) => "who it was: ada".to_owned(),
    };
    (found.unwrap_or_else(|| "ada".to_owned()), told)
}

/// The exchanges in the order in which a client tells them.
fn arranged(exchanges: &[&recorder::Exchange]) -> Vec<Exchange> {
    let mut arranged = Vec::new();
    let mut redeemed = Vec::new();
    let mut device_began = false;
    for (place, exchange) in exchanges.iter().enumerate() {
        let told = told(exchange);
        device_began |= exchange.endpoint == Endpoint::DeviceCode;
        match exchange.endpoint {
            // A page belongs to its sign-in, and an administrator's consent is no client's request.
            Endpoint::Page | Endpoint::Discovery | Endpoint::Logout => {}
            Endpoint::Authorize if exchange.path.ends_with("adminconsent") => {}
            Endpoint::Authorize => {
                let ended = end_of(exchange, &exchanges[place..]);
                let (at, answer) = ended.map_or((exchange.at, None), |end| (end.at, Some(answer(&end.answer))));
                arranged.push(told);
                let Some(answer) = answer else { continue };
                let is_code = answer.kind == "code";
                arranged.push(Exchange { at, answer, ..page() });
                let code = (place..exchanges.len())
                    .find(|later| is_code && !redeemed.contains(later) && is_redemption(exchanges[*later]));
                if let Some(later) = code {
                    redeemed.push(later);
                    arranged.push(self::told(exchanges[later]));
                }
            }
            Endpoint::Token if redeemed.contains(&place) => {}
            // Its sign-in, or the device's request, is not among the exchanges.
            Endpoint::Token if is_redemption(exchange) || (told.has_grant("device_code") && !device_began) => {}
            Endpoint::Token | Endpoint::DeviceCode | Endpoint::Api => arranged.push(told),
        }
    }
    arranged
}

fn is_redemption(exchange: &recorder::Exchange) -> bool {
    exchange.endpoint == Endpoint::Token && exchange.grant_type.as_deref() == Some("authorization_code")
}

/// The exchange whose answer went to the client: the last page of the sign-in, or the first request if there was no page.
fn end_of<'a>(begun: &'a recorder::Exchange, later: &[&'a recorder::Exchange]) -> Option<&'a recorder::Exchange> {
    let is_end = |exchange: &recorder::Exchange| {
        ["code", "redirect error", "cancelled"].contains(&exchange.answer.kind.as_str())
    };
    let pages = later.iter().filter(|exchange| exchange.interaction == Some(begun.number));
    std::iter::once(&begun).chain(pages).find(|exchange| is_end(exchange)).copied()
}

fn told(exchange: &recorder::Exchange) -> Exchange {
    let endpoint = serde_json::to_value(exchange.endpoint).ok();
    Exchange {
        at: exchange.at,
        endpoint: endpoint.and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default(),
        path: exchange.path.clone(),
        grant_type: exchange.grant_type.clone(),
        claims: exchange.claims.clone(),
        parameters: exchange.parameters.clone(),
        answer: answer(&exchange.answer),
    }
}

fn page() -> Exchange {
    Exchange {
        at: jiff::Timestamp::UNIX_EPOCH,
        endpoint: "page".to_owned(),
        path: String::new(),
        grant_type: None,
        claims: None,
        parameters: Vec::new(),
        answer: transcript::Answer::default(),
    }
}

fn answer(answer: &recorder::Answer) -> Answer {
    Answer {
        status: answer.status,
        kind: answer.kind.clone(),
        error: answer.error.clone(),
        code: answer.code,
        suberror: answer.suberror.clone(),
        claims: answer.claims.clone(),
    }
}
