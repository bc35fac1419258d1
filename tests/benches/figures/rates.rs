//! How much of the signing limit, and of a bare handler's rate, the server reaches: work per second of its own processor time,
//! against what the library alone does per second of the same, in rounds by turns.

use std::{env, path::Path, process::Command, thread, time::Duration};

use aws_lc_rs::{rand::SystemRandom, rsa::KeyPair as RsaKeyPair, signature::RSA_PKCS1_SHA256};
use axum::{Router, http::header::CONTENT_TYPE, response::IntoResponse as _, routing::get};
use rustls_pki_types::{PrivatePkcs8KeyDer, pem::PemObject as _};

use tests::load::{Connection, Pace, Prepared, Process, Same, Work, cpu, host, load};

use super::{Figure, Target, millis};

const ROUNDS: usize = 5;
const CONNECTIONS: u32 = 16;
const LENGTH: Duration = Duration::from_secs(2);
const TOKEN: &str = "/contoso.test/oauth2/v2.0/token";
const DESKTOP: &str = "d0000000-0000-4000-8000-000000000001";
const DAEMON: &str = "d0000000-0000-4000-8000-000000000004";
const REDIRECT: &str = "http://localhost";
const SCOPE: &str = "api://calendar/Events.Read openid profile offline_access";
/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Signatures per second of processor time: RS256 with 2048 bits by the signing library, its key parsed before, in two threads,
/// as the server in its own rounds has company on the other core. What is signed is as long as a token.
pub(crate) fn signatures_per_core_second(length: Duration) -> f64 {
    let pem = include_bytes!("../../../mock-idp/src/keys/test-signing-key.pem");
    let der = PrivatePkcs8KeyDer::from_pem_slice(pem).expect("a key in PEM");
    let key = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).expect("a key");
    let text = "x".repeat(900);
    let before = cpu("self");
    let sign = || {
        let start = std::time::Instant::now();
        let mut signed = 0_u32;
        while start.elapsed() < length {
            let mut signature = vec![0; key.public_modulus_len()];
            let random = SystemRandom::new();
            key.sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature).expect("a signature");
            std::hint::black_box(signature);
            signed += 1;
        }
        signed
    };
    let signed = thread::scope(|scope| {
        let other = scope.spawn(sign);
        sign() + other.join().expect("no panic")
    });
    f64::from(signed) / (cpu("self") - before).as_secs_f64()
}

/// Authorization request, delivery and redemption, each with a code of its own.
#[derive(Clone)]
struct CodeFlow {
    host: String,
    authorize: Prepared,
}

impl CodeFlow {
    fn new(host: &str) -> Self {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", DESKTOP)
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", REDIRECT)
            .append_pair("scope", SCOPE)
            .append_pair("code_challenge", CHALLENGE)
            .append_pair("code_challenge_method", "S256")
            .append_pair("login_hint", "ada@contoso.test")
            .finish();
        let authorize = Prepared::get(host, &format!("/contoso.test/oauth2/v2.0/authorize?{query}"));
        Self { host: host.to_owned(), authorize }
    }

    /// Returns the body of the token answer.
    async fn tokens(&self, connection: &mut Connection) -> Vec<u8> {
        let answer = connection.ask(&self.authorize).await;
        let location = answer.field("location").unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(answer.body)));
        let location = url::Url::parse(location).expect("an address");
        let code = location.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned();
        let redemption = [
            ("client_id", DESKTOP),
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
            ("scope", SCOPE),
            ("client_info", "1"),
        ];
        let answer = connection.ask(&Prepared::post(&self.host, TOKEN, &redemption)).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(answer.body));
        answer.body.to_vec()
    }
}

impl Work for CodeFlow {
    async fn round(&mut self, connection: &mut Connection) {
        self.tokens(connection).await;
    }
}

/// The server's virtual user signs in, consents and sees no page.
async fn skip_pages(host: &str) {
    let body = r#"{"skips_pages":true}"#;
    let put = Prepared::put(host, "/_mock/tenants/contoso.test/virtual_user", body);
    let mut connection = Connection::open(host).await;
    let answer = connection.ask(&put).await;
    assert!(answer.status < 300, "{}", String::from_utf8_lossy(answer.body));
}

/// A request for a token of the application's own.
pub(crate) fn client_credentials(host: &str) -> Same {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", DAEMON),
        ("client_secret", "daemon-secret"),
        ("scope", "api://calendar/.default"),
    ];
    Same(Prepared::post(host, TOKEN, &form), 200)
}

async fn refresh(host: &str) -> Same {
    let mut connection = Connection::open(host).await;
    let tokens = CodeFlow::new(host).tokens(&mut connection).await;
    let tokens: serde_json::Value = serde_json::from_slice(&tokens).expect("JSON");
    let refresh_token = tokens["refresh_token"].as_str().expect("a refresh token");
    let form = [
        ("client_id", DESKTOP),
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token),
        ("scope", SCOPE),
        ("client_info", "1"),
    ];
    Same(Prepared::post(host, TOKEN, &form), 200)
}

/// One kind of work: how much of it per second of the server's processor time, and per second.
async fn rate(server: &Process, work: impl Work) -> (f64, f64) {
    let before = cpu(&server.id);
    let done = load(host(&server.base), work, CONNECTIONS, Pace::Full, LENGTH).await;
    let work = f64::from(done.done);
    (work / (cpu(&server.id) - before).as_secs_f64(), work / done.took.as_secs_f64())
}

pub(crate) async fn of_tokens(release: &Path) -> Vec<Figure> {
    let server = Process::mock_idp(release, &["--no-tls"]);
    let host = host(&server.base);
    skip_pages(host).await;
    let (credentials, refresh, flow) = (client_credentials(host), refresh(host).await, CodeFlow::new(host));
    let mut shares = [const { Vec::new() }; 3];
    let mut per_second = [const { Vec::new() }; 3];
    let mut p99 = Vec::new();
    for _ in 0..ROUNDS {
        let limit = signatures_per_core_second(LENGTH / 2);
        let of_credentials = rate(&server, credentials.clone()).await;
        let of_refresh = rate(&server, refresh.clone()).await;
        let of_flow = rate(&server, flow.clone()).await;
        let limit = f64::midpoint(limit, signatures_per_core_second(LENGTH / 2));
        for (index, (rate, signatures)) in [(of_credentials, 1.0), (of_refresh, 2.0), (of_flow, 2.0)].iter().enumerate()
        {
            shares[index].push(rate.0 * signatures / limit);
            per_second[index].push(rate.1);
        }
        let half = load(host, credentials.clone(), CONNECTIONS, Pace::PerSecond(of_credentials.1 / 2.0), LENGTH).await;
        p99.push(millis(half.quantile(0.99)));
    }
    let [credentials, refresh, flow] = shares;
    let share =
        |name, target, samples| Figure { name, unit: "", target: Target::AtLeast(target), samples, yardstick: None };
    let [credentials_rate, refresh_rate, flow_rate] = per_second;
    let rate = |name, samples| Figure { name, unit: "/s", target: Target::None, samples, yardstick: None };
    vec![
        share("client credentials, share of the signing limit", 0.85, credentials),
        share("silent refresh, share of the signing limit", 0.80, refresh),
        share("code flow with PKCE, pages skipped, share of the signing limit", 0.80, flow),
        Figure {
            name: "client credentials at half of the full rate, 99 of 100 within",
            unit: "ms",
            target: Target::Under(5.0),
            samples: p99,
            yardstick: None,
        },
        rate("client credentials, tokens per second", credentials_rate),
        rate("silent refreshes per second", refresh_rate),
        rate("code flows per second", flow_rate),
    ]
}

/// If this is the child that plays the bare handler: serves until it is killed.
pub(crate) async fn play_bare_handler() -> bool {
    let Ok(size) = env::var(BARE) else { return false };
    let body = "x".repeat(size.parse().expect("a size"));
    let answer = get(async move || ([(CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("bare handler listening on http://localhost:{}", listener.local_addr().expect("bound").port());
    axum::serve(listener, Router::new().route("/", answer)).await.expect("served");
    true
}

const BARE: &str = "FIGURES_BARE_HANDLER";

/// Metadata and keys against a bare handler with an answer of that size.
pub(crate) async fn of_documents(release: &Path) -> Vec<Figure> {
    let server = Process::mock_idp(release, &["--no-tls"]);
    let host_of_server = host(&server.base);
    let mut figures = Vec::new();
    for (name, path) in [
        ("discovery, share of a bare handler's rate", "/contoso.test/v2.0/.well-known/openid-configuration"),
        ("JWKS, share of a bare handler's rate", "/contoso.test/discovery/v2.0/keys"),
    ] {
        let request = Prepared::get(host_of_server, path);
        let size = Connection::open(host_of_server).await.ask(&request).await.body.len();
        let own = env::current_exe().expect("the path of this program");
        let bare = Process::start(Command::new(own).env(BARE, size.to_string()));
        let bare_request = Prepared::get(host(&bare.base), "/");
        let mut samples = Vec::new();
        for _ in 0..ROUNDS {
            let (limit, _) = rate(&bare, Same(bare_request.clone(), 200)).await;
            let (reached, _) = rate(&server, Same(request.clone(), 200)).await;
            samples.push(reached / limit);
        }
        figures.push(Figure { name, unit: "", target: Target::AtLeast(0.80), samples, yardstick: None });
    }
    figures
}
