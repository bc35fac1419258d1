use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::expectation::log::Log;

/// A page of the sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SeenPage {
    /// Asks for the user name.
    Username,
    /// Asks for the password.
    Password,
    /// Offers the signed-in accounts.
    PickAccount,
    /// Asks for the second factor.
    OneTimeCode,
    /// Shows a number to choose on the phone.
    NumberMatching,
    /// Asks by which method the user wants to prove herself.
    ChooseWay,
    /// Asks to register a second factor.
    RegisterMethod,
    /// Asks whether the sign-in on a device is the user's.
    ConfirmDevice,
    /// Asks whether to stay signed in.
    StaySignedIn,
    /// Asks for the passkey.
    Passkey,
    /// Asks for a new password.
    PasswordChange,
    /// Asks to accept the terms of use.
    TermsOfUse,
    /// Stands for another provider.
    ExternalChallenge,
    /// Asks for consent.
    Consent,
    /// Offers to ask an administrator.
    RequestApproval,
    /// Tells that an administrator was asked.
    RequestSent,
    /// Tells that access is blocked.
    Blocked,
    /// Tells another error.
    Error,
}

impl SeenPage {
    /// The page that an answer of this kind (such as `page one-time code`) showed.
    fn of(kind: &str) -> Option<Self> {
        let name = match kind {
            "error page" => "error",
            _ => kind.strip_prefix("page ")?,
        };
        Some(match name {
            "username" => Self::Username,
            "password" => Self::Password,
            "pick account" => Self::PickAccount,
            "one-time code" => Self::OneTimeCode,
            "number matching" => Self::NumberMatching,
            "choose way" => Self::ChooseWay,
            "confirm device" => Self::ConfirmDevice,
            "register method" => Self::RegisterMethod,
            "stay signed in" => Self::StaySignedIn,
            "passkey" => Self::Passkey,
            "password change" => Self::PasswordChange,
            "terms of use" => Self::TermsOfUse,
            "external challenge" => Self::ExternalChallenge,
            "request approval" => Self::RequestApproval,
            "request sent" => Self::RequestSent,
            "consent" => Self::Consent,
            "blocked" => Self::Blocked,
            _ => Self::Error,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Username => "user name",
            Self::Password => "password",
            Self::PickAccount => "account picker",
            Self::OneTimeCode => "one-time code",
            Self::NumberMatching => "number matching",
            Self::ChooseWay => "choice of a method",
            Self::ConfirmDevice => "device confirmation",
            Self::RegisterMethod => "method registration",
            Self::StaySignedIn => "stay signed in",
            Self::Passkey => "passkey",
            Self::PasswordChange => "password change",
            Self::TermsOfUse => "terms of use",
            Self::ExternalChallenge => "external challenge",
            Self::RequestApproval => "request for approval",
            Self::RequestSent => "request sent",
            Self::Consent => "consent",
            Self::Blocked => "blocked",
            Self::Error => "error",
        }
    }
}

pub(in crate::expectation) fn check(log: &Log<'_>, wanted: &[SeenPage]) -> Option<String> {
    let seen: Vec<_> = log.run_of_all().filter_map(|exchange| SeenPage::of(&exchange.answer.kind)).collect();
    (seen != wanted).then(|| format!("expected {}, saw {}", listed(wanted), listed(&seen)))
}

fn listed(pages: &[SeenPage]) -> String {
    match pages {
        [] => "no page".to_owned(),
        [one] => format!("the page {}", one.name()),
        more => format!("the pages {}", more.iter().map(|page| page.name()).collect::<Vec<_>>().join(", ")),
    }
}
