//! The built-in document is good; each mistake in one is named at its place.

use rstest::rstest;

use super::*;

#[test]
fn the_built_in_document_is_good() {
    let document = load("default.yaml", DEFAULT_YAML).unwrap();
    assert_eq!(document.tenants.len(), 2);
    assert_eq!(document.switches, crate::directory::model::Switches::default());
    assert!(Arc::ptr_eq(&built_in(), &built_in()));
    let daemon = document.applications.iter().find(|application| application.name == "daemon").unwrap();
    assert_eq!(daemon.certificates[0].pem(), crate::directory::DAEMON_CERTIFICATE);
}

/// A small good document; each case replaces one part of it.
const GOOD: &str = r#"version: 1
tenants:
  - name: north
    id: 11111111-1111-4111-8111-111111111111
    domain: north.test
    users:
      - { username: ada@north.test, id: a0000000-0000-4000-8000-000000000001, name: Ada }
      - { username: cy@south.test, id: a0000000-0000-4000-8000-000000000002, name: Cy, home_tenant: south }
    policies:
      - name: guard
        id: f0000000-0000-4000-8000-000000000001
        users: { include: [ada@north.test], exclude: [cy@south.test] }
        targets: { apis: [calendar], scopes: [mail/Mail.Read], authentication_contexts: [c1] }
        grant: { all_of: [mfa] }
    consents:
      - { user: ada@north.test, client: desktop, api: mail, scopes: [Mail.Read] }
  - name: south
    id: 22222222-2222-4222-8222-222222222222
    domain: south.test
    users:
      - { username: cy@south.test, id: a0000000-0000-4000-8000-000000000003, name: Cy }
applications:
  - name: desktop
    client_id: d0000000-0000-4000-8000-000000000001
    kind: public
    redirect_uris: ["http://localhost"]
    permissions: { mail: [Mail.Read] }
    roles: { calendar: [Events.Read.All] }
  - { name: other, client_id: d0000000-0000-4000-8000-000000000002, kind: web }
apis:
  - name: calendar
    id: b0000000-0000-4000-8000-000000000001
    app_id_uri: api://calendar
    scopes: [{ name: Events.Read, description: Read }]
    protected_routes: [{ path: /secrets, authentication_context: c1 }]
  - name: mail
    id: b0000000-0000-4000-8000-000000000002
    app_id_uri: api://mail
    scopes: [{ name: Mail.Read, description: Read }, { name: Mail.Send, description: Send }]
"#;

#[test]
fn the_example_is_good() {
    load("f", GOOD).unwrap();
}

#[rstest]
// single values
#[case("version: 1", "version: 2", "f:1:10: version 2 of this format is not known", "write `version: 1`")]
#[case(
    "http://localhost\"",
    "javascript:pay()\"",
    "f:26:21: a browser that is sent to `javascript:pay()` runs or shows what stands in it",
    "write an address of `http`, `https` or of a scheme that is the application's own"
)]
#[case(
    "http://localhost\"",
    "http://localhost/zurück\"",
    "f:26:21: `http://localhost/zurück` has characters that no address has (RFC 3986)",
    "write them encoded: `http://localhost/zur%C3%BCck`"
)]
#[case(
    "version: 1",
    "version: 1\nswitches: { consent_lag: -5s }",
    "f:2:26: a consent cannot arrive before it is given",
    "write `0s` or more"
)]
#[case(
    "version: 1",
    "version: 1\nswitches: { loop_detector: { requests: 1, within: 5m } }",
    "f:2:40: every request would be a loop",
    "write `2` or more"
)]
#[case(
    "version: 1",
    "version: 1\nswitches: { loop_detector: { requests: 5, within: 0s } }",
    "f:2:51: within no time there are no two requests",
    "write it as `5m`"
)]
#[case(
    "version: 1",
    "version: 1\nswitches: { refresh_token_max_lifetime: 0s }",
    "f:2:41: a refresh token has to live for some time",
    "write `8760h` or so"
)]
#[case(
    "kind: web }",
    "kind: web, certificates: [rubbish] }",
    "f:29:95: no X.509 certificate; write the text of a PEM file, with its `-----BEGIN CERTIFICATE-----`",
    ""
)]
#[case(
    "name: north",
    "name: a/b",
    "f:3:11: `a/b` cannot be the name of a tenant",
    "a name has letters, digits, `-`, `_` and `.`"
)]
#[case(
    "name: calendar",
    "name: my calendar",
    "f:31:11: `my calendar` cannot be the name of an API",
    "a name has letters, digits, `-`, `_` and `.`"
)]
#[case(
    "domain: south.test",
    "domain: Common",
    "f:19:13: `Common` stands for every tenant and cannot be one's domain",
    ""
)]
#[case(
    "[\"http://localhost\"]",
    "[\"http://localhost\", localhost]",
    "f:26:41: `localhost` is not a redirect address: relative URL without a base",
    "write a whole address, such as `http://localhost`"
)]
#[case(
    "\"http://localhost\"",
    "\"http://localhost/#x\"",
    "f:26:21: the redirect address `http://localhost/#x` has a fragment",
    "leave out `#` and what follows"
)]
#[case(
    "redirect_uris: [\"http://localhost\"]",
    "front_channel_logout_uri: https://app.test/out\n    redirect_uris: [\"http://localhost\"]",
    "f:26:31: `https://app.test/out` is on another origin than the redirect addresses of `desktop`",
    "write an address below `http://localhost`"
)]
#[case(
    "redirect_uris: [\"http://localhost\"]",
    "front_channel_logout_uri: /out\n    redirect_uris: [\"http://localhost\"]",
    "f:26:31: `/out` cannot be loaded in a frame",
    "write a whole address without `#`, such as `https://app.test/signed-out`"
)]
#[case(
    "app_id_uri: api://mail",
    "app_id_uri: mail",
    "f:38:17: `mail` is not a URI that scopes can begin with",
    "write it as `api://mail`"
)]
#[case(
    "name: Mail.Send",
    "name: .default",
    "f:39:62: `.default` has a meaning of its own and cannot be an API's scope",
    ""
)]
#[case(
    "name: Mail.Send",
    "name: Mail Send",
    "f:39:62: `Mail Send` cannot be the name of a scope",
    "a scope has printable ASCII characters, but no spaces, quotes, `/` and backslashes (RFC 6749, 3.3)"
)]
#[case("path: /secrets", "path: secrets", "f:35:32: `secrets` does not start with `/`", "write `/secrets`")]
#[case("_contexts: [c1]", "_contexts: [c-1]", "f:13:90: `c-1` is not an authentication context", "write it as `c1`")]
#[case(
    "{ apis: [calendar], scopes: [mail/Mail.Read], authentication_contexts: [c1] }",
    "{}",
    "f:13:9: policy `guard` guards nothing",
    "name `apis`, `scopes`, `authentication_contexts` or `user_actions`"
)]
#[case(
    "    consents:",
    "    named_locations: [{ name: office, ranges: [203.0.113.0/33] }]\n    consents:",
    "f:15:48: `203.0.113.0/33` is no address range; write it as `203.0.113.0/24` or `2001:db8::/32`",
    ""
)]
#[case(
    "grant: { all_of: [mfa] }",
    "conditions: { locations: { exclude: [ofice] } }\n        grant: { all_of: [mfa] }",
    "f:14:46: tenant `north` has no named location `ofice`",
    "there is none at all"
)]
#[case(
    "version: 1",
    "version: 1\nswitches: { errors: { '50999': {} } }",
    "f:2:23: `50999` is no AADSTS number of this server",
    "`mock-idp errors` lists them"
)]
#[case(
    "exclude: [cy@south.test]",
    "exclude: [group:sales]",
    "f:12:55: nobody in tenant `north` is in the group `sales`",
    "there is none at all"
)]
#[case(
    "grant: { all_of: [mfa] }",
    "clients: { include: [desktp] }",
    "f:14:30: unknown application `desktp`",
    "did you mean `desktop`?"
)]
#[case(
    "grant: { all_of: [mfa] }",
    "session: { sign_in_frequency: often }",
    "f:14:39: `often` is neither `every_time` nor a time such as `1h`",
    ""
)]
#[case("all_of: [mfa]", "all_of: []", "f:14:18: policy `guard` asks nothing", "write `[mfa]` or `[block]`")]
#[case(
    "scopes: [Mail.Read] }\n  - name: south",
    "scopes: [] }\n  - name: south",
    "f:16:61: a consent to nothing",
    "name at least one scope"
)]
#[case(
    "authentication_context: c1 }]",
    "max_age: 5m }]",
    "f:35:51: only RFC 9470 has a word for the age of a sign-in",
    "write `challenge: rfc9470` at the API, or name an `authentication_context`"
)]
#[case(
    "authentication_context: c1 }]",
    "max_age: 0s }]\n    challenge: rfc9470",
    "f:35:51: no sign-in is as young as that",
    "write `5m`"
)]
#[case(
    "authentication_context: c1 }]",
    "authentication_context: c1 }]\n    challenge: rfc9470\n    challenge_capable_clients_only: true",
    "f:37:37: the API `calendar` sends no claims, so `cp1` does not say who can answer it",
    "leave it out, or choose another `challenge`"
)]
#[case(
    "authentication_context: c1 }]",
    "authentication_context: c1 }]\n    challenge: rfc9740",
    "f:36:16: unknown value `rfc9740`",
    "did you mean `rfc9470`?"
)]
#[case(
    "authentication_context: c1 }]",
    "authentication_context: c1 }, { path: /secrets, authentication_context: c2 }]",
    "f:35:80: protected route `/secrets` is used twice",
    "`apis[0].protected_routes[0].path` has it already"
)]
#[case(
    "grant: { all_of: [mfa] }",
    "conditions: { locations: { exclude: [ofice] } }\n        grant: { all_of: [block] }\n    named_locations: [{ name: office, ranges: [192.0.2.0/24] }]",
    "f:14:46: tenant `north` has no named location `ofice`",
    "did you mean `office`?"
)]
// used twice
#[case("name: south", "name: North", "f:17:11: tenant name `North` is used twice", "`tenants[0].name` has it already")]
#[case(
    "22222222-2222-4222-8222-222222222222",
    "11111111-1111-4111-8111-111111111111",
    "f:18:9: tenant id `11111111-1111-4111-8111-111111111111` is used twice",
    "`tenants[0].id` has it already"
)]
#[case(
    "000000000002, name: Cy",
    "000000000001, name: Cy",
    "f:8:40: user id `a0000000-0000-4000-8000-000000000001` is used twice",
    "`tenants[0].users[0].id` has it already"
)]
#[case(
    "name: other",
    "name: desktop",
    "f:29:13: application name `desktop` is used twice",
    "`applications[0].name` has it already"
)]
#[case(
    "client_id: d0000000-0000-4000-8000-000000000002",
    "client_id: D0000000-0000-4000-8000-000000000001",
    "f:29:31: client id `d0000000-0000-4000-8000-000000000001` is used twice",
    "`applications[0].client_id` has it already"
)]
#[case(
    "b0000000-0000-4000-8000-000000000002",
    "b0000000-0000-4000-8000-000000000001",
    "f:37:9: API id `b0000000-0000-4000-8000-000000000001` is used twice",
    "`apis[0].id` has it already"
)]
#[case(
    "api://mail",
    "api://Calendar",
    "f:38:17: App ID URI `api://Calendar` is used twice",
    "`apis[0].app_id_uri` has it already"
)]
#[case(
    "name: Mail.Send",
    "name: mail.read",
    "f:39:62: scope `mail.read` is used twice",
    "`apis[1].scopes[0].name` has it already"
)]
// users
#[case("username: ada@north.test", "username: ada", "f:7:21: `ada` is not a user name", "write it as `ada@north.test`")]
#[case(
    "name: Cy, home_tenant: south",
    "name: Cy",
    "f:8:21: `cy@south.test` is not in the tenant's domain `north.test`",
    "write `cy@north.test`, or add `home_tenant` if this is a guest"
)]
#[case("home_tenant: south", "home_tenant: suoth", "f:8:101: unknown tenant `suoth`", "did you mean `south`?")]
#[case(
    "home_tenant: south",
    "home_tenant: north",
    "f:8:101: `cy@south.test` cannot be a guest from the tenant itself",
    "leave out `home_tenant` for a member"
)]
#[case(
    "home_tenant: south",
    "home_tenant: south, password: x",
    "f:8:118: a guest has no password here",
    "the home tenant `south` knows it"
)]
#[case(
    "username: cy@south.test, id: a0000000-0000-4000-8000-000000000003",
    "username: cyd@south.test, id: a0000000-0000-4000-8000-000000000003",
    "f:8:21: tenant `south` has no member `cy@south.test`",
    "did you mean `cyd@south.test`?"
)]
// names that nothing bears
#[case(
    "include: [ada@north.test]",
    "include: [adda@north.test]",
    "f:12:28: tenant `north` has no user `adda@north.test`",
    "did you mean `ada@north.test`?"
)]
#[case(
    "exclude: [cy@south.test]",
    "exclude: [zzz]",
    "f:12:55: tenant `north` has no user `zzz`",
    "there are: `ada@north.test`, `cy@south.test`"
)]
#[case("apis: [calendar]", "apis: [calender]", "f:13:27: unknown API `calender`", "did you mean `calendar`?")]
#[case("mail/Mail.Read", "mial/Mail.Read", "f:13:47: unknown API `mial`", "did you mean `mail`?")]
#[case("mail/Mail.Read", "mail/Mail.Raed", "f:13:47: API `mail` has no scope `Mail.Raed`", "did you mean `Mail.Read`?")]
#[case(
    "mail/Mail.Read",
    "Mail.Read",
    "f:13:47: `Mail.Read` does not say which API's scope it is",
    "did you mean `mail/Mail.Read`?"
)]
#[case(
    "{ user: ada@north.test",
    "{ user: eda@north.test",
    "f:16:17: tenant `north` has no user `eda@north.test`",
    "did you mean `ada@north.test`?"
)]
#[case("client: desktop", "client: laptop", "f:16:41: unknown application `laptop`", "there are: `desktop`, `other`")]
#[case("api: mail", "api: post", "f:16:55: unknown API `post`", "there are: `calendar`, `mail`")]
#[case("permissions: { mail:", "permissions: { mails:", "f:27:20: unknown API `mails`", "did you mean `mail`?")]
#[case(
    "permissions: { mail: [Mail.Read]",
    "permissions: { mail: [Read.Mail]",
    "f:27:27: API `mail` has no scope `Read.Mail`",
    "there are: `Mail.Read`, `Mail.Send`"
)]
#[case(
    "permissions: { mail: [Mail.Read]",
    "permissions: { mail: [mail.read]",
    "f:27:27: API `mail` has no scope `mail.read`",
    "did you mean `Mail.Read`?"
)]
#[case("roles: { calendar:", "roles: { kalendar:", "f:28:14: unknown API `kalendar`", "did you mean `calendar`?")]
fn a_mistake_is_named(#[case] good: &str, #[case] bad: &str, #[case] first_line: &str, #[case] hint: &str) {
    let source = GOOD.replacen(good, bad, 1);
    assert_ne!(source, GOOD);
    let mistakes = load("f", &source).unwrap_err();
    let shown: Vec<_> =
        mistakes.0.iter().map(|mistake| mistake.to_string().lines().next().unwrap().to_owned()).collect();
    let found = shown.iter().position(|line| line == first_line).unwrap_or_else(|| panic!("not among {shown:#?}"));
    assert_eq!(mistakes.0[found].hint.as_deref().unwrap_or_default(), hint);
}

#[test]
fn all_mistakes_are_reported_at_once_and_in_order() {
    let source = GOOD.replace("apis: [calendar]", "apis: [calender]").replace("client: desktop", "client: dekstop");
    let mistakes = load("f", &source).unwrap_err();
    assert_eq!(mistakes.0.iter().map(|mistake| mistake.line).collect::<Vec<_>>(), [13, 16]);
}

#[test]
fn an_empty_directory_is_refused() {
    let mistakes = load("f", "version: 1\ntenants: []\napplications: []\napis: []\n").unwrap_err();
    assert_eq!(mistakes.0[0].message, "at least one tenant is needed");
    assert_eq!((mistakes.0[0].line, mistakes.0[0].column), (2, 1));
}

/// Broken copies of a real document: an answer, never a panic, and always a place inside the file.
#[test]
fn damaged_documents_are_refused_calmly() {
    let mut state = 7_u32;
    let mut next = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    let noise: Vec<char> = "\t\n\r\0:-[]{}&*!|>'\"%@`#,? ~<ä字\u{feff}\u{2028}".chars().collect();
    for _ in 0..300 {
        let mut text: Vec<char> = DEFAULT_YAML.chars().take(1_000 + next(3_000)).collect();
        for _ in 0..=next(3) {
            let at = next(text.len());
            text[at] = noise[next(noise.len())];
        }
        let source: String = text.into_iter().collect();
        if let Err(mistakes) = load("f", &source) {
            let lines = source.split(['\n', '\r']).count();
            assert!(mistakes.0.iter().all(|mistake| (1..=lines).contains(&mistake.line)), "{mistakes}");
        }
    }
}

#[test]
fn the_schema_says_what_the_reader_demands() {
    let schema = schema();
    assert_eq!(schema["required"], serde_json::json!(["version", "tenants", "applications", "apis"]));
    let required = |name: &str| schema["definitions"][name]["required"].clone();
    assert_eq!(required("Tenant"), serde_json::json!(["name", "id", "domain"]));
    assert_eq!(required("User"), serde_json::json!(["username", "id", "name"]));
    assert_eq!(required("Application"), serde_json::json!(["name", "client_id", "kind"]));
    assert_eq!(required("Api"), serde_json::json!(["name", "id", "app_id_uri"]));
    assert_eq!(required("Scope"), serde_json::json!(["name", "description"]));
    assert_eq!(required("Policy"), serde_json::json!(["id", "name", "targets"]));
    assert_eq!(required("Consent"), serde_json::json!(["client", "api", "scopes"]));
    assert_eq!(required("Switches"), serde_json::Value::Null);
    for (name, definition) in schema["definitions"].as_object().unwrap() {
        if definition.get("properties").is_some() {
            assert_eq!(definition["additionalProperties"], false, "{name}");
        }
    }
}
