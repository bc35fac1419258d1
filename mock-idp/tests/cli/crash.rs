//! kill -9 at random points of a server's life: the next one starts, and the CA is whole. `CRASHES=200` says how often; by
//! default as often as takes no time.
#![cfg(unix)]

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::Stdio,
    thread,
};

use rand::{RngExt as _, SeedableRng as _, rngs::ChaCha12Rng};

use crate::support::{Home, get};

/// Points are of the same sequence each time; what a server is doing there is not.
const SEED: u64 = 9;

/// About as many yields as a start takes, and some more.
const LONGEST: u32 = 60_000;

fn crashes() -> usize {
    std::env::var("CRASHES").ok().and_then(|number| number.parse().ok()).unwrap_or(6)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_server_starts_and_the_ca_is_whole() {
    let mut random = ChaCha12Rng::seed_from_u64(SEED);
    let mut found = BTreeMap::<String, usize>::new();
    let mut home = Home::new();
    for crash in 0..crashes() {
        // Every other one is killed where no CA is yet.
        if crash % 2 == 0 {
            home = Home::new();
        }
        let before = fs::read(home.path("certs/ca.pem")).ok();
        // Early ends are as likely as late ones: the CA is made early.
        let yields = random.random_range(0..LONGEST) >> random.random_range(0..8);
        killed(&home, yields, random.random_range(0..4) == 0);
        *found.entry(listing(&home.path("certs")).join(" ")).or_default() += 1;

        let next = home.serve(&[]);
        let ca = home.path("certs/ca.pem");
        let health = format!("{}/_mock/health", next.base);
        assert_eq!(get(&health, Some(&ca)).await.status(), 200, "after crash {crash}");
        assert!(before.is_none_or(|before| before == fs::read(&ca).unwrap()), "the CA is the one that was trusted");
        assert_eq!(listing(&home.path("certs")), ["ca-key.pem", "ca.lock", "ca.pem"], "nothing is left behind");
    }
    println!("what killed servers left: {found:#?}");
}

/// Starts a server and kills it after so many yields; one that is `ready` first of all says so, and has been asked for
/// something that it may not have answered.
fn killed(home: &Home, yields: u32, ready: bool) {
    let mut command = home.command(&["serve", "--port", "0"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    if ready {
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let port = line.trim().rsplit(':').next().unwrap().parse::<u16>().unwrap();
        // Half a handshake is as good as any.
        let _stays_open = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    }
    for _ in 0..yields {
        thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

/// The names in a directory; random parts of them are left out.
fn listing(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let name = |name: String| match name.strip_prefix('.').and_then(|part| part.split_once(".pem.")) {
        Some((stem, _)) => format!("a part of {stem}.pem"),
        None => name,
    };
    let mut names: Vec<String> = entries.map(|entry| name(entry.file_name().into_string().unwrap())).collect();
    names.sort();
    names
}
