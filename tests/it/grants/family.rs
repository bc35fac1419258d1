//! The family of client ids: applications that share their refresh tokens (`foci`; wire 3.3, escalation reference B12).

use mock_idp::{MockIdp, directory::ClientKind, virtual_user::VirtualUser};
use tests::{Answer, CALENDAR, RawClient};

use super::{DAEMON, PORTAL, Refused, refused};

/// desktop and portal belong to the family, daemon does not; all are public, to keep secrets out of it.
async fn family() -> (MockIdp, RawClient, Answer) {
    let idp = MockIdp::start().await;
    let permissions = idp.tenant().directory().application("desktop").unwrap().permissions.clone();
    for (name, family) in [("desktop", true), ("portal", true), ("daemon", false)] {
        let permissions = permissions.clone();
        idp.tenant()
            .change_application(name, |application| {
                application.kind = ClientKind::Public;
                application.family = family;
                application.permissions = permissions;
            })
            .unwrap();
        idp.tenant().grant_consent(None, name, "calendar", &["Events.Read"]).unwrap();
    }
    let client = RawClient::new(&idp).await;
    let token = client.sign_in(&VirtualUser::new("ada@contoso.test"), CALENDAR).await;
    (idp, client, token)
}

async fn refresh(client: &RawClient, token: &Answer, client_id: &str) -> Answer {
    client.refresh(token.text_of("refresh_token"), CALENDAR, &[("client_id", client_id)]).await
}

#[tokio::test]
async fn a_member_takes_anothers_refresh_token() {
    let (_idp, client, token) = family().await;
    let members: Vec<&str> = token.body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        members,
        [
            "token_type",
            "scope",
            "expires_in",
            "ext_expires_in",
            "access_token",
            "refresh_token",
            "foci",
            "id_token",
            "client_info"
        ]
    );
    assert_eq!(token.body["foci"], "1");
    let portal = refresh(&client, &token, PORTAL).await;
    assert_eq!((portal.status, portal.text_of("foci")), (200, "1"), "{}", portal.text);
    assert_eq!(tests::jwt_claims(portal.text_of("access_token"))["azp"], PORTAL);
    assert_eq!(client.refresh(portal.text_of("refresh_token"), CALENDAR, &[]).await.status, 200);
}

#[tokio::test]
async fn a_client_outside_is_told_that_it_is_none_of_them() {
    let (_idp, client, token) = family().await;
    let text = "The provided grant is not valid: the refresh token is one of a family of clients, and this client does not belong to it.";
    let expected = Refused {
        error_additional_info: Some("client_mismatch".to_owned()),
        ..Refused::new(400, "invalid_grant", 70000, "client_mismatch", text)
    };
    let answer = refresh(&client, &token, DAEMON).await;
    assert_eq!(refused(&answer), expected);
    let members: Vec<&str> = answer.body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members[members.len() - 2..], ["suberror", "error_additional_info"]);
}

#[tokio::test]
async fn without_a_family_a_token_is_its_clients_own() {
    let (idp, client, _) = family().await;
    idp.tenant().change_application("desktop", |desktop| desktop.family = false).unwrap();
    let token = client.sign_in(&VirtualUser::new("ada@contoso.test"), CALENDAR).await;
    assert!(token.body.get("foci").is_none());
    let text = "The provided grant is not valid: the refresh token was issued to another client.";
    for other in [PORTAL, DAEMON] {
        assert_eq!(
            refused(&refresh(&client, &token, other).await),
            Refused::new(400, "invalid_grant", 70000, "", text)
        );
    }
}
