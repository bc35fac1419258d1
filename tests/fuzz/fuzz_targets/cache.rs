//! A token cache's bytes, whoever wrote them: none make the reader stumble. What is no cache is set aside, what is one
//! loses nothing that it does not know, and what was forgotten is gone.

#![no_main]

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use desktop_client::PublicClientApplication;
use desktop_client::storage::{Contents, Edit, MemoryStorage, TokenCacheStorage};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// At the tenant of the seeds. Made once: an app reads the platform's certificates.
static APP: LazyLock<(Arc<MemoryStorage>, PublicClientApplication)> = LazyLock::new(|| {
    let storage = Arc::new(MemoryStorage::new());
    let app = PublicClientApplication::builder("d0000000-0000-4000-8000-000000000001")
        .authority("https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111")
        .and_then(|builder| builder.token_cache(Arc::clone(&storage)).build())
        .expect("the settings are good");
    (storage, app)
});

fn document(contents: &Contents) -> Option<Value> {
    serde_json::from_slice(contents.bytes.as_ref()?).ok()
}

/// Names of the members at the top that are nobody's here.
fn unknown_members(document: &Value) -> BTreeSet<&String> {
    const KNOWN: [&str; 5] = ["AccessToken", "RefreshToken", "IdToken", "Account", "AppMetadata"];
    document.as_object().into_iter().flat_map(|all| all.keys()).filter(|name| !KNOWN.contains(&name.as_str())).collect()
}

fuzz_target!(|data: &[u8]| {
    let (storage, app) = &*APP;
    let write = Some(data.to_vec().into());
    storage.update(&mut |_| Edit { set_aside: false, write: write.clone() }).expect("memory can be written");
    let is_sound = app.check_token_cache().expect("memory can be read").is_empty();
    let before = document(&storage.read().expect("memory can be read"));
    let accounts = app.accounts().expect("memory can be read");
    assert_eq!(app.token_cache_warnings().is_empty(), is_sound, "what is damaged is told, and nothing else is");
    if !is_sound {
        assert!(accounts.is_empty());
        return;
    }
    for account in &accounts {
        let _ = app.refresh_token(account);
        app.remove_account(account).expect("memory can be written");
    }
    let left = app.accounts().expect("memory can be read");
    assert!(accounts.iter().all(|account| !left.contains(account)));
    let after = document(&storage.read().expect("memory can be read"));
    if let (Some(before), Some(after)) = (&before, &after) {
        assert_eq!(unknown_members(before), unknown_members(after));
    }
});
