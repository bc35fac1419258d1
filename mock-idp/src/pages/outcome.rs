//! The pages on which a sign-in ends: refused, failed, handed back to the application, signed out.

use askama::Template;

use super::{Form, Frame, Tile, render};

/// Says that a policy or a missing approval bars the way; the only way on is button `answer` with `cancel`.
///
/// The form has the step `consent`: turning back is the same answer as declining.
#[must_use]
pub fn blocked(frame: &Frame<'_>, form: &Form<'_>, username: &str, code: u32, message: &str) -> String {
    #[derive(Template)]
    #[template(path = "blocked.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        form: &'a Form<'a>,
        username: &'a str,
        code: u32,
        message: &'a str,
    }
    render(&Page { frame, form, username, code, message })
}

/// An error that is shown rather than sent to the application.
#[derive(Clone, Copy, Debug)]
pub struct Failure<'a> {
    /// The AADSTS number.
    pub code: u32,
    /// The OAuth error.
    pub error: &'a str,
    /// What happened.
    pub description: &'a str,
    /// Identifies this answer.
    pub trace_id: &'a str,
    /// Identifies the client's request.
    pub correlation_id: &'a str,
    /// When it happened.
    pub timestamp: &'a str,
    /// How to cure or provoke it here; may be empty.
    pub advice: &'a str,
}

/// Shows an error. There is no way on from it.
#[must_use]
pub fn error(frame: &Frame<'_>, failure: &Failure<'_>) -> String {
    #[derive(Template)]
    #[template(path = "error.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        failure: &'a Failure<'a>,
    }
    render(&Page { frame, failure })
}

/// Hands `fields` to the application at `action` as a form: submitted by the page's one script, or by its button.
///
/// Values arrive as they are, except that HTML itself makes every line break in them CR LF.
#[must_use]
pub fn form_post(action: &str, fields: &[(&str, &str)]) -> String {
    #[derive(Template)]
    #[template(path = "form_post.html")]
    struct Page<'a> {
        action: &'a str,
        fields: &'a [(&'a str, &'a str)],
    }
    render(&Page { action, fields })
}

/// Says that the device may go on, or that nothing was connected. There is no way on from it.
#[must_use]
pub fn device_done(frame: &Frame<'_>, connected: bool) -> String {
    #[derive(Template)]
    #[template(path = "device_done.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        connected: bool,
    }
    render(&Page { frame, connected })
}

/// Offers the accounts of which one is to leave: button `logout_hint` with the user name. The form is posted to `action` with
/// `fields`, as the request came.
#[must_use]
pub fn pick_to_sign_out(frame: &Frame<'_>, action: &str, fields: &[(&str, &str)], tiles: &[Tile<'_>]) -> String {
    #[derive(Template)]
    #[template(path = "pick_to_sign_out.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        action: &'a str,
        fields: &'a [(&'a str, &'a str)],
        tiles: &'a [Tile<'a>],
    }
    render(&Page { frame, action, fields, tiles })
}

/// Says that the session has ended, with a link back if there is a registered address for it. `frames`: addresses at which
/// applications end their own sessions, each in a frame out of sight (OpenID Connect Front-Channel Logout 1.0).
#[must_use]
pub fn signed_out(frame: &Frame<'_>, username: Option<&str>, return_to: Option<&str>, frames: &[String]) -> String {
    #[derive(Template)]
    #[template(path = "signed_out.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        username: Option<&'a str>,
        return_to: Option<&'a str>,
        frames: &'a [String],
    }
    render(&Page { frame, username, return_to, frames })
}
