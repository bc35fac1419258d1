//! The pages on which a person does what a policy or the state of the account demands beyond the usual.

use askama::Template;

use super::{Catalogued, Form, Frame, Problem, render};

/// Asks for a new password, `message` saying why: fields `currentPassword`, `newPassword`, `confirmNewPassword`; step
/// `password_change`.
#[must_use]
pub fn password_change(
    frame: &Frame<'_>,
    form: &Form<'_>,
    username: &str,
    message: &str,
    problem: Option<&Problem>,
) -> String {
    #[derive(Template)]
    #[template(path = "password_change.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        form: &'a Form<'a>,
        username: &'a str,
        message: &'a str,
        problem: Option<&'a Problem>,
        current_is_wrong: bool,
    }
    // Only a wrong password has a number; whatever else there is to say is about the new one.
    let current_is_wrong = problem.is_some_and(|problem| problem.number.is_some());
    render(&Page { frame, form, username, message, problem, current_is_wrong })
}

/// Asks to accept the terms of use: button `answer` with `accept` or `cancel`; step `terms`.
#[must_use]
pub fn terms_of_use(frame: &Frame<'_>, form: &Form<'_>, username: &str) -> String {
    #[derive(Template)]
    #[template(path = "terms_of_use.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        form: &'a Form<'a>,
        username: &'a str,
    }
    render(&Page { frame, form, username })
}

/// Stands for another provider: button `answer` with `pass` or `cancel`; step `external`.
#[must_use]
pub fn external_challenge(frame: &Frame<'_>, form: &Form<'_>, username: &str) -> String {
    #[derive(Template)]
    #[template(path = "external_challenge.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        form: &'a Form<'a>,
        username: &'a str,
    }
    render(&Page { frame, form, username })
}

/// Says that an administrator has to consent, and offers to ask one: field `justification`, button `answer` with `request`
/// or `cancel`; step `request`.
#[must_use]
pub fn request_approval(frame: &Frame<'_>, form: &Form<'_>, username: &str, error: &Catalogued<'_>) -> String {
    #[derive(Template)]
    #[template(path = "request_approval.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        form: &'a Form<'a>,
        username: &'a str,
        error: &'a Catalogued<'a>,
    }
    render(&Page { frame, form, username, error })
}

/// Says that the administrator was asked; the only way on is button `answer` with `cancel`.
#[must_use]
pub fn request_sent(frame: &Frame<'_>, form: &Form<'_>, username: &str) -> String {
    #[derive(Template)]
    #[template(path = "request_sent.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        form: &'a Form<'a>,
        username: &'a str,
    }
    render(&Page { frame, form, username })
}
