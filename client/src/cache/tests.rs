mod files;
mod properties;
mod rules;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::change::{Change, NewTokens};
use super::document::Document;
use super::lookup::Owner;
use crate::result::{Account, Secret};
use crate::scopes::Scopes;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn hosts() -> Vec<String> {
    vec!["idp".to_owned(), "idp:8443".to_owned()]
}

fn owner<'a>(home: &'a str, environments: &'a [String]) -> Owner<'a> {
    Owner { home_account_id: home, environments, client_id: "app", realm: "t" }
}

fn account(home: &str) -> Account {
    Account {
        home_account_id: home.to_owned(),
        environment: "idp".to_owned(),
        tenant_id: "t".to_owned(),
        local_account_id: home.to_owned(),
        username: home.to_owned(),
        name: None,
    }
}

fn tokens(home: &str, scopes: &str, secret: &str, refresh: Option<&str>) -> NewTokens {
    NewTokens {
        account: account(home),
        environments: hosts(),
        client_id: "app".to_owned(),
        client_info: Some("e30".to_owned()),
        target: Scopes::new([scopes]),
        access_token: Secret::new(secret),
        now: NOW,
        expires_on: NOW + SignedDuration::from_hours(1),
        extended_expires_on: NOW + SignedDuration::from_hours(2),
        refresh_on: None,
        refresh_token: refresh.map(Secret::new),
        id_token: Some(Secret::new("id")),
        family_id: None,
        unless_signed_out: false,
    }
}

fn save(document: &mut Document, tokens: NewTokens) {
    Change::Save(Box::new(tokens)).apply(document);
}

fn of(value: &Value) -> Document {
    Document::parse(Some(value.to_string().as_bytes())).unwrap()
}

fn written(document: &Document) -> Value {
    serde_json::from_slice(&document.to_bytes().unwrap()).unwrap()
}

fn found(document: &Document, home: &str, scopes: &str) -> Option<String> {
    let entry = document.find_access_token(owner(home, &hosts()), &Scopes::new([scopes]), NOW).unwrap();
    entry.map(|entry| entry.secret.expose().to_owned())
}

fn refresh_tokens(document: &Document, home: &str) -> Vec<String> {
    document.refresh_tokens(owner(home, &hosts())).iter().map(|entry| entry.secret.expose().to_owned()).collect()
}

fn access_token(extra: &Value) -> Value {
    let mut entry = json!({
        "home_account_id": "ada.t", "environment": "idp", "credential_type": "AccessToken", "client_id": "app",
        "secret": "at", "realm": "t", "target": "mail", "expires_on": "3600",
    });
    merge(&mut entry, extra);
    entry
}

fn refresh_token(extra: &Value) -> Value {
    let mut entry = json!({
        "home_account_id": "ada.t", "environment": "idp", "credential_type": "RefreshToken", "client_id": "app",
        "secret": "rt",
    });
    merge(&mut entry, extra);
    entry
}

fn merge(entry: &mut Value, extra: &Value) {
    for (name, value) in extra.as_object().into_iter().flatten() {
        entry[name] = value.clone();
    }
}
