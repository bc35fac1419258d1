//! A desktop app's way to tokens of Microsoft Entra, with MSAL's verbs.
//!
//! Keep one [`PublicClientApplication`], and for every API ask the same way:
//!
//! ```no_run
//! use desktop_client::{Error, PublicClientApplication};
//!
//! # async fn app() -> Result<(), Box<dyn std::error::Error>> {
//! let app = PublicClientApplication::builder("d0000000-0000-4000-8000-000000000001")
//!     .authority("https://login.microsoftonline.com/organizations")?
//!     .client_capabilities(["cp1"]) // promises to handle claims challenges, as `call_api` does
//!     .build()?;
//!
//! // The first API: nobody is signed in yet, so the browser opens once.
//! let calendar = app.token_for(["api://calendar/Events.Read"]).await?;
//! println!("hello {}", calendar.account.username);
//!
//! // The second API: the same steps. Mostly silent. If the user must consent to more, or this API
//! // wants multifactor authentication, one prompt carries exactly the claims of that failure.
//! let request = app.http_client().get("https://payroll.example/api/payroll");
//! match app.call_api(request, ["api://payroll/Salary.Read"]).await {
//!     Ok(response) => println!("{}", response.text().await?),
//!     // The user was asked, or may not be asked now: show it, do not ask again in a loop.
//!     Err(Error::UiRequired(needed)) => println!("not now: {needed}"),
//!     Err(error) if error.code() == "authentication_canceled" => println!("as you like"),
//!     Err(error) => return Err(error.into()),
//! }
//!
//! // What the helpers do, by hand:
//! let scopes = ["api://mail/Mail.Read"];
//! let mail = match app.acquire_token_silent(scopes).with_account(&calendar.account).await {
//!     Ok(result) => result,
//!     Err(Error::UiRequired(needed)) => {
//!         app.acquire_token_interactive(scopes)
//!             .with_account(&calendar.account)
//!             .with_claims(needed.claims.unwrap_or_default())
//!             .await? // an error out of here ends the matter
//!     }
//!     Err(error) => return Err(error.into()),
//! };
//! println!("until {}", mail.expires_on);
//! # Ok(())
//! # }
//! ```
//!
//! When a silent request must become an interactive one is decided in one place,
//! [`escalation::next_action`]; [`challenge`] reads what APIs answer. On a host without a browser
//! the prompt is a device code, see [`Builder::device_code_prompt`]; an API between client and API
//! is a [`ConfidentialClientApplication`].
//! Who signs users in is an address ([`Builder::authority`]), a cloud by name ([`Cloud::named`]) or
//! any other OpenID provider ([`Builder::oidc_authority`]).
//! A failure is given again from memory for a while instead of asking the server again, see
//! [`Builder::throttling`]. Tokens are kept in memory unless [`Builder::token_cache`] names another
//! [`storage`], such as a file that MSAL Python and MSAL Node read as well.

#![forbid(unsafe_code)]

use std::future::Future;
use std::pin::Pin;

mod api;
mod app;
mod authority;
mod base;
mod builder;
mod cache;
mod cancellation;
pub mod challenge;
mod claims;
mod clock;
mod confidential;
mod device_code;
mod error;
pub mod escalation;
mod identity;
mod interactive;
mod loopback;
mod observer;
mod prompting;
mod randomness;
mod redeem;
mod refreshing;
mod result;
mod scopes;
mod silent;
pub mod storage;
mod throttle;
mod token_for;
mod transcript;
mod transport;
mod unmet;
mod user_agent;
mod username_password;
mod wire;

pub use api::{ApiAnswer, BoxError, ByClosure, ByRequest, CallApi, TokenLayer, TokenService};
pub use app::PublicClientApplication;
pub use authority::{Audience, Cloud};
pub use builder::Builder;
pub use cancellation::Cancellation;
pub use clock::{Clock, ManualClock, SystemClock};
pub use confidential::{
    AcquireTokenForClient, AcquireTokenOnBehalfOf, AppToken, ClientCertificate, ConfidentialBuilder,
    ConfidentialClientApplication,
};
pub use device_code::{AcquireTokenByDeviceCode, DeviceAuthorization, DeviceCodePrompt, DeviceCodePromptError};
pub use error::{Classification, ClientError, ClientErrorKind, Error, ServiceError, UiRequired};
pub use interactive::{AcquireTokenInteractive, Prompt};
pub use loopback::ResultPage;
pub use observer::{Event, Exchanged, Observer, Received, SignInAnswer};
pub use randomness::Randomness;
pub use result::{AccessToken, Account, AuthenticationResult, RefreshToken, TokenSource};
pub use silent::AcquireTokenSilent;
pub use throttle::Throttling;
pub use token_for::TokenFor;
pub use transcript::Transcript;
pub use transport::{HttpTransport, TransportError};
pub use user_agent::{SystemBrowser, UserAgent, UserAgentError};
pub use username_password::AcquireTokenByUsernamePassword;

/// A future in a box, as requests turn into when awaited.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The README's code compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
