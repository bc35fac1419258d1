//! The pages on which a person says who they are, and of the sign-in as a whole.

use askama::Template;

use super::{Form, Frame, Problem, render};

/// Asks for the user name: field `loginfmt`, step `username`.
#[must_use]
pub fn username(frame: &Frame<'_>, form: &Form<'_>, username: &str, problem: Option<&Problem>) -> String {
    #[derive(Template)]
    #[template(path = "username.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        form: &'a Form<'a>,
        username: &'a str,
        problem: Option<&'a Problem>,
    }
    render(&Page { frame, form, username, problem })
}

/// Asks for the password: field `passwd`, step `password`.
///
/// Its second form offers another account, as the picker does: step `pick`, `account` empty.
#[must_use]
pub fn password(frame: &Frame<'_>, form: &Form<'_>, username: &str, problem: Option<&Problem>) -> String {
    #[derive(Template)]
    #[template(path = "password.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        form: &'a Form<'a>,
        username: &'a str,
        problem: Option<&'a Problem>,
    }
    render(&Page { frame, form, username, problem })
}

/// An account to pick.
#[derive(Clone, Copy, Debug)]
pub struct Tile<'a> {
    /// The user name, which is sent back as `account`.
    pub username: &'a str,
    /// Display name.
    pub name: &'a str,
    /// Whether its session is still good.
    pub signed_in: bool,
}

/// Offers accounts: button `account` with the user name, or empty for another one; step `pick`.
#[must_use]
pub fn pick_account(frame: &Frame<'_>, form: &Form<'_>, tiles: &[Tile<'_>]) -> String {
    #[derive(Template)]
    #[template(path = "pick_account.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        form: &'a Form<'a>,
        tiles: &'a [Tile<'a>],
    }
    render(&Page { frame, form, tiles })
}

/// Asks whether to stay signed in: button `answer` with `yes` or `no`, box `DontShowAgain`; step `kmsi`.
#[must_use]
pub fn stay_signed_in(frame: &Frame<'_>, form: &Form<'_>, username: &str) -> String {
    #[derive(Template)]
    #[template(path = "stay_signed_in.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        form: &'a Form<'a>,
        username: &'a str,
    }
    render(&Page { frame, form, username })
}

/// Asks for the code that a device shows: field `otc`, button `answer` with `next` or `cancel`; step `device`. The page's
/// language goes with it as `ui_locales`.
#[must_use]
pub fn device_code(frame: &Frame<'_>, form: &Form<'_>, user_code: &str, problem: Option<&Problem>) -> String {
    #[derive(Template)]
    #[template(path = "device_code.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        form: &'a Form<'a>,
        user_code: &'a str,
        problem: Option<&'a Problem>,
    }
    render(&Page { frame, form, user_code, problem })
}

/// Asks whether it is really this application that the person signs in to on a device: button `answer` with `next` or
/// `cancel`; step `confirm_device`.
#[must_use]
pub fn confirm_device(frame: &Frame<'_>, form: &Form<'_>, username: &str) -> String {
    #[derive(Template)]
    #[template(path = "confirm_device.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        form: &'a Form<'a>,
        username: &'a str,
    }
    render(&Page { frame, form, username })
}
