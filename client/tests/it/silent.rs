//! The cache and the refresh token (escalation reference 2.2, 2.3, 5.1).

use std::collections::BTreeSet;

use desktop_client::{Classification, Error, TokenSource};
use jiff::SignedDuration;
use rstest::rstest;
use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, ResponseTemplate};

use crate::support::{Authority, CALENDAR, CLIENT, PAYROLL, POLICY, TENANT, jwt, metadata_path, refusal, token_path};

#[rstest]
#[case::fifty_four_minutes_old(54, TokenSource::Cache)]
#[case::five_minutes_before_its_end(55, TokenSource::IdentityProvider)]
#[case::within_five_minutes_of_its_end(56, TokenSource::IdentityProvider)]
#[case::ended(61, TokenSource::IdentityProvider)]
#[tokio::test]
async fn step_04_a_token_serves_until_five_minutes_before_its_end(#[case] minutes: i64, #[case] source: TokenSource) {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    authority.clock.advance(SignedDuration::from_mins(minutes));
    let result = app.acquire_token_silent([CALENDAR]).with_account(&ada).await.unwrap();
    assert_eq!(result.source, source);
}

#[tokio::test]
async fn step_08_an_outage_leaves_the_token_that_still_lives() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    authority.clock.advance(SignedDuration::from_mins(57));
    authority.answers("calendar", 4, ResponseTemplate::new(503)).await;
    let result = app.acquire_token_silent([CALENDAR]).with_account(&ada).await.unwrap();
    assert_eq!(result.source, TokenSource::Cache);
    authority.clock.advance(SignedDuration::from_mins(4));
    let error = app.acquire_token_silent([CALENDAR]).with_account(&ada).await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
}

#[tokio::test]
async fn step_08_a_refusal_is_heard_though_the_token_still_lives() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    authority.clock.advance(SignedDuration::from_mins(57));
    authority.answers("calendar", 1, refusal(50076, Some("basic_action"), None)).await;
    let error = app.acquire_token_silent([CALENDAR]).with_account(&ada).await.unwrap_err();
    assert_eq!(error.as_ui_required().unwrap().error_codes, [50076]);
}

#[tokio::test]
async fn step_04_claims_skip_the_access_token_and_not_the_refresh_token() {
    let authority = Authority::start().await;
    let (app, ada) = authority.sign_in_with(authority.builder().client_capabilities(["cp1"])).await;
    let silent = app.acquire_token_silent([CALENDAR]).with_account(&ada);
    let result = silent.clone().with_claims(POLICY).await.unwrap();
    assert_eq!(result.source, TokenSource::IdentityProvider);
    let requests = authority.token_requests().await;
    assert_eq!(requests[0]["refresh_token"], "rt-1");
    assert_eq!(
        requests[0]["claims"],
        r#"{"access_token":{"xms_cc":{"values":["cp1"]},"capolids":{"essential":true,"values":["p1"]}}}"#
    );
    let plain = silent.await.unwrap();
    assert_eq!(plain.access_token, result.access_token);
}

#[tokio::test]
async fn a_forced_refresh_uses_the_newest_refresh_token_and_says_why() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    for _ in 0..2 {
        let request = app.acquire_token_silent([CALENDAR]).with_account(&ada);
        request.with_force_refresh(true).await.unwrap();
    }
    let requests = authority.token_requests().await;
    assert_eq!(requests[0]["refresh_token"], "rt-1");
    assert_eq!(requests[1]["refresh_token"], "rt-2");
    let sent = authority.requests_to(&token_path()).await;
    let header = |name: &str| sent.last().unwrap().headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("x-client-current-telemetry"), "5|1007,1,,,|");
    assert!(header("x-anchormailbox").starts_with("oid:ada@"));
    assert_eq!(header("client-request-id").len(), 36);
}

#[rstest]
#[case::consent("consent_required", true)]
#[case::mfa("basic_action", true)]
#[case::too_old_for_this_api("token_expired", true)]
#[case::dead("bad_token", false)]
#[tokio::test]
async fn step_08_only_a_dead_refresh_token_is_dropped(#[case] suberror: &str, #[case] kept: bool) {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    authority.answers("payroll", 1, refusal(1, Some(suberror), None)).await;
    let payroll = app.acquire_token_silent([PAYROLL]).with_account(&ada);
    assert_eq!(payroll.clone().await.unwrap_err().code(), "invalid_grant");
    authority.clock.advance(SignedDuration::from_secs(121));
    match payroll.await {
        Ok(_) => assert!(kept),
        Err(error) => {
            assert!(!kept);
            assert_eq!(error.code(), "no_tokens_found");
            assert_eq!(authority.token_requests().await.len(), 1);
        }
    }
}

#[tokio::test]
async fn step_09_an_answer_without_refresh_token_and_identity_keeps_both() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    let bare = json!({"token_type": "bearer", "access_token": "bare", "expires_in": "3600"});
    authority.answers("payroll", 1, ResponseTemplate::new(200).set_body_json(bare)).await;
    let result = app.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap();
    assert_eq!(result.account, ada);
    assert_eq!(result.scopes, [PAYROLL]);
    let other = app.acquire_token_silent(["api://mail/Mail.Read"]).with_account(&ada);
    other.await.unwrap();
    assert_eq!(authority.token_requests().await[1]["refresh_token"], "rt-1");
}

#[tokio::test]
async fn step_01_local_reasons_send_nothing() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    let silent = || app.acquire_token_silent([CALENDAR]);
    let nobody = silent().await.unwrap_err();
    assert_eq!(nobody.code(), "user_null");
    let classification = nobody.as_ui_required().unwrap().classification;
    assert_eq!(classification, Classification::AcquireTokenSilentFailed);
    let stranger = silent().with_login_hint("zoe@contoso.test").await.unwrap_err();
    assert_eq!(stranger.code(), "no_account_for_login_hint");
    silent().with_login_hint("ADA@contoso.test").await.unwrap();
    let claims = silent().with_account(&ada).with_claims("nonsense").await.unwrap_err();
    assert_eq!(claims.code(), "invalid_json_claims_format");
    let scopes = app.acquire_token_silent(["openid"]).with_account(&ada).await.unwrap_err();
    assert!(matches!(scopes, Error::Client(_)));
    app.remove_account(&ada).unwrap();
    assert!(app.accounts().unwrap().is_empty());
    let removed = silent().with_account(&ada).await.unwrap_err();
    assert_eq!(removed.code(), "no_tokens_found");
    assert!(authority.token_requests().await.is_empty());
}

#[tokio::test]
async fn step_07_without_a_refresh_token_nothing_is_sent() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    authority.answers("payroll", 1, refusal(50173, Some("bad_token"), None)).await;
    app.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap_err();
    let cached = app.acquire_token_silent([CALENDAR]).with_account(&ada).await.unwrap();
    assert_eq!(cached.source, TokenSource::Cache);
    let error = app.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap_err();
    assert_eq!(error.code(), "no_tokens_found");
    assert_eq!(error.as_ui_required().unwrap().classification, Classification::AcquireTokenSilentFailed);
    assert_eq!(authority.token_requests().await.len(), 1);
}

#[tokio::test]
async fn step_09_tokens_of_another_user_are_thrown_away() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    authority.tokens_are_about("eve");
    let error = app.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap_err();
    assert_eq!(error.code(), "user_mismatch");
    assert_eq!(app.accounts().unwrap(), [ada]);
}

/// Without `client_info` the ID token says who it is about.
#[rstest]
#[case::another(json!({"oid": "bo"}), false)]
#[case::the_same(json!({"oid": "ada"}), true)]
#[case::expired(json!({"oid": "ada", "exp": 1}), false)]
#[tokio::test]
async fn step_09_an_id_token_alone_tells_whose_tokens_came(#[case] changes: Value, #[case] accepted: bool) {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    let issuer = format!("{}/{TENANT}/v2.0", authority.server.uri());
    let mut claims = json!({"aud": CLIENT, "iss": issuer, "tid": TENANT, "sub": "s"});
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let answer = json!({
        "token_type": "Bearer", "access_token": "SECRET", "expires_in": 3600, "id_token": jwt(&claims),
    });
    authority.answers("payroll", 1, ResponseTemplate::new(200).set_body_json(answer)).await;
    let result = app.acquire_token_silent([PAYROLL]).with_account(&ada).await;
    assert_eq!(result.is_ok(), accepted);
    if let Err(error) = result {
        assert!(matches!(error.code(), "user_mismatch" | "invalid_id_token"), "{error}");
    }
    let next = app.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap();
    assert_eq!(next.access_token.secret() == "SECRET", accepted, "what was thrown away is not kept");
}

#[tokio::test]
async fn a_family_token_of_others_counts_as_none() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    authority.answers("payroll", 1, refusal(70000, Some("client_mismatch"), None)).await;
    let error = app.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap_err();
    assert_eq!(error.code(), "no_tokens_found");
}

const CONTEXT: &str = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;

/// Sixteen callers at once, and with which claims they ask in turn; how many refreshes that makes.
#[rstest]
#[case::plain(&[""], false, 1)]
#[case::forced(&[""], true, 1)]
#[case::with_claims(&[CONTEXT], false, 1)]
#[case::with_claims_and_forced(&[CONTEXT], true, 1)]
#[case::with_different_claims(&[CONTEXT, POLICY], false, 2)]
#[case::with_and_without_claims(&[CONTEXT, ""], true, 2)]
#[tokio::test]
async fn callers_with_the_same_need_share_one_refresh(
    #[case] claims: &[&str],
    #[case] force: bool,
    #[case] refreshes: usize,
) {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    let silent = |claims: &str| app.acquire_token_silent([PAYROLL]).with_account(&ada).with_claims(claims);
    let callers: Vec<_> = (0..16)
        .map(|caller| tokio::spawn(silent(claims[caller % claims.len()]).with_force_refresh(force).send()))
        .collect();
    let mut tokens = BTreeSet::new();
    for caller in callers {
        tokens.insert(caller.await.unwrap().unwrap().access_token.secret().to_owned());
    }
    assert_eq!(tokens.len(), refreshes, "{tokens:?}");
    assert_eq!(authority.token_requests().await.len(), refreshes);
}

#[tokio::test]
async fn they_share_its_failure() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    authority.answers("payroll", 9, refusal(50076, Some("basic_action"), Some(POLICY))).await;
    let silent = app.acquire_token_silent([PAYROLL]).with_account(&ada).with_claims(CONTEXT);
    let callers: Vec<_> = (0..16).map(|_| tokio::spawn(silent.clone().send())).collect();
    for caller in callers {
        let error = caller.await.unwrap().unwrap_err();
        assert_eq!(error.as_ui_required().unwrap().claims.as_deref(), Some(POLICY));
        assert!(!error.is_throttled());
    }
    assert_eq!(authority.token_requests().await.len(), 1);
}

#[tokio::test]
async fn metadata_is_fetched_once() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    app.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap();
    let fetched = authority.requests_to(&metadata_path()).await;
    assert_eq!(fetched.len(), 1);
}

#[tokio::test]
async fn step_05_past_its_half_life_a_token_is_served_and_renewed_behind_the_scenes() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    let long = json!({"token_type": "Bearer", "access_token": "long", "expires_in": 86_400, "refresh_in": 43_200});
    authority.answers("payroll", 1, ResponseTemplate::new(200).set_body_json(long)).await;
    let silent = app.acquire_token_silent([PAYROLL]).with_account(&ada);
    silent.clone().await.unwrap();
    authority.clock.advance(SignedDuration::from_hours(13));
    let served = silent.clone().await.unwrap();
    assert_eq!(served.access_token.secret(), "long");
    assert_eq!(served.source, TokenSource::Cache);
    let renewed = async {
        while silent.clone().await.unwrap().access_token.secret() == "long" {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), renewed).await.unwrap();
    let sent = authority.requests_to(&token_path()).await;
    assert_eq!(sent.len(), 3);
    assert_eq!(sent[2].headers["x-client-current-telemetry"], "5|1007,4,,,|");
}

#[tokio::test]
async fn step_02_common_stands_for_the_accounts_home_tenant() {
    let authority = Authority::start().await;
    let base = authority.server.uri();
    let metadata = json!({
        "issuer": format!("{base}/{{tenantid}}/v2.0"),
        "authorization_endpoint": format!("{base}/common/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{base}{}", token_path()),
    });
    Mock::given(path("/common/v2.0/.well-known/openid-configuration"))
        .respond_with(ResponseTemplate::new(200).set_body_json(metadata))
        .mount(&authority.server)
        .await;
    let builder = authority.builder().authority(format!("{base}/common")).unwrap();
    let (app, ada) = authority.sign_in_with(builder).await;
    let cached = app.acquire_token_silent([CALENDAR]).with_account(&ada).await.unwrap();
    assert_eq!(cached.source, TokenSource::Cache);
    assert!(authority.requests_to(&metadata_path()).await.is_empty());
    app.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap();
    assert_eq!(authority.requests_to(&metadata_path()).await.len(), 1);
}
