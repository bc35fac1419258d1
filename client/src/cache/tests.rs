use jiff::{SignedDuration, Timestamp};

use super::{AccessTokenEntry, NewTokens, Owner, RefreshTokenEntry, TokenCache};
use crate::result::{Account, Secret};
use crate::scopes::Scopes;

const ADA: Owner<'static> = Owner { home_account_id: "ada.t", environment: "idp", client_id: "app", realm: "t" };

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
        access_token: AccessTokenEntry {
            home_account_id: home.to_owned(),
            environment: "idp".to_owned(),
            client_id: "app".to_owned(),
            realm: "t".to_owned(),
            target: Scopes::new([scopes]),
            secret: Secret::new(secret),
            expires_on: Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1),
            refresh_on: None,
        },
        refresh_token: refresh.map(|secret| RefreshTokenEntry {
            home_account_id: home.to_owned(),
            environment: "idp".to_owned(),
            client_id: "app".to_owned(),
            family_id: None,
            secret: Secret::new(secret),
        }),
        id_token: Some(Secret::new("id")),
    }
}

fn found(cache: &TokenCache, scopes: &str) -> Option<String> {
    cache
        .find_access_token(ADA, &Scopes::new([scopes]), Timestamp::UNIX_EPOCH)
        .unwrap()
        .map(|entry| entry.secret.expose().to_owned())
}

#[test]
fn tokens_are_found_by_inclusion() {
    let cache = TokenCache::default();
    cache.save(tokens("ada.t", "mail/Read mail/Send", "mail", None));
    assert_eq!(found(&cache, "MAIL/read openid").as_deref(), Some("mail"));
    assert_eq!(found(&cache, "mail/Read mail/Manage"), None);
}

#[test]
fn a_new_token_replaces_what_overlaps_and_nothing_else() {
    let cache = TokenCache::default();
    cache.save(tokens("ada.t", "calendar openid profile", "calendar", None));
    cache.save(tokens("ada.t", "mail/Read", "old mail", None));
    cache.save(tokens("bo.t", "mail/Read", "bo's mail", None));
    cache.save(tokens("ada.t", "mail/Read mail/Send openid profile", "new mail", None));
    assert_eq!(found(&cache, "calendar").as_deref(), Some("calendar"));
    assert_eq!(found(&cache, "mail/Read").as_deref(), Some("new mail"));
    let bo = Owner { home_account_id: "bo.t", ..ADA };
    let of_bo = cache.find_access_token(bo, &Scopes::new(["mail/Read"]), Timestamp::UNIX_EPOCH);
    assert_eq!(of_bo.unwrap().unwrap().secret.expose(), "bo's mail");
}

#[test]
fn an_answer_without_a_refresh_token_keeps_the_old_one() {
    let cache = TokenCache::default();
    cache.save(tokens("ada.t", "a", "1", Some("first")));
    cache.save(tokens("ada.t", "b", "2", None));
    assert_eq!(cache.refresh_tokens(ADA)[0].secret.expose(), "first");
    cache.save(tokens("ada.t", "c", "3", Some("second")));
    assert_eq!(cache.refresh_tokens(ADA).len(), 1);
    assert_eq!(cache.refresh_tokens(ADA)[0].secret.expose(), "second");
}

#[test]
fn a_dead_refresh_token_does_not_take_its_successor_along() {
    let cache = TokenCache::default();
    cache.save(tokens("ada.t", "a", "1", Some("first")));
    let dead = cache.refresh_tokens(ADA).remove(0);
    cache.save(tokens("ada.t", "a", "2", Some("second")));
    cache.drop_refresh_token(&dead);
    assert_eq!(cache.refresh_tokens(ADA).len(), 1);
}

#[test]
fn removing_an_account_leaves_the_others() {
    let cache = TokenCache::default();
    cache.save(tokens("ada.t", "a", "1", Some("r")));
    cache.save(tokens("bo.t", "a", "2", Some("r2")));
    cache.remove_account(&account("ada.t"));
    assert_eq!(found(&cache, "a"), None);
    assert!(cache.refresh_tokens(ADA).is_empty());
    assert!(cache.id_token(ADA).is_none());
    assert_eq!(cache.accounts().len(), 1);
}
