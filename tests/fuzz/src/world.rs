//! A server that is the same for every input: the built-in directory with a few consents on record, a clock that stands
//! still, one seed. What was issued in one world is so good in the next, so that an input can use grants for nothing.

use std::{sync::LazyLock, time::Duration};

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Request},
};
use jiff::Timestamp;
use mock_idp::{
    InProcess, MockIdp,
    clock::ManualClock,
    config,
    directory::{Consent, Document},
};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::{Ask, judge, pace::timed, script::encoded};

const DESKTOP: &str = "d0000000-0000-4000-8000-000000000001";
/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Its time is nobody's: what waits is woken at once.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().expect("a runtime")
});

/// The time in every world: 2026-01-05T09:00:00Z.
pub fn now() -> Timestamp {
    Timestamp::constant(1_767_603_600, 0)
}

/// A server, and what has been learned from it.
pub struct World {
    idp: InProcess,
    /// `ctx` of the last page.
    ctx: String,
    /// The switches that make answers be others than Entra's.
    pub(crate) is_changed: bool,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as JSON; `null` if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

/// Tokens of ada's.
struct Grants {
    refresh_token: String,
    access_token: String,
    id_token: String,
    /// For the middle tier.
    portal_token: String,
}

static GRANTS: LazyLock<Grants> = LazyLock::new(|| {
    let mut world = World::new();
    let mut sign_in = |scope: &str| {
        let code = world.code(scope);
        let form = [
            ("client_id", DESKTOP),
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", "http://localhost"),
            ("code_verifier", VERIFIER),
        ];
        world.ask(&Ask::new("POST", "/contoso/oauth2/v2.0/token").form(&form)).json()
    };
    let text = |answer: &Value, member: &str| answer[member].as_str().expect("a token").to_owned();
    let calendar = sign_in("api://calendar/Events.Read openid profile offline_access");
    let portal = sign_in("api://portal/access_as_user");
    Grants {
        refresh_token: text(&calendar, "refresh_token"),
        access_token: text(&calendar, "access_token"),
        id_token: text(&calendar, "id_token"),
        portal_token: text(&portal, "access_token"),
    }
});

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| {
    let mut document = Document::clone(&config::built_in());
    let consents =
        [("calendar", "Events.Read"), ("mail", "Mail.Read"), ("payroll", "Salary.Read"), ("portal", "access_as_user")];
    for (api, scope) in consents {
        document.tenants[0].consents.push(Consent {
            client: "desktop".to_owned(),
            api: api.to_owned(),
            user: None,
            scopes: vec![scope.to_owned()],
        });
    }
    document
});

impl World {
    pub fn new() -> Self {
        Self::of(DOCUMENT.clone())
    }

    pub fn of(document: Document) -> Self {
        let builder = MockIdp::builder().document(document).port(8443).clock(ManualClock::new(now())).seed(8);
        Self { idp: builder.in_process().expect("a tenant"), ctx: String::new(), is_changed: false }
    }

    /// Sends a request and judges the answer; one that cannot be sent, or waits for another, is no answer.
    pub fn ask(&mut self, ask: &Ask) -> Answer {
        let ask = &self.filled(ask);
        let nothing = || Answer { status: 0, headers: HeaderMap::new(), text: String::new() };
        let Some(request) = request(ask) else { return nothing() };
        let Some(answer) = timed(|| RUNTIME.block_on(answer(&self.idp, request))) else { return nothing() };
        judge::judge(self, ask, &answer);
        // Orders of all kinds: faults, other switches, other addresses.
        self.is_changed |= ask.path().contains("_mock") && ask.method != "GET";
        if let Some((_, rest)) = answer.text.split_once(r#"name="ctx" value=""#) {
            self.ctx = rest.split('"').next().unwrap_or_default().to_owned();
        }
        answer
    }

    /// The request with what the words in braces stand for.
    fn filled(&mut self, ask: &Ask) -> Ask {
        let mut ask = ask.clone();
        for (word, value) in WORDS {
            let is_in = |text: &[u8]| text.windows(word.len()).any(|part| part == word.as_bytes());
            let headers = ask.headers.iter().any(|(_, value)| is_in(value));
            if !(headers || is_in(&ask.body) || ask.target.contains(word)) {
                continue;
            }
            let value = value(self);
            let fill = |text: &[u8]| -> Vec<u8> {
                let mut filled = Vec::new();
                let mut rest = text;
                while let Some(at) = rest.windows(word.len()).position(|part| part == word.as_bytes()) {
                    filled.extend_from_slice(&rest[..at]);
                    filled.extend_from_slice(value.as_bytes());
                    rest = &rest[at + word.len()..];
                }
                filled.extend_from_slice(rest);
                filled
            };
            ask.target = ask.target.replace(word, &value);
            ask.body = fill(&ask.body);
            ask.headers.iter_mut().for_each(|(_, text)| *text = fill(text));
        }
        ask
    }

    /// A code for ada at the desktop client, got without pages.
    fn code(&mut self, scope: &str) -> String {
        let person = r#"{"username":"ada","skips_pages":true}"#;
        let was_changed = self.is_changed;
        self.ask(&Ask::new("PUT", "/_mock/tenants/contoso/virtual_user").body(person));
        self.is_changed = was_changed;
        let query = encoded(&[
            ("client_id", DESKTOP),
            ("response_type", "code"),
            ("redirect_uri", "http://localhost"),
            ("scope", scope),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        let answer = self.ask(&Ask::new("GET", format!("/contoso/oauth2/v2.0/authorize?{query}")));
        let code = answer.header("location").split_once("code=").map(|(_, rest)| rest.split('&').next());
        code.flatten().unwrap_or_default().to_owned()
    }

    fn device_code(&mut self) -> String {
        let form = [("client_id", DESKTOP), ("scope", "api://calendar/Events.Read offline_access")];
        let answer = self.ask(&Ask::new("POST", "/contoso/oauth2/v2.0/devicecode").form(&form)).json();
        answer["device_code"].as_str().unwrap_or_default().to_owned()
    }
}

/// Words that stand for what has to come from the server.
#[expect(clippy::type_complexity, reason = "a table")]
const WORDS: &[(&str, fn(&mut World) -> String)] = &[
    ("{refresh_token}", |_| GRANTS.refresh_token.clone()),
    ("{access_token}", |_| GRANTS.access_token.clone()),
    ("{id_token}", |_| GRANTS.id_token.clone()),
    ("{portal_token}", |_| GRANTS.portal_token.clone()),
    ("{code}", |world| world.code("api://calendar/Events.Read offline_access")),
    ("{device_code}", World::device_code),
    ("{ctx}", |world| world.ctx.clone()),
];

fn request(ask: &Ask) -> Option<Request<Body>> {
    let mut request = Request::builder().method(ask.method.as_str()).uri(ask.target.as_str());
    if !ask.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        request = request.header("host", "localhost:8443");
    }
    for (name, value) in &ask.headers {
        request = request.header(name.as_str(), value.as_slice());
    }
    request.body(Body::from(ask.body.clone())).ok()
}

/// `None` if nothing comes: a client that is paced waits for somebody to look.
async fn answer(idp: &InProcess, request: Request<Body>) -> Option<Answer> {
    let response = tokio::time::timeout(Duration::from_secs(24 * 3600), idp.answer(request)).await.ok()?;
    let (parts, body) = response.into_parts();
    let is_stream = parts.headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
    let bytes = if is_stream { Default::default() } else { to_bytes(body, usize::MAX).await.ok()? };
    let text = String::from_utf8(bytes.to_vec()).expect("answers are text");
    Some(Answer { status: parts.status.as_u16(), headers: parts.headers, text })
}
