//! What the MSAL libraries make of an answer: computed from its error, suberror and status by their own rules (escalation
//! reference 5.2, wire reference 4.2), never written down number by number.

use super::{Place, Row};

/// An answer, as far as libraries look at it.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// OAuth error.
    pub error: &'a str,
    /// `suberror`.
    pub suberror: Option<&'a str>,
    /// HTTP status.
    pub status: u16,
    /// Whether it carries `claims`.
    pub claims: bool,
    /// Where it arrives.
    pub place: Place,
}

impl Answer<'static> {
    /// The answer of a row in its usual place.
    #[must_use]
    pub fn of(row: &Row) -> Self {
        let place = row.seen.first().copied().unwrap_or(Place::Token);
        Self { error: row.error, suberror: row.suberror, status: row.status, claims: row.claims, place }
    }
}

/// What an application sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Name of the library.
    pub library: &'static str,
    /// Exception or result, with what an application branches on.
    pub what: String,
}

/// What an application sees of `answer` in each library.
#[must_use]
pub fn shown(answer: &Answer<'_>) -> Vec<Shown> {
    [
        ("MSAL.NET", net(answer)),
        ("MSAL Python", python(answer)),
        ("MSAL Node", node(answer)),
        ("MSAL Browser", browser(answer)),
    ]
    .into_iter()
    .map(|(library, what)| Shown { library, what })
    .collect()
}

/// Whether MSAL.NET says that a person must act (escalation reference 5.2).
#[must_use]
pub fn is_ui_required(answer: &Answer<'_>) -> bool {
    match answer.place {
        Place::Token | Place::DeviceCode => match answer.error {
            "interaction_required" => true,
            "invalid_grant" => !matches!(answer.suberror, Some("client_mismatch" | "protection_policy_required")),
            _ => false,
        },
        Place::Redirect => answer.error == "login_required",
        Place::Page | Place::Discovery => false,
    }
}

/// MSAL.NET's `Classification`.
#[must_use]
pub fn classification(suberror: Option<&str>) -> &'static str {
    match suberror {
        Some("basic_action") => "BasicAction",
        Some("additional_action") => "AdditionalAction",
        Some("message_only") => "MessageOnly",
        Some("consent_required") => "ConsentRequired",
        Some("user_password_expired") => "UserPasswordExpired",
        _ => "None",
    }
}

/// Whether MSAL JS throws `InteractionRequiredAuthError` (wire reference 4.2; common 16).
#[must_use]
pub fn is_interaction_required(error: &str, suberror: Option<&str>) -> bool {
    const BOTH: &[&str] = &["consent_required", "bad_token", "ui_not_allowed", "interrupted_user"];
    const SUBERRORS: &[&str] = &["message_only", "additional_action", "basic_action", "user_password_expired"];
    BOTH.contains(&error)
        || ["interaction_required", "login_required"].contains(&error)
        || suberror.is_some_and(|suberror| BOTH.contains(&suberror) || SUBERRORS.contains(&suberror))
}

/// Errors of the device code flow that only mean "later".
fn is_wait(error: &str) -> bool {
    matches!(error, "authorization_pending" | "slow_down")
}

const NOTHING: &str = "nothing: the person sees a page and the client waits, until its own time limit or a cancel";

fn net(answer: &Answer<'_>) -> String {
    let error = answer.error;
    match answer.place {
        Place::Page => NOTHING.to_owned(),
        _ if is_wait(error) => "no exception: it polls on at the interval".to_owned(),
        Place::Redirect if error == "access_denied" => {
            "MsalClientException, ErrorCode authentication_canceled, as the redirect says error_subcode=cancel"
                .to_owned()
        }
        Place::Redirect if error == "login_required" => {
            "MsalUiRequiredException, ErrorCode no_prompt_failed, Classification PromptNeverFailed".to_owned()
        }
        _ if is_ui_required(answer) => {
            let class = classification(answer.suberror);
            let claims = if answer.claims { "; with claims MsalClaimsChallengeException, a kind of it" } else { "" };
            format!("MsalUiRequiredException, ErrorCode {error}, Classification {class}{claims}")
        }
        _ => {
            let retryable = answer.status >= 500 || answer.status == 429 || error == "temporarily_unavailable";
            let retryable = if retryable { "true" } else { "false" };
            let claims = if answer.claims { "; Claims is filled if the answer has them" } else { "" };
            format!("MsalServiceException, ErrorCode {error}, IsRetryable {retryable}{claims}")
        }
    }
}

fn python(answer: &Answer<'_>) -> String {
    let error = answer.error;
    match answer.place {
        Place::Page => NOTHING.to_owned(),
        Place::Discovery => {
            "ValueError from the application object, or from the first call that needs the authority".to_owned()
        }
        Place::Redirect => {
            format!("a dict with error \"{error}\" and error_description from acquire_token_interactive")
        }
        _ if is_wait(error) => "no result yet: it polls on at the interval".to_owned(),
        _ if answer.status >= 500 => "an exception: a status of 5xx is raised before the body is read".to_owned(),
        _ => {
            let classification = match answer.suberror {
                None => "no classification".to_owned(),
                Some(
                    "bad_token"
                    | "token_expired"
                    | "protection_policy_required"
                    | "client_mismatch"
                    | "device_authentication_failed",
                ) => "classification \"\"".to_owned(),
                Some(suberror) => format!("classification \"{suberror}\""),
            };
            let claims = if answer.claims { "; \"claims\" if the answer has them" } else { "" };
            let replay = match answer.status {
                400 => "; the same request is answered from memory for 60 s",
                429 => "; the same request is answered from memory until Retry-After is over",
                _ => "",
            };
            format!(
                "None from acquire_token_silent; from …_with_error a dict with error \"{error}\", {classification}{claims}{replay}"
            )
        }
    }
}

fn node(answer: &Answer<'_>) -> String {
    match answer.place {
        Place::Page => NOTHING.to_owned(),
        _ if is_wait(answer.error) => "no error: it polls on at the interval".to_owned(),
        Place::Token if is_interaction_required(answer.error, answer.suberror) => interaction_required(answer),
        Place::Discovery => "ClientAuthError while the authority is resolved".to_owned(),
        _ => server_error(answer),
    }
}

fn browser(answer: &Answer<'_>) -> String {
    match answer.place {
        Place::Page => "BrowserAuthError user_cancelled once the window is closed; in a redirect, nothing".to_owned(),
        Place::DeviceCode => "not a browser's flow".to_owned(),
        _ if is_wait(answer.error) => "not a browser's flow".to_owned(),
        Place::Discovery => "ClientAuthError while the authority is resolved".to_owned(),
        Place::Redirect | Place::Token => {
            let required = is_interaction_required(answer.error, answer.suberror);
            let said = if required { interaction_required(answer) } else { server_error(answer) };
            // A dead or unexplained grant is first tried again in a hidden frame with prompt=none.
            let again = answer.place == Place::Token
                && answer.error == "invalid_grant"
                && (!required || answer.suberror == Some("bad_token"));
            if again { format!("first a try in a hidden frame (prompt=none); if that fails, {said}") } else { said }
        }
    }
}

fn interaction_required(answer: &Answer<'_>) -> String {
    let claims = if answer.claims { "; claims if the answer has them" } else { "" };
    format!("InteractionRequiredAuthError, errorCode {}{}{claims}", answer.error, sub(answer))
}

fn server_error(answer: &Answer<'_>) -> String {
    format!("ServerError, errorCode {}{}", answer.error, sub(answer))
}

fn sub(answer: &Answer<'_>) -> String {
    answer.suberror.map(|suberror| format!(", subError {suberror}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::error::Aadsts;

    /// What each library shows, in a word: UI required with its classification, interaction required, or neither.
    #[rstest]
    #[case(Aadsts::MfaRequired, "BasicAction", true)]
    #[case(Aadsts::ConsentRequired, "ConsentRequired", true)]
    #[case(Aadsts::Blocked, "MessageOnly", true)]
    #[case(Aadsts::DeviceNotCompliant, "AdditionalAction", true)]
    #[case(Aadsts::PasswordExpired, "UserPasswordExpired", true)]
    #[case(Aadsts::GrantRevoked, "None", true)]
    #[case(Aadsts::SignInTooOld, "None", false)]
    #[case(Aadsts::LoopDetected, "None", false)]
    #[case(Aadsts::DeviceAuthenticationRequired, "None", false)]
    #[case(Aadsts::AppProtectionRequired, "", false)]
    #[case(Aadsts::WrongSecret, "", false)]
    #[case(Aadsts::ExternalServerUnavailable, "", false)]
    fn libraries_differ(#[case] code: Aadsts, #[case] net: &str, #[case] js: bool) {
        let answer = Answer::of(code.row());
        assert_eq!(is_ui_required(&answer), !net.is_empty());
        if !net.is_empty() {
            assert_eq!(classification(answer.suberror), net);
        }
        assert_eq!(is_interaction_required(answer.error, answer.suberror), js);
    }

    #[test]
    fn the_sentences_follow_from_error_suberror_status_and_place() {
        let of = |code: Aadsts| shown(&Answer::of(code.row())).into_iter().map(|shown| shown.what).collect::<Vec<_>>();
        assert!(of(Aadsts::MfaRequired)[0].contains("MsalClaimsChallengeException"));
        assert!(of(Aadsts::GrantRevoked)[1].contains("classification \"\""));
        assert!(of(Aadsts::GrantRevoked)[3].starts_with("first a try in a hidden frame"));
        assert!(of(Aadsts::ExternalServerUnavailable)[0].contains("IsRetryable true"));
        assert!(of(Aadsts::ExternalServerUnavailable)[1].contains("5xx"));
        assert!(of(Aadsts::NoSession)[0].contains("PromptNeverFailed"));
        assert!(of(Aadsts::ConsentDeclined)[0].contains("authentication_canceled"));
        assert!(of(Aadsts::RedirectMismatch)[0].starts_with("nothing"));
        assert!(of(Aadsts::AuthorizationPending)[0].contains("polls on"));
    }
}
