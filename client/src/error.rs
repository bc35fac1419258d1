//! Everything that can go wrong, in MSAL's three families: the user must act ([`UiRequired`]), the
//! server refused ([`ServiceError`]), the trouble is local ([`ClientError`]).
//!
//! No secret is ever stored here, so `Debug` and `Display` are safe to log.

use std::fmt;
use std::time::Duration;

use crate::escalation::LOOP_DETECTED;

/// A failed operation.
///
/// These three and no more, so that a `match` without a wildcard stays complete: they say who can do something about it, the
/// user, nobody but the server's side, or the app. What is inside of each may grow.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// A person must do something in a browser before the token can be had.
    #[error(transparent)]
    UiRequired(Box<UiRequired>),
    /// The server refused, and no prompt will change that.
    #[error(transparent)]
    Service(Box<ServiceError>),
    /// The trouble is on this side of the wire.
    #[error(transparent)]
    Client(Box<ClientError>),
}

impl Error {
    /// The error code, spelled as MSAL spells it: `invalid_grant`, `no_tokens_found`, `state_mismatch` …
    pub fn code(&self) -> &str {
        match self {
            Self::UiRequired(error) => &error.error,
            Self::Service(error) => &error.error,
            Self::Client(error) => error.kind.code(),
        }
    }

    /// True when waiting may help: load, outage, a lost connection.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::UiRequired(_) => false,
            Self::Service(error) => error.is_retryable(),
            Self::Client(error) => error.kind.is_retryable(),
        }
    }

    /// True when this is an earlier failure given again; no request was sent
    /// (see [`Builder::throttling`](crate::Builder::throttling)).
    pub fn is_throttled(&self) -> bool {
        match self {
            Self::UiRequired(error) => error.throttled,
            Self::Service(error) => error.throttled,
            Self::Client(_) => false,
        }
    }

    /// The details, if a person must act.
    pub fn as_ui_required(&self) -> Option<&UiRequired> {
        match self {
            Self::UiRequired(error) => Some(error),
            _ => None,
        }
    }

    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::UiRequired(error) => error.status,
            Self::Service(error) => error.status,
            Self::Client(_) => None,
        }
    }

    pub(crate) fn error_codes(&self) -> &[u64] {
        match self {
            Self::UiRequired(error) => &error.error_codes,
            Self::Service(error) => &error.error_codes,
            Self::Client(_) => &[],
        }
    }

    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::UiRequired(error) => error.retry_after,
            Self::Service(error) => error.retry_after,
            Self::Client(_) => None,
        }
    }

    /// The same failure, given again from memory.
    pub(crate) fn as_throttled(&self) -> Self {
        let mut error = self.clone();
        match &mut error {
            Self::UiRequired(error) => error.throttled = true,
            Self::Service(error) => error.throttled = true,
            Self::Client(_) => {}
        }
        error
    }

    pub(crate) fn client(kind: ClientErrorKind, message: impl Into<String>) -> Self {
        Self::Client(Box::new(ClientError { kind, message: printable(&message.into()) }))
    }

    pub(crate) fn service(error: ServiceError) -> Self {
        Self::Service(Box::new(error))
    }

    pub(crate) fn ui_required(error: UiRequired) -> Self {
        Self::UiRequired(Box::new(error))
    }
}

/// What a person's help is needed for, with all the server said about it.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct UiRequired {
    /// What kind of help; read from `suberror` alone, never from the AADSTS number.
    pub classification: Classification,
    /// `invalid_grant`, `interaction_required`, or MSAL's name for a local reason such as `no_tokens_found`.
    pub error: String,
    /// The server's sentence, trailer included.
    pub error_description: String,
    /// Entra's second-level code, e.g. `basic_action`.
    pub suberror: Option<String>,
    /// AADSTS numbers; for logs, not for decisions.
    pub error_codes: Vec<u64>,
    /// The claims to hand to the interactive call, byte for byte as the server wrote them.
    pub claims: Option<String>,
    /// Identifies the request in the server's log.
    pub correlation_id: Option<String>,
    /// Identifies the answer in the server's log.
    pub trace_id: Option<String>,
    /// The server's time, as it wrote it.
    pub timestamp: Option<String>,
    /// HTTP status; none when the reason is local.
    pub status: Option<u16>,
    /// How long the server asked to be left alone.
    pub retry_after: Option<Duration>,
    /// True when this is an earlier answer given again from memory; no request was sent. It calls
    /// for the same next step.
    pub throttled: bool,
    /// True when this came out of an interactive sign-in: the person was asked already, and asking
    /// again for the same thing would not end (escalation reference 2.9).
    pub after_prompt: bool,
    /// What to do next, where the flow knows better than the classification.
    pub(crate) advice: Option<&'static str>,
}

impl UiRequired {
    pub(crate) fn local(error: &str, description: &str) -> Self {
        Self {
            classification: Classification::AcquireTokenSilentFailed,
            error: error.to_owned(),
            error_description: description.to_owned(),
            ..Self::default()
        }
    }
}

impl UiRequired {
    fn next_step(&self) -> &'static str {
        if let Some(advice) = self.advice {
            return advice;
        }
        match self.classification {
            Classification::MessageOnly => "show the message; a sign-in page would only explain it",
            Classification::AdditionalAction => "show the remedy and offer a sign-in button",
            _ if self.claims.is_some() => "sign in interactively with the same scopes and the claims of this error",
            _ => "sign in interactively with the same scopes",
        }
    }
}

impl std::error::Error for UiRequired {}

impl fmt::Display for UiRequired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.throttled {
            f.write_str(FROM_MEMORY)?;
        }
        if self.after_prompt {
            write!(
                f,
                "the user has signed in, but the server's policy is still not satisfied ({}: {}); {}",
                printable(&self.error),
                first_sentence(&self.error_description),
                self.advice.unwrap_or("do not prompt again, show this to the user")
            )
        } else {
            write!(
                f,
                "the user must act ({}{}: {}); {}",
                self.error,
                self.suberror.as_deref().map(|suberror| format!(", {}", printable(suberror))).unwrap_or_default(),
                first_sentence(&self.error_description),
                self.next_step()
            )
        }
    }
}

/// MSAL's reading of `suberror`: what kind of interaction is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Classification {
    /// The user can settle it inside the sign-in page.
    BasicAction,
    /// The remedy lies outside the sign-in page, which explains it.
    AdditionalAction,
    /// Cannot be settled now; the page only explains why.
    MessageOnly,
    /// Consent is missing or was revoked.
    ConsentRequired,
    /// The password must be changed.
    UserPasswordExpired,
    /// A sign-in that was to show nothing (`prompt=none`) could not do without.
    PromptNeverFailed,
    /// Local: nothing usable in the cache.
    AcquireTokenSilentFailed,
    /// Nothing further is known; an interactive sign-in is worth one try.
    #[default]
    None,
}

impl Classification {
    pub(crate) fn of_suberror(suberror: Option<&str>) -> Self {
        match suberror.unwrap_or_default() {
            "basic_action" => Self::BasicAction,
            "additional_action" => Self::AdditionalAction,
            "message_only" => Self::MessageOnly,
            "consent_required" => Self::ConsentRequired,
            "user_password_expired" => Self::UserPasswordExpired,
            _ => Self::None,
        }
    }
}

/// The server's refusal, when no prompt can change it.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ServiceError {
    /// The OAuth error code, or MSAL's stand-in for an answer that held none.
    pub error: String,
    /// The server's sentence, trailer included.
    pub error_description: String,
    /// Entra's second-level code.
    pub suberror: Option<String>,
    /// AADSTS numbers; for logs, not for decisions.
    pub error_codes: Vec<u64>,
    /// Claims, if the refusal carried any.
    pub claims: Option<String>,
    /// Identifies the request in the server's log.
    pub correlation_id: Option<String>,
    /// Identifies the answer in the server's log.
    pub trace_id: Option<String>,
    /// The server's time, as it wrote it.
    pub timestamp: Option<String>,
    /// HTTP status; none for an error that came by redirect.
    pub status: Option<u16>,
    /// How long the server asked to be left alone.
    pub retry_after: Option<Duration>,
    /// True when this is an earlier answer given again from memory; no request was sent.
    pub throttled: bool,
    /// What to do next, where the flow knows better than the error code.
    pub(crate) advice: Option<&'static str>,
}

impl ServiceError {
    /// The user said no on the page of a device code: Entra's word, or RFC 8628's, which at the token endpoint has no
    /// other meaning (an `access_denied` with an AADSTS number is a block).
    pub fn is_declined(&self) -> bool {
        match self.error.as_str() {
            "authorization_declined" => true,
            "access_denied" => self.status.is_some() && self.error_codes.is_empty(),
            _ => false,
        }
    }

    /// 5xx, 429, 408 and `temporarily_unavailable`: try later, do not prompt.
    pub fn is_retryable(&self) -> bool {
        matches!(self.status, Some(408 | 429 | 500..=599))
            || matches!(self.error.as_str(), "temporarily_unavailable" | "request_timeout" | "server_error")
    }
}

impl std::error::Error for ServiceError {}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let next = if let Some(advice) = self.advice {
            advice
        } else if self.error_codes.contains(&LOOP_DETECTED) {
            "the app asks in a loop: stop, do not prompt, and ask again only after some minutes"
        } else if self.is_retryable() {
            "try again later"
        } else if self.error == "user_password_expired" {
            // Of the v1 endpoint (B8): no error that MSAL shows a window for, though a sign-in would settle it.
            "let the user start a sign-in, its page asks for a new password"
        } else {
            "correct the app's registration or request, a sign-in will not help"
        };
        if self.throttled {
            f.write_str(FROM_MEMORY)?;
        }
        write!(f, "the server refused ({}", printable(&self.error))?;
        if let Some(status) = self.status {
            write!(f, ", HTTP {status}")?;
        }
        write!(f, ": {}); {next}", first_sentence(&self.error_description))
    }
}

/// A local failure: what happened, and what to do about it in one sentence.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct ClientError {
    /// What happened.
    pub kind: ClientErrorKind,
    /// Cause and next step.
    pub message: String,
}

macro_rules! client_error_kinds {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal,)+) => {
        /// The kinds of local failure.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ClientErrorKind { $($(#[doc = $doc])+ $name,)+ }

        impl ClientErrorKind {
            /// MSAL's code for it, or one in the same style.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }
        }
    };
}

client_error_kinds! {
    /// The answer carried another `state` than this sign-in sent.
    StateMismatch = "state_mismatch",
    /// The user pressed cancel or declined.
    AuthenticationCanceled = "authentication_canceled",
    /// The app called the sign-in off.
    CanceledByApp = "canceled_by_app",
    /// The device code ended before anybody signed in with it.
    CodeExpired = "code_expired",
    /// The app's prompt could not show the device code.
    DeviceCodeNotShown = "device_code_not_shown",
    /// Nobody finished the sign-in in time.
    InteractiveTimeout = "interactive_timeout",
    /// The answer came by a way that was ruled out, e.g. by query.
    AuthenticationFailed = "authentication_failed",
    /// The claims are not a JSON object.
    InvalidJsonClaimsFormat = "invalid_json_claims_format",
    /// The tokens belong to another user than asked for.
    UserMismatch = "user_mismatch",
    /// Two cached tokens fit: the cache is inconsistent.
    MultipleMatchingTokens = "multiple_matching_tokens_detected",
    /// The authority address cannot be used.
    InvalidAuthority = "invalid_authority",
    /// The authority's metadata cannot be trusted or used.
    InvalidMetadata = "endpoints_resolution_error",
    /// No cloud of Microsoft knows the authority's host.
    InvalidInstance = "invalid_instance",
    /// The answer to the sign-in comes from another server (RFC 9207).
    IssuerMismatch = "issuer_mismatch",
    /// An answer came to another path than the redirect address.
    LoopbackResponseUriMismatch = "loopback_response_uri_mismatch",
    /// An extra query parameter is one of the request's own, or given twice.
    DuplicateQueryParameter = "duplicate_query_parameter",
    /// A verb that only an MSAL with a broker or on Windows has.
    NotSupported = "not_supported",
    /// The redirect address is not a loopback address.
    InvalidRedirectUri = "loopback_redirect_uri",
    /// A setting or a parameter makes no sense.
    InvalidRequest = "invalid_request_parameter",
    /// The ID token is missing, malformed or meant for somebody else.
    InvalidIdToken = "invalid_id_token",
    /// The ID token answers another sign-in.
    NonceMismatch = "nonce_mismatch",
    /// The success answer cannot be understood.
    InvalidResponse = "non_parsable_oauth_error",
    /// The server redirected a request that must not travel on.
    Redirected = "redirect_refused",
    /// The answer is larger than any real one.
    ResponseTooLarge = "response_too_large",
    /// The server did not answer in time.
    RequestTimeout = "request_timeout",
    /// The server's certificate is of no authority that is trusted here.
    CertificateNotTrusted = "certificate_not_trusted",
    /// No connection, or it broke.
    Transport = "transport_error",
    /// The listener for the redirect cannot be opened.
    HttpListener = "http_listener_error",
    /// No browser could be opened.
    BrowserNotOpened = "browser_not_opened",
    /// The API refuses a fresh token and says nothing that could be done about it.
    ApiUnauthorized = "api_unauthorized",
    /// The API repeats its challenge although a token for it was obtained.
    ChallengeRepeated = "claims_challenge_repeated",
    /// The API's challenge is written so that MSAL.NET fails on it; only where its reading was chosen.
    UnparsableChallenge = "unable_to_parse_authentication_header",
    /// The place where tokens are kept cannot be used.
    TokenCache = "token_cache_error",
    /// The computer has no randomness to give.
    Randomness = "randomness_unavailable",
}

impl ClientErrorKind {
    fn is_retryable(self) -> bool {
        matches!(self, Self::RequestTimeout | Self::Transport)
    }
}

const FROM_MEMORY: &str = "answered from memory; no request was sent; ";

/// The description without its trailer, on one line.
pub(crate) fn first_sentence(description: &str) -> String {
    let text = description.split("Trace ID:").next().unwrap_or_default().trim().trim_end_matches('.');
    if text.is_empty() { "no reason given".to_owned() } else { printable(text) }
}

/// What strangers wrote, safe for a terminal: no control characters, not endless.
pub(crate) fn printable(text: &str) -> String {
    const LONGEST: usize = 600;
    let mut clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        clean.push('…');
    }
    clean
}
