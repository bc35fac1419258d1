//! A generic OpenID Connect client, the `openidconnect` crate unmodified: discovery, code with PKCE and nonce, ID token
//! against the JWKS, userinfo, refresh.

use mock_idp::{MockIdp, TokenOrder, virtual_user::VirtualUser};
use openidconnect::{
    AccessToken, AuthorizationCode, ClaimsVerificationError, ClientId, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, RedirectUrl,
    Scope, TokenResponse as _,
    core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreTokenResponse, CoreUserInfoClaims},
};
use tests::{DESKTOP, RawClient};
use url::Url;

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// The crate's requests over our version of reqwest; redirects are not followed, as it asks.
async fn http(request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let answer = client.execute(request.try_into()?).await?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let mut response = HttpResponse::new(answer.bytes().await?.to_vec());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

/// What the metadata says, as the application `desktop`.
async fn discovered(idp: &MockIdp) -> Client {
    let issuer = idp.issuer();
    // snippet: openidconnect
    let metadata = CoreProviderMetadata::discover_async(IssuerUrl::new(issuer).unwrap(), &http).await.unwrap();
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(DESKTOP.to_owned()), None);
    // end of snippet
    client
}

/// A sign-in of ada, who is sent back to a loopback listener.
struct SignIn {
    client: Client,
    answer: CoreTokenResponse,
    nonce: Nonce,
}

async fn sign_in(idp: &MockIdp) -> SignIn {
    let raw = RawClient::new(idp).await;
    let client = discovered(idp).await;
    let redirect = RedirectUrl::new(raw.redirect_uri.clone()).unwrap();
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let words = ["profile", "email", "offline_access", "https://graph.microsoft.com/User.Read"];
    let request = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .set_redirect_uri(std::borrow::Cow::Borrowed(&redirect))
        .add_scopes(words.map(|word| Scope::new(word.to_owned())))
        .set_pkce_challenge(challenge);
    let (address, state, nonce) = request.url();
    let visit = raw.browser.visit(&address, &VirtualUser::new("ada@contoso.test")).await.unwrap();
    assert_eq!(visit.outcome.parameter("state"), Some(state.secret().as_str()));
    let code = AuthorizationCode::new(visit.outcome.parameter("code").unwrap().to_owned());
    let answer = client
        .exchange_code(code)
        .unwrap()
        .set_redirect_uri(std::borrow::Cow::Borrowed(&redirect))
        .set_pkce_verifier(verifier)
        .request_async(&http)
        .await
        .unwrap();
    SignIn { client, answer, nonce }
}

#[tokio::test]
async fn discovery_finds_the_endpoints_under_the_issuer_that_was_asked() {
    let idp = MockIdp::start().await;
    let metadata = CoreProviderMetadata::discover_async(IssuerUrl::new(idp.issuer()).unwrap(), &http).await.unwrap();
    assert_eq!(metadata.issuer().as_str(), idp.issuer());
    let token_endpoint = metadata.token_endpoint().map(|endpoint| endpoint.url().clone());
    assert_eq!(token_endpoint, Url::parse(&format!("{}/oauth2/v2.0/token", idp.authority())).ok());
    assert_eq!(metadata.jwks().keys().len(), 1);
}

#[tokio::test]
async fn the_id_token_is_verified_with_the_published_key_and_the_nonce() {
    let idp = MockIdp::start().await;
    let SignIn { client, answer, nonce } = sign_in(&idp).await;
    let id_token = answer.id_token().unwrap();
    let claims = id_token.claims(&client.id_token_verifier(), &nonce).unwrap();
    assert_eq!(claims.preferred_username().map(|name| name.as_str()), Some("ada@contoso.test"));
    assert_eq!(claims.issuer().as_str(), idp.issuer());
    let replayed = id_token.claims(&client.id_token_verifier(), &Nonce::new("another".to_owned())).unwrap_err();
    assert!(matches!(replayed, ClaimsVerificationError::InvalidNonce(_)), "{replayed}");
}

#[tokio::test]
async fn after_a_rotation_the_new_keys_are_fetched() {
    let idp = MockIdp::start().await;
    let before = discovered(&idp).await;
    idp.tenant().rotate_signing_keys();
    let SignIn { client, answer, nonce } = sign_in(&idp).await;
    let id_token = answer.id_token().unwrap();
    let unknown = id_token.claims(&before.id_token_verifier(), &nonce).unwrap_err();
    assert!(matches!(unknown, ClaimsVerificationError::SignatureVerification(_)), "{unknown}");
    id_token.claims(&client.id_token_verifier(), &nonce).unwrap();
}

/// OpenID Connect Core 5.3.2: the subject of userinfo has to be that of the ID token, and the crate checks it.
#[tokio::test]
async fn userinfo_names_the_subject_of_the_id_token() {
    let idp = MockIdp::start().await;
    let SignIn { client, answer, nonce } = sign_in(&idp).await;
    let subject = answer.id_token().unwrap().claims(&client.id_token_verifier(), &nonce).unwrap().subject().clone();
    let about: CoreUserInfoClaims = client
        .user_info(answer.access_token().clone(), Some(subject.clone()))
        .unwrap()
        .request_async(&http)
        .await
        .unwrap();
    assert_eq!(about.subject(), &subject);
    assert_eq!(about.email().map(|email| email.as_str()), Some("ada@contoso.test"));

    let order = TokenOrder { user: Some("ada".into()), bad_signature: true, ..TokenOrder::new("graph", "desktop") };
    let forged = AccessToken::new(idp.tenant().mint_token(&order).unwrap().access_token);
    let refused: Result<CoreUserInfoClaims, _> = client.user_info(forged, None).unwrap().request_async(&http).await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn a_refresh_repeats_the_id_token_without_a_nonce() {
    let idp = MockIdp::start().await;
    let SignIn { client, answer, .. } = sign_in(&idp).await;
    let refreshed = client
        .exchange_refresh_token(answer.refresh_token().unwrap())
        .unwrap()
        .add_scope(Scope::new("openid".to_owned()))
        .add_scope(Scope::new("offline_access".to_owned()))
        .add_scope(Scope::new("https://graph.microsoft.com/User.Read".to_owned()))
        .request_async(&http)
        .await
        .unwrap();
    let no_nonce = |nonce: Option<&Nonce>| if nonce.is_none() { Ok(()) } else { Err("a nonce".to_owned()) };
    refreshed.id_token().unwrap().claims(&client.id_token_verifier(), no_nonce).unwrap();
    assert!(refreshed.refresh_token().is_some());
}
