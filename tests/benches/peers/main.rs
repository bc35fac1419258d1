//! The server beside other mock providers from the registries, in one run: `cargo bench -p tests --bench peers`. Needs node,
//! npm and Python; installs what it compares with, pinned, under `target/peers`.
//!
//! Each is asked what it can: a token for an application itself, and a sign-in with a code and PKCE, as few requests as it
//! takes there. Sixteen connections, no TLS, by turns. A provider that signs less has less to do: the table says how much.

#![expect(clippy::expect_used, clippy::panic, reason = "a benchmark that cannot start has nothing to measure")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use tests::load::{Connection, Pace, Prepared, Process, Work, built, cpu, host, load};
use tokio::runtime::Builder;

const CONNECTIONS: u32 = 16;
const LENGTH: Duration = Duration::from_secs(2);
const ROUNDS: usize = 3;
/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn main() {
    if !cfg!(target_os = "linux") {
        println!("processor time is read from /proc, which only Linux has");
        return;
    }
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(compare());
}

/// A provider, and how to ask it.
struct Provider {
    name: &'static str,
    process: Process,
    token_path: &'static str,
    /// The parameters of a client credentials request, and how many signatures its answer has.
    credentials: Option<(Vec<(&'static str, &'static str)>, u32)>,
    authorize_path: &'static str,
    start: Start,
    /// What of the client goes with a code.
    client: Vec<(&'static str, &'static str)>,
    scope: &'static str,
    redirect_uri: &'static str,
    signatures_of_flow: u32,
    /// Whether it refuses more than some thousand requests an hour with the same bearer token, and with none.
    counts: bool,
}

/// How a sign-in starts.
#[derive(Clone, Copy)]
enum Start {
    /// With the authorization request; then redirects lead to the code.
    Redirects,
    /// With the form that its page would send: the request's parameters in the query, and these.
    FormBeside(&'static [(&'static str, &'static str)]),
    /// With the form that its page would send, the request's parameters among these.
    FormWith(&'static [(&'static str, &'static str)]),
}

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Another bearer token after each thousand requests, for a provider that counts.
fn counted(request: Prepared, counts: bool) -> Prepared {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    if !counts {
        return request;
    }
    request.with_field("authorization", &format!("Bearer {}", ASKED.fetch_add(1, Ordering::Relaxed) / 1_000))
}

/// One request, over and over.
#[derive(Clone)]
struct Again {
    request: Prepared,
    counts: bool,
}

impl Work for Again {
    async fn round(&mut self, connection: &mut Connection) {
        let answer = connection.ask(&counted(self.request.clone(), self.counts)).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(answer.body));
    }
}

/// Sign-in and redemption.
#[derive(Clone)]
struct CodeFlow {
    host: String,
    start: Prepared,
    token_path: &'static str,
    redemption: Vec<(&'static str, &'static str)>,
    redirect_uri: &'static str,
    counts: bool,
}

impl CodeFlow {
    fn at(provider: &Provider) -> Self {
        let host = host(&provider.process.base).to_owned();
        let mut request = vec![
            ("response_type", "code"),
            ("redirect_uri", provider.redirect_uri),
            ("scope", provider.scope),
            ("state", "s"),
            ("nonce", "n"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("login_hint", "ada@contoso.test"),
        ];
        request.extend(provider.client.iter().filter(|(name, _)| *name == "client_id"));
        let path = provider.authorize_path;
        let start = match provider.start {
            Start::Redirects => Prepared::get(&host, &format!("{path}?{}", form(&request))),
            Start::FormBeside(answers) => Prepared::post(&host, &format!("{path}?{}", form(&request)), answers),
            Start::FormWith(answers) => {
                request.extend(answers);
                Prepared::post(&host, path, &request)
            }
        };
        let mut redemption = provider.client.clone();
        redemption.extend([
            ("grant_type", "authorization_code"),
            ("redirect_uri", provider.redirect_uri),
            ("code_verifier", VERIFIER),
        ]);
        let (token_path, redirect_uri, counts) = (provider.token_path, provider.redirect_uri, provider.counts);
        Self { host, start, token_path, redemption, redirect_uri, counts }
    }
}

impl Work for CodeFlow {
    async fn round(&mut self, connection: &mut Connection) {
        let mut cookies = BTreeMap::new();
        let mut request = self.start.clone();
        let code = loop {
            let answer = connection.ask(&counted(request, self.counts)).await;
            for cookie in answer.head.lines().filter_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("set-cookie").then_some(value.trim())
            }) {
                let (name, value) = cookie.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
                cookies.insert(name.to_owned(), value.to_owned());
            }
            let told = || format!("{}{}", answer.head, String::from_utf8_lossy(answer.body));
            let location = answer.field("location").unwrap_or_else(|| panic!("no redirect: {}", told()));
            let location = url::Url::options()
                .base_url(url::Url::parse(&format!("http://{}", self.host)).ok().as_ref())
                .parse(location)
                .expect("an address");
            if location.as_str().starts_with(&format!("{}?", self.redirect_uri)) {
                let code = location.query_pairs().find(|(name, _)| name == "code");
                break code.unwrap_or_else(|| panic!("no code: {location}")).1.into_owned();
            }
            let pairs: Vec<_> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let path = &location[url::Position::BeforePath..];
            request = Prepared::get(&self.host, path).with_field("cookie", &pairs.join("; "));
        };
        let mut redemption = self.redemption.clone();
        redemption.push(("code", &code));
        let redemption = Prepared::post(&self.host, self.token_path, &redemption);
        let answer = connection.ask(&counted(redemption, self.counts)).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(answer.body));
    }
}

/// What a provider did of one kind, round by round: per second, and per second of its processor time.
#[derive(Default)]
struct Rates(Vec<(f64, f64)>);

impl Rates {
    async fn add(&mut self, provider: &Provider, work: impl Work) {
        let before = cpu(&provider.process.id);
        let done = load(host(&provider.process.base), work, CONNECTIONS, Pace::Full, LENGTH).await;
        let used = cpu(&provider.process.id) - before;
        let work = f64::from(done.done);
        self.0.push((work / done.took.as_secs_f64(), work / used.as_secs_f64()));
    }

    fn median(&self) -> Option<(f64, f64)> {
        let middle = |part: fn(&(f64, f64)) -> f64| {
            let mut sorted: Vec<f64> = self.0.iter().map(part).collect();
            sorted.sort_by(f64::total_cmp);
            sorted.get(sorted.len() / 2).copied()
        };
        Some((middle(|rates| rates.0)?, middle(|rates| rates.1)?))
    }
}

async fn compare() {
    let providers = start().await;
    let mut rates: Vec<[Rates; 2]> = providers.iter().map(|_| <[Rates; 2]>::default()).collect();
    for _ in 0..ROUNDS {
        for (provider, [credentials, flows]) in providers.iter().zip(&mut rates) {
            if let Some((pairs, _)) = &provider.credentials {
                let request = Prepared::post(host(&provider.process.base), provider.token_path, pairs);
                credentials.add(provider, Again { request, counts: provider.counts }).await;
            }
            flows.add(provider, CodeFlow::at(provider)).await;
        }
    }
    let medians: Vec<_> = rates.iter().map(|[credentials, flows]| [credentials.median(), flows.median()]).collect();
    for (kind, what) in ["client credentials", "code flow with PKCE"].into_iter().enumerate() {
        println!(
            "\n| {what} | signatures | per second | of mock-idp's | per second of its processor time | of mock-idp's |"
        );
        println!("|---|---|---|---|---|---|");
        let Some(ours) = medians[0][kind] else { continue };
        for (provider, medians) in providers.iter().zip(&medians) {
            let signatures = match kind {
                0 => provider.credentials.as_ref().map(|(_, signatures)| *signatures),
                _ => Some(provider.signatures_of_flow),
            };
            let name = provider.name;
            match (medians[kind], signatures) {
                (Some((wall, core)), Some(signatures)) => println!(
                    "| {name} | {signatures} | {wall:.0} | {:.2} | {core:.0} | {:.2} |",
                    wall / ours.0,
                    core / ours.1
                ),
                _ => println!("| {name} | | does not have it | | | |"),
            }
        }
    }
}

async fn start() -> Vec<Provider> {
    let release = built(&["mock-idp"]);
    let (node, python) = installed(&release.join("../peers"));
    let from_npm = |name: &str| {
        let mut command = Command::new("node");
        Process::start(command.arg("provider.mjs").arg(name).current_dir(&node).env("NODE_ENV", "production"))
    };
    let client = vec![("client_id", "peer"), ("client_secret", "peer-secret")];
    let with = |more: &[(&'static str, &'static str)]| {
        let mut pairs = client.clone();
        pairs.extend(more);
        pairs
    };
    let credentials = with(&[("grant_type", "client_credentials"), ("scope", "api")]);
    let ours = Process::mock_idp(&release, &["--no-tls"]);
    let skipped =
        Prepared::put(host(&ours.base), "/_mock/tenants/contoso.test/virtual_user", r#"{"skips_pages":true}"#);
    assert!(Connection::open(host(&ours.base)).await.ask(&skipped).await.status < 300);
    vec![
        Provider {
            name: "mock-idp",
            process: ours,
            token_path: "/contoso.test/oauth2/v2.0/token",
            credentials: Some((
                vec![
                    ("grant_type", "client_credentials"),
                    ("client_id", "d0000000-0000-4000-8000-000000000004"),
                    ("client_secret", "daemon-secret"),
                    ("scope", "api://calendar/.default"),
                ],
                1,
            )),
            authorize_path: "/contoso.test/oauth2/v2.0/authorize",
            start: Start::Redirects,
            client: vec![("client_id", "d0000000-0000-4000-8000-000000000001")],
            scope: "api://calendar/Events.Read openid profile",
            redirect_uri: "http://localhost/",
            signatures_of_flow: 2,
            counts: false,
        },
        Provider {
            name: "oauth2-mock-server 9.3.0 (npm)",
            process: from_npm("oauth2-mock-server"),
            token_path: "/token",
            credentials: Some((credentials.clone(), 1)),
            authorize_path: "/authorize",
            start: Start::Redirects,
            client: client.clone(),
            scope: "openid",
            redirect_uri: "http://localhost/",
            signatures_of_flow: 2,
            counts: false,
        },
        Provider {
            name: "oidc-provider 9.13.3 (npm)",
            process: from_npm("oidc-provider"),
            token_path: "/token",
            credentials: Some((credentials, 1)),
            authorize_path: "/auth",
            start: Start::Redirects,
            client: client.clone(),
            scope: "openid api",
            redirect_uri: "http://localhost/",
            signatures_of_flow: 2,
            counts: false,
        },
        Provider {
            name: "emulate 0.12.2 (npm)",
            process: from_npm("emulate"),
            token_path: "/oauth2/v2.0/token",
            credentials: Some((with(&[("grant_type", "client_credentials"), ("scope", "api")]), 0)),
            authorize_path: "/oauth2/v2.0/authorize/callback",
            start: Start::FormWith(&[("email", "ada@contoso.test"), ("response_mode", "query")]),
            client: client.clone(),
            scope: "openid",
            redirect_uri: "http://localhost/",
            signatures_of_flow: 1,
            counts: true,
        },
        Provider {
            name: "oidc-provider-mock 0.3.4 (PyPI)",
            process: Process::start(Command::new(python).arg("provider.py").current_dir(&node).stderr(Stdio::null())),
            token_path: "/oauth2/token",
            credentials: None,
            authorize_path: "/oauth2/authorize",
            start: Start::FormBeside(&[("sub", "ada")]),
            client,
            scope: "openid",
            redirect_uri: "http://localhost/",
            signatures_of_flow: 1,
            counts: false,
        },
    ]
}

/// Installs the providers as their lists pin them; returns the folder of those from npm, and the Python with the other.
fn installed(folder: &Path) -> (PathBuf, PathBuf) {
    fs::create_dir_all(folder).expect("a folder");
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers");
    for file in ["package.json", "package-lock.json", "requirements.txt", "provider.mjs", "provider.py"] {
        fs::copy(here.join(file), folder.join(file)).expect("a file is copied");
    }
    let run = |program: &Path, arguments: &[&str]| {
        let done = Command::new(program).args(arguments).current_dir(folder).stdout(Stdio::null()).status();
        assert!(done.is_ok_and(|status| status.success()), "{} {} failed", program.display(), arguments.join(" "));
    };
    run(Path::new("npm"), &["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    let python = folder.join(".venv/bin/python");
    if !python.exists() {
        run(Path::new("python3"), &["-m", "venv", ".venv"]);
    }
    run(&python, &["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt"]);
    (folder.to_owned(), python)
}
