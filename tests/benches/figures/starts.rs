//! How long a start takes: in process, of the program, and of an isolated tenant.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use mock_idp::MockIdp;
use tests::load::{Connection, Pace, Prepared, Process, Same, cpu, host, load};

use super::{Figure, Target, millis, sizes::megabytes};

const ROUNDS: usize = 30;
const METADATA: &str = "/contoso.test/v2.0/.well-known/openid-configuration";

/// Asks for the metadata once, as a program that waits for the server would.
async fn first_answer(base: &str) {
    let host = host(base);
    let mut connection = Connection::open(host).await;
    assert_eq!(connection.ask(&Prepared::get(host, METADATA)).await.status, 200);
}

/// A client that trusts the CA in `directory`; made before the clock runs.
fn trusting(directory: &Path) -> reqwest::Client {
    let pem = fs::read(directory.join("ca.pem")).expect("the CA is there");
    let ca = reqwest::Certificate::from_pem(&pem).expect("a certificate");
    reqwest::Client::builder().tls_certs_only([ca]).build().expect("a client")
}

async fn first_answer_by(client: &reqwest::Client, base: &str) {
    let answer = client.get(format!("{base}{METADATA}")).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
}

/// A time in milliseconds; in the baseline it is so many signatures.
fn time(name: &'static str, target: f64, samples: Vec<f64>, signature: Duration) -> Figure {
    Figure { name, unit: "ms", target: Target::Under(target), samples, yardstick: Some(millis(signature)) }
}

pub(crate) async fn in_process(signature: Duration) -> Vec<Figure> {
    let (mut plain, mut tls) = (Vec::new(), Vec::new());
    let directory = tempfile::tempdir().expect("a folder");
    MockIdp::builder().tls_from(directory.path()).start().await.expect("a server").stop().await;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let idp = MockIdp::start().await;
        first_answer(idp.base()).await;
        plain.push(millis(start.elapsed()));
        idp.stop().await;

        let client = trusting(directory.path());
        let start = Instant::now();
        let idp = MockIdp::builder().tls_from(directory.path()).start().await.expect("a server");
        first_answer_by(&client, idp.base()).await;
        tls.push(millis(start.elapsed()));
        drop(client);
        idp.stop().await;
    }
    let figure = |name, target, samples| time(name, target, samples, signature);
    vec![
        figure("in-process start to the first answer", 1.0, plain),
        figure("in-process start to the first answer, TLS", 3.0, tls),
    ]
}

pub(crate) async fn of_the_program(release: &Path, signature: Duration) -> Vec<Figure> {
    let directory = tempfile::tempdir().expect("a folder");
    let certificates = directory.path().to_str().expect("a path in UTF-8").to_owned();
    drop(Process::mock_idp(release, &["--cert-dir", &certificates]));
    let (mut plain, mut tls) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let server = Process::mock_idp(release, &["--no-tls"]);
        first_answer(&server.base).await;
        plain.push(millis(start.elapsed()));
        drop(server);

        let client = trusting(directory.path());
        let start = Instant::now();
        let server = Process::mock_idp(release, &["--cert-dir", &certificates]);
        first_answer_by(&client, &server.base).await;
        tls.push(millis(start.elapsed()));
    }
    let figure = |name, target, samples| time(name, target, samples, signature);
    vec![
        figure("`mock-idp serve --no-tls`, spawn to the first answer", 15.0, plain),
        figure("`mock-idp serve` with its CA there, spawn to the first answer", 20.0, tls),
    ]
}

/// Ten thousand of them.
pub(crate) async fn tenants(release: &Path, signature: Duration) -> Vec<Figure> {
    let server = Process::mock_idp(release, &["--no-tls"]);
    let host = host(&server.base);
    let order = Prepared::post_as(host, "/_mock/tenants", "application/json", r#"{"like":"contoso"}"#);
    let (mut each, mut made) = (Vec::new(), 0);
    while made < 10_000 {
        let before = cpu(&server.id);
        let second = Duration::from_secs(1);
        let done = load(host, Same(order.clone(), 201), 2, Pace::PerSecond(2_500.0), second).await.done;
        each.push(millis((cpu(&server.id) - before) / done));
        made += done;
    }
    let resident = megabytes(&server) * 10_000.0 / f64::from(made);
    let memory = "10,000 isolated tenants, resident";
    vec![
        time("an isolated tenant over the control API, server time", 1.0, each, signature),
        Figure { name: memory, unit: "MB", target: Target::Under(200.0), samples: vec![resident], yardstick: None },
    ]
}
