//! How long refresh tokens live (escalation reference 2.3 and 6.3). The tenant's clock is moved; nothing waits.

use jiff::SignedDuration;
use mock_idp::{MockIdp, directory::Policy, virtual_user::VirtualUser};
use rstest::rstest;
use serde_json::json;
use tests::{Answer, CALENDAR, MAIL, RawClient};

use super::{Refused, refused};

const START: &str = "2026-03-01T09:08:07.6543210Z";
const SPA: &str = "d0000000-0000-4000-8000-000000000002";

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

/// ada at calendar, at a known time; mail is consented to.
async fn signed_in(idp: &MockIdp, client: &RawClient) -> String {
    idp.tenant().freeze_clock(START.parse().unwrap());
    for application in ["desktop", "spa"] {
        idp.tenant().grant_consent(None, application, "mail", &["Mail.Read"]).unwrap();
    }
    client.sign_in(&VirtualUser::new("ada@contoso.test"), CALENDAR).await.text_of("refresh_token").to_owned()
}

async fn refresh(client: &RawClient, refresh_token: &str) -> Answer {
    client.refresh(refresh_token, CALENDAR, &[]).await
}

#[tokio::test]
async fn ninety_days_count_from_use_to_use() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let first = signed_in(&idp, &client).await;
    idp.tenant().advance_clock(hours(89 * 24));
    let second = refresh(&client, &first).await.text_of("refresh_token").to_owned();
    idp.tenant().advance_clock(hours(24));
    assert_eq!(refresh(&client, &first).await.status, 200);
    idp.tenant().advance_clock(SignedDuration::from_secs(1));
    let text = format!(
        "The refresh token has expired due to inactivity. It was issued on {START} and was inactive for 90.00:00:00."
    );
    assert_eq!(
        refused(&refresh(&client, &first).await),
        Refused::new(400, "invalid_grant", 700_082, "bad_token", &text)
    );
    assert_eq!(refresh(&client, &second).await.status, 200);
}

/// B4: a day from the sign-in, and no use makes it longer.
#[tokio::test]
async fn a_single_page_application_signs_in_once_a_day() {
    let idp = MockIdp::start().await;
    let mut client = RawClient::new(&idp).await;
    client.client_id = SPA.to_owned();
    client.origin = Some("http://localhost:3000".to_owned());
    // Any port, where the test listens.
    idp.tenant().change_application("spa", |spa| spa.redirect_uris = vec!["http://localhost".to_owned()]).unwrap();
    let first = signed_in(&idp, &client).await;
    idp.tenant().advance_clock(hours(23));
    let second = refresh(&client, &first).await.text_of("refresh_token").to_owned();
    idp.tenant().advance_clock(hours(1));
    assert_eq!(refresh(&client, &second).await.status, 200);
    idp.tenant().advance_clock(SignedDuration::from_secs(1));
    let text = format!(
        "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of 24:00:00, which cannot be extended. It is now expired. It was issued on {START}."
    );
    for token in [first, second] {
        let expected = Refused::new(400, "invalid_grant", 700_084, "bad_token", &text);
        assert_eq!(refused(&refresh(&client, &token).await), expected);
    }
}

/// B5.
#[tokio::test]
async fn a_longest_life_counts_from_the_sign_in() {
    let idp = MockIdp::start().await;
    idp.tenant().change_switches(|switches| switches.refresh_token_max_lifetime = Some(hours(36)));
    let client = RawClient::new(&idp).await;
    let first = signed_in(&idp, &client).await;
    idp.tenant().advance_clock(hours(35));
    let second = refresh(&client, &first).await.text_of("refresh_token").to_owned();
    idp.tenant().advance_clock(hours(1));
    assert_eq!(refresh(&client, &second).await.status, 200);
    idp.tenant().advance_clock(SignedDuration::from_secs(1));
    let text = format!(
        "The refresh token has expired because it reached its maximum lifetime of 1.12:00:00. It was issued on {START}."
    );
    let expected = Refused::new(400, "invalid_grant", 700_081, "", &text);
    assert_eq!(refused(&refresh(&client, &second).await), expected);
    let again = client.sign_in(&VirtualUser::new("ada@contoso.test"), CALENDAR).await;
    assert_eq!(refresh(&client, again.text_of("refresh_token")).await.status, 200);
}

/// B2, and section 8, 10: by default the grant still serves other APIs; a switch ends it for all of them.
#[rstest]
#[case::one_api(false)]
#[case::every_api(true)]
#[tokio::test]
async fn a_sign_in_that_is_too_old_ends_the_grant_for_one_api_or_for_all(#[case] for_all: bool) {
    let idp = MockIdp::start().await;
    idp.tenant().change_switches(|switches| switches.sign_in_frequency_ends_grant = for_all);
    let client = RawClient::new(&idp).await;
    let first = signed_in(&idp, &client).await;
    let second = refresh(&client, &first).await.text_of("refresh_token").to_owned();
    let policy: Policy = serde_json::from_value(json!({
        "name": "often", "id": "f0000000-0000-4000-8000-0000000000aa", "targets": { "apis": ["mail"] },
        "session": { "sign_in_frequency": "9h" },
    }))
    .unwrap();
    idp.tenant().set_policies(vec![policy]);
    idp.tenant().advance_clock(hours(10));
    assert_eq!(refresh(&client, &first).await.status, 200);

    let text = format!(
        "The refresh token has expired or is invalid due to sign-in frequency checks by Conditional Access. The token was issued on {START} and the maximum allowed lifetime for this request is 32400."
    );
    let expected = || Refused { error_uri: false, ..Refused::new(400, "invalid_grant", 70043, "token_expired", &text) };
    assert_eq!(refused(&client.refresh(&first, MAIL, &[]).await), expected());
    for token in [&first, &second] {
        let calendar = refresh(&client, token).await;
        if for_all {
            assert_eq!(refused(&calendar), expected());
        } else {
            assert_eq!(calendar.status, 200);
        }
    }
    // The switch says that it is remembered from then on, also after the policy is gone; a new sign-in begins anew.
    idp.tenant().set_policies(Vec::new());
    assert_eq!(refresh(&client, &first).await.status, if for_all { 400 } else { 200 });
    let again = client.sign_in(&VirtualUser::new("ada@contoso.test"), CALENDAR).await;
    assert_eq!(refresh(&client, again.text_of("refresh_token")).await.status, 200);
}
