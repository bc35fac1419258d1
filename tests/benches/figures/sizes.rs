//! Memory of the process, size of its file, and how long the built-in scenarios take.

use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use tests::load::{Pace, Process, host, load};

use super::{Figure, Target, millis, rates::client_credentials};

/// `FIGURES_TOKENS=1000000` asks for the last row of the issue; it takes some minutes.
fn many() -> u32 {
    env::var("FIGURES_TOKENS").ok().and_then(|number| number.parse().ok()).unwrap_or(100_000)
}

#[expect(clippy::cast_precision_loss, reason = "KiB of a process are far below 2^52")]
pub(crate) fn megabytes(server: &Process) -> f64 {
    server.memory().resident as f64 * 1_024.0 / 1_000_000.0
}

pub(crate) async fn memory(release: &Path) -> Vec<Figure> {
    let server = Process::mock_idp(release, &["--no-tls"]);
    let host = host(&server.base);
    let start = megabytes(&server);
    let mut asked = 0;
    let mut until = async |tokens: u32| {
        while asked < tokens {
            // Rounds are short, so that few are issued beyond.
            asked += load(host, client_credentials(host), 4, Pace::Full, Duration::from_millis(250)).await.done;
        }
        megabytes(&server)
    };
    let figure = |name, target, megabytes| Figure {
        name,
        unit: "MB",
        target: Target::Under(target),
        samples: vec![megabytes],
        yardstick: None,
    };
    let few = until(5_000).await;
    println!("memory after {} tokens follows", many());
    vec![
        figure("resident after the start", 12.0, start),
        figure("resident after 5,000 tokens", 20.0, few),
        figure("resident after many tokens (FIGURES_TOKENS)", 60.0, until(many()).await),
    ]
}

pub(crate) fn of_the_program(release: &Path) -> Figure {
    #[expect(clippy::cast_precision_loss, reason = "a file is far below 2^52 bytes")]
    let size = fs::metadata(release.join("mock-idp")).expect("it is built").len() as f64 / 1_000_000.0;
    let name = "the program `mock-idp`, release, stripped";
    Figure { name, unit: "MB", target: Target::Under(12.0), samples: vec![size], yardstick: None }
}

pub(crate) fn catalogue(release: &Path, signature: Duration) -> Figure {
    let folder = tempfile::tempdir().expect("a folder");
    let once = || {
        let mut command = Command::new(release.join("scenarios"));
        // Its report goes where it is.
        command.current_dir(folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
        let start = Instant::now();
        let ended = command.status();
        assert!(ended.is_ok_and(|status| status.success()), "a built-in scenario fails");
        start.elapsed().as_secs_f64()
    };
    let samples = (0..5).map(|_| once()).collect();
    let yardstick = Some(millis(signature) / 1_000.0);
    Figure { name: "all built-in scenarios", unit: "s", target: Target::Under(2.0), samples, yardstick }
}
