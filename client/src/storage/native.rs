//! This computer's keyring: the Secret Service on Linux, the login keychain on macOS.

use std::sync::{Arc, Mutex, PoisonError};

use keyring_core::{CredentialStore, Entry, Error};

use super::keyring::{Keyring, KeyringError};

#[cfg(target_os = "macos")]
use apple_native_keyring_store::keychain::Store;
#[cfg(target_os = "linux")]
use zbus_secret_service_keyring_store::Store;

/// Connects when first asked, as that may block, too.
#[derive(Default)]
pub(super) struct NativeKeyring(Mutex<Option<Arc<CredentialStore>>>);

impl NativeKeyring {
    fn entry(&self, service: &str, user: &str) -> Result<Entry, KeyringError> {
        let mut connected = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let store = match &*connected {
            Some(store) => Arc::clone(store),
            None => {
                let store: Arc<CredentialStore> = Store::new()?;
                Arc::clone(connected.insert(store))
            }
        };
        drop(connected);
        Ok(store.build(service, user, None)?)
    }
}

impl Keyring for NativeKeyring {
    fn get(&self, service: &str, user: &str) -> Result<Option<Vec<u8>>, KeyringError> {
        match self.entry(service, user)?.get_secret() {
            Ok(secret) => Ok(Some(secret)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn set(&self, service: &str, user: &str, secret: &[u8]) -> Result<(), KeyringError> {
        Ok(self.entry(service, user)?.set_secret(secret)?)
    }

    fn remove(&self, service: &str, user: &str) -> Result<(), KeyringError> {
        match self.entry(service, user)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
