//! A server of its own at full rate for `LOAD_SECONDS` (10): all kinds of requests in several tenants, while policies change,
//! clocks move, faults strike and tenants come and go. Prints what it did and what memory it had, and ends with status 1 if
//! an answer was none of those that the script allows, if memory went on growing in the second half, or if the server, told to
//! stop in the middle of it, took longer than two seconds. Memory is judged if the logs were full by half-time; of 600 seconds,
//! as codes are kept for ten minutes, so that their second use is noticed.

#![expect(clippy::expect_used, reason = "a benchmark that cannot start has nothing to measure")]

use std::{
    env,
    process::{Command, ExitCode},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::SignedDuration;
use mock_idp::{
    control::{Fault, Policy},
    control_client::{ControlClient, TenantClient},
    virtual_user::VirtualUser,
};
use reqwest::Method;
use serde_json::json;
use tests::{
    Answer, CALENDAR, DESKTOP, RawClient,
    load::{Process, built},
};
use tokio::{
    runtime::Builder,
    task::{JoinSet, spawn_blocking},
    time::{interval, timeout},
};
use url::Url;
use uuid::Uuid;

/// Each in a tenant of its own.
const CLIENTS: usize = 4;
const SCOPE: &str = "api://calendar/Events.Read openid profile offline_access";
const DAEMON: &str = "d0000000-0000-4000-8000-000000000004";

fn main() -> ExitCode {
    if !cfg!(target_os = "linux") {
        println!("memory is read from /proc, which only Linux has");
        return ExitCode::SUCCESS;
    }
    let runtime = Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(measure())
}

async fn measure() -> ExitCode {
    let seconds = env::var("LOAD_SECONDS").ok().and_then(|number| number.parse().ok()).unwrap_or(10_u64);
    let server = Process::mock_idp(&built(&["mock-idp"]), &["--no-tls"]);
    let script = Arc::new(Script::default());
    let control = ControlClient::new(&server.base, None).expect("a client");
    let mut workers = JoinSet::new();
    let mut tenants = Vec::new();
    for _ in 0..CLIENTS {
        let tenant = tenant(&control).await;
        tenants.push(tenant.clone());
        workers.spawn(works(Actor::new(&server.base, tenant).await, script.clone()));
    }
    let ids: Vec<Uuid> = tenants.iter().map(TenantClient::id).collect();
    workers.spawn(changes(tenants, script.clone()));
    let client = Arc::new(RawClient::at(&server.base, server.base.clone()).await);
    workers.spawn(comes_and_goes(client, control.clone(), script.clone()));

    println!("{:<48}{:>12}{:>14}", "memory of `mock-idp serve`, in KiB", "resident", "anonymous");
    let mut clock = interval(Duration::from_secs(seconds) / TICKS);
    clock.tick().await;
    let start = server.memory().told("start");
    let (mut half, mut last, mut before) = (None, start, 0);
    for tick in 1..=TICKS {
        clock.tick().await;
        let requests = script.requests.load(Ordering::Relaxed);
        let rate = (requests - before) * u64::from(TICKS) / seconds.max(1);
        last = server.memory().told(&format!("{}%: {requests} requests, {rate} a second", tick * 100 / TICKS));
        before = requests;
        if tick * 2 == TICKS && logs_are_full(&control, &ids).await {
            half = Some(last);
        }
    }

    // Under load: the clients go on, and are told apart only now that an error means the end.
    script.stops.store(true, Ordering::SeqCst);
    let ends_well = interrupted(server).await;
    workers.join_all().await;

    let mistakes = script.mistakes.load(Ordering::SeqCst);
    println!("answers that the script does not allow: {mistakes}");
    println!("stopped under load within two seconds: {}", if ends_well { "yes" } else { "no" });
    let growth = half.map(|half| last.above(half));
    match growth {
        Some(growth) => println!("memory in the second half: {growth:+.1} %"),
        None => println!("memory: the logs were not full yet, so it had to grow; LOAD_SECONDS makes it longer"),
    }
    let grows = growth.is_some_and(|growth| growth > 10.0);
    if mistakes == 0 && ends_well && !grows { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Whether each of these tenants has begun to forget exchanges.
async fn logs_are_full(control: &ControlClient, tenants: &[Uuid]) -> bool {
    let listed = control.tenants().await.expect("the tenants");
    let ours = listed.iter().filter(|listed| tenants.contains(&listed.tenant_id));
    ours.into_iter().all(|listed| listed.dropped.exchanges > 0)
}

/// Tells a server to stop; whether it has done so in time and well.
async fn interrupted(mut server: Process) -> bool {
    let sent = Command::new("kill").args(["-TERM", &server.id]).status();
    assert!(sent.is_ok_and(|status| status.success()), "the signal was not sent");
    let ended = spawn_blocking(move || server.ends_well());
    matches!(timeout(Duration::from_secs(2), ended).await, Ok(Ok(true)))
}

const TICKS: u32 = 10;

/// What all share.
#[derive(Default)]
struct Script {
    requests: AtomicU64,
    mistakes: AtomicU64,
    stops: AtomicBool,
}

impl Script {
    /// Whether to go on. The first few mistakes are told.
    fn notes(&self, what: &str, done: Result<u64, String>) -> bool {
        if self.stops.load(Ordering::SeqCst) {
            return false;
        }
        match done {
            Ok(requests) => self.requests.fetch_add(requests, Ordering::Relaxed),
            Err(mistake) => {
                let before = self.mistakes.fetch_add(1, Ordering::SeqCst);
                if before < 5 {
                    println!("{what}: {mistake}");
                }
                before
            }
        };
        true
    }
}

async fn tenant(control: &ControlClient) -> TenantClient {
    let tenant = control.new_tenant("contoso").await.expect("a tenant");
    let ada = VirtualUser { skips_pages: true, ..VirtualUser::new(tenant.username("ada").await.expect("a user")) };
    tenant.set_virtual_user(&ada).await.expect("a change");
    tenant
}

/// A client, and the controls of its tenant.
struct Actor {
    client: Arc<RawClient>,
    tenant: TenantClient,
}

/// What was got so far, and with how many requests.
type Done = Result<u64, String>;

async fn works(actor: Actor, script: Arc<Script>) {
    loop {
        // A client that meets the end of the server has nothing to say; whatever else happens is told.
        let goes_on = script.notes("signs in", actor.signs_in().await)
            && script.notes("device", actor.uses_a_device().await)
            && script.notes("daemon", actor.acts_for_itself().await)
            && script.notes("documents", actor.reads_documents().await)
            && script.notes("mistakes", actor.makes_mistakes().await)
            && script.notes("faults", actor.meets_a_fault().await);
        if !goes_on {
            break;
        }
    }
}

impl Actor {
    async fn new(base: &str, tenant: TenantClient) -> Self {
        let client = Arc::new(RawClient::at(base, tenant.described().authority.clone()).await);
        Self { client, tenant }
    }

    /// A code, its token, the API, and three refreshes, of which any may meet a new policy.
    async fn signs_in(&self) -> Done {
        let url = self.client.authorize_url(SCOPE, &[]);
        let answer = self.get(&format!("{}?{}", url.path(), url.query().unwrap_or_default())).await?;
        let location = answer.headers.get("location").and_then(|to| Url::parse(to.to_str().ok()?).ok());
        let code = location
            .and_then(|to| to.query_pairs().find(|(name, _)| name == "code").map(|(_, code)| code.into_owned()));
        let code = code.ok_or_else(|| format!("no code: {}", answer.text))?;
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", DESKTOP),
            ("code", &code),
            ("redirect_uri", &self.client.redirect_uri),
            ("code_verifier", tests::VERIFIER),
            ("scope", SCOPE),
        ];
        let token = self.form(&form).await?;
        if is_refused(&token, NEEDS_MFA) {
            return Ok(2);
        }
        expect(&token, 200)?;
        let called = self.client.request(Method::GET, "/api/calendar").bearer_auth(token.text_of("access_token"));
        expect(&self.send(called).await?, 200)?;
        let renew = ["refresh_token", token.text_of("refresh_token")];
        for _ in 0..3 {
            let form = [("grant_type", renew[0]), ("client_id", DESKTOP), (renew[0], renew[1]), ("scope", SCOPE)];
            let answer = self.form(&form).await?;
            if !is_refused(&answer, NEEDS_MFA) {
                expect(&answer, 200)?;
            }
        }
        Ok(6)
    }

    async fn uses_a_device(&self) -> Done {
        let path = format!("/{}/oauth2/v2.0/devicecode", self.tenant.id());
        let asked = self.client.request(Method::POST, &path).form(&[("client_id", DESKTOP), ("scope", CALENDAR)]);
        let device = self.send(asked).await?;
        expect(&device, 200)?;
        expect(&self.get(&format!("/deviceauth?otc={}", device.text_of("user_code"))).await?, 200)?;
        let grant = "urn:ietf:params:oauth:grant-type:device_code";
        let form = [("grant_type", grant), ("client_id", DESKTOP), ("device_code", device.text_of("device_code"))];
        let answer = self.form(&form).await?;
        if !is_refused(&answer, NEEDS_MFA) {
            expect(&answer, 200)?;
        }
        Ok(3)
    }

    async fn acts_for_itself(&self) -> Done {
        for _ in 0..4 {
            expect(&self.form(&CREDENTIALS).await?, 200)?;
        }
        Ok(4)
    }

    async fn reads_documents(&self) -> Done {
        let tenant = self.tenant.id();
        expect(&self.get(&format!("/{tenant}/v2.0/.well-known/openid-configuration")).await?, 200)?;
        expect(&self.get(&format!("/{tenant}/discovery/v2.0/keys")).await?, 200)?;
        Ok(2)
    }

    async fn makes_mistakes(&self) -> Done {
        expect(&self.get("/api/calendar").await?, 401)?;
        expect(&self.get("/nowhere/at/all").await?, 404)?;
        let rubbish = [("grant_type", "authorization_code"), ("client_id", DESKTOP), ("code", "rubbish")];
        expect(&self.form(&rubbish).await?, 400)?;
        let left = self.client.authorize_url(SCOPE, &[("response_type", "token")]);
        expect(&self.get(&format!("{}?{}", left.path(), left.query().unwrap_or_default())).await?, 302)?;
        Ok(4)
    }

    async fn meets_a_fault(&self) -> Done {
        let fault: Fault = serde_json::from_value(json!({ "endpoint": "token", "status": 503 })).expect("a fault");
        self.tenant.inject_fault(&fault).await.map_err(|error| error.to_string())?;
        expect(&self.form(&CREDENTIALS).await?, 503)?;
        expect(&self.form(&CREDENTIALS).await?, 200)?;
        Ok(3)
    }

    async fn get(&self, path: &str) -> Result<Answer, String> {
        self.send(self.client.request(Method::GET, path)).await
    }

    async fn form(&self, form: &[(&str, &str)]) -> Result<Answer, String> {
        let path = format!("/{}/oauth2/v2.0/token", self.tenant.id());
        self.send(self.client.request(Method::POST, &path).form(form)).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Answer, String> {
        self.client.try_send(request).await.map_err(|error| error.to_string())
    }
}

const CREDENTIALS: [(&str, &str); 4] = [
    ("grant_type", "client_credentials"),
    ("client_id", DAEMON),
    ("client_secret", "daemon-secret"),
    ("scope", "api://calendar/.default"),
];

/// The number of the refusal that a new policy brings.
const NEEDS_MFA: u64 = 50076;

fn is_refused(answer: &Answer, number: u64) -> bool {
    answer.status == 400 && answer.code() == Some(number)
}

fn expect(answer: &Answer, status: u16) -> Result<(), String> {
    if answer.status == status {
        Ok(())
    } else {
        Err(format!("{} in place of {status}: {}", answer.status, answer.text))
    }
}

/// Puts a policy in force and takes it back, and moves the time on, so that codes expire.
async fn changes(tenants: Vec<TenantClient>, script: Arc<Script>) {
    let mfa = json!({
        "id": "f0000000-0000-4000-8000-0000000000ff", "name": "mfa-for-calendar",
        "targets": { "apis": ["calendar"] }, "grant": { "all_of": ["mfa"] },
    });
    let mfa: Policy = serde_json::from_value(mfa).expect("a policy");
    let change = async |tenant: &TenantClient, policies: &[Policy]| {
        tenant.set_policies(policies).await?;
        tenant.advance_clock(SignedDuration::from_secs(20)).await
    };
    loop {
        for policies in [std::slice::from_ref(&mfa), &[]] {
            for tenant in &tenants {
                let done = change(tenant, policies).await.map(|_| 2).map_err(|error| error.to_string());
                if !script.notes("changes", done) {
                    return;
                }
            }
        }
    }
}

/// Makes a tenant, gets a token there, and deletes it.
async fn comes_and_goes(client: Arc<RawClient>, control: ControlClient, script: Arc<Script>) {
    let stay = async || {
        let tenant = control.new_tenant("contoso").await.map_err(|error| error.to_string())?;
        Actor { client: client.clone(), tenant: tenant.clone() }.acts_for_itself().await?;
        tenant.delete().await.map_err(|error| error.to_string())?;
        Ok(6)
    };
    while script.notes("comes and goes", stay().await) {}
}
