//! A token cache that cannot be written, or whose lock somebody holds: tokens hold for this process until
//! one write succeeds, and whoever signs out is told.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use desktop_client::storage::{
    Contents, Edit, FileStorage, Location, MemoryStorage, Revision, StorageError, TokenCacheStorage, Updated,
};
use desktop_client::{Account, PublicClientApplication, TokenSource};

use crate::support::{Authority, CALENDAR, PAYROLL};

const MAIL: &str = "api://mail/Mail.Read";

/// Memory that can be full, and that may not tell of changes.
#[derive(Debug, Default)]
struct Disk {
    memory: MemoryStorage,
    full: AtomicBool,
    tells_no_changes: bool,
    reads: AtomicUsize,
}

impl Disk {
    fn full(&self, full: bool) {
        self.full.store(full, Ordering::SeqCst);
    }

    fn put(&self, bytes: &[u8]) {
        let write = || Edit { write: Some(bytes.to_vec().into()), ..Edit::default() };
        self.memory.update(&mut |_| write()).unwrap();
    }
}

impl TokenCacheStorage for Disk {
    fn location(&self) -> Location {
        Location::Other("on a disk".to_owned())
    }

    fn revision(&self) -> Result<Option<Revision>, StorageError> {
        if self.tells_no_changes { Ok(None) } else { self.memory.revision() }
    }

    fn read(&self) -> Result<Contents, StorageError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.memory.read()
    }

    fn update(&self, edit: &mut dyn FnMut(Option<&[u8]>) -> Edit) -> Result<Updated, StorageError> {
        if self.full.load(Ordering::SeqCst) {
            return Err(StorageError::new("the token cache cannot be written: the disk is full; make room"));
        }
        self.memory.update(edit)
    }
}

async fn signed_in(authority: &Authority, disk: &Arc<Disk>) -> (PublicClientApplication, Account) {
    authority.sign_in_with(authority.builder().token_cache(Arc::clone(disk))).await
}

fn another_process(authority: &Authority, disk: &Arc<Disk>) -> PublicClientApplication {
    authority.builder().token_cache(Arc::clone(disk)).build().unwrap()
}

#[tokio::test]
async fn tokens_that_cannot_be_stored_hold_for_this_process() {
    let authority = Authority::start().await;
    let disk = Arc::new(Disk { full: AtomicBool::new(true), ..Disk::default() });
    let (app, ada) = signed_in(&authority, &disk).await;
    assert_eq!(app.accounts().unwrap(), std::slice::from_ref(&ada));
    let payroll = app.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap();
    for (scope, token) in [(CALENDAR, "at-1"), (PAYROLL, payroll.access_token.secret())] {
        let cached = app.acquire_token_silent([scope]).with_account(&ada).await.unwrap();
        assert_eq!((cached.source, cached.access_token.secret()), (TokenSource::Cache, token));
    }
    assert_eq!(app.token_cache_warnings(), ["the token cache cannot be written: the disk is full; make room"]);
    assert!(another_process(&authority, &disk).accounts().unwrap().is_empty());
}

#[tokio::test]
async fn the_first_write_that_succeeds_stores_them_all() {
    let authority = Authority::start().await;
    let disk = Arc::new(Disk { full: AtomicBool::new(true), ..Disk::default() });
    let (app, ada) = signed_in(&authority, &disk).await;
    app.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap();
    disk.full(false);
    app.acquire_token_silent([MAIL]).with_account(&ada).await.unwrap();
    let other = another_process(&authority, &disk);
    for scope in [CALENDAR, PAYROLL, MAIL] {
        let cached = other.acquire_token_silent([scope]).with_account(&ada).await.unwrap();
        assert_eq!(cached.source, TokenSource::Cache, "{scope}");
    }
    other.remove_account(&ada).unwrap();
    assert!(app.accounts().unwrap().is_empty(), "what is stored is not made again");
}

#[tokio::test]
async fn a_sign_out_that_cannot_be_stored_tells_and_is_made_up_for() {
    let authority = Authority::start().await;
    let disk = Arc::new(Disk::default());
    let (app, ada) = signed_in(&authority, &disk).await;
    disk.full(true);
    let error = app.remove_account(&ada).unwrap_err();
    assert_eq!(error.code(), "token_cache_error");
    assert!(error.to_string().contains("the disk is full"), "{error}");
    assert!(app.accounts().unwrap().is_empty());
    let other = another_process(&authority, &disk);
    assert_eq!(other.accounts().unwrap(), [ada]);

    disk.full(false);
    authority.tokens_are_about("bo");
    let bo = app.acquire_token_interactive([CALENDAR]).await.unwrap().account;
    assert_eq!(other.accounts().unwrap(), [bo]);
}

#[tokio::test]
async fn clearing_forgets_what_could_not_be_stored() {
    let authority = Authority::start().await;
    let disk = Arc::new(Disk::default());
    let (app, ada) = signed_in(&authority, &disk).await;
    disk.full(true);
    authority.tokens_are_about("bo");
    app.acquire_token_interactive([CALENDAR]).await.unwrap();
    assert_eq!(app.accounts().unwrap().len(), 2);
    assert_eq!(app.clear_token_cache().unwrap_err().code(), "token_cache_error");
    assert_eq!(app.accounts().unwrap(), [ada], "what the storage holds, it holds");
}

#[tokio::test]
async fn looking_into_a_damaged_cache_changes_nothing() {
    let authority = Authority::start().await;
    let disk = Arc::new(Disk { full: AtomicBool::new(true), ..Disk::default() });
    disk.put(b"hello");
    let app = another_process(&authority, &disk);
    assert!(app.accounts().unwrap().is_empty());
    let told = app.token_cache_warnings();
    assert!(told[0].contains("damaged") && told[0].contains("on a disk"), "{told:?}");
}

#[tokio::test]
async fn a_storage_that_tells_no_changes_is_read_once_for_a_cached_token() {
    let authority = Authority::start().await;
    let disk = Arc::new(Disk { tells_no_changes: true, ..Disk::default() });
    let (app, ada) = signed_in(&authority, &disk).await;
    for request in [
        app.acquire_token_silent([CALENDAR]).with_account(&ada),
        app.acquire_token_silent([CALENDAR]).with_login_hint(&ada.username),
    ] {
        disk.reads.store(0, Ordering::SeqCst);
        assert_eq!(request.await.unwrap().source, TokenSource::Cache);
        assert_eq!(disk.reads.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn a_lock_that_another_process_holds_is_given_up() {
    let authority = Authority::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.json");
    let held = File::create(folder.path().join("cache.json.lock")).unwrap();
    held.lock().unwrap();
    let storage = FileStorage::new(&file).patience(Duration::ZERO);
    let (app, ada) = authority.sign_in_with(authority.builder().token_cache(storage)).await;
    let told = app.token_cache_warnings();
    assert!(told[0].contains("cannot be written") && told[0].contains("cache.json.lock"), "{told:?}");
    assert!(!file.exists());

    drop(held);
    app.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap();
    let document = std::fs::read_to_string(&file).unwrap();
    assert!(document.contains("at-1") && document.contains("at-2"), "{document}");
}
