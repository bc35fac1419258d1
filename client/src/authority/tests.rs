use rstest::rstest;

use super::{Authority, MSA_TENANT};

#[rstest]
#[case::tenant_id(
    "https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/",
    "login.microsoftonline.com"
)]
#[case::usgov("https://login.microsoftonline.us/organizations", "login.microsoftonline.us")]
#[case::china("https://login.partner.microsoftonline.cn/common", "login.partner.microsoftonline.cn")]
#[case::china_alias("https://login.chinacloudapi.cn/contoso.cn", "login.chinacloudapi.cn")]
#[case::personal("https://login.microsoftonline.com/consumers", "login.microsoftonline.com")]
#[case::domain("https://localhost:8443/Contoso.test", "localhost:8443")]
#[case::with_version("https://localhost:8443/common/v2.0", "localhost:8443")]
#[case::doubled_slash("https://localhost:8443//common", "localhost:8443")]
#[case::loopback_http("http://localhost:5000/common", "localhost:5000")]
#[case::loopback_address("http://127.0.0.1:5000/common", "127.0.0.1:5000")]
#[case::loopback_v6("http://[::1]:5000/common", "[::1]:5000")]
fn good(#[case] address: &str, #[case] environment: &str) {
    assert_eq!(Authority::parse(address).unwrap().environment(), environment);
}

#[rstest]
#[case::nothing("")]
#[case::no_scheme("login.microsoftonline.com/common")]
#[case::plain_http("http://login.microsoftonline.com/common")]
#[case::looks_local("http://localhost.evil.test/common")]
#[case::file("file:///etc/passwd")]
#[case::no_tenant("https://localhost:8443")]
#[case::too_deep("https://localhost:8443/common/oauth2/v2.0/token")]
#[case::query("https://localhost:8443/common?x=1")]
#[case::credentials("https://me:secret@localhost:8443/common")]
fn bad(#[case] address: &str) {
    let error = Authority::parse(address).unwrap_err();
    assert_eq!(error.code(), "invalid_authority");
}

#[rstest]
#[case::b2c("https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_signin", "Azure AD B2C", "https://HOST/TENANT")]
#[case::b2c_of_china("https://contoso.b2clogin.cn/t", "Azure AD B2C", "https://HOST/TENANT")]
#[case::b2c_by_policy("https://login.microsoftonline.com/t/b2c_1_x", "Azure AD B2C", "https://HOST/TENANT")]
#[case::b2c_by_prefix("https://id.contoso.example/tfp/t/policy", "Azure AD B2C", "https://HOST/TENANT")]
#[case::adfs("https://sts.contoso.example/adfs", "AD FS", "https://HOST/adfs")]
#[case::dsts("https://some.dsts.example/dstsv2/common", "dSTS", "OpenID providers")]
#[case::ciam("https://contoso.ciamlogin.com", "Entra External ID", "OpenID provider")]
#[case::ciam_tenant("https://contoso.ciamlogin.com/contoso.onmicrosoft.com", "Entra External ID", "/v2.0")]
fn addresses_of_other_kinds(#[case] address: &str, #[case] kind: &str, #[case] instead: &str) {
    let error = Authority::parse(address).unwrap_err();
    assert_eq!(error.code(), "invalid_authority");
    assert!(error.to_string().contains(kind) && error.to_string().contains(instead), "{error}");
}

#[rstest]
#[case::host(
    "https://accounts.google.com",
    "accounts.google.com",
    "https://accounts.google.com/.well-known/openid-configuration"
)]
#[case::slash("https://x.auth0.com/", "x.auth0.com", "https://x.auth0.com/.well-known/openid-configuration")]
#[case::path(
    "https://idp.example/realms/a",
    "idp.example/realms/a",
    "https://idp.example/realms/a/.well-known/openid-configuration"
)]
#[case::path_slash("https://idp.example/a/", "idp.example/a", "https://idp.example/a/.well-known/openid-configuration")]
#[case::loopback("http://localhost:5000", "localhost:5000", "http://localhost:5000/.well-known/openid-configuration")]
#[case::ciam(
    "https://contoso.ciamlogin.com/t/v2.0",
    "contoso.ciamlogin.com/t/v2.0",
    "https://contoso.ciamlogin.com/t/v2.0/.well-known/openid-configuration"
)]
#[case::adfs(
    "https://sts.contoso.example/adfs",
    "sts.contoso.example/adfs",
    "https://sts.contoso.example/adfs/.well-known/openid-configuration"
)]
fn openid_providers(#[case] address: &str, #[case] environment: &str, #[case] metadata: &str) {
    let authority = Authority::parse_open_id(address).unwrap();
    assert_eq!(authority.environment(), environment);
    assert_eq!(authority.metadata_url().unwrap().as_str(), metadata);
    assert_eq!(authority.to_string(), address.trim_end_matches('/'));
}

#[rstest]
#[case::nothing("")]
#[case::plain_http("http://idp.example")]
#[case::query("https://idp.example/?x=1")]
#[case::metadata("https://idp.example/.well-known/openid-configuration")]
#[case::credentials("https://me:secret@idp.example")]
fn bad_openid_providers(#[case] address: &str) {
    let error = Authority::parse_open_id(address).unwrap_err();
    assert_eq!(error.code(), "invalid_authority");
    assert!(error.to_string().contains("issuer"), "{error}");
}

#[rstest]
#[case::common("common", true, None)]
#[case::organizations("organizations", true, None)]
#[case::consumers("consumers", false, Some(MSA_TENANT))]
#[case::consumers_by_id(MSA_TENANT, false, Some(MSA_TENANT))]
#[case::domain("contoso.test", false, None)]
fn tenants(#[case] tenant: &str, #[case] multi: bool, #[case] id: Option<&str>) {
    let authority = Authority::parse(&format!("https://localhost/{tenant}")).unwrap();
    assert_eq!((authority.is_multi_tenant(), authority.tenant_id()), (multi, id));
}

#[test]
fn another_host_of_the_cloud_keeps_the_tenant() {
    let authority = Authority::parse("https://sts.windows.net/contoso.test").unwrap();
    assert_eq!(
        authority.at_host("login.microsoftonline.com").to_string(),
        "https://login.microsoftonline.com/contoso.test"
    );
    let local = Authority::parse("http://localhost:5000/common").unwrap();
    assert_eq!(local.at_host("localhost:5000"), local, "the scheme stays");
}
