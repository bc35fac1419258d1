//! kill -9 of a client that writes its cache, at random points: the cache is whole, and the next client goes on with it.
//! `CRASHES=200` says how often; by default as often as takes no time.
//!
//! The client is this test binary again, [`child`] of it, which renews its token over and over.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use desktop_client::PublicClientApplication;
use desktop_client::storage::FileStorage;
use rand::rngs::ChaCha12Rng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;
use wiremock::matchers::{method, path};
use wiremock::{Mock, Request};

use crate::support::{Authority, CALENDAR, CLIENT, TENANT, token_path};

/// Points are of the same sequence each time; what a client is doing there is not.
const SEED: u64 = 9;

/// About as many yields as two renewals take.
const LONGEST: u32 = 20_000;

fn crashes() -> usize {
    std::env::var("CRASHES").ok().and_then(|number| number.parse().ok()).unwrap_or(6)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cache_is_whole_and_the_next_client_goes_on_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache.json");
    let authority = Authority::start().await;
    authority.sign_in_with(authority.builder().token_cache(FileStorage::new(&cache))).await;
    let renewals = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&renewals);
    // Counts, and leaves the answer to the authority.
    let counts = move |_: &Request| {
        seen.fetch_add(1, Ordering::SeqCst);
        false
    };
    Mock::given(method("POST"))
        .and(path(token_path()))
        .and(counts)
        .respond_with(wiremock::ResponseTemplate::new(500))
        .with_priority(1)
        .mount(&authority.server)
        .await;
    let mut random = ChaCha12Rng::seed_from_u64(SEED);
    let mut halves = 0;
    for crash in 0..crashes() {
        let (server, file, before) = (authority.server.uri(), cache.clone(), Arc::clone(&renewals));
        let (renewed, yields) = (random.random_range(1..4), random.random_range(0..LONGEST));
        tokio::task::spawn_blocking(move || killed(&server, &file, &before, renewed, yields)).await.unwrap();

        let names = listing(folder.path());
        halves += names.iter().filter(|name| name.ends_with(".part")).count();
        let document: Value = serde_json::from_slice(&std::fs::read(&cache).unwrap()).unwrap();
        for section in ["Account", "AccessToken", "RefreshToken", "IdToken"] {
            assert_eq!(document[section].as_object().unwrap().len(), 1, "{section} after crash {crash}");
        }
        let next = authority.builder().token_cache(FileStorage::new(&cache)).build().unwrap();
        let [ada] = next.accounts().unwrap().try_into().unwrap();
        next.acquire_token_silent([CALENDAR]).with_account(&ada).with_force_refresh(true).await.unwrap();
        assert!(next.token_cache_warnings().is_empty(), "{:?}", next.token_cache_warnings());
        assert_eq!(listing(folder.path()), ["cache.json", "cache.json.lock"], "nothing is left behind");
    }
    println!("{halves} of {} clients were killed in the middle of writing", crashes());
}

fn listing(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Starts a client and kills it so many yields after its `renewed`th renewal.
fn killed(server: &str, file: &Path, seen: &AtomicU32, renewed: u32, yields: u32) {
    let before = seen.load(Ordering::SeqCst);
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["crash::child", "--exact", "--ignored"])
        .env("CRASH_SERVER", server)
        .env("CRASH_FILE", file)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    while seen.load(Ordering::SeqCst) - before < renewed {
        assert_eq!(child.try_wait().unwrap(), None, "the client ended by itself");
        std::thread::yield_now();
    }
    for _ in 0..yields {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test]
#[ignore = "the client of the test above"]
async fn child() {
    let variable = |name: &str| std::env::var(name).unwrap();
    // Without the platform's certificates, which take long to read.
    let http = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
    let app = PublicClientApplication::builder(CLIENT)
        .authority(format!("{}/{TENANT}", variable("CRASH_SERVER")))
        .unwrap()
        .token_cache(FileStorage::new(variable("CRASH_FILE")))
        .http_client(http)
        .build()
        .unwrap();
    let [ada] = app.accounts().unwrap().try_into().unwrap();
    loop {
        app.acquire_token_silent([CALENDAR]).with_account(&ada).with_force_refresh(true).await.unwrap();
    }
}
