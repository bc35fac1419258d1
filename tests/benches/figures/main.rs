//! Every figure of speed and size that the project promises, with its target, in one run of some minutes: `cargo bench -p
//! tests --bench figures`. Parts by name: `-- starts rates memory`. `FIGURES=write` writes the baseline.
//!
//! Processor time and memory are read from `/proc`, so it is for Linux. Machines differ and are noisy: rates are ratios to what
//! the libraries do alone in the same run, and the baseline holds times in units of one RSA signature.

#![expect(clippy::expect_used, clippy::panic, reason = "a benchmark that cannot start has nothing to measure")]
#![expect(clippy::disallowed_methods, reason = "the one thing that is measured here is time")]

mod rates;
mod sizes;
mod starts;
mod table;

use std::{env, time::Duration};

use table::{Figure, Target};
use tests::load::built;
use tokio::runtime::Builder;

fn main() {
    if !cfg!(target_os = "linux") {
        println!("processor time and memory are read from /proc, which only Linux has");
        return;
    }
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        if !rates::play_bare_handler().await {
            measure().await;
        }
    });
}

async fn measure() {
    let wanted: Vec<String> = env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let is_wanted = |part: &str| wanted.is_empty() || wanted.iter().any(|word| word == part);
    let release = built(&["mock-idp", "scenarios"]);
    let per_second = rates::signatures_per_core_second(Duration::from_secs(1));
    let signature = Duration::from_secs_f64(1.0 / per_second);
    println!("one RSA signature takes {:.0} us on this machine", millis(signature) * 1_000.0);

    let mut figures = Vec::new();
    if is_wanted("starts") {
        figures.extend(starts::in_process(signature).await);
        figures.extend(starts::of_the_program(&release, signature).await);
    }
    if is_wanted("tenants") {
        figures.extend(starts::tenants(&release, signature).await);
    }
    if is_wanted("memory") {
        figures.extend(sizes::memory(&release).await);
    }
    if is_wanted("rates") {
        figures.extend(rates::of_tokens(&release).await);
    }
    if is_wanted("documents") {
        figures.extend(rates::of_documents(&release).await);
    }
    if is_wanted("catalogue") {
        figures.push(sizes::catalogue(&release, signature));
    }
    if is_wanted("program") {
        figures.push(sizes::of_the_program(&release));
    }
    table::print(&figures);
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}
