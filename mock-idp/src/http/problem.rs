//! What was wrong with what was typed, in the words of a page.

use crate::{
    error::{Aadsts, Refusal},
    flow::Mistake,
    pages::{Problem, text::Texts},
};

/// The sentence about `mistake`, made in the tenant of that display name.
pub(super) fn of(mistake: &Mistake, tenant: &str, texts: &Texts) -> Problem {
    let sentence = match mistake {
        Mistake::NoUserName => texts.wrong_no_user_name.with_code("example", "ada@contoso.test"),
        Mistake::UnknownUser { username } => texts.wrong_user_name.with("tenant", tenant).and("username", username),
        Mistake::NotInTenant { username, home } => {
            texts.wrong_tenant.with("username", username).and("home", home).and("tenant", tenant)
        }
        Mistake::WrongPassword => texts.wrong_password.plain(),
        Mistake::WrongCode => texts.wrong_code.plain(),
        Mistake::WrongNumber => texts.wrong_number.plain(),
        Mistake::Denied => texts.wrong_denied.plain(),
        Mistake::WrongCurrentPassword => texts.wrong_current_password.plain(),
        Mistake::ShortPassword(shortest) => texts.wrong_short_password.with("shortest", shortest),
        Mistake::SamePassword => texts.wrong_same_password.plain(),
        Mistake::PasswordsDiffer => texts.wrong_repeated_password.plain(),
    };
    Problem { sentence, number: mistake.code().map(|code| code.row().number) }
}

/// The sentence about a code that was typed for a device.
pub(super) fn of_device_code(refusal: &Refusal, texts: &Texts) -> Problem {
    let text = match refusal.code {
        Aadsts::DeviceCodeExpired => texts.wrong_device_code_expired,
        Aadsts::StaleInteraction => texts.wrong_form,
        _ => texts.wrong_device_code,
    };
    Problem { sentence: text.plain(), number: Some(refusal.number()) }
}
