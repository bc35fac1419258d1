//! The same seed, clock and requests get the same answers, down to the ids.

use jiff::Timestamp;
use mock_idp::{MockIdp, virtual_user::VirtualUser};
use tests::{CALENDAR, MAIL, PAYROLL, RawClient, jwt_claims};

/// The bodies of a refusal of each kind, and what of a token does not name the server's address.
async fn story(seed: u64) -> Vec<String> {
    let idp = MockIdp::builder().seed(seed).start().await.unwrap();
    idp.tenant().freeze_clock(Timestamp::constant(1_767_603_600, 0));
    let client = RawClient::new(&idp).await;
    let first = client.sign_in(&VirtualUser::new("ada@contoso.test"), CALENDAR).await;
    let refresh_token = first.text_of("refresh_token");
    let mut seen = vec![first.body["expires_in"].to_string()];
    for scope in [MAIL, PAYROLL, "api://nowhere/Read", "api://archive/Files.Read"] {
        seen.push(client.refresh(refresh_token, scope, &[]).await.text);
    }
    let again = client.refresh(refresh_token, CALENDAR, &[]).await;
    let claims = jwt_claims(again.text_of("access_token"));
    seen.extend(["uti", "sid", "exp", "sub"].map(|claim| claims[claim].to_string()));
    seen
}

#[tokio::test]
async fn the_same_seed_gives_the_same_answers() {
    assert_eq!(story(7).await, story(7).await);
}

#[tokio::test]
async fn another_seed_gives_other_ids() {
    assert_ne!(story(7).await, story(8).await);
}
