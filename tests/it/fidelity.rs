//! The wire beside the reference's, member by member, in its order. What differs is said in each comparison, and no other
//! difference passes; the table "How faithful it is" in mock-idp's README gives the reasons.

use jsonwebtoken::decode_header;
use mock_idp::{MockIdp, TokenOrder, virtual_user::VirtualUser};
use reqwest::{Method, header::HeaderMap};
use serde_json::{Value, json};
use tests::{Answer, CALENDAR, RawClient, jwt_claims};

/// Members of a record of the service, and how ours differ.
struct Reference {
    members: &'static str,
    /// Not here.
    missing: &'static str,
    /// Only here.
    more: &'static str,
}

impl Reference {
    const fn new(members: &'static str) -> Self {
        Self { members, missing: "", more: "" }
    }

    const fn missing(self, missing: &'static str) -> Self {
        Self { missing, ..self }
    }

    const fn more(self, more: &'static str) -> Self {
        Self { more, ..self }
    }

    /// Compares, in the reference's order where `ordered`.
    #[track_caller]
    fn compare(&self, ours: &[&str], ordered: bool) {
        let (members, missing, more) = (words(self.members), words(self.missing), words(self.more));
        let mut expected: Vec<&str> = members.iter().copied().filter(|member| !missing.contains(member)).collect();
        let mut ours: Vec<&str> = ours.iter().copied().filter(|member| !more.contains(member)).collect();
        assert!(more.iter().all(|member| !members.contains(member)), "what is only here is in no record");
        if !ordered {
            expected.sort_unstable();
            ours.sort_unstable();
        }
        assert_eq!(ours, expected, "ours, and the reference's");
    }

    #[track_caller]
    fn compare_members(&self, object: &Value, ordered: bool) {
        let members: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
        self.compare(&members, ordered);
        for extra in words(self.more) {
            assert!(members.contains(&extra), "{extra} is said to be more, and is not there");
        }
    }

    #[track_caller]
    fn compare_headers(&self, headers: &HeaderMap) {
        let names: Vec<&str> = headers.keys().map(|name| name.as_str()).collect();
        self.compare(&names, false);
    }
}

fn words(list: &'static str) -> Vec<&'static str> {
    list.split_whitespace().collect()
}

async fn server() -> (MockIdp, RawClient) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    (idp, client)
}

async fn signed_in(client: &RawClient, scope: &str) -> Answer {
    client.sign_in(&VirtualUser::new("ada@contoso.test"), scope).await
}

async fn get(client: &RawClient, path: &str) -> Answer {
    client.send(client.request(Method::GET, path)).await
}

/// Wire 1.2, and the record of azure-sdk-for-js (wire 7, first row).
const METADATA: Reference = Reference::new(
    "token_endpoint token_endpoint_auth_methods_supported jwks_uri response_modes_supported subject_types_supported \
     id_token_signing_alg_values_supported response_types_supported scopes_supported issuer \
     request_uri_parameter_supported userinfo_endpoint authorization_endpoint device_authorization_endpoint \
     http_logout_supported frontchannel_logout_supported end_session_endpoint claims_supported kerberos_endpoint \
     tenant_region_scope cloud_instance_name cloud_graph_host_name msgraph_host rbac_url",
);

#[tokio::test]
async fn the_discovery_document_differs_in_hosts_only() {
    let (idp, client) = server().await;
    let answer = get(&client, "/contoso.test/v2.0/.well-known/openid-configuration").await;
    METADATA.compare_members(&answer.body, true);
    let (authority, base, host) = (idp.authority(), idp.base(), format!("localhost:{}", idp.port()));
    let as_recorded = json!({
        "token_endpoint": format!("{authority}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{authority}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": format!("{authority}/v2.0"),
        "request_uri_parameter_supported": false,
        "authorization_endpoint": format!("{authority}/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": format!("{authority}/oauth2/v2.0/devicecode"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": format!("{authority}/oauth2/v2.0/logout"),
        "claims_supported": ["sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name",
            "msgraph_host", "aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver",
            "at_hash", "c_hash", "email"],
        "kerberos_endpoint": format!("{authority}/kerberos"),
    });
    let here_on_this_server = json!({
        "userinfo_endpoint": format!("{base}/oidc/userinfo"),
        "tenant_region_scope": "WW",
        "cloud_instance_name": host,
        "cloud_graph_host_name": host,
        "msgraph_host": host,
        "rbac_url": format!("{base}/rbac"),
    });
    for (name, value) in as_recorded.as_object().unwrap().iter().chain(here_on_this_server.as_object().unwrap()) {
        assert_eq!(&answer.body[name], value, "{name}");
    }
}

#[tokio::test]
async fn documents_carry_the_headers_that_clients_read() {
    let (_idp, client) = server().await;
    let reference = Reference::new(
        "cache-control content-type strict-transport-security x-content-type-options access-control-allow-origin \
         access-control-allow-methods p3p x-ms-request-id x-ms-ests-server set-cookie date content-length",
    );
    let reference = reference.missing("strict-transport-security p3p x-ms-request-id x-ms-ests-server set-cookie");
    for path in ["/common/v2.0/.well-known/openid-configuration", "/common/discovery/v2.0/keys"] {
        let answer = get(&client, path).await;
        reference.compare_headers(&answer.headers);
        assert_eq!(answer.headers["cache-control"], "max-age=86400, private");
    }
}

#[tokio::test]
async fn instance_discovery_lists_this_servers_clouds_only() {
    let (idp, client) = server().await;
    let endpoint = format!("{}/oauth2/v2.0/authorize", idp.authority());
    let path = format!("/common/discovery/instance?api-version=1.1&authorization_endpoint={endpoint}");
    let answer = get(&client, &path).await;
    Reference::new("tenant_discovery_endpoint api-version metadata").compare_members(&answer.body, true);
    let clouds = answer.body["metadata"].as_array().unwrap();
    assert_eq!(clouds.len(), 1);
    Reference::new("preferred_network preferred_cache aliases").compare_members(&clouds[0], true);
}

#[tokio::test]
async fn keys_are_entras_with_published_test_keys() {
    let (idp, client) = server().await;
    let answer = get(&client, "/contoso.test/discovery/v2.0/keys").await;
    let key = &answer.body["keys"][0];
    Reference::new("kty use kid x5t n e x5c cloud_instance_name issuer").compare_members(key, true);
    assert_eq!(key["issuer"], idp.issuer());
    assert_eq!(key["cloud_instance_name"], "localhost");
}

/// Wire 3.3 ("which fields per grant") and escalation reference 6.1.
#[tokio::test]
async fn success_bodies_have_the_references_members() {
    let (idp, client) = server().await;
    let answer = signed_in(&client, CALENDAR).await;
    let users =
        Reference::new("token_type scope expires_in ext_expires_in access_token refresh_token id_token client_info");
    users.compare_members(&answer.body, true);
    users.compare_members(&client.refresh(answer.text_of("refresh_token"), CALENDAR, &[]).await.body, true);
    for number in ["expires_in", "ext_expires_in"] {
        assert!(answer.body[number].is_number(), "{number}");
    }
    let app_only = [
        ("grant_type", "client_credentials"),
        ("client_id", "d0000000-0000-4000-8000-000000000004"),
        ("client_secret", "daemon-secret"),
        ("scope", "api://calendar/.default"),
        ("client_info", "1"),
    ];
    let answer = client.token(&app_only, &[]).await;
    Reference::new("token_type expires_in ext_expires_in access_token").compare_members(&answer.body, true);

    idp.tenant().grant_consent(Some("ada"), "desktop", "news", &["Articles.Read"]).unwrap();
    let capable = r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#;
    let first = signed_in(&client, CALENDAR).await;
    let news = "api://news/Articles.Read";
    let answer = client.refresh(first.text_of("refresh_token"), news, &[("claims", capable)]).await;
    Reference::new(
        "token_type scope expires_in ext_expires_in refresh_in access_token refresh_token id_token client_info",
    )
    .compare_members(&answer.body, true);
}

/// Escalation reference 2.1 and wire 4.1.
#[tokio::test]
async fn error_bodies_have_the_references_members_and_our_own_sentences() {
    let (idp, client) = server().await;
    idp.tenant().grant_consent(Some("ada"), "desktop", "payroll", &["Salary.Read"]).unwrap();
    let first = signed_in(&client, CALENDAR).await;
    let refused = client.refresh(first.text_of("refresh_token"), "api://payroll/Salary.Read", &[]).await;
    Reference::new("error error_description error_codes timestamp trace_id correlation_id error_uri suberror claims")
        .compare_members(&refused.body, true);
    assert_eq!(refused.text_of("error_uri"), "https://login.microsoftonline.com/error?code=50076");
    assert_eq!(refused.headers["x-ms-request-id"], refused.text_of("trace_id"));
    assert!(refused.body["claims"].is_string() && refused.body["error_codes"][0].is_number());
    let description = refused.text_of("error_description");
    assert!(description.starts_with("AADSTS50076: ") && !description.contains("\r\n"), "{description}");
}

/// Escalation reference 2.1, last paragraph, and the record of azure-sdk-for-js.
#[tokio::test]
async fn token_answers_have_the_references_headers_and_cookies() {
    let (_idp, client) = server().await;
    let good = signed_in(&client, CALENDAR).await;
    let refused = client.refresh("rubbish", CALENDAR, &[("client-request-id", "")]).await;
    let reference = Reference::new(
        "cache-control pragma content-type expires strict-transport-security x-content-type-options p3p \
         x-ms-request-id x-ms-ests-server x-ms-clitelem set-cookie date content-length",
    );
    let reference = reference.missing("strict-transport-security").more("client-request-id");
    for (answer, telemetry) in [(&good, "1,0,0,,"), (&refused, "1,9002313,0,,")] {
        reference.compare_headers(&answer.headers);
        let header = |name: &str| answer.headers[name].to_str().unwrap().to_owned();
        assert_eq!(header("cache-control"), "no-store, no-cache");
        assert_eq!((header("pragma"), header("expires")), ("no-cache".to_owned(), "-1".to_owned()));
        assert_eq!(header("content-type"), "application/json; charset=utf-8");
        assert_eq!(header("p3p"), r#"CP="DSP CUR OTPi IND OTRi ONL FIN""#);
        assert_eq!(header("x-ms-clitelem").split(',').count(), telemetry.split(',').count());
        let cookies: Vec<_> =
            answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
        let names: Vec<_> = cookies.iter().map(|cookie| cookie.split_once('=').unwrap().0).collect();
        assert_eq!(names, ["fpc", "x-ms-gateway-slice", "stsservicecookie"]);
        assert!(cookies.iter().all(|cookie| cookie.contains("; path=/; secure; ")), "{cookies:?}");
    }
}

/// Escalation reference 6.2, first column.
#[tokio::test]
async fn version_1_access_tokens_lack_what_nobody_can_use() {
    let (idp, _client) = server().await;
    let order = TokenOrder { user: Some("ada".into()), ..TokenOrder::new("graph", "desktop") };
    let token = idp.tenant().mint_token(&order).unwrap();
    assert_eq!(token.claims["ver"], "1.0");
    let reference = Reference::new(
        "aud iss iat nbf exp ver appid appidacr oid tid sub upn unique_name name given_name family_name scp amr acr sid \
         uti rh aio ipaddr platf puid onprem_sid wids xms_st xms_tcdt idtyp acct tenant_region_scope app_displayname \
         xms_ssm",
    );
    let reference = reference.missing("platf puid onprem_sid wids xms_st xms_tcdt idtyp acct tenant_region_scope");
    reference.compare_members(&Value::Object(token.claims), false);
    let header = serde_json::to_value(decode_header(&token.access_token).unwrap()).unwrap();
    Reference::new("typ alg nonce x5t kid").missing("nonce").compare_members(&header, false);
}

/// Escalation reference 6.2, second column.
#[tokio::test]
async fn version_2_access_tokens_lack_opaque_words_only() {
    let (_idp, client) = server().await;
    let answer = signed_in(&client, CALENDAR).await;
    let claims = jwt_claims(answer.text_of("access_token"));
    assert_eq!(claims["ver"], "2.0");
    let reference = Reference::new(
        "aud iss iat nbf exp ver azp azpacr oid tid sub preferred_username name scp sid uti rh aio xms_ftd",
    );
    reference.missing("xms_ftd").compare_members(&claims, false);
    assert!(claims.get("amr").is_none() && claims.get("acr").is_none());
    let header = serde_json::to_value(decode_header(answer.text_of("access_token")).unwrap()).unwrap();
    Reference::new("typ alg kid").compare_members(&header, true);
}

/// Escalation reference 6.2, third column, and wire 3.4.
#[tokio::test]
async fn id_tokens_have_the_references_claims() {
    let (_idp, client) = server().await;
    let scope = format!("{CALENDAR} openid profile offline_access");
    let code = client.code(&VirtualUser::new("ada@contoso.test"), &scope, &[("nonce", "n")]).await;
    let answer = client.redeem(&code, &[("scope", scope.as_str())]).await;
    let claims = jwt_claims(answer.text_of("id_token"));
    Reference::new("aud iss iat nbf exp aio name nonce oid preferred_username rh sid sub tid uti ver")
        .compare_members(&claims, true);
}

/// Escalation reference 6.2, last paragraph.
#[tokio::test]
async fn app_only_tokens_have_the_references_claims() {
    let (idp, _client) = server().await;
    let token = idp.tenant().mint_token(&TokenOrder::new("calendar", "daemon")).unwrap();
    Reference::new("aio aud azp azpacr exp iat iss nbf oid rh roles sub tid uti ver xms_ftd")
        .compare_members(&Value::Object(token.claims), false);
}

#[tokio::test]
async fn issuers_are_this_servers_own() {
    let (idp, _client) = server().await;
    let issuer = |api: &str| {
        let order = TokenOrder { user: Some("ada".into()), ..TokenOrder::new(api, "desktop") };
        idp.tenant().mint_token(&order).unwrap().claims["iss"].clone()
    };
    assert_eq!(issuer("graph"), format!("{}/", idp.authority()));
    assert_eq!(issuer("calendar"), idp.issuer());
}

/// Wire 3.2; `verification_uri` is a page of this server.
#[tokio::test]
async fn device_codes_lead_to_this_servers_page() {
    let (idp, client) = server().await;
    let form = [("client_id", tests::DESKTOP), ("scope", CALENDAR)];
    let answer = client.send(client.request(Method::POST, "/contoso.test/oauth2/v2.0/devicecode").form(&form)).await;
    Reference::new("user_code device_code verification_uri expires_in interval message")
        .compare_members(&answer.body, true);
    assert_eq!(answer.text_of("verification_uri"), format!("{}/deviceauth", idp.base()));
}

#[tokio::test]
async fn userinfo_has_no_picture() {
    let (_idp, client) = server().await;
    let token = signed_in(&client, "https://graph.microsoft.com/User.Read email").await;
    let answer = client.call("/oidc/userinfo", token.text_of("access_token")).await;
    Reference::new("sub name family_name given_name picture email")
        .missing("picture")
        .compare_members(&answer.body, false);
}

/// Escalation reference 4.2, in any order; `cc_type` where an authentication context is asked for.
#[tokio::test]
async fn a_claims_challenge_has_the_references_parameters() {
    let (idp, client) = server().await;
    let order = TokenOrder { user: Some("ada".into()), ..TokenOrder::new("vault", "desktop") };
    let token = idp.tenant().mint_token(&order).unwrap();
    let refused = client.call("/api/vault/secrets", &token.access_token).await;
    let header = refused.headers["www-authenticate"].to_str().unwrap();
    let names: Vec<&str> =
        header.strip_prefix("Bearer ").unwrap().split(", ").map(|pair| pair.split('=').next().unwrap()).collect();
    Reference::new("realm authorization_uri client_id error error_description claims cc_type").compare(&names, false);
    assert!(header.starts_with(r#"Bearer realm="", authorization_uri=""#), "{header}");
}
