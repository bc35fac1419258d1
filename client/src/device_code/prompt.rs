//! What a person has to be told to sign in by device code, and what tells them.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use crate::BoxFuture;

/// What the server gave for a device-code sign-in (RFC 8628, 3.2). The device code itself stays inside.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeviceAuthorization {
    /// What the person types in.
    pub user_code: String,
    /// Where they type it in.
    pub verification_uri: Url,
    /// The same with the code in it, e.g. for a QR code; Entra gives none.
    pub verification_uri_complete: Option<Url>,
    /// A sentence with both, in the server's words; without control characters.
    pub message: String,
    /// How long the code is good for.
    pub expires_in: Duration,
    /// When it ends, by the app's clock.
    pub expires_on: Timestamp,
    /// How long to wait between polls.
    pub interval: Duration,
}

/// The code is for one person's eyes, not for logs.
impl fmt::Debug for DeviceAuthorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceAuthorization")
            .field("user_code", &"[redacted]")
            .field("verification_uri", &self.verification_uri.as_str())
            .field("expires_on", &self.expires_on)
            .finish_non_exhaustive()
    }
}

/// Why the code could not be shown.
pub type DeviceCodePromptError = Box<dyn Error + Send + Sync>;

/// Shows the code of a device-code sign-in to a person.
///
/// Closures serve too: `|code: DeviceAuthorization| async move { println!("{}", code.message); Ok(()) }`.
pub trait DeviceCodePrompt: Send + Sync {
    /// Shows `authorization.message`, or its parts. Polling begins when it returns, so return when the message is
    /// visible, not when the person is done.
    ///
    /// # Errors
    /// When there is nowhere to show it; the sign-in ends with `device_code_not_shown`.
    fn show<'a>(&'a self, authorization: &'a DeviceAuthorization) -> BoxFuture<'a, Result<(), DeviceCodePromptError>>;
}

impl<F, Fut> DeviceCodePrompt for F
where
    F: Fn(DeviceAuthorization) -> Fut + Send + Sync,
    Fut: Future<Output = Result<(), DeviceCodePromptError>> + Send + 'static,
{
    fn show<'a>(&'a self, authorization: &'a DeviceAuthorization) -> BoxFuture<'a, Result<(), DeviceCodePromptError>> {
        Box::pin(self(authorization.clone()))
    }
}
