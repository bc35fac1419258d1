//! Nothing that a client or a person keeps secret is in what the server and the client print, log, export or report: flows of every
//! grant are run with secrets that can be told from anything else, every output is gathered, and each secret is looked for in it.
//!
//! Shown in full by contract, and so not among the outputs: the configuration document (`/_mock/directory`), which is what was put
//! in; `/credentials` and `/virtual_user`, which are what a person types; and what an endpoint answers to the one who may have it.

use std::{
    collections::BTreeMap,
    io::Write,
    path::Path,
    sync::{Arc, LazyLock, Mutex},
};

use desktop_client::{Randomness, SystemClock, Transcript};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use mock_idp::{
    MockIdp, config,
    directory::{Certificate, DAEMON_CERTIFICATE, DAEMON_KEY, Document, Secret},
    virtual_user::VirtualUser,
};
use reqwest::Method;
use serde_json::json;
use tests::{Answer, CALENDAR, DESKTOP, PAYROLL, RawClient, Seat, VERIFIER};
use tracing::{
    Dispatch, Level,
    subscriber::{DefaultGuard, NoSubscriber},
};
use tracing_subscriber::fmt::MakeWriter;
use url::Url;

use crate::pages::Hand;

const PORTAL: &str = "d0000000-0000-4000-8000-000000000003";
const DAEMON: &str = "d0000000-0000-4000-8000-000000000004";
const PASSWORD: &str = "hush-password-of-everybody";
const ONE_TIME_CODE: &str = "hush-one-time-code";
const PORTAL_SECRET: &str = "hush-secret-of-the-portal";
const DAEMON_SECRET: &str = "hush-secret-of-the-daemon";
const WRONG: &str = "hush-what-was-typed-in-error";

/// What must not be seen, and what it is.
#[derive(Default)]
struct Secrets(BTreeMap<String, String>);

impl Secrets {
    fn note(&mut self, what: &str, secret: &str) {
        assert!(secret.len() > 8, "{what} cannot be told from other words: {secret:?}");
        self.0.insert(secret.to_owned(), what.to_owned());
    }

    /// The tokens of an answer.
    #[track_caller]
    fn tokens(&mut self, of: &str, answer: &Answer) {
        assert_eq!(answer.status, 200, "{of}: {}", answer.text);
        for member in ["access_token", "refresh_token", "id_token"] {
            if !answer.text_of(member).is_empty() {
                self.note(&format!("{member} of {of}"), answer.text_of(member));
            }
        }
    }

    #[track_caller]
    fn are_absent(&self, outputs: &[(String, String)]) {
        for (name, text) in outputs {
            assert!(!text.is_empty(), "{name} says nothing");
            for (secret, what) in &self.0 {
                // A token's signature alone would do harm, too.
                let parts = secret.split('.').filter(|part| part.len() > 60);
                for part in parts.chain([secret.as_str()]) {
                    assert!(!text.contains(part), "{name} has the {what}: {}", around(text, part));
                }
            }
        }
    }
}

fn around<'a>(text: &'a str, part: &str) -> &'a str {
    let at = text.find(part).unwrap_or_default();
    let start = (0..=at.saturating_sub(80)).rev().find(|&start| text.is_char_boundary(start)).unwrap_or_default();
    &text[start..at + part.len()]
}

/// Everything that is traced, at the most talkative level.
#[derive(Clone, Default)]
struct Traced(Arc<Mutex<Vec<u8>>>);

impl Traced {
    /// Traces this thread until the guard goes.
    fn begin() -> (Self, DefaultGuard) {
        // Where the code traces first on another test's thread, the only subscriber there is would not be asked, but that
        // thread's, which is none; and the place would be silent from then on. Of two, all are asked.
        static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::new()));
        LazyLock::force(&ANOTHER);
        let traced = Self::default();
        let subscriber = tracing_subscriber::fmt().with_max_level(Level::TRACE).with_writer(traced.clone()).finish();
        (traced, tracing::subscriber::set_default(subscriber))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Traced {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Traced {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn document() -> Document {
    let mut document = (*config::built_in()).clone();
    for user in document.tenants.iter_mut().flat_map(|tenant| &mut tenant.users) {
        user.password = user.password.as_ref().map(|_| Secret::new(PASSWORD));
        user.one_time_code = Secret::new(ONE_TIME_CODE);
    }
    for application in &mut document.applications {
        match application.name.as_str() {
            "portal" => application.secrets = vec![Secret::new(PORTAL_SECRET)],
            "daemon" => application.secrets = vec![Secret::new(DAEMON_SECRET)],
            _ => {}
        }
    }
    document
}

fn ada() -> VirtualUser {
    VirtualUser {
        password: PASSWORD.to_owned(),
        one_time_code: ONE_TIME_CODE.to_owned(),
        ..VirtualUser::new("ada@contoso.test")
    }
}

fn assertion(idp: &MockIdp) -> String {
    let now = idp.tenant().now().as_second();
    let claims = json!({
        "aud": format!("{}/oauth2/v2.0/token", idp.authority()), "iss": DAEMON, "sub": DAEMON,
        "nbf": now, "exp": now + 600, "jti": "c0ffee00-0000-4000-8000-000000000001",
    });
    let mut header = Header::new(Algorithm::PS256);
    header.x5t_s256 = Some(Certificate::from_pem(DAEMON_CERTIFICATE).unwrap().sha256().to_owned());
    encode(&header, &claims, &EncodingKey::from_rsa_pem(DAEMON_KEY.as_bytes()).unwrap()).unwrap()
}

/// A sign-in by hand, whose cookie and form token are seen: with a wrong password first, and a second factor.
async fn by_hand(client: &RawClient, secrets: &mut Secrets) {
    let mut hand = Hand::begin(client, PAYROLL, &[]).await;
    secrets.note("cookie of a session", hand.cookie().split_once('=').unwrap().1);
    hand.submit(&[("step", "username"), ("loginfmt", "ada@contoso.test")]).await;
    secrets.note("form token", &hand.ctx());
    for password in [WRONG, PASSWORD] {
        hand.submit(&[("step", "password"), ("passwd", password)]).await;
    }
    for code in [WRONG, ONE_TIME_CODE] {
        hand.submit(&[("step", "otc"), ("otc", code)]).await;
    }
    hand.shows("consentHeader");
}

/// Returns how the person's visit prints.
async fn every_grant(idp: &MockIdp, client: &RawClient, secrets: &mut Secrets) -> String {
    by_hand(client, secrets).await;
    let visit = client.visit(&ada(), &format!("{PAYROLL} offline_access"), &[]).await;
    let code = visit.outcome.parameter("code").unwrap().to_owned();
    let signed_in = client.redeem(&code, &[]).await;
    secrets.note("authorization code", &code);
    secrets.note("PKCE verifier", VERIFIER);
    secrets.tokens("the sign-in", &signed_in);
    client.redeem(&code, &[("code_verifier", WRONG)]).await;
    secrets.tokens("the refresh", &client.refresh(signed_in.text_of("refresh_token"), PAYROLL, &[]).await);
    client.refresh(WRONG, PAYROLL, &[]).await;
    assert_eq!(client.call("/api/payroll", signed_in.text_of("access_token")).await.status, 200);
    client.call("/api/payroll", WRONG).await;
    client.call("/api/vault/secrets", signed_in.text_of("access_token")).await;

    let password =
        [("client_id", DESKTOP), ("grant_type", "password"), ("username", "ada@contoso.test"), ("scope", CALENDAR)];
    idp.tenant().grant_consent(None, "desktop", "calendar", &["Events.Read"]).unwrap();
    secrets.tokens("the password grant", &client.token(&password, &[("password", PASSWORD)]).await);
    assert_eq!(client.token(&password, &[("password", WRONG)]).await.status, 400);

    let daemon = [("client_id", DAEMON), ("grant_type", "client_credentials"), ("scope", "api://calendar/.default")];
    secrets.tokens("a secret", &client.token(&daemon, &[("client_secret", DAEMON_SECRET)]).await);
    assert_eq!(client.token(&daemon, &[("client_secret", WRONG)]).await.status, 401);
    let path = "/contoso.test/oauth2/v2.0/token";
    for secret in [DAEMON_SECRET, WRONG] {
        client.send(client.request(Method::POST, path).basic_auth(DAEMON, Some(secret)).form(&daemon[1..])).await;
    }
    let signed = assertion(idp);
    let by_key = [
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", signed.as_str()),
    ];
    secrets.tokens("an assertion", &client.token(&daemon, &by_key).await);
    secrets.note("client assertion", &signed);

    let asked = client.request(Method::POST, "/contoso.test/oauth2/v2.0/devicecode");
    let started = client.send(asked.form(&[("client_id", DESKTOP), ("scope", CALENDAR)])).await;
    secrets.note("device code", started.text_of("device_code"));
    secrets.note("user code", started.text_of("user_code"));
    let page = Url::parse(started.text_of("verification_uri")).unwrap();
    client.browser.enter_device_code(&page, &ada(), started.text_of("user_code")).await.unwrap();
    let poll = [
        ("client_id", DESKTOP),
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("device_code", started.text_of("device_code")),
    ];
    secrets.tokens("the device", &client.token(&poll, &[]).await);

    idp.tenant().grant_consent(None, "portal", "payroll", &["Salary.Read"]).unwrap();
    let claims = tests::policy_claims(tests::MFA_FOR_PAYROLL);
    let scope = "api://portal/access_as_user offline_access";
    let code = client.code(&ada(), scope, &[("claims", &claims)]).await;
    let middle = client.redeem(&code, &[]).await;
    secrets.tokens("the middle tier's caller", &middle);
    let on_behalf = [
        ("client_id", PORTAL),
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("requested_token_use", "on_behalf_of"),
        ("scope", PAYROLL),
        ("assertion", middle.text_of("access_token")),
    ];
    secrets.tokens("on behalf of the user", &client.token(&on_behalf, &[("client_secret", PORTAL_SECRET)]).await);
    assert_eq!(client.call("/api/portal/salary", middle.text_of("access_token")).await.status, 200);
    format!("{visit:?}")
}

/// What the control API says of what happened.
async fn told(client: &RawClient, last: u64, outputs: &mut Vec<(String, String)>) {
    let tenant = "/_mock/tenants/contoso";
    let mut paths: Vec<String> =
        ["directory", "policies", "consents", "users", "clock", "faults", "snippets", "exchanges"]
            .iter()
            .chain(&["exchanges/timeline", "exchanges/export?as=scenario", "exchanges/export?as=report"])
            .map(|path| format!("{tenant}/{path}"))
            .collect();
    paths.extend((1..=last).map(|number| format!("{tenant}/exchanges/{number}")));
    paths.extend(["/_mock/openapi.json".to_owned(), "/_mock/tenants".to_owned()]);
    for path in paths {
        let answer = client.send(client.request(Method::GET, &path)).await;
        if answer.status == 200 {
            outputs.push((path, answer.text));
        } else {
            assert!(path.ends_with("/users"), "{path}: {}", answer.text);
        }
    }
    for form in ["exchange", "timeline"] {
        let path = format!("{tenant}/exchanges/stream?since=0&as={form}");
        let mut stream = client.request(Method::GET, &path).send().await.unwrap();
        let (mut text, wanted) = (String::new(), format!("id: {last}\n"));
        while !text.contains(&wanted) || !text.ends_with("\n\n") {
            text.push_str(&String::from_utf8_lossy(&stream.chunk().await.unwrap().unwrap()));
        }
        outputs.push((path, text));
    }
}

#[tokio::test]
async fn no_output_has_a_secret_of_any_grant() {
    let (traced, _guard) = Traced::begin();
    let (mut secrets, mut outputs) = (Secrets::default(), Vec::new());
    for (what, secret) in [
        ("password", PASSWORD),
        ("one-time code", ONE_TIME_CODE),
        ("secret of the portal", PORTAL_SECRET),
        ("secret of the daemon", DAEMON_SECRET),
        ("wrong secret", WRONG),
    ] {
        secrets.note(what, secret);
    }
    let idp = MockIdp::builder().document(document()).start().await.unwrap();
    let client = RawClient::new(&idp).await;
    let visit = every_grant(&idp, &client, &mut secrets).await;
    outputs.push(("{:?} of a visit".to_owned(), visit));

    // The client, with its transcript.
    let transcript = Arc::new(Transcript::new(Arc::new(SystemClock), &Randomness::seeded(7)));
    let watcher = transcript.clone();
    let seat = Seat::prepared(&idp.tenant(), ada(), &["cp1"], |app| app.observer(watcher));
    let result = seat.app.token_for([CALENDAR]).await.unwrap();
    let again = seat.app.token_for([PAYROLL]).await.unwrap();
    for token in [&result, &again] {
        secrets.note("access token of the client", token.access_token.secret());
    }
    outputs.push(("the client's transcript".to_owned(), transcript.to_json()));
    outputs.push(("{:?} of a result".to_owned(), format!("{result:?} {again:#?}")));
    outputs.push(("{:?} of the client".to_owned(), format!("{:?}", seat.app)));

    let last = idp.exchanges().last().unwrap().number;
    told(&client, last, &mut outputs).await;
    outputs
        .push(("{:?} of the server".to_owned(), format!("{idp:?} {:?} {:?}", idp.tenant(), idp.tenant().directory())));
    outputs.push(("{:?} of the log".to_owned(), format!("{:?}", idp.exchanges())));
    outputs.push(("{:?} of the configuration".to_owned(), format!("{:?} {:?}", document(), ada())));
    outputs.push(("the trace".to_owned(), traced.text()));
    assert!(secrets.0.len() > 25, "{:?}", secrets.0.values());
    secrets.are_absent(&outputs);

    // What is said to be shown in full is: the words above are the right ones.
    let shown = client.send(client.request(Method::GET, "/_mock/tenants/contoso/credentials")).await;
    assert!(shown.text.contains(PASSWORD) && shown.text.contains(ONE_TIME_CODE));
}

#[tokio::test]
async fn the_keys_of_the_server_are_in_no_output() {
    let (traced, _guard) = Traced::begin();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("keys-of-the-server");
    let idp = MockIdp::builder().tls_from(&folder).start().await.unwrap();
    let mut secrets = Secrets::default();
    // An elliptic key's own number stands first in its file; an RSA key's public modulus does, and takes six lines.
    let ca_key = std::fs::read_to_string(folder.join("ca-key.pem")).unwrap();
    secrets.note("key of the CA", ca_key.lines().nth(1).unwrap());
    for line in include_str!("../../mock-idp/src/keys/test-signing-key.pem").lines().skip(9).take(10) {
        secrets.note("signing key", line);
    }
    let ca = reqwest::Certificate::from_pem(idp.ca_pem().unwrap().as_bytes()).unwrap();
    let http = reqwest::Client::builder().add_root_certificate(ca).build().unwrap();
    let mut outputs = vec![("{:?} of the server".to_owned(), format!("{idp:?}"))];
    for path in ["/_mock/openapi.json", "/_mock/directory", "/contoso.test/discovery/v2.0/keys"] {
        let answer = http.get(format!("{}{path}", idp.base())).send().await.unwrap();
        outputs.push((path.to_owned(), answer.text().await.unwrap()));
    }
    outputs.push(("the CA certificate".to_owned(), idp.ca_pem().unwrap().to_owned()));
    outputs.push(("the trace".to_owned(), traced.text()));
    secrets.are_absent(&outputs);
}

/// The built-in directory's secrets are known to everybody, but a report that showed them would show others' too.
#[tokio::test]
async fn no_report_of_scenarios_has_a_secret() {
    let meets_secrets = |script: &scenarios::Loaded| {
        ["main-", "grant", "code", "device", "on-behalf", "client-credentials", "password"]
            .iter()
            .any(|word| script.id.starts_with(word))
    };
    let scripts: Vec<_> = scenarios::built_in::scripts().into_iter().filter(meets_secrets).collect();
    let run = scenarios::run(&scripts, scenarios::Options::default(), |_| {}).await.unwrap();
    let listings: String = run.verdicts.iter().map(scenarios::report::listing).collect();
    let outputs = [
        ("the terminal", listings),
        ("JSON", serde_json::to_string(&run.verdicts).unwrap()),
        ("JUnit XML", scenarios::report::junit(&run)),
        ("the page", scenarios::report::html(&run).unwrap()),
        ("{:?}", format!("{:?}", run.verdicts)),
    ];
    for (name, text) in outputs {
        for secret in ["Passw0rd!", "portal-secret", "daemon-secret", "eyJ"] {
            assert!(!text.contains(secret), "{name} has {secret}: {}", around(&text, secret));
        }
    }
}
