//! What an application does about an answer, by the words that select its behaviour: the suberror, then the OAuth error; never
//! the number (escalation reference 2.13). [`by_number`] has the exceptions, which no word tells.

use mock_idp::error::{Aadsts, Place, Row};

/// What the application does.
pub(super) fn application(code: Aadsts) -> &'static str {
    let row = code.row();
    if let Some(advice) = by_number(code) {
        return advice;
    }
    match (row.error, row.suberror) {
        (_, Some("consent_required")) => {
            "Sign in interactively at once: same account, same scopes, and the claims of the error unchanged if it has any. No \
             prompt=consent is needed: the server asks for what is missing, and settles consent and multifactor \
             authentication in one pass. If the user declined before, or an administrator has to consent, leave the feature \
             off until the person asks for it."
        }
        (_, Some("basic_action")) => {
            "Sign in interactively at once: same account, same scopes, and the claims of the error unchanged. One pass \
             settles consent and multifactor authentication together. If that ends in a demand again, stop: never prompt twice."
        }
        (_, Some("message_only")) => {
            "Show the message. Open no browser on your own; a button may open it once, with the claims of the error. Other \
             APIs go on working."
        }
        (_, Some("additional_action")) => {
            "Explain what the person has to do outside of the sign-in, with a button that then signs in interactively with the \
             claims of the error. Open no browser on your own."
        }
        (_, Some("user_password_expired")) => "Sign in interactively: the page offers the change of the password.",
        (_, Some("bad_token")) => {
            "The refresh token is finished: drop it and sign in interactively with the user name as login_hint. Access \
             tokens that are still valid stay usable."
        }
        (_, Some("token_expired")) => {
            "Sign in interactively with the user name as login_hint. Keep the refresh token: it may still serve other APIs."
        }
        (_, Some("protection_policy_required")) => {
            "Show the message: on a desktop nothing else helps. On a phone the broker enrols the application."
        }
        (_, Some(_)) => "Show the message; the remedy lies outside of the sign-in. Do not loop.",
        ("invalid_grant", None) => invalid_grant(row),
        ("login_required" | "interaction_required", None) => {
            "The silent sign-in (prompt=none) is not possible: sign in interactively, with a choice of account if there \
             are several."
        }
        ("access_denied", None) => {
            "The person or the organization said no: leave the feature off, keep the tokens of other APIs, and ask again \
             only when the person does something for it."
        }
        ("authorization_pending", None) => "Wait for the interval and poll again, until expires_in is over.",
        ("expired_token" | "bad_verification_code", None) => {
            "Stop polling. Offer to begin again with a new device code."
        }
        ("temporarily_unavailable" | "server_error", None) => {
            "Try again later, with a delay and after Retry-After if it is given. Do not prompt; keep using an access token \
             that is still valid."
        }
        _ => {
            "A mistake in the application or its registration: tell the developer. Neither prompt nor retry; no user can \
             put this right."
        }
    }
}

/// Numbers whose words are those of a grant that is dead, and which a prompt does not help (2.3 B11, 2.5 D18, 2.6 E1, 2.9).
fn by_number(code: Aadsts) -> Option<&'static str> {
    Some(match code {
        Aadsts::LoopDetected => {
            "Stop asking. Libraries report it as UI required, and a prompt only goes on with the loop: find what repeats the \
             request."
        }
        Aadsts::AssertionInvalid
        | Aadsts::AssertionForAnother
        | Aadsts::AssertionExpired
        | Aadsts::AssertionOfAnApplication => {
            "The middle tier opens no browser and does not retry: it answers its caller with 401, and the caller gets a token \
             for the middle tier anew."
        }
        Aadsts::CodeExpired
        | Aadsts::CodeRedeemed
        | Aadsts::VerifierMismatch
        | Aadsts::VerifierMalformed
        | Aadsts::RedirectMismatchAtRedemption
        | Aadsts::CodeOfAnotherTenant => {
            "It comes out of the interactive call itself, and libraries may call it UI required: do not answer it with \
             another prompt. End the operation and tell the developer."
        }
        Aadsts::DeviceAuthenticationRequired | Aadsts::AccountLocked | Aadsts::NotAssigned => {
            "Show the message. Another prompt does not help, and would loop."
        }
        _ => return None,
    })
}

fn invalid_grant(row: &Row) -> &'static str {
    match row.seen.first() {
        Some(Place::Page) => {
            "It hears nothing of this unless the person goes back to it: have a time limit for sign-ins, and tell it as \
             cancelled."
        }
        _ => {
            "MSAL.NET reports this as UI required, without a classification; MSAL JS as an ordinary server error. Begin one \
             new interactive sign-in, and stop if that fails, too. Do not retry the same request."
        }
    }
}

/// Why the answer has no `claims`, for a row without.
pub(super) fn no_claims(row: &Row) -> &'static str {
    match (row.seen.first(), row.number) {
        (_, 50097) => "None: the recorded device challenges carry neither suberror nor claims.",
        (Some(Place::Redirect | Place::Page), _) => {
            "None: pages and redirects carry none. Hand on the claims of the silent failure or of the API's challenge that led \
             here."
        }
        (_, 50196) => "None: a loop is ended before any policy is looked at.",
        (_, 50155) => "None: what has to be done lies outside of every sign-in.",
        _ if row.error == "invalid_grant" => {
            "None: the grant or the account is refused before any policy is looked at, even when the request carried claims."
        }
        _ => "None: the request is refused before any policy is looked at.",
    }
}
