//! Which storage a program should use on this computer: the keyring where there is one, else a file.

use std::sync::Arc;

use super::{FileStorage, Keyring, KeyringStorage, StorageError, TokenCacheStorage};

/// A storage, and why it is not a better one.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Choice {
    /// To be handed to [`Builder::token_cache`](crate::Builder::token_cache).
    pub storage: Arc<dyn TokenCacheStorage>,
    /// Why tokens are not kept in a keyring, in a sentence; none if they are.
    pub why_no_keyring: Option<String>,
}

/// The operating system's keyring where there is one and it answers, else a file with mode 0600 in
/// the platform's data directory. Both belong to `app` and to this user. May block for as long as a
/// locked keyring takes to be given up.
///
/// Keyrings need the crate's feature `keyring`; on Windows, whose credentials hold no more than
/// 2,560 bytes, it is always a file.
///
/// # Errors
/// When the user has no home directory.
pub fn for_platform(app: &str) -> Result<Choice, StorageError> {
    Ok(choose(app, platform_keyring(), FileStorage::in_data_directory(app)?))
}

fn choose(app: &str, keyring: Result<Arc<dyn Keyring>, String>, file: FileStorage) -> Choice {
    let unusable = match keyring {
        Ok(keyring) => {
            let storage = KeyringStorage::new(keyring, app, "token-cache", file.path().with_extension("changes"));
            match storage.read() {
                Ok(_) => return Choice { storage: Arc::new(storage), why_no_keyring: None },
                Err(error) => error.to_string(),
            }
        }
        Err(why) => why,
    };
    Choice { storage: Arc::new(file), why_no_keyring: Some(unusable) }
}

#[cfg(all(feature = "keyring", any(target_os = "linux", target_os = "macos")))]
fn platform_keyring() -> Result<Arc<dyn Keyring>, String> {
    Ok(Arc::new(super::native::NativeKeyring::default()))
}

#[cfg(not(all(feature = "keyring", any(target_os = "linux", target_os = "macos"))))]
fn platform_keyring() -> Result<Arc<dyn Keyring>, String> {
    Err("this program was built without support for this computer's keyring".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{KeyringError, Location};

    struct Fake(bool);

    impl Keyring for Fake {
        fn get(&self, _: &str, _: &str) -> Result<Option<Vec<u8>>, KeyringError> {
            if self.0 { Ok(None) } else { Err("nobody at home".into()) }
        }

        fn set(&self, _: &str, _: &str, _: &[u8]) -> Result<(), KeyringError> {
            Ok(())
        }

        fn remove(&self, _: &str, _: &str) -> Result<(), KeyringError> {
            Ok(())
        }
    }

    fn chosen(keyring: Result<Arc<dyn Keyring>, String>) -> Choice {
        choose("my-app", keyring, FileStorage::new("/nowhere/my-app/token-cache.json"))
    }

    #[test]
    fn the_keyring_where_there_is_one() {
        let choice = chosen(Ok(Arc::new(Fake(true))));
        assert!(matches!(choice.storage.location(), Location::Keyring { .. }));
        assert_eq!(choice.why_no_keyring, None);
    }

    #[test]
    fn else_a_file_and_the_reason() {
        for (keyring, reason) in [
            (Ok(Arc::new(Fake(false)) as Arc<dyn Keyring>), "nobody at home"),
            (Err("none here".to_owned()), "none here"),
        ] {
            let choice = chosen(keyring);
            let printed = choice.storage.location().to_string();
            assert!(printed.contains("/nowhere/my-app/token-cache.json, not encrypted"), "{printed}");
            assert!(choice.why_no_keyring.unwrap().contains(reason));
        }
    }
}
