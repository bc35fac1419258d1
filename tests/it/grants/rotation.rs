//! Strict rotation: a refresh token is good once, and a second use ends all that came of the sign-in (RFC 9700, 4.14.2).

use mock_idp::{MockIdp, directory::Rotation, virtual_user::VirtualUser};
use tests::{Answer, CALENDAR, MAIL, PAYROLL, RawClient};

use super::{Refused, refused, verdict};

const SCOPE: &str = "api://calendar/Events.Read openid profile offline_access";

async fn strict() -> (MockIdp, RawClient) {
    let idp = MockIdp::start().await;
    idp.tenant().change_switches(|switches| switches.refresh_token_rotation = Rotation::Strict);
    let client = RawClient::new(&idp).await;
    (idp, client)
}

async fn sign_in(client: &RawClient) -> String {
    client.sign_in(&VirtualUser::new("ada@contoso.test"), CALENDAR).await.text_of("refresh_token").to_owned()
}

async fn next(client: &RawClient, refresh_token: &str) -> String {
    let answer = client.refresh(refresh_token, CALENDAR, &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.text_of("refresh_token").to_owned()
}

fn revoked(why: &str) -> Refused {
    let text = format!("The provided grant is not valid: the refresh token is revoked: {why}.");
    Refused::new(400, "invalid_grant", 70000, "bad_token", &text)
}

fn used_twice() -> Refused {
    revoked("it, or another one of the same sign-in, was used twice")
}

#[tokio::test]
async fn a_second_use_revokes_the_family_and_no_other() {
    let (_idp, client) = strict().await;
    let (first, other) = (sign_in(&client).await, sign_in(&client).await);
    let second = next(&client, &first).await;
    let third = next(&client, &second).await;
    for token in [&first, &third, &second] {
        assert_eq!(refused(&client.refresh(token, CALENDAR, &[]).await), used_twice());
    }
    next(&client, &other).await;
}

#[tokio::test]
async fn a_refusal_uses_nothing_up() {
    let (_idp, client) = strict().await;
    let first = sign_in(&client).await;
    assert_eq!(client.refresh(&first, MAIL, &[]).await.code(), Some(65001));
    assert_eq!(client.refresh(&first, PAYROLL, &[]).await.code(), Some(65001));
    next(&client, &first).await;
}

/// The next one comes with every use; without `offline_access` the client would be left with nothing.
#[tokio::test]
async fn a_successor_comes_unasked() {
    let (_idp, client) = strict().await;
    let first = sign_in(&client).await;
    let answer = client.refresh(&first, CALENDAR, &[("scope", CALENDAR)]).await;
    next(&client, answer.text_of("refresh_token")).await;
}

#[tokio::test]
async fn of_many_at_once_one_wins_and_the_family_ends() {
    let (_idp, client) = strict().await;
    let first = sign_in(&client).await;
    let ask = || client.refresh(&first, CALENDAR, &[]);
    let answers: [Answer; 4] = tokio::join!(ask(), ask(), ask(), ask()).into();
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    let winner = answers.iter().find(|answer| answer.status == 200).unwrap();
    let after = client.refresh(winner.text_of("refresh_token"), CALENDAR, &[]).await;
    assert_eq!(refused(&after), used_twice());
}

/// RFC 6749, 4.1.2.
#[tokio::test]
async fn a_code_redeemed_twice_revokes_what_came_of_it() {
    let (_idp, client) = strict().await;
    let code = client.code(&VirtualUser::new("ada@contoso.test"), SCOPE, &[]).await;
    let token = client.redeem(&code, &[]).await;
    let second = next(&client, token.text_of("refresh_token")).await;
    let text = "This authorization code was redeemed before. Use a new code, or the refresh token that the first redemption gave.";
    assert_eq!(refused(&client.redeem(&code, &[]).await), Refused::new(400, "invalid_grant", 54005, "", text));
    let expected = revoked("the authorization code that it came of was used twice");
    assert_eq!(refused(&client.refresh(&second, CALENDAR, &[]).await), expected);
}

/// A guest takes the same family to another tenant and back.
#[tokio::test]
async fn the_family_is_one_in_all_tenants() {
    let (idp, mut client) = strict().await;
    let contoso = client.authority.clone();
    let cy = VirtualUser::new("cy@fabrikam.test");
    client.authority = format!("{}/fabrikam.test", idp.base());
    let at_home = client.sign_in(&cy, CALENDAR).await.text_of("refresh_token").to_owned();
    client.authority = contoso;
    idp.tenant().grant_consent(None, "desktop", "calendar", &["Events.Read"]).unwrap();
    let abroad = next(&client, &at_home).await;
    assert_eq!(refused(&client.refresh(&at_home, CALENDAR, &[]).await), used_twice());
    assert_eq!(refused(&client.refresh(&abroad, CALENDAR, &[]).await), used_twice());
}

/// As Entra does: the old one stays good, and a code's second use ends nothing.
#[tokio::test]
async fn by_default_old_ones_stay_good() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let code = client.code(&VirtualUser::new("ada@contoso.test"), SCOPE, &[]).await;
    let first = client.redeem(&code, &[]).await.text_of("refresh_token").to_owned();
    next(&client, &first).await;
    let second = next(&client, &first).await;
    assert_eq!(verdict(&client.redeem(&code, &[]).await), (400, "invalid_grant", Some(54005), ""));
    next(&client, &second).await;
}
