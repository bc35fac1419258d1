//! What a thousand scenarios at the same time, and ten thousand tenants, cost a server of its own, and what is left when they
//! are deleted: memory of the process by `/proc`. Ends with status 1 if more is left than a tenth of the start.
//!
//! The start is measured twice: literally, when nothing has been asked yet; and warm, when each scenario has run once, so
//! that the code that they need is in memory. Anonymous memory is what the allocator has; the rest is the program's file.

#![expect(clippy::expect_used, reason = "a benchmark that cannot start has nothing to measure")]

#[path = "../isolation/crowd.rs"]
mod crowd;

use std::process::ExitCode;

use mock_idp::control_client::{ControlClient, TenantClient};
use tests::load::{Process, built};
use tokio::{runtime::Builder, task::JoinSet};

const CROWD: usize = 1_000;
const TENANTS: usize = 10_000;

fn main() -> ExitCode {
    if !cfg!(target_os = "linux") {
        println!("memory is read from /proc, which only Linux has");
        return ExitCode::SUCCESS;
    }
    let runtime = Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(measure())
}

async fn measure() -> ExitCode {
    let server = Process::mock_idp(&built(&["mock-idp"]), &["--no-tls"]);
    println!("{:<48}{:>12}{:>14}", "memory of `mock-idp serve`, in KiB", "resident", "anonymous");
    let start = server.memory().told("start: nothing was asked yet");
    let distinct = crowd::scripts(scenarios::built_in::scripts().len());
    let alone = crowd::gathers(&server.base, &distinct, 1, || {}).await;
    let warm = server.memory_at_rest().await.told("warm: each scenario has run once, one by one");

    let mut peak = start;
    let (scripts, at_once) = (crowd::scripts(CROWD), crowd::at_once(CROWD));
    let together = crowd::gathers(&server.base, &scripts, at_once, || peak = peak.max(server.memory())).await;
    peak.told(&format!("{CROWD} tenants, {at_once} scenarios at once, at most"));
    let after = server.memory_at_rest().await.told("their tenants are deleted");
    let mistakes = crowd::mistakes(&together, &alone);
    assert!(mistakes.is_empty(), "{mistakes:#?}");

    let tenants = make(&server.base).await;
    server.memory().told(&format!("{TENANTS} tenants, one change to each"));
    delete(tenants).await;
    let last = server.memory_at_rest().await.told("they are deleted");

    println!("\nno cross-talk among {CROWD} scenarios: each log is as alone, and holds nobody else's ids");
    let compared = [(start, "the start"), (warm, "the warm start")];
    for (left, what) in [(after, format!("{CROWD} scenarios")), (last, format!("{TENANTS} tenants"))] {
        for (before, name) in compared {
            println!(
                "after {what}, {:+.1} % of {name} ({:+} KiB)",
                left.above(before),
                left.resident - before.resident
            );
        }
    }
    if after.above(warm) <= 10.0 && last.above(warm) <= 10.0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn make(base: &str) -> Vec<TenantClient> {
    let control = ControlClient::new(base, None).expect("a client");
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        let control = control.clone();
        workers.spawn(async move {
            let mut made = Vec::new();
            for _ in 0..TENANTS / WORKERS {
                let tenant = control.new_tenant("contoso").await.expect("a tenant");
                tenant.change_user("ada", |ada| ada.locked = true).await.expect("a change");
                made.push(tenant);
            }
            made
        });
    }
    workers.join_all().await.into_iter().flatten().collect()
}

async fn delete(tenants: Vec<TenantClient>) {
    let mut workers = JoinSet::new();
    for tenants in tenants.chunks(TENANTS / WORKERS) {
        let tenants = tenants.to_vec();
        workers.spawn(async move {
            for tenant in tenants {
                tenant.delete().await.expect("a tenant");
            }
        });
    }
    workers.join_all().await;
}

const WORKERS: usize = 8;
