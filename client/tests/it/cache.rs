//! The token cache between app objects and processes: what is kept, shared, set aside and told.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::path::PathBuf;

use desktop_client::storage::{FileStorage, Location};
use desktop_client::{Account, PublicClientApplication, TokenSource};
use jiff::SignedDuration;
use rstest::rstest;
use serde_json::{Value, json};
use tempfile::TempDir;
use wiremock::matchers::path;
use wiremock::{Mock, Request, Respond, ResponseTemplate};

use crate::support::{Authority, CALENDAR, CLIENT, PAYROLL, TENANT, client_info, refusal, token_path};

/// An authority, and a place for its tokens.
struct Shared {
    authority: Authority,
    folder: TempDir,
}

impl Shared {
    async fn start() -> Self {
        Self { authority: Authority::start().await, folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("cache.json")
    }

    fn app(&self) -> PublicClientApplication {
        self.authority.builder().token_cache(FileStorage::new(self.file())).build().unwrap()
    }

    async fn signed_in(&self) -> (PublicClientApplication, Account) {
        self.authority.sign_in_with(self.authority.builder().token_cache(FileStorage::new(self.file()))).await
    }

    fn read(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.file()).unwrap()).unwrap()
    }

    /// Another library's hand in the file.
    fn edit(&self, edit: impl FnOnce(&mut Value)) {
        let mut document = self.read();
        edit(&mut document);
        std::fs::write(self.file(), document.to_string()).unwrap();
    }
}

#[tokio::test]
async fn a_new_process_goes_on_where_the_last_one_stopped() {
    let shared = Shared::start().await;
    let (_, ada) = shared.signed_in().await;
    let next = shared.app();
    assert_eq!(next.accounts().unwrap(), std::slice::from_ref(&ada));
    assert_eq!(next.token_cache_location(), Location::File(shared.file()));
    let cached = next.acquire_token_silent([CALENDAR]).with_account(&ada).await.unwrap();
    assert_eq!(cached.source, TokenSource::Cache);
    assert_eq!(cached.id_token_claims["oid"], "ada");
    next.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap();
    assert_eq!(shared.authority.token_requests().await[0]["refresh_token"], "rt-1");
    assert!(next.token_cache_warnings().is_empty());
}

#[tokio::test]
async fn what_one_app_object_does_the_other_sees() {
    let shared = Shared::start().await;
    let (one, ada) = shared.signed_in().await;
    let other = shared.app();
    let payroll = one.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap();
    let seen = other.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap();
    assert_eq!((seen.source, &seen.access_token), (TokenSource::Cache, &payroll.access_token));
    one.remove_account(&ada).unwrap();
    assert!(other.accounts().unwrap().is_empty());
    let error = other.acquire_token_silent([CALENDAR]).with_account(&ada).await.unwrap_err();
    assert_eq!(error.code(), "no_tokens_found");
}

/// The other one has refreshed meanwhile: its token is found, and no second request sent.
#[tokio::test]
async fn an_expired_token_is_looked_up_once_more_before_it_is_refreshed() {
    let shared = Shared::start().await;
    let (one, ada) = shared.signed_in().await;
    let other = shared.app();
    other.acquire_token_silent([CALENDAR]).with_account(&ada).await.unwrap();
    shared.authority.clock.advance(SignedDuration::from_mins(58));
    one.acquire_token_silent([CALENDAR]).with_account(&ada).await.unwrap();
    let found = other.acquire_token_silent([CALENDAR]).with_account(&ada).await.unwrap();
    assert_eq!(found.source, TokenSource::Cache);
    assert_eq!(shared.authority.token_requests().await.len(), 1);
}

#[tokio::test]
async fn a_refresh_that_is_under_way_while_another_process_signs_out_stores_nothing() {
    let shared = Shared::start().await;
    let (app, ada) = shared.signed_in().await;
    let meanwhile = SignOut { app: shared.app(), account: ada.clone() };
    Mock::given(path(token_path())).respond_with(meanwhile).with_priority(1).mount(&shared.authority.server).await;
    let late = app.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap();
    assert_eq!(late.access_token.secret(), "late");
    assert!(!shared.read().to_string().contains("late"));
    assert!(app.accounts().unwrap().is_empty());
}

/// Signs the user out before it answers with tokens.
struct SignOut {
    app: PublicClientApplication,
    account: Account,
}

impl Respond for SignOut {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        self.app.remove_account(&self.account).unwrap();
        ResponseTemplate::new(200).set_body_json(json!({
            "token_type": "Bearer", "access_token": "late", "expires_in": 3600, "refresh_token": "late",
            "client_info": client_info("ada"),
        }))
    }
}

#[rstest]
#[case::no_json(b"hello".as_slice())]
#[case::truncated(br#"{"AccessToken": {"a": {"#)]
#[case::wrong_shape(br#"{"AccessToken": 7}"#)]
#[case::no_text(&[0, 159, 146, 150])]
#[tokio::test]
async fn a_damaged_file_is_set_aside_and_told(#[case] bytes: &[u8]) {
    let shared = Shared::start().await;
    std::fs::write(shared.file(), bytes).unwrap();
    let app = shared.app();
    assert!(app.accounts().unwrap().is_empty());
    let warnings = app.token_cache_warnings();
    assert!(warnings[0].contains(shared.file().to_str().unwrap()), "{warnings:?}");
    assert!(app.accounts().unwrap().is_empty());
    assert!(app.token_cache_warnings().is_empty(), "each is told once");

    let (app, ada) = shared.signed_in().await;
    let aside = shared.folder.path().join("cache.json.damaged-1");
    assert_eq!(std::fs::read(&aside).unwrap(), bytes, "it is kept as it was");
    let warnings = app.token_cache_warnings();
    assert!(warnings.iter().any(|warning| warning.contains(aside.to_str().unwrap())), "{warnings:?}");
    assert_eq!(app.accounts().unwrap(), [ada]);
}

/// A fault wrote it. The bound is MSAL.NET's: ten years of 365 days, 315 360 000 seconds.
#[rstest]
#[case::within_ten_years(315_360_000, TokenSource::Cache)]
#[case::beyond(315_360_001, TokenSource::IdentityProvider)]
#[tokio::test]
async fn step_04_an_absurdly_far_expiry_is_ignored(#[case] seconds: i64, #[case] source: TokenSource) {
    let shared = Shared::start().await;
    let (_, ada) = shared.signed_in().await;
    shared.edit(|document| {
        for entry in document["AccessToken"].as_object_mut().unwrap().values_mut() {
            let now: i64 = entry["cached_at"].as_str().unwrap().parse().unwrap();
            entry["expires_on"] = json!((now + seconds).to_string());
        }
    });
    let result = shared.app().acquire_token_silent([CALENDAR]).with_account(&ada).await.unwrap();
    assert_eq!(result.source, source);
}

#[tokio::test]
async fn a_cache_that_cannot_be_read_is_an_error_and_no_reason_to_prompt() {
    let shared = Shared::start().await;
    std::fs::create_dir(shared.file()).unwrap();
    let app = shared.app();
    let error = app.token_for([CALENDAR]).await.unwrap_err();
    assert_eq!(error.code(), "token_cache_error");
    assert!(error.to_string().contains(shared.file().to_str().unwrap()), "{error}");
    assert!(shared.authority.pages().is_empty());
}

#[tokio::test]
async fn a_token_in_hand_is_worth_more_than_a_cache_that_cannot_be_written() {
    let shared = Shared::start().await;
    std::fs::write(shared.folder.path().join("file"), "").unwrap();
    let storage = FileStorage::new(shared.folder.path().join("file/cache.json"));
    let app = shared.authority.builder().token_cache(storage).build().unwrap();
    app.acquire_token_interactive([CALENDAR]).await.unwrap();
    let warnings = app.token_cache_warnings();
    assert!(warnings[0].contains("file/cache.json"), "{warnings:?}");
}

#[tokio::test]
async fn clearing_tells_how_many_were_signed_in() {
    let shared = Shared::start().await;
    let (app, _) = shared.signed_in().await;
    shared.authority.tokens_are_about("bo");
    app.acquire_token_interactive([CALENDAR]).await.unwrap();
    assert_eq!(shared.app().clear_token_cache().unwrap(), 2);
    assert!(app.accounts().unwrap().is_empty());
    assert!(!shared.read().to_string().contains("at-"));
    assert_eq!(app.clear_token_cache().unwrap(), 0);
}

#[tokio::test]
async fn what_others_wrote_is_still_there() {
    let shared = Shared::start().await;
    let (app, ada) = shared.signed_in().await;
    shared.edit(|document| {
        document["Theirs"] = json!({"x": 1});
        document["Account"]["strange"] = json!(["?"]);
    });
    app.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap();
    let after = shared.read();
    assert_eq!(after["Theirs"], json!({"x": 1}));
    assert_eq!(after["Account"]["strange"], json!(["?"]));
    assert_eq!(after["AccessToken"].as_object().unwrap().len(), 2);
}

/// B12 of the escalation reference, 2.2: the family's token first; if the app is not of the family,
/// its own, and it remembers that.
#[rstest]
#[case::told_by_suberror(refusal(70000, Some("client_mismatch"), None))]
#[case::told_by_additional_information(ResponseTemplate::new(400).set_body_json(json!({
    "error": "invalid_grant", "error_description": "AADSTS70000: no", "error_additional_info": ["client_mismatch"],
})))]
#[tokio::test]
async fn step_06_a_family_token_of_others_is_tried_once(#[case] answer: ResponseTemplate) {
    let shared = Shared::start().await;
    let (app, ada) = shared.signed_in().await;
    put_family_token(&shared, &ada);
    shared.edit(|document| document["AppMetadata"] = json!({}));
    shared.authority.answers("refresh_token=rt-family", 9, answer).await;
    let _ = app.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap();
    let tried: Vec<String> =
        shared.authority.token_requests().await.iter().map(|one| one["refresh_token"].clone()).collect();
    assert_eq!(tried, ["rt-family", "rt-1"]);
    let request = shared.app().acquire_token_silent([CALENDAR]).with_account(&ada).with_force_refresh(true);
    request.await.unwrap();
    assert_eq!(shared.authority.token_requests().await[2]["refresh_token"], "rt-2", "it is remembered");
    assert!(shared.read().to_string().contains("rt-family"), "others may need it");
}

#[tokio::test]
async fn step_06_an_app_of_the_family_is_served_by_its_token() {
    let shared = Shared::start().await;
    let (app, ada) = shared.signed_in().await;
    put_family_token(&shared, &ada);
    shared.edit(|document| document["AppMetadata"] = json!({}));
    let answer = json!({
        "token_type": "Bearer", "access_token": "at", "expires_in": 3600, "refresh_token": "rt-family-2", "foci": "1",
        "client_info": client_info("ada"),
    });
    shared.authority.answers("refresh_token=rt-family", 1, ResponseTemplate::new(200).set_body_json(answer)).await;
    app.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap();
    let after = shared.read();
    let tokens = after["RefreshToken"].to_string();
    assert!(tokens.contains("rt-family-2") && !tokens.contains("\"rt-family\""), "{tokens}");
    assert!(tokens.contains("rt-1"), "its own stays as a second choice");
    let environment = &ada.environment;
    assert_eq!(after["AppMetadata"][format!("appmetadata-{environment}-{CLIENT}")]["family_id"], "1");
}

fn put_family_token(shared: &Shared, ada: &Account) {
    shared.edit(|document| {
        document["RefreshToken"]["theirs"] = json!({
            "home_account_id": ada.home_account_id, "environment": ada.environment, "credential_type": "RefreshToken",
            "client_id": "another", "family_id": "1", "secret": "rt-family",
        });
    });
}

#[tokio::test]
async fn after_a_dead_refresh_token_the_next_one_is_tried() {
    let shared = Shared::start().await;
    let (app, ada) = shared.signed_in().await;
    shared.edit(|document| {
        document["RefreshToken"]["variant of the key"] = json!({
            "home_account_id": ada.home_account_id, "environment": ada.environment, "credential_type": "RefreshToken",
            "client_id": CLIENT, "secret": "rt-other", "last_modification_time": "99999999999",
        });
    });
    shared.authority.answers("refresh_token=rt-other", 1, refusal(700_082, Some("bad_token"), None)).await;
    app.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap();
    assert!(!shared.read().to_string().contains("rt-other"));
}

/// As MSAL Python (no port) and MSAL Node (port) name a mock's cloud.
#[rstest]
#[case::python(|host: &str, _: u16| host.to_owned())]
#[case::node(|host: &str, port: u16| format!("{host}:{port}"))]
#[tokio::test]
async fn step_04_a_user_is_found_and_kept_under_either_name_of_the_cloud(#[case] name: fn(&str, u16) -> String) {
    let shared = Shared::start().await;
    let address = shared.authority.server.address().to_owned();
    let environment = name("127.0.0.1", address.port());
    let home = format!("ada.{TENANT}");
    let common = json!({"home_account_id": home, "environment": environment, "client_id": CLIENT});
    let with = |more: Value| {
        let mut entry = common.clone();
        entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        entry
    };
    let file = json!({
        "Account": {"k": with(json!({
            "realm": TENANT, "local_account_id": "ada", "username": "ada@contoso.test", "authority_type": "MSSTS",
        }))},
        "RefreshToken": {"k": with(json!({"credential_type": "RefreshToken", "secret": "theirs"}))},
    });
    std::fs::write(shared.file(), file.to_string()).unwrap();
    let app = shared.app();
    let [ada] = app.accounts().unwrap().try_into().unwrap();
    let result = app.acquire_token_silent([CALENDAR]).with_account(&ada).await.unwrap();
    assert_eq!(shared.authority.token_requests().await[0]["refresh_token"], "theirs");
    assert_eq!(result.account, ada);
    let document = shared.read();
    for kind in ["Account", "AccessToken", "RefreshToken", "IdToken", "AppMetadata"] {
        let entries: Vec<&Value> = document[kind].as_object().unwrap().values().collect();
        assert_eq!(entries.len(), 1, "{kind}");
        assert_eq!(entries[0]["environment"], environment.as_str(), "{kind}");
    }
}
