use std::collections::BTreeMap;
use std::sync::Mutex;

use tempfile::TempDir;

use super::*;

#[derive(Default)]
struct Fake(Mutex<BTreeMap<String, Vec<u8>>>);

impl Keyring for Fake {
    fn get(&self, service: &str, user: &str) -> Result<Option<Vec<u8>>, KeyringError> {
        Ok(self.0.lock().unwrap().get(&format!("{service}/{user}")).cloned())
    }

    fn set(&self, service: &str, user: &str, secret: &[u8]) -> Result<(), KeyringError> {
        self.0.lock().unwrap().insert(format!("{service}/{user}"), secret.to_vec());
        Ok(())
    }

    fn remove(&self, service: &str, user: &str) -> Result<(), KeyringError> {
        self.0.lock().unwrap().remove(&format!("{service}/{user}"));
        Ok(())
    }
}

/// Waits for somebody to type a password, who never comes.
struct Locked(Mutex<()>);

impl Keyring for Locked {
    fn get(&self, _: &str, _: &str) -> Result<Option<Vec<u8>>, KeyringError> {
        drop(self.0.lock());
        Ok(None)
    }

    fn set(&self, _: &str, _: &str, _: &[u8]) -> Result<(), KeyringError> {
        Err("locked".into())
    }

    fn remove(&self, _: &str, _: &str) -> Result<(), KeyringError> {
        Err("locked".into())
    }
}

fn storage(folder: &TempDir, keyring: Arc<dyn Keyring>) -> KeyringStorage {
    KeyringStorage::new(keyring, "my-app", "token-cache", folder.path().join("counter"))
}

fn write(storage: &KeyringStorage, text: &str) -> Updated {
    let bytes = Zeroizing::new(text.as_bytes().to_vec());
    storage.update(&mut |_| Edit { set_aside: false, write: Some(bytes.clone()) }).unwrap()
}

#[test]
fn a_change_is_seen_by_whoever_shares_the_entry() {
    let folder = tempfile::tempdir().unwrap();
    let keyring: Arc<dyn Keyring> = Arc::new(Fake::default());
    let [one, other] = [storage(&folder, Arc::clone(&keyring)), storage(&folder, keyring)];
    assert!(other.read().unwrap().bytes.is_none());
    let before = other.revision().unwrap();
    let updated = write(&one, "tokens");
    assert_ne!(other.revision().unwrap(), before);
    assert_eq!(other.revision().unwrap(), updated.revision);
    assert_eq!(other.read().unwrap().bytes.unwrap().as_slice(), b"tokens");
    assert!(!std::fs::read_to_string(folder.path().join("counter")).unwrap().contains("tokens"));
    assert_eq!(one.location().to_string(), "in the keyring entry my-app/token-cache");
}

#[test]
fn a_damaged_entry_is_kept_under_another_name() {
    let folder = tempfile::tempdir().unwrap();
    let keyring = Arc::new(Fake::default());
    let storage = storage(&folder, keyring.clone());
    for number in 1..=2 {
        write(&storage, &format!("broken {number}"));
        let updated = storage.update(&mut |_| Edit { set_aside: true, write: None }).unwrap();
        assert!(updated.warnings[0].contains(&format!("token-cache.damaged-{number}")), "{:?}", updated.warnings);
        assert!(storage.read().unwrap().bytes.is_none());
    }
    let kept = keyring.get("my-app", "token-cache.damaged-2").unwrap();
    assert_eq!(kept.as_deref(), Some(b"broken 2".as_slice()));
}

#[test]
fn a_keyring_that_does_not_answer_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let locked = Arc::new(Locked(Mutex::default()));
    let storage = storage(&folder, locked.clone()).patience(Duration::from_millis(10));
    let password = locked.0.lock().unwrap();
    let error = storage.read().unwrap_err().to_string();
    assert!(error.contains("does not answer") && error.contains("my-app/token-cache"), "{error}");
    drop(password);
    assert!(storage.read().is_err(), "it is not asked again");
}
