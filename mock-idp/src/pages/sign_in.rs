//! The pages on which a person says and proves who they are.

use askama::Template;

use super::{Form, Frame, render};

/// Asks for the user name: field `loginfmt`, step `username`.
#[must_use]
pub fn username(frame: &Frame<'_>, form: &Form<'_>, username: &str, error: Option<&str>) -> String {
    #[derive(Template)]
    #[template(path = "username.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        form: &'a Form<'a>,
        username: &'a str,
        error: Option<&'a str>,
    }
    render(&Page { frame, form, username, error })
}

/// Asks for the password: field `passwd`, step `password`.
///
/// Its second form offers another account, as the picker does: step `pick`, `account` empty.
#[must_use]
pub fn password(frame: &Frame<'_>, form: &Form<'_>, username: &str, error: Option<&str>) -> String {
    #[derive(Template)]
    #[template(path = "password.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        form: &'a Form<'a>,
        username: &'a str,
        error: Option<&'a str>,
    }
    render(&Page { frame, form, username, error })
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

/// Asks for a one-time code: field `otc`, step `otc`.
#[must_use]
pub fn one_time_code(frame: &Frame<'_>, form: &Form<'_>, username: &str, error: Option<&str>) -> String {
    #[derive(Template)]
    #[template(path = "one_time_code.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        form: &'a Form<'a>,
        username: &'a str,
        error: Option<&'a str>,
    }
    render(&Page { frame, form, username, error })
}

/// Says that a second method is needed and registers `method`, such as "a one-time code", on going on; step `register`.
#[must_use]
pub fn register_method(frame: &Frame<'_>, form: &Form<'_>, username: &str, method: &str) -> String {
    #[derive(Template)]
    #[template(path = "register_method.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        form: &'a Form<'a>,
        username: &'a str,
        method: &'a str,
    }
    render(&Page { frame, form, username, method })
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

/// Asks for the code that a device shows: field `otc`, button `answer` with `next` or `cancel`; step `device`.
#[must_use]
pub fn device_code(frame: &Frame<'_>, form: &Form<'_>, user_code: &str, error: Option<&str>) -> String {
    #[derive(Template)]
    #[template(path = "device_code.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        form: &'a Form<'a>,
        user_code: &'a str,
        error: Option<&'a str>,
    }
    render(&Page { frame, form, user_code, error })
}
