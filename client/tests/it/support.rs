//! A scripted authority, a scripted user, and an app between them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use desktop_client::{Account, Builder, ManualClock, PublicClientApplication, Randomness, UserAgentError};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use url::Url;
use wiremock::matchers::{body_string_contains, method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub(crate) const TENANT: &str = "11111111-1111-4111-8111-111111111111";
pub(crate) const CLIENT: &str = "d0000000-0000-4000-8000-000000000001";
pub(crate) const CALENDAR: &str = "api://calendar/Events.Read";
pub(crate) const PAYROLL: &str = "api://payroll/Salary.Read";
pub(crate) const POLICY: &str = r#"{ "access_token":{"capolids":{"essential":true, "values":["p1"]}}}"#;

/// Names and values of a query or form.
pub(crate) type Parameters = BTreeMap<String, String>;

/// What the scripted user does with a sign-in page.
#[derive(Debug, Clone)]
pub(crate) enum User {
    SignsIn,
    Cancels,
    /// Is sent back with these parameters, state added unless among them.
    ComesBackWith(Vec<(&'static str, &'static str)>),
    /// As `SignsIn`, but the answer comes in the address.
    SignsInByQuery,
    /// Another program calls first, then the user signs in.
    IsPrecededByProbes,
    /// The answer comes twice.
    SignsInTwice,
    /// Opens the page and leaves.
    Leaves,
    /// Opens the page, and goes on when told.
    WhenTold(Gate, Box<User>),
}

/// Holds up whoever comes, until it is opened.
#[derive(Debug, Clone)]
pub(crate) struct Gate(Arc<Semaphore>);

impl Gate {
    pub(crate) fn closed() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    pub(crate) fn open(&self) {
        self.0.close();
    }

    pub(crate) async fn passed(&self) {
        let _ = self.0.acquire().await;
    }
}

pub(crate) struct Authority {
    pub(crate) server: MockServer,
    pub(crate) clock: Arc<ManualClock>,
    user: Arc<Mutex<User>>,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Debug, Default)]
struct Seen {
    pages: Vec<Parameters>,
    /// Status of each page the loopback listener answered with.
    answers: Vec<u16>,
    issued: usize,
    who: Option<&'static str>,
    /// Token requests that belong to the preparation.
    skip: usize,
}

impl Authority {
    /// Up, with its metadata and tokens for everybody.
    pub(crate) async fn start() -> Self {
        let authority = Self::without_metadata().await;
        let base = authority.server.uri();
        authority
            .mount_metadata(json!({
                "issuer": format!("{base}/{TENANT}/v2.0"),
                "authorization_endpoint": format!("{base}/{TENANT}/oauth2/v2.0/authorize"),
                "token_endpoint": format!("{base}/{TENANT}/oauth2/v2.0/token"),
                "device_authorization_endpoint": format!("{base}{}", device_code_path()),
            }))
            .await;
        let tokens = Tokens { issuer: format!("{base}/{TENANT}/v2.0"), seen: Arc::clone(&authority.seen) };
        Mock::given(method("POST"))
            .and(path(token_path()))
            .respond_with(tokens)
            .with_priority(9)
            .mount(&authority.server)
            .await;
        authority
    }

    pub(crate) async fn without_metadata() -> Self {
        let start = jiff::Timestamp::from_second(1_767_225_600).unwrap();
        Self {
            server: MockServer::start().await,
            clock: Arc::new(ManualClock::new(start)),
            user: Arc::new(Mutex::new(User::SignsIn)),
            seen: Arc::default(),
        }
    }

    pub(crate) async fn mount_metadata(&self, metadata: Value) {
        Mock::given(path(metadata_path()))
            .respond_with(ResponseTemplate::new(200).set_body_json(metadata))
            .mount(&self.server)
            .await;
    }

    pub(crate) fn builder(&self) -> Builder {
        let user = Arc::clone(&self.user);
        let seen = Arc::clone(&self.seen);
        PublicClientApplication::builder(CLIENT)
            .authority(format!("{}/{TENANT}", self.server.uri()))
            .unwrap()
            .clock(self.clock.clone())
            .randomness(Randomness::seeded(1))
            .user_agent(move |url: Url| {
                let user = user.lock().unwrap().clone();
                browse(user, url, Arc::clone(&seen))
            })
    }

    pub(crate) fn app(&self) -> PublicClientApplication {
        self.builder().build().unwrap()
    }

    /// An app in which ada has signed in for the calendar.
    pub(crate) async fn signed_in(&self) -> (PublicClientApplication, Account) {
        self.sign_in_with(self.builder()).await
    }

    pub(crate) async fn sign_in_with(&self, builder: Builder) -> (PublicClientApplication, Account) {
        let app = builder.build().unwrap();
        let result = app.acquire_token_interactive([CALENDAR]).await.unwrap();
        let signed_in = self.token_requests_in_all().await;
        let mut seen = self.seen.lock().unwrap();
        seen.pages.clear();
        seen.answers.clear();
        seen.skip = signed_in;
        (app, result.account)
    }

    pub(crate) fn user(&self, user: User) {
        *self.user.lock().unwrap() = user;
    }

    /// What the user does with a page that somebody else was told to open.
    pub(crate) async fn browse(&self, url: Url) {
        let user = self.user.lock().unwrap().clone();
        browse(user, url, Arc::clone(&self.seen)).await.unwrap();
    }

    /// From now on tokens are about this user.
    pub(crate) fn tokens_are_about(&self, who: &'static str) {
        self.seen.lock().unwrap().who = Some(who);
    }

    /// The next `times` token requests whose body contains `part` get this answer.
    pub(crate) async fn answers(&self, part: &str, times: u64, answer: ResponseTemplate) {
        Mock::given(method("POST"))
            .and(path(token_path()))
            .and(body_string_contains(part))
            .respond_with(answer)
            .up_to_n_times(times)
            .with_priority(1)
            .mount(&self.server)
            .await;
    }

    /// The sign-in pages opened so far.
    pub(crate) fn pages(&self) -> Vec<Parameters> {
        self.seen.lock().unwrap().pages.clone()
    }

    /// Waits until so many have been.
    pub(crate) async fn opened(&self, pages: usize) {
        while self.pages().len() < pages {
            tokio::task::yield_now().await;
        }
    }

    /// The pages for those who answer requests.
    pub(crate) fn pages_seen(&self) -> impl Fn() -> Vec<Parameters> + Send + Sync + 'static {
        let seen = Arc::clone(&self.seen);
        move || seen.lock().unwrap().pages.clone()
    }

    pub(crate) fn loopback_answers(&self) -> Vec<u16> {
        self.seen.lock().unwrap().answers.clone()
    }

    /// The token requests received since `signed_in`.
    pub(crate) async fn token_requests(&self) -> Vec<Parameters> {
        let skip = self.seen.lock().unwrap().skip;
        self.requests_to(&token_path()).await.iter().skip(skip).map(|request| form(&request.body)).collect()
    }

    async fn token_requests_in_all(&self) -> usize {
        self.requests_to(&token_path()).await.len()
    }

    pub(crate) async fn requests_to(&self, path: &str) -> Vec<Request> {
        let requests = self.server.received_requests().await.unwrap();
        requests.into_iter().filter(|request| request.url.path() == path).collect()
    }
}

pub(crate) fn refusal(code: u64, suberror: Option<&str>, claims: Option<&str>) -> ResponseTemplate {
    let mut body = json!({
        "error": "invalid_grant",
        "error_description": format!("AADSTS{code}: no. Trace ID: t Correlation ID: c Timestamp: 2026-01-01 00:00:00Z"),
        "error_codes": [code],
        "trace_id": "trace-1",
        "correlation_id": "correlation-1",
    });
    if let Some(suberror) = suberror {
        body["suberror"] = json!(suberror);
    }
    if let Some(claims) = claims {
        body["claims"] = json!(claims);
    }
    ResponseTemplate::new(400).set_body_json(body)
}

pub(crate) fn token_path() -> String {
    format!("/{TENANT}/oauth2/v2.0/token")
}

pub(crate) fn device_code_path() -> String {
    format!("/{TENANT}/oauth2/v2.0/devicecode")
}

pub(crate) fn metadata_path() -> String {
    format!("/{TENANT}/v2.0/.well-known/openid-configuration")
}

pub(crate) fn client_info(uid: &str) -> String {
    client_info_of(uid, TENANT)
}

pub(crate) fn client_info_of(uid: &str, utid: &str) -> String {
    URL_SAFE_NO_PAD.encode(json!({"uid": uid, "utid": utid}).to_string())
}

/// Expires long after every test, unless the claims say otherwise.
pub(crate) fn jwt(claims: &Value) -> String {
    let mut claims = claims.clone();
    if claims.get("exp").is_none() {
        claims["exp"] = json!(4_102_444_800_u64);
    }
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

pub(crate) fn form(body: &[u8]) -> Parameters {
    form_urlencoded::parse(body).into_owned().collect()
}

/// Tokens for whatever is asked: `at-1`, `rt-1`, `at-2` …
struct Tokens {
    issuer: String,
    seen: Arc<Mutex<Seen>>,
}

impl Respond for Tokens {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let form = form(&request.body);
        let mut seen = self.seen.lock().unwrap();
        seen.issued += 1;
        let number = seen.issued;
        let who = seen.who.unwrap_or("ada");
        let mut claims = json!({
            "aud": CLIENT, "iss": self.issuer, "tid": TENANT, "oid": who, "sub": "s",
            "preferred_username": format!("{who}@contoso.test"),
        });
        if form["grant_type"] == "authorization_code" {
            let page = seen.pages.last().unwrap();
            claims["nonce"] = json!(page["nonce"]);
        }
        let scopes: Vec<&str> = form["scope"].split(' ').filter(|scope| scope.starts_with("api://")).collect();
        ResponseTemplate::new(200).set_body_json(json!({
            "token_type": "Bearer", "expires_in": 3600, "ext_expires_in": 3600,
            "scope": scopes.join(" "),
            "access_token": format!("at-{number}"),
            "refresh_token": format!("rt-{number}"),
            "id_token": jwt(&claims),
            "client_info": client_info(who),
        }))
    }
}

async fn browse(mut user: User, url: Url, seen: Arc<Mutex<Seen>>) -> Result<(), UserAgentError> {
    let page: Parameters = url.query_pairs().into_owned().collect();
    seen.lock().unwrap().pages.push(page.clone());
    while let User::WhenTold(gate, then) = user {
        gate.passed().await;
        user = *then;
    }
    let code = vec![("code", "the-code")];
    let (answer, by_query, times) = match user {
        User::SignsIn => (code, false, 1),
        User::SignsInByQuery => (code, true, 1),
        User::SignsInTwice => (code, false, 2),
        User::Cancels => (
            vec![
                ("error", "access_denied"),
                ("error_subcode", "cancel"),
                ("error_description", "AADSTS65004: declined"),
            ],
            false,
            1,
        ),
        User::ComesBackWith(parameters) => (parameters, false, 1),
        User::IsPrecededByProbes => {
            probe(&page["redirect_uri"], &seen).await?;
            (code, false, 1)
        }
        User::Leaves | User::WhenTold(..) => return Ok(()),
    };
    let mut answer = answer;
    if !answer.iter().any(|(name, _)| *name == "state") {
        answer.push(("state", &page["state"]));
    }
    for _ in 0..times {
        let http = reqwest::Client::new();
        let request = if by_query {
            http.get(&page["redirect_uri"]).query(&answer)
        } else {
            http.post(&page["redirect_uri"]).form(&answer)
        };
        // A second callback may find the door closed.
        if let Ok(response) = request.send().await {
            seen.lock().unwrap().answers.push(response.status().as_u16());
        }
    }
    Ok(())
}

/// What else knocks at a local port: a silent connection, a browser's icon request, a scanner,
/// rubbish.
async fn probe(redirect_uri: &str, seen: &Mutex<Seen>) -> Result<(), UserAgentError> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let address = redirect_uri.replace("http://localhost", "127.0.0.1");
    let silent = tokio::net::TcpStream::connect(&address).await?;
    std::mem::forget(silent);
    let http = reqwest::Client::new();
    let requests = [
        http.get(format!("{redirect_uri}/favicon.ico")),
        http.get(redirect_uri),
        http.post(redirect_uri).body("{}").header("content-type", "application/json"),
        http.post(redirect_uri).form(&[("hello", "x".repeat(100_000))]),
    ];
    for request in requests {
        if let Ok(response) = request.send().await {
            seen.lock().unwrap().answers.push(response.status().as_u16());
        }
    }
    let mut rubbish = tokio::net::TcpStream::connect(&address).await?;
    rubbish.write_all(b"\x16\x03\x01 hello\r\n\r\n").await?;
    let mut answer = String::new();
    rubbish.read_to_string(&mut answer).await?;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    Ok(())
}
