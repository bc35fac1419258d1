//! A tenant named by a domain (wire reference 5.3, "realm-exact"): only its own tokens serve, also offline.

use std::sync::Arc;

use desktop_client::storage::MemoryStorage;
use desktop_client::{Account, PublicClientApplication, TokenSource};
use rstest::rstest;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::support::{Authority, CALENDAR, CLIENT, TENANT, client_info, jwt};

const FABRIKAM: &str = "22222222-2222-4222-8222-222222222222";

/// Ada of contoso, who is a guest of fabrikam, has signed in at contoso.
struct Guest {
    authority: Authority,
    cache: Arc<MemoryStorage>,
    ada: Account,
}

impl Guest {
    async fn start() -> Self {
        let authority = Authority::start().await;
        for (domain, tenant) in [("contoso.test", TENANT), ("alias.test", TENANT), ("fabrikam.test", FABRIKAM)] {
            mount_metadata(&authority, domain, tenant).await;
        }
        let cache = Arc::new(MemoryStorage::new());
        let (_, ada) = authority.sign_in_with(authority.builder().token_cache(Arc::clone(&cache))).await;
        Self { authority, cache, ada }
    }

    async fn fabrikam_answers(&self, identity: Value) {
        let mut answer = json!({"token_type": "Bearer", "access_token": "at-fabrikam", "expires_in": 3600});
        answer.as_object_mut().unwrap().extend(identity.as_object().unwrap().clone());
        Mock::given(method("POST"))
            .and(path(format!("/{FABRIKAM}/oauth2/v2.0/token")))
            .respond_with(ResponseTemplate::new(200).set_body_json(answer))
            .mount(&self.authority.server)
            .await;
    }

    fn app(&self, domain: &str) -> PublicClientApplication {
        self.app_at(&self.authority.server.uri(), domain)
    }

    /// Nobody answers there; the cache knows the host without its port.
    fn offline(&self, domain: &str) -> PublicClientApplication {
        self.app_at("http://127.0.0.1:1", domain)
    }

    fn app_at(&self, base: &str, domain: &str) -> PublicClientApplication {
        let builder = self.authority.builder().token_cache(Arc::clone(&self.cache));
        builder.authority(format!("{base}/{domain}")).unwrap().build().unwrap()
    }

    async fn token(&self, app: &PublicClientApplication) -> (TokenSource, String) {
        let result = app.acquire_token_silent([CALENDAR]).with_account(&self.ada).await.unwrap();
        (result.source, result.access_token.secret().to_owned())
    }

    async fn metadata_requests(&self, domain: &str) -> usize {
        self.authority.requests_to(&metadata_path(domain)).await.len()
    }
}

fn metadata_path(domain: &str) -> String {
    format!("/{domain}/v2.0/.well-known/openid-configuration")
}

async fn mount_metadata(authority: &Authority, domain: &str, tenant: &str) {
    let base = authority.server.uri();
    let metadata = json!({
        "issuer": format!("{base}/{tenant}/v2.0"),
        "authorization_endpoint": format!("{base}/{tenant}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{base}/{tenant}/oauth2/v2.0/token"),
    });
    Mock::given(path(metadata_path(domain)))
        .respond_with(ResponseTemplate::new(200).set_body_json(metadata))
        .mount(&authority.server)
        .await;
}

/// With or without a word of who it is about, a token lies under the tenant that it came from.
#[rstest]
#[case::identified(true)]
#[case::bare(false)]
#[tokio::test]
async fn step_04_another_tenants_token_does_not_serve(#[case] identified: bool) {
    let guest = Guest::start().await;
    let issuer = format!("{}/{FABRIKAM}/v2.0", guest.authority.server.uri());
    let claims = json!({"aud": CLIENT, "iss": issuer, "tid": FABRIKAM, "oid": "guest", "sub": "s"});
    let identity = json!({"id_token": jwt(&claims), "client_info": client_info("ada")});
    guest.fabrikam_answers(if identified { identity } else { json!({}) }).await;
    let (contoso, fabrikam) = (guest.app("contoso.test"), guest.app("fabrikam.test"));
    assert_eq!(guest.token(&fabrikam).await, (TokenSource::IdentityProvider, "at-fabrikam".to_owned()));
    assert_eq!(guest.token(&fabrikam).await, (TokenSource::Cache, "at-fabrikam".to_owned()));
    assert_eq!(guest.token(&contoso).await, (TokenSource::Cache, "at-1".to_owned()));
    assert_eq!(guest.metadata_requests("fabrikam.test").await, 1, "it is remembered");
}

/// What a domain stands for is asked once; a name at home that ends in it says so without asking.
#[rstest]
#[case::own("contoso.test", 0)]
#[case::another_of_the_same_tenant("alias.test", 1)]
#[tokio::test]
async fn step_04_a_cached_token_is_found_by_a_domain_of_its_tenant(#[case] domain: &str, #[case] asked: usize) {
    let guest = Guest::start().await;
    let app = guest.app(domain);
    for _ in 0..2 {
        assert_eq!(guest.token(&app).await, (TokenSource::Cache, "at-1".to_owned()));
    }
    assert_eq!(guest.metadata_requests(domain).await, asked);
    assert!(guest.authority.token_requests().await.is_empty());
}

#[tokio::test]
async fn step_04_offline_a_cached_token_serves_in_the_users_own_domain_only() {
    let guest = Guest::start().await;
    assert_eq!(guest.token(&guest.offline("contoso.test")).await, (TokenSource::Cache, "at-1".to_owned()));
    let elsewhere = guest.offline("fabrikam.test");
    let error = elsewhere.acquire_token_silent([CALENDAR]).with_account(&guest.ada).await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
}
