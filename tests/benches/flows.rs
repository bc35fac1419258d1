//! How long a start, a code flow and a silent refresh take, in process, beside what they are made of: one RSA signature and
//! one bare HTTP round trip in the same run. Read the ratios; the machine's speed cancels out.

#![expect(clippy::expect_used, reason = "a benchmark that cannot start has nothing to measure")]

use std::time::Duration;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use mock_idp::{MockIdp, keys::SigningKey, virtual_user::VirtualUser};
use tests::{CALENDAR, RawClient};
use tokio::runtime::{Builder, Runtime};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// What everything else is compared with.
fn yardsticks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("yardstick");
    let key = SigningKey::published();
    let claims = serde_json::json!({ "aud": "b0000000-0000-4000-8000-000000000001", "scp": "Events.Read" });
    group.bench_function("one signature", |bencher| bencher.iter(|| key.sign(&claims, false)));

    let runtime = runtime();
    let (_idp, client) = runtime.block_on(async {
        let idp = MockIdp::start().await;
        let client = RawClient::new(&idp).await;
        (idp, client)
    });
    group.bench_function("one round trip (health)", |bencher| {
        bencher.to_async(&runtime).iter(|| client.send(client.request(reqwest::Method::GET, "/_mock/health")));
    });
    group.finish();
}

fn start(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("start");
    let runtime = runtime();
    let http = reqwest::Client::new();
    group.bench_function("to the first answer", |bencher| {
        bencher.to_async(&runtime).iter(|| async {
            let idp = MockIdp::start().await;
            let metadata = format!("{}/v2.0/.well-known/openid-configuration", idp.authority());
            let answer = http.get(metadata).send().await.expect("an answer");
            assert_eq!(answer.status(), 200);
        });
    });
    let idp = runtime.block_on(MockIdp::start());
    group.bench_function("an isolated tenant", |bencher| {
        bencher.iter_batched(
            || (),
            |()| {
                let tenant = idp.new_tenant("contoso").expect("configured");
                assert!(tenant.delete());
            },
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

fn flows(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("flow");
    let runtime = runtime();
    let (_idp, client, refresh_token) = runtime.block_on(async {
        let idp = MockIdp::start().await;
        let client = RawClient::new(&idp).await;
        let first = client.sign_in(&VirtualUser::new("ada@contoso.test"), CALENDAR).await;
        let refresh_token = first.text_of("refresh_token").to_owned();
        (idp, client, refresh_token)
    });
    let user = VirtualUser::new("ada@contoso.test");
    // The browser is signed in, so each round is authorize, delivery, redemption: two signatures.
    group.bench_function("code flow in a signed-in browser", |bencher| {
        bencher.to_async(&runtime).iter(|| async {
            assert_eq!(client.sign_in(&user, CALENDAR).await.status, 200);
        });
    });
    group.bench_function("silent refresh", |bencher| {
        bencher.to_async(&runtime).iter(|| async {
            assert_eq!(client.refresh(&refresh_token, CALENDAR, &[]).await.status, 200);
        });
    });
    group.finish();
}

fn configured() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .sample_size(50)
}

criterion_group! { name = benches; config = configured(); targets = yardsticks, start, flows }
criterion_main!(benches);
