//! The whole decision, in one pure function: what a client does after a token or an API call
//! failed (escalation reference 2.13). Knows no HTTP, no cache, no browser.
//!
//! [`Situation`] and [`Action`] are what they are, without `#[non_exhaustive]`: a further circumstance is a column of the
//! table and a further action a row, and whoever acts by the table in a loop of their own must hear of it from the compiler,
//! not fall into a wildcard arm that prompts. An [`Outcome`] is only ever made by the caller, so it may grow.
//!
//! ```
//! use desktop_client::escalation::{Action, Outcome, Situation, next_action};
//!
//! let background = Situation { ui_allowed: false, ..Situation::default() };
//! assert_eq!(next_action(Outcome::Challenged { again: false }, background), Action::SilentWithClaims);
//! ```

use crate::error::{Classification, ClientErrorKind, Error, ServiceError, UiRequired};

/// What has happened.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Outcome<'a> {
    /// A token request failed.
    Failed(&'a Error),
    /// The API answered 401 with claims.
    Challenged {
        /// A token for these very claims was obtained already.
        again: bool,
    },
}

/// What the decision depends on besides the outcome. The default is a person in front of a browser who has not been asked
/// yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Situation {
    /// The caller permits a sign-in window; background work does not.
    pub ui_allowed: bool,
    /// The user has just pressed a button that asks for this feature.
    pub user_gesture: bool,
    /// This user declined these scopes before, or an administrator has to grant them.
    pub declined_before: bool,
    /// This operation has prompted already.
    pub already_prompted: bool,
    /// A browser can be opened on this host.
    pub browser_present: bool,
}

impl Default for Situation {
    fn default() -> Self {
        Self {
            ui_allowed: true,
            user_gesture: false,
            declined_before: false,
            already_prompted: false,
            browser_present: true,
        }
    }
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Ask which account is meant, then silently again.
    ChooseAccount,
    /// A mistake in the app or its registration: tell the developer, no prompt.
    Fail,
    /// Load or outage: wait, no prompt.
    BackOff,
    /// Tell the caller that a person is needed, and keep the claims for later.
    ReportUserNeeded,
    /// Show the server's message; open the browser only on a user gesture.
    ShowMessage,
    /// Show what the user has to do elsewhere, and a button.
    ShowRemedy,
    /// The feature stays off; a button may turn it on.
    KeepFeatureOff,
    /// Silently, with the challenge's claims.
    SilentWithClaims,
    /// Interactively now, with the same scopes, account and claims.
    Interactive,
    /// The same by device code: this host has no browser.
    DeviceCode,
    /// The user or the app ended it: stop; tokens of other APIs stay good.
    Stop,
    /// The user was asked and the policy is still unmet: no second prompt.
    ReportPolicyNotSatisfied,
    /// The API repeats itself: stop before this becomes a loop.
    StopLoop,
}

/// The next action; the first row that fits wins.
pub fn next_action(outcome: Outcome<'_>, situation: Situation) -> Action {
    let error = match outcome {
        Outcome::Challenged { again: true } => return Action::StopLoop,
        Outcome::Challenged { again: false } => return Action::SilentWithClaims,
        Outcome::Failed(error) => error,
    };
    match error {
        Error::Client(error) => match error.kind {
            ClientErrorKind::AuthenticationCanceled
            | ClientErrorKind::CanceledByApp
            | ClientErrorKind::CodeExpired
            | ClientErrorKind::InteractiveTimeout => Action::Stop,
            ClientErrorKind::RequestTimeout | ClientErrorKind::Transport => Action::BackOff,
            _ => Action::Fail,
        },
        Error::Service(error) => refused(error),
        Error::UiRequired(error) => user_needed(error, situation),
    }
}

fn refused(error: &ServiceError) -> Action {
    if error.is_retryable() {
        Action::BackOff
    } else if error.is_declined() || error.error == "expired_token" {
        Action::Stop
    } else {
        Action::Fail
    }
}

fn user_needed(error: &UiRequired, situation: Situation) -> Action {
    let on_gesture = |otherwise| {
        if situation.user_gesture { prompt(situation) } else { otherwise }
    };
    if error.error == "multiple_accounts_for_login_hint" {
        return Action::ChooseAccount;
    }
    if error.error_codes.contains(&LOOP_DETECTED) {
        return Action::Fail;
    }
    if error.after_prompt || situation.already_prompted {
        return Action::ReportPolicyNotSatisfied;
    }
    if !situation.ui_allowed {
        return Action::ReportUserNeeded;
    }
    if error.status == Some(401) && error.error_codes.contains(&DEVICE_AUTHENTICATION) {
        return Action::ShowMessage;
    }
    match error.classification {
        Classification::MessageOnly => on_gesture(Action::ShowMessage),
        Classification::AdditionalAction => on_gesture(Action::ShowRemedy),
        Classification::ConsentRequired if situation.declined_before => on_gesture(Action::KeepFeatureOff),
        _ => prompt(situation),
    }
}

fn prompt(situation: Situation) -> Action {
    if situation.browser_present { Action::Interactive } else { Action::DeviceCode }
}

/// Whether these scopes stay off for this account until the user asks for them: consent was the reason to prompt, and the
/// prompt ended without it, by the user's decision or an administrator's (escalation reference 2.4, C5 to C8). The page that
/// says "ask your administrator" has no way back to the app: it is left, or waited out.
pub fn stays_off(reason: &Error, ended: &Error) -> bool {
    let lacks_consent =
        |error: &Error| error.as_ui_required().is_some_and(|ui| ui.classification == Classification::ConsentRequired);
    lacks_consent(reason)
        && match ended {
            Error::Client(error) => matches!(
                error.kind,
                ClientErrorKind::AuthenticationCanceled
                    | ClientErrorKind::InteractiveTimeout
                    | ClientErrorKind::CodeExpired
            ),
            Error::Service(error) => {
                error.is_declined() || matches!(error.error.as_str(), "access_denied" | "consent_required")
            }
            Error::UiRequired(_) => lacks_consent(ended),
        }
}

/// AADSTS50196: the server says the client runs in circles. With [`DEVICE_AUTHENTICATION`] the
/// only number ever looked at, because its suberror is no help (escalation reference 2.12).
pub(crate) const LOOP_DETECTED: u64 = 50196;

/// AADSTS50097 with status 401: the device must prove itself, which no browser loop can do
/// (escalation reference, finding 14).
const DEVICE_AUTHENTICATION: u64 = 50097;

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{Action, Outcome, Situation, next_action, stays_off};
    use crate::error::{Classification, ClientErrorKind, Error, ServiceError, UiRequired};

    fn ui(classification: Classification) -> Error {
        Error::ui_required(UiRequired {
            classification,
            error: "invalid_grant".to_owned(),
            status: Some(400),
            ..UiRequired::default()
        })
    }

    fn ui_code(code: u64, status: u16) -> Error {
        Error::ui_required(UiRequired {
            error: "invalid_grant".to_owned(),
            error_codes: vec![code],
            status: Some(status),
            ..UiRequired::default()
        })
    }

    fn service(error: &str, status: u16) -> Error {
        Error::service(ServiceError { error: error.to_owned(), status: Some(status), ..ServiceError::default() })
    }

    fn local(kind: ClientErrorKind) -> Error {
        Error::client(kind, "x")
    }

    fn several_accounts() -> Error {
        Error::ui_required(UiRequired::local("multiple_accounts_for_login_hint", "x"))
    }

    fn plain() -> Situation {
        Situation::default()
    }
    fn background() -> Situation {
        Situation { ui_allowed: false, ..plain() }
    }
    fn gesture() -> Situation {
        Situation { user_gesture: true, ..plain() }
    }
    fn declined() -> Situation {
        Situation { declined_before: true, ..plain() }
    }
    fn prompted() -> Situation {
        Situation { already_prompted: true, ..plain() }
    }
    fn headless() -> Situation {
        Situation { browser_present: false, ..plain() }
    }

    /// Named after the rows of 2.13, counted from the top.
    #[rstest]
    #[case::row_01_a3_several_accounts(several_accounts(), plain(), Action::ChooseAccount)]
    #[case::row_01_a3_in_the_background_too(several_accounts(), background(), Action::ChooseAccount)]
    #[case::row_02_a7_two_tokens(local(ClientErrorKind::MultipleMatchingTokens), plain(), Action::Fail)]
    #[case::row_02_a8_claims_format(local(ClientErrorKind::InvalidJsonClaimsFormat), plain(), Action::Fail)]
    #[case::row_02_a10_other_user(local(ClientErrorKind::UserMismatch), plain(), Action::Fail)]
    #[case::row_02_j_invalid_client(service("invalid_client", 401), plain(), Action::Fail)]
    #[case::row_02_j_unauthorized_client(service("unauthorized_client", 400), plain(), Action::Fail)]
    #[case::row_02_j_invalid_scope(service("invalid_scope", 400), gesture(), Action::Fail)]
    #[case::row_02_loop_detected(ui_code(50196, 400), plain(), Action::Fail)]
    #[case::row_08_a9_replayed(ui(Classification::BasicAction).as_throttled(), plain(), Action::Interactive)]
    #[case::row_04_a9_replayed_in_the_background(
        ui(Classification::BasicAction).as_throttled(),
        background(),
        Action::ReportUserNeeded
    )]
    #[case::row_03_k_replayed(service("request_throttled", 429).as_throttled(), gesture(), Action::BackOff)]
    #[case::row_03_k_throttled(service("request_throttled", 429), plain(), Action::BackOff)]
    #[case::row_03_k_outage(service("server_error", 503), plain(), Action::BackOff)]
    #[case::row_03_k_temporarily(service("temporarily_unavailable", 400), plain(), Action::BackOff)]
    #[case::row_03_k_timeout(local(ClientErrorKind::RequestTimeout), plain(), Action::BackOff)]
    #[case::row_03_k_offline(local(ClientErrorKind::Transport), gesture(), Action::BackOff)]
    #[case::row_04_background_work(ui(Classification::BasicAction), background(), Action::ReportUserNeeded)]
    #[case::row_04_background_consent(ui(Classification::ConsentRequired), background(), Action::ReportUserNeeded)]
    #[case::row_05_blocked(ui(Classification::MessageOnly), plain(), Action::ShowMessage)]
    #[case::row_05_blocked_button(ui(Classification::MessageOnly), gesture(), Action::Interactive)]
    #[case::row_06_device(ui(Classification::AdditionalAction), plain(), Action::ShowRemedy)]
    #[case::row_06_device_button(ui(Classification::AdditionalAction), gesture(), Action::Interactive)]
    #[case::row_05_device_challenge(ui_code(50097, 401), gesture(), Action::ShowMessage)]
    #[case::row_08_device_challenge_without_its_status(ui_code(50097, 400), plain(), Action::Interactive)]
    #[case::row_07_consent_declined(ui(Classification::ConsentRequired), declined(), Action::KeepFeatureOff)]
    #[case::row_07_consent_declined_button(
        ui(Classification::ConsentRequired),
        Situation { user_gesture: true, ..declined() },
        Action::Interactive
    )]
    #[case::row_08_declined_scopes_may_still_need_mfa(ui(Classification::BasicAction), declined(), Action::Interactive)]
    #[case::row_08_consent(ui(Classification::ConsentRequired), plain(), Action::Interactive)]
    #[case::row_08_mfa(ui(Classification::BasicAction), plain(), Action::Interactive)]
    #[case::row_08_password(ui(Classification::UserPasswordExpired), plain(), Action::Interactive)]
    #[case::row_08_dead_grant(ui(Classification::None), plain(), Action::Interactive)]
    #[case::row_08_nothing_cached(ui(Classification::AcquireTokenSilentFailed), plain(), Action::Interactive)]
    #[case::row_08_prompt_none(ui(Classification::PromptNeverFailed), plain(), Action::Interactive)]
    #[case::row_09_canceled(local(ClientErrorKind::AuthenticationCanceled), prompted(), Action::Stop)]
    #[case::row_09_canceled_by_app(local(ClientErrorKind::CanceledByApp), prompted(), Action::Stop)]
    #[case::row_09_nobody_came(local(ClientErrorKind::InteractiveTimeout), prompted(), Action::Stop)]
    #[case::row_09_code_expired(local(ClientErrorKind::CodeExpired), prompted(), Action::Stop)]
    #[case::row_09_code_declined(service("authorization_declined", 400), prompted(), Action::Stop)]
    #[case::row_09_code_expired_at_the_server(service("expired_token", 400), prompted(), Action::Stop)]
    #[case::row_10_asked_already(ui(Classification::BasicAction), prompted(), Action::ReportPolicyNotSatisfied)]
    #[case::row_10_asked_already_gesture(
        ui(Classification::ConsentRequired),
        Situation { user_gesture: true, ..prompted() },
        Action::ReportPolicyNotSatisfied
    )]
    #[case::row_12_no_browser(ui(Classification::BasicAction), headless(), Action::DeviceCode)]
    #[case::row_12_no_browser_background(
        ui(Classification::BasicAction),
        Situation { ui_allowed: false, ..headless() },
        Action::ReportUserNeeded
    )]
    fn after_a_failed_request(#[case] error: Error, #[case] situation: Situation, #[case] expected: Action) {
        assert_eq!(next_action(Outcome::Failed(&error), situation), expected);
    }

    #[test]
    fn row_10_an_interactive_call_that_needs_the_user_again_is_never_prompted_twice() {
        let error = Error::ui_required(UiRequired {
            classification: Classification::BasicAction,
            after_prompt: true,
            ..UiRequired::default()
        });
        let action = next_action(Outcome::Failed(&error), gesture());
        assert_eq!(action, Action::ReportPolicyNotSatisfied);
    }

    #[rstest]
    #[case::before_row_11_first_time(false, Action::SilentWithClaims)]
    #[case::row_11_same_claims_again(true, Action::StopLoop)]
    fn after_a_challenge(#[case] again: bool, #[case] expected: Action) {
        assert_eq!(next_action(Outcome::Challenged { again }, plain()), expected);
    }

    #[rstest]
    #[case::c8_declined(ui(Classification::ConsentRequired), local(ClientErrorKind::AuthenticationCanceled), true)]
    #[case::c5_left_to_the_administrator(
        ui(Classification::ConsentRequired),
        local(ClientErrorKind::InteractiveTimeout),
        true
    )]
    #[case::c8_declined_with_a_device_code(
        ui(Classification::ConsentRequired),
        service("authorization_declined", 400),
        true
    )]
    #[case::c6_refused(ui(Classification::ConsentRequired), service("access_denied", 302), true)]
    #[case::c7_still_missing(ui(Classification::ConsentRequired), ui(Classification::ConsentRequired), true)]
    #[case::called_off_by_the_app(ui(Classification::ConsentRequired), local(ClientErrorKind::CanceledByApp), false)]
    #[case::offline(ui(Classification::ConsentRequired), local(ClientErrorKind::Transport), false)]
    #[case::outage(ui(Classification::ConsentRequired), service("server_error", 302), false)]
    #[case::then_something_else(ui(Classification::ConsentRequired), ui(Classification::BasicAction), false)]
    #[case::consent_was_not_the_reason(
        ui(Classification::BasicAction),
        local(ClientErrorKind::AuthenticationCanceled),
        false
    )]
    fn what_stays_off(#[case] reason: Error, #[case] ended: Error, #[case] expected: bool) {
        assert_eq!(stays_off(&reason, &ended), expected);
    }
}
