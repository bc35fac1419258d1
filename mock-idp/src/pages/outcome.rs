//! The pages on which a sign-in ends: refused, failed, handed back to the application, signed out.

use askama::Template;

use super::{
    Form, Frame, Tile, render,
    text::{Text, Texts},
};

/// An error of the catalogue. Its sentences are English, as on the wire.
#[derive(Clone, Copy, Debug)]
pub struct Catalogued<'a> {
    /// The AADSTS number.
    pub code: u32,
    /// The OAuth error.
    pub error: &'a str,
    /// What happened.
    pub description: &'a str,
    /// What the number means.
    pub meaning: &'a str,
    /// What satisfies the demand or mends the fault.
    pub cure: &'a str,
    /// How to see it here.
    pub provoke: &'a str,
}

impl Catalogued<'_> {
    /// The command that tells more of it.
    fn command(&self) -> String {
        format!("mock-idp errors {}", self.code)
    }
}

/// What bars the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// A policy.
    Policy,
    /// The device in front of the user, which a form of its own makes ready (step `device_ready`). The text is the setting that
    /// the policy looks at, as documents have it.
    Device(&'static str),
    /// The application.
    Application,
    /// The state of the account.
    Account,
    /// That no administrator has consented.
    Approval,
}

impl Obstacle {
    fn title(self, texts: &Texts) -> Text {
        match self {
            Self::Policy => texts.blocked,
            Self::Device(_) => texts.blocked_device,
            Self::Application => texts.blocked_application,
            Self::Account => texts.blocked_account,
            Self::Approval => texts.blocked_approval,
        }
    }

    fn lead(self, texts: &Texts) -> Text {
        match self {
            Self::Policy => texts.blocked_lead,
            Self::Device(_) => texts.blocked_device_lead,
            Self::Application => texts.blocked_application_lead,
            Self::Account => texts.blocked_account_lead,
            Self::Approval => texts.blocked_approval_lead,
        }
    }

    fn device_setting(self) -> Option<&'static str> {
        match self {
            Self::Device(setting) => Some(setting),
            Self::Policy | Self::Application | Self::Account | Self::Approval => None,
        }
    }
}

/// Says that a policy or a missing approval bars the way; the way back is button `answer` with `cancel`.
///
/// The form has the step `consent`: turning back is the same answer as declining.
#[must_use]
pub fn blocked(
    frame: &Frame<'_>,
    form: &Form<'_>,
    username: &str,
    obstacle: Obstacle,
    error: &Catalogued<'_>,
) -> String {
    #[derive(Template)]
    #[template(path = "blocked.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        form: &'a Form<'a>,
        username: &'a str,
        obstacle: Obstacle,
        error: &'a Catalogued<'a>,
    }
    render(&Page { frame, form, username, obstacle, error })
}

/// What identifies an answer in both parties' logs.
#[derive(Clone, Copy, Debug)]
pub struct Identifiers<'a> {
    /// Identifies this answer.
    pub trace_id: &'a str,
    /// Identifies the client's request.
    pub correlation_id: &'a str,
    /// When it happened.
    pub timestamp: &'a str,
}

/// Shows an error that is not sent to the application. There is no way on from it.
#[must_use]
pub fn error(frame: &Frame<'_>, error: &Catalogued<'_>, ids: &Identifiers<'_>) -> String {
    #[derive(Template)]
    #[template(path = "error.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        error: &'a Catalogued<'a>,
        ids: &'a Identifiers<'a>,
    }
    render(&Page { frame, error, ids })
}

/// Hands `fields` to the application at `action` as a form: submitted by the page's one script, or by its button.
///
/// Values arrive as they are, except that HTML itself makes every line break in them CR LF.
#[must_use]
pub fn form_post(frame: &Frame<'_>, action: &str, fields: &[(&str, &str)]) -> String {
    #[derive(Template)]
    #[template(path = "form_post.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        action: &'a str,
        fields: &'a [(&'a str, &'a str)],
    }
    render(&Page { frame, action, fields })
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
