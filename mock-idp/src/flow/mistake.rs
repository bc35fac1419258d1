//! What was wrong with what a person submitted. The page says it in her language.

use crate::error::Aadsts;

/// Why a page is shown again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// No user name was typed.
    NoUserName,
    /// The tenant has no such user.
    UnknownUser {
        /// What was typed.
        username: String,
    },
    /// The user belongs to another tenant, and is no guest here.
    NotInTenant {
        /// What was typed.
        username: String,
        /// Display name of the user's tenant.
        home: String,
    },
    /// The password is wrong.
    WrongPassword,
    /// The one-time code is wrong.
    WrongCode,
    /// Another number than the one shown was chosen on the phone.
    WrongNumber,
    /// The sign-in was denied on the phone.
    Denied,
    /// The password that is to be changed is wrong.
    WrongCurrentPassword,
    /// The new password has fewer characters than this.
    ShortPassword(usize),
    /// The new password is the current one.
    SamePassword,
    /// The new password was typed in two ways.
    PasswordsDiffer,
}

impl Mistake {
    /// The error of the catalogue behind it, if there is one.
    #[must_use]
    pub fn code(&self) -> Option<Aadsts> {
        match self {
            Self::NoUserName | Self::UnknownUser { .. } => Some(Aadsts::UserUnknown),
            Self::NotInTenant { .. } => Some(Aadsts::NotInTenant),
            Self::WrongPassword | Self::WrongCurrentPassword => Some(Aadsts::WrongPassword),
            Self::WrongCode | Self::WrongNumber | Self::Denied => Some(Aadsts::SecondFactorFailed),
            Self::ShortPassword(_) | Self::SamePassword | Self::PasswordsDiffer => None,
        }
    }
}
