//! Eight at once for what only one may have, or for what may be seen whole only: one winner, and no half of anything. Over
//! the wire, on a runtime with several threads.

mod changes;
mod grants;

use std::sync::Arc;

use mock_idp::{MockIdp, TenantControls, virtual_user::VirtualUser};
use reqwest::Method;
use tests::{Answer, CALENDAR, RawClient};
use tokio::{sync::Barrier, task::JoinSet};
use url::Url;

/// How many race at a time.
const RACERS: usize = 8;

/// How many kinds of races there are.
const KINDS: usize = 7;

/// How many races of each kind are run.
fn rounds() -> usize {
    let all = std::env::var("RACES").ok().and_then(|number| number.parse().ok()).unwrap_or(KINDS * 30);
    all.div_ceil(KINDS)
}

/// Runs `act` for each racer as nearly at the same time as a machine can.
async fn race<A, T, F>(mut act: A) -> Vec<T>
where
    A: FnMut(usize) -> F,
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let start = Arc::new(Barrier::new(RACERS));
    let mut racers = JoinSet::new();
    for racer in 0..RACERS {
        let (start, run) = (start.clone(), act(racer));
        racers.spawn(async move {
            start.wait().await;
            (racer, run.await)
        });
    }
    let mut ran = racers.join_all().await;
    ran.sort_by_key(|(racer, _)| *racer);
    ran.into_iter().map(|(_, outcome)| outcome).collect()
}

/// A server, its first tenant, and ada, who needs no pages.
struct World {
    idp: MockIdp,
    tenant: TenantControls,
    client: Arc<RawClient>,
}

const SCOPE: &str = "api://calendar/Events.Read openid profile offline_access";

impl World {
    async fn new() -> Self {
        let idp = MockIdp::start().await;
        let tenant = idp.tenant();
        tenant.set_virtual_user(ada());
        let client = Arc::new(RawClient::new(&idp).await);
        Self { idp, tenant, client }
    }

    /// A code for [`SCOPE`].
    async fn code(&self) -> String {
        code(&self.client).await
    }

    /// A token with a refresh token for [`SCOPE`].
    async fn sign_in(&self) -> Answer {
        let answer = self.client.redeem(&self.code().await, &[("scope", SCOPE)]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer
    }
}

fn ada() -> VirtualUser {
    VirtualUser { skips_pages: true, ..VirtualUser::new("ada@contoso.test") }
}

async fn code(client: &RawClient) -> String {
    let url = client.authorize_url(SCOPE, &[]);
    let path = format!("{}?{}", url.path(), url.query().unwrap());
    let answer = client.send(client.request(Method::GET, &path)).await;
    assert_eq!(answer.status, 302, "{}", answer.text);
    let location = Url::parse(answer.headers["location"].to_str().unwrap()).unwrap();
    let code = location.query_pairs().find(|(name, _)| name == "code");
    code.unwrap().1.into_owned()
}

/// The outcomes in their order: 0 for a token, the AADSTS number for a refusal.
fn outcomes(answers: &[Answer]) -> Vec<u64> {
    let outcome = |answer: &Answer| if answer.status == 200 { 0 } else { answer.code().unwrap_or(u64::MAX) };
    let mut outcomes: Vec<u64> = answers.iter().map(outcome).collect();
    outcomes.sort_unstable();
    outcomes
}

/// One token, and the same refusal for all others.
#[track_caller]
fn one_wins(answers: &[Answer], number: u64) -> &Answer {
    let mut expected = vec![number; RACERS];
    expected[0] = 0;
    assert_eq!(outcomes(answers), expected, "{answers:#?}");
    answers.iter().find(|answer| answer.status == 200).unwrap()
}

async fn refresh(client: &RawClient, refresh_token: &str) -> Answer {
    client.refresh(refresh_token, CALENDAR, &[]).await
}
