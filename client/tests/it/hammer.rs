//! Eight processes with 64 tasks each use one cache file through several expiries, while users sign
//! in: at most one refresh for each expiry and process, no lost account, no torn file.
//!
//! The processes are this test binary again, [`child`] of it. They are told of each round in a line
//! on their input and say so in a line on their output when it is over.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use desktop_client::storage::{Edit, FileStorage, TokenCacheStorage as _};
use desktop_client::{Account, Clock, ManualClock, PublicClientApplication, UserAgentError};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use url::Url;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::support::{CALENDAR, CLIENT, TENANT, client_info, form, jwt, metadata_path, token_path};

const PROCESSES: usize = 8;
const TASKS: usize = 64;
const ROUNDS: usize = 5;
const CLIENTS: [&str; 2] = [CLIENT, "d0000000-0000-4000-8000-00000000000f"];
const USERS: [&str; 3] = ["ada", "bo", "eve"];
const LIFETIME: SignedDuration = SignedDuration::from_hours(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_processes_share_a_cache_through_expiry() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.json");
    private(&file, &signed_in().to_string());
    let server = MockServer::start().await;
    let seen = Arc::new(Mutex::new(Seen::default()));
    serve(&server, &file, &seen).await;
    let address = server.uri();
    let place = file.clone();
    let rounds = Arc::clone(&seen);
    tokio::task::spawn_blocking(move || drive(&address, &place, &rounds)).await.unwrap();

    let seen = seen.lock().unwrap();
    assert!(seen.torn.is_empty(), "{:?}", seen.torn);
    for ((round, process, client, user), times) in &seen.refreshes {
        assert_eq!(*times, 1, "refreshes of {user} for {client} in process {process}, round {round}");
    }
    for round in 0..ROUNDS {
        for user in USERS {
            for client in CLIENTS {
                let mut all = seen.refreshes.keys();
                let one = all.any(|(r, _, c, u)| (*r, c.as_str(), u.as_str()) == (round, client, user));
                assert!(one, "{user} for {client} was not refreshed in round {round}");
            }
        }
    }
    let document: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(document["Account"].as_object().unwrap().len(), USERS.len() + PROCESSES * ROUNDS);
    let tokens = document["RefreshToken"].as_object().unwrap().len();
    assert_eq!(tokens, USERS.len() * CLIENTS.len() + PROCESSES * ROUNDS, "one for each user and app");
    let mut names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["cache.json", "cache.json.lock"], "nothing was set aside or left behind");
}

/// What the authority saw.
#[derive(Debug, Default)]
struct Seen {
    round: usize,
    issued: usize,
    /// By round, process, client and user.
    refreshes: BTreeMap<(usize, String, String, String), usize>,
    /// The file as it was at some request, if it was no document.
    torn: Vec<String>,
}

/// A file in which three users have signed in to two apps.
fn signed_in() -> Value {
    let mut document = json!({"Account": {}, "RefreshToken": {}});
    for user in USERS {
        let home = format!("{user}.{TENANT}");
        document["Account"][user] = json!({
            "home_account_id": home, "environment": "127.0.0.1", "realm": TENANT, "local_account_id": user,
            "username": user, "authority_type": "MSSTS",
        });
        for client in CLIENTS {
            document["RefreshToken"][format!("{user} {client}")] = json!({
                "home_account_id": home, "environment": "127.0.0.1", "credential_type": "RefreshToken",
                "client_id": client, "secret": format!("rt {user} 0"),
            });
        }
    }
    document
}

/// Others may not read it, so that nobody has to warn of it.
fn private(file: &Path, text: &str) {
    let bytes = text.as_bytes().to_vec();
    let write = move |_: Option<&[u8]>| Edit { write: Some(bytes.clone().into()), ..Edit::default() };
    FileStorage::new(file).update(&mut write.clone()).unwrap();
}

async fn serve(server: &MockServer, file: &Path, seen: &Arc<Mutex<Seen>>) {
    let base = server.uri();
    let metadata = json!({
        "issuer": format!("{base}/{TENANT}/v2.0"),
        "authorization_endpoint": format!("{base}/{TENANT}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{base}{}", token_path()),
    });
    Mock::given(path(metadata_path()))
        .respond_with(ResponseTemplate::new(200).set_body_json(metadata))
        .mount(server)
        .await;
    let tokens = Tokens { issuer: format!("{base}/{TENANT}/v2.0"), file: file.to_owned(), seen: Arc::clone(seen) };
    Mock::given(method("POST")).and(path(token_path())).respond_with(tokens).mount(server).await;
}

struct Tokens {
    issuer: String,
    file: PathBuf,
    seen: Arc<Mutex<Seen>>,
}

impl Respond for Tokens {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let form = form(&request.body);
        let mut seen = self.seen.lock().unwrap();
        let bytes = std::fs::read(&self.file).unwrap();
        if serde_json::from_slice::<Value>(&bytes).is_err() {
            seen.torn.push(String::from_utf8_lossy(&bytes).into_owned());
        }
        seen.issued += 1;
        let number = seen.issued;
        let client = &form["client_id"];
        // "rt USER NUMBER" or "code USER NONCE"
        let grant = form.get("refresh_token").unwrap_or_else(|| &form["code"]);
        let [kind, user, nonce] = grant.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let mut claims = json!({
            "aud": client, "iss": self.issuer, "tid": TENANT, "oid": user, "sub": user, "preferred_username": user,
        });
        if kind == "rt" {
            let process = request.headers["x-process"].to_str().unwrap().to_owned();
            let key = (seen.round, process, client.clone(), user.to_owned());
            *seen.refreshes.entry(key).or_default() += 1;
        } else {
            claims["nonce"] = json!(nonce);
        }
        ResponseTemplate::new(200).set_body_json(json!({
            "token_type": "Bearer", "expires_in": LIFETIME.as_secs(), "scope": CALENDAR,
            "access_token": format!("at {user} {client} {number}"),
            "refresh_token": format!("rt {user} {number}"),
            "id_token": jwt(&claims),
            "client_info": client_info(user),
        }))
    }
}

/// Lets all processes go through each round at the same time.
fn drive(server: &str, file: &Path, seen: &Mutex<Seen>) {
    let mut processes: Vec<Process> = (0..PROCESSES).map(|number| Process::start(number, server, file)).collect();
    processes.iter_mut().for_each(|process| process.expect("ready"));
    for round in 0..ROUNDS {
        seen.lock().unwrap().round = round;
        processes.iter_mut().for_each(|process| process.tell(round));
        processes.iter_mut().for_each(|process| process.expect(&format!("done {round}")));
    }
    processes.into_iter().for_each(Process::end);
}

struct Process {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Process {
    fn start(number: usize, server: &str, file: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["hammer::child", "--exact", "--ignored", "--nocapture"])
            .env("HAMMER_PROCESS", number.to_string())
            .env("HAMMER_SERVER", server)
            .env("HAMMER_FILE", file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output }
    }

    fn tell(&mut self, round: usize) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{round}").unwrap();
    }

    /// Reads until this word; the test harness prints lines of its own.
    fn expect(&mut self, word: &str) {
        let mut line = String::new();
        while !line.contains(&format!("@{word}\n")) {
            line.clear();
            assert_ne!(self.output.read_line(&mut line).unwrap(), 0, "the process ended before it said {word:?}");
        }
    }

    fn end(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "one of the processes of the test above"]
async fn child() {
    let variable = |name: &str| std::env::var(name).unwrap();
    let (number, server, file) = (variable("HAMMER_PROCESS"), variable("HAMMER_SERVER"), variable("HAMMER_FILE"));
    let start = Timestamp::from_second(1_767_225_600).unwrap();
    let clock = Arc::new(ManualClock::new(start));
    let headers = [("x-process".parse().unwrap(), number.parse().unwrap())].into_iter().collect();
    // Without the platform's certificates, which take long to read.
    let http = reqwest::Client::builder().default_headers(headers).tls_certs_only([]).build().unwrap();
    let apps = CLIENTS.map(|client| {
        let number = number.clone();
        let browser = http.clone();
        let signed_in = AtomicUsize::new(0);
        PublicClientApplication::builder(client)
            .authority(format!("{server}/{TENANT}"))
            .unwrap()
            .clock(Arc::clone(&clock) as Arc<dyn Clock>)
            .token_cache(FileStorage::new(&file))
            .http_client(http.clone())
            .user_agent(move |url: Url| {
                let round = signed_in.fetch_add(1, Ordering::SeqCst);
                sign_in(browser.clone(), format!("newcomer-{number}-{round}"), url)
            })
            .build()
            .unwrap()
    });
    println!("@ready");
    for (round, line) in (0_i64..).zip(std::io::stdin().lines()) {
        assert_eq!(line.unwrap(), round.to_string());
        clock.set(start + LIFETIME * i32::try_from(round).unwrap());
        let tasks: Vec<_> = (0..TASKS)
            .map(|task| tokio::spawn(look_up(apps[task % CLIENTS.len()].clone(), USERS[task % USERS.len()])))
            .collect();
        let newcomer = apps[0].acquire_token_interactive([CALENDAR]).await.unwrap();
        for task in tasks {
            task.await.unwrap();
        }
        assert!(apps[1].accounts().unwrap().contains(&newcomer.account));
        println!("@done {round}");
    }
    assert!(apps.iter().all(|app| app.token_cache_warnings().is_empty()));
}

async fn look_up(app: PublicClientApplication, user: &'static str) {
    let mut accounts: Vec<Account> = app.accounts().unwrap();
    accounts.retain(|account| account.username == user);
    let [account] = accounts.try_into().unwrap();
    let token = app.acquire_token_silent([CALENDAR]).with_account(&account).await.unwrap();
    let secret = token.access_token.secret();
    assert!(secret.starts_with(&format!("at {user} {} ", app.client_id())), "{secret}");
}

/// A user nobody has seen before.
async fn sign_in(browser: reqwest::Client, user: String, url: Url) -> Result<(), UserAgentError> {
    let page: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    let code = format!("code {user} {}", page["nonce"]);
    let answer = [("code", &code), ("state", &page["state"])];
    browser.post(&page["redirect_uri"]).form(&answer).send().await?;
    Ok(())
}
