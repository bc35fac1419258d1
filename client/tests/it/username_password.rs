//! User name and password: the realm first, and nobody to be asked.
#![expect(deprecated, reason = "tested all the same")]

use desktop_client::{Classification, Error, PublicClientApplication};
use rstest::rstest;
use serde_json::json;
use wiremock::matchers::path;
use wiremock::{Mock, ResponseTemplate};

use crate::support::{Authority, CALENDAR, CLIENT, POLICY, refusal};

const ADA: &str = "ada@contoso.test";
const PASSWORD: &str = "Passw0rd!";

async fn realm(authority: &Authority, answer: ResponseTemplate) {
    let realm = path("/common/userrealm/ada@contoso.test");
    Mock::given(realm).respond_with(answer).mount(&authority.server).await;
}

fn account_type(kind: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"account_type": kind}))
}

#[rstest]
#[case::managed(account_type("Managed"))]
#[case::unknown(account_type("Unknown"))]
#[case::not_told(ResponseTemplate::new(404))]
#[case::no_json(ResponseTemplate::new(200).set_body_string("hello"))]
#[tokio::test]
async fn the_password_goes_to_the_token_endpoint(#[case] answer: ResponseTemplate) {
    let authority = Authority::start().await;
    realm(&authority, answer).await;
    let app = authority.builder().client_capabilities(["cp1"]).build().unwrap();
    let result = app.acquire_token_by_username_password([CALENDAR], ADA, PASSWORD).await.unwrap();
    assert_eq!(app.accounts().unwrap(), [result.account]);
    let form = &authority.token_requests().await[0];
    assert_eq!(form["grant_type"], "password");
    assert_eq!((form["username"].as_str(), form["password"].as_str()), (ADA, PASSWORD));
    assert_eq!(form["client_id"], CLIENT);
    assert_eq!(form["scope"], format!("{CALENDAR} openid profile offline_access"));
    assert_eq!(form["claims"], r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#);
    let asked = &authority.requests_to("/common/userrealm/ada@contoso.test").await[0];
    assert_eq!(asked.url.query(), Some("api-version=1.0"));
    app.acquire_token_silent([CALENDAR]).with_account(&app.accounts().unwrap()[0]).await.unwrap();
    assert_eq!(authority.token_requests().await.len(), 1);
}

#[tokio::test]
async fn a_federated_users_password_stays_here() {
    let authority = Authority::start().await;
    realm(&authority, account_type("Federated")).await;
    let error = authority.app().acquire_token_by_username_password([CALENDAR], ADA, PASSWORD).await.unwrap_err();
    assert_eq!(error.code(), "not_supported");
    assert!(error.to_string().contains("acquire_token_interactive"), "{error}");
    assert!(authority.token_requests().await.is_empty());
}

#[tokio::test]
async fn more_than_a_password_is_an_ordinary_need_for_the_user() {
    let authority = Authority::start().await;
    authority.answers("password", 1, refusal(50076, Some("basic_action"), Some(POLICY))).await;
    let request = authority.app().acquire_token_by_username_password([CALENDAR], ADA, PASSWORD);
    assert!(!format!("{request:?}").contains(PASSWORD));
    let error = request.await.unwrap_err();
    let needed = error.as_ui_required().unwrap();
    assert_eq!(needed.classification, Classification::BasicAction);
    assert_eq!(needed.claims.as_deref(), Some(POLICY));
    assert!(!needed.after_prompt);
    assert!(!format!("{error:?} {error}").contains(PASSWORD));
}

#[rstest]
#[case::common("common")]
#[case::consumers("consumers")]
#[tokio::test]
async fn personal_accounts_have_no_such_thing(#[case] tenant: &str) {
    let authority = Authority::start().await;
    let builder = PublicClientApplication::builder(CLIENT);
    let app = builder.authority(format!("{}/{tenant}", authority.server.uri())).unwrap().build().unwrap();
    let error = app.acquire_token_by_username_password([CALENDAR], ADA, PASSWORD).await.unwrap_err();
    assert_eq!(error.code(), "invalid_authority");
    assert!(error.to_string().contains("organizations"), "{error}");
    assert!(authority.server.received_requests().await.unwrap().is_empty());
}

#[rstest]
#[case::no_name(" ", PASSWORD)]
#[case::no_password(ADA, "")]
#[tokio::test]
async fn nothing_typed_is_nothing_sent(#[case] username: &str, #[case] password: &str) {
    let authority = Authority::start().await;
    let request = authority.app().acquire_token_by_username_password([CALENDAR], username, password);
    assert!(matches!(request.await.unwrap_err(), Error::Client(_)));
    assert!(authority.server.received_requests().await.unwrap().is_empty());
}
