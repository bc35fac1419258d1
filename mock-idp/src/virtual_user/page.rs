//! What is on a page: HTML turned into plain data, recognised by the element ids of the contract alone.
//! It must not know the person or HTTP; the parsed document never outlives `Page::parse`, for it is not `Send`.

use std::{borrow::Cow, fmt};

use schemars::JsonSchema;
use scraper::{ElementRef, Html};
use serde::{Deserialize, Serialize};
use url::Url;

use super::form::{self, Button, Form, Request};

/// The kinds of page that a sign-in can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PageKind {
    /// Asks for the user name.
    Username,
    /// Asks for the password.
    Password,
    /// Offers the signed-in accounts.
    PickAccount,
    /// Asks for a one-time code.
    OneTimeCode,
    /// Shows a number to choose on the phone.
    NumberMatching,
    /// Asks by which method she wants to prove herself.
    ChooseWay,
    /// Asks to register a second factor.
    RegisterMethod,
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
    /// Offers to ask an administrator.
    RequestApproval,
    /// Tells that an administrator was asked.
    RequestSent,
    /// Asks for consent.
    Consent,
    /// Asks for the code shown on a device.
    DeviceCode,
    /// Asks whether the sign-in on a device is hers.
    ConfirmDevice,
    /// Tells an error.
    Error,
    /// Tells that the person is signed out.
    SignedOut,
    /// Carries the answer to the client as a form.
    FormPost,
    /// None of these.
    Unknown,
}

impl fmt::Display for PageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Username => "user name",
            Self::Password => "password",
            Self::PickAccount => "account picker",
            Self::OneTimeCode => "one-time code",
            Self::NumberMatching => "number matching",
            Self::ChooseWay => "choice of a method",
            Self::RegisterMethod => "method registration",
            Self::StaySignedIn => "stay-signed-in",
            Self::Passkey => "passkey",
            Self::PasswordChange => "password change",
            Self::TermsOfUse => "terms of use",
            Self::ExternalChallenge => "external challenge",
            Self::RequestApproval => "request for approval",
            Self::RequestSent => "request sent",
            Self::Consent => "consent",
            Self::DeviceCode => "device code",
            Self::ConfirmDevice => "device confirmation",
            Self::Error => "error",
            Self::SignedOut => "signed-out",
            Self::FormPost => "form post",
            Self::Unknown => "unrecognised",
        })
    }
}

/// What is remembered of a page after the visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageSeen {
    /// Which page it was.
    pub kind: PageKind,
    /// The scopes a consent page listed.
    pub scopes: Vec<String>,
    /// The inline error it showed, or the text of an error page.
    pub error: Option<String>,
}

/// A page as the person meets it.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub(super) url: Url,
    pub(super) status: u16,
    pub(super) seen: PageSeen,
    /// The AADSTS number on an error page.
    pub(super) code: Option<u32>,
    /// The number to choose on the phone.
    pub(super) number: Option<String>,
    /// The title, or the beginning of the text: for messages about pages nobody expected.
    pub(super) excerpt: String,
    forms: Vec<Form>,
    buttons: Vec<Button>,
}

impl Page {
    pub(super) fn parse(url: Url, status: u16, body: &str) -> Self {
        let html = Html::parse_document(&without_style(body));
        let (forms, buttons) = form::read(&html, &url);
        let kind = recognise(&html, &url, &forms);
        let exception = text_of(&html, "#exceptionMessageContainer");
        let error = match kind {
            PageKind::Error => text_of(&html, "#errorDescription").or_else(|| exception.clone()),
            _ => INLINE_ERRORS.iter().find_map(|id| text_of(&html, id)),
        };
        let seen = PageSeen {
            kind,
            scopes: match kind {
                PageKind::Consent => texts_of(&html, ".scope-name"),
                _ => Vec::new(),
            },
            error,
        };
        let excerpt = text_of(&html, "title").unwrap_or_else(|| text(html.root_element()));
        Self {
            status,
            code: exception.as_deref().and_then(aadsts_number),
            number: text_of(&html, "#idRichContext_DisplaySign"),
            excerpt: excerpt.chars().take(EXCERPT).collect(),
            seen,
            forms,
            buttons,
            url,
        }
    }

    pub(super) fn kind(&self) -> PageKind {
        self.seen.kind
    }

    /// Whether there is nothing to fill in or press.
    pub(super) fn is_terminal(&self) -> bool {
        self.forms.is_empty()
    }

    /// What the text field of that id holds.
    pub(super) fn value(&self, id: &str) -> Option<&str> {
        self.forms.iter().find_map(|form| form.value(id))
    }

    /// Whether there is a button of that id.
    pub(super) fn has_button(&self, id: &str) -> bool {
        self.button(id).is_some()
    }

    /// The request that pressing the button of that id makes, after typing into the fields given by their ids.
    pub(super) fn press(&self, id: &str, typed: &[(&str, &str)]) -> Option<Request> {
        self.button(id)?.press(&self.url, &self.forms, typed)
    }

    /// The same for the tile of an account.
    pub(super) fn press_tile(&self, username: &str) -> Option<Request> {
        let tile = self.buttons.iter().find(|button| button.is_tile(username))?;
        tile.press(&self.url, &self.forms, &[])
    }

    /// The same for the button that sends `value` as `name`.
    pub(super) fn press_choice(&self, name: &str, value: &str) -> Option<Request> {
        let choice = self.buttons.iter().find(|button| button.sends(name, value))?;
        choice.press(&self.url, &self.forms, &[])
    }

    /// The form that carries the answer to the client.
    pub(super) fn answer_form(&self) -> Option<&Form> {
        self.forms.iter().find(|form| is_answer(form, &self.url))
    }

    fn button(&self, id: &str) -> Option<&Button> {
        let own = self.buttons.iter().find(|button| button.is(id));
        own.or_else(|| self.buttons.iter().find(|button| button.is_near(id)))
    }
}

/// The page without the style sheet in its head, which nobody reads and which takes longest to parse: most of a page of ours. One
/// that may be no style sheet, for it stands behind a script or a remark, stays.
fn without_style(body: &str) -> Cow<'_, str> {
    let cut = body.find("<style").and_then(|start| {
        let is_certain = ["<script", "<!--"].iter().all(|mark| !body[..start].contains(mark));
        let end = start + body[start..].find(STYLE_END)? + STYLE_END.len();
        is_certain.then(|| Cow::Owned([&body[..start], &body[end..]].concat()))
    });
    cut.unwrap_or(Cow::Borrowed(body))
}

const STYLE_END: &str = "</style>";

/// Decides which page it is. The order matters: consent, stay-signed-in and device code share their buttons.
fn recognise(html: &Html, url: &Url, forms: &[Form]) -> PageKind {
    if forms.iter().any(|form| is_answer(form, url)) {
        return PageKind::FormPost;
    }
    MARKS
        .iter()
        .find(|(mark, _)| select(html, mark).into_iter().any(is_visible))
        .map_or(PageKind::Unknown, |(_, kind)| *kind)
}

/// A form post is known by its fields and by leaving the server.
fn is_answer(form: &Form, page: &Url) -> bool {
    form.action.origin() != page.origin() && ["code", "error"].iter().any(|name| form.has_hidden(name))
}

/// UI frameworks keep the next step's fields in the page, out of sight; a person does not see them.
fn is_visible(element: ElementRef<'_>) -> bool {
    let hidden_itself = element.attr("type") == Some("hidden") || element.attr("aria-hidden") == Some("true");
    let hidden_by_parent =
        || element.ancestors().filter_map(ElementRef::wrap).any(|parent| parent.attr("hidden").is_some());
    !hidden_itself && element.attr("hidden").is_none() && !hidden_by_parent()
}

/// The elements with the id of `#id`, the class of `.class`, or of the name of `name`: all that a mark can say.
fn select<'a>(html: &'a Html, mark: &str) -> Vec<ElementRef<'a>> {
    let is_meant = |element: &ElementRef<'_>| {
        let element = element.value();
        match (mark.strip_prefix('#'), mark.strip_prefix('.')) {
            (Some(id), _) => element.id() == Some(id),
            (_, Some(class)) => element.classes().any(|word| word == class),
            _ => element.name() == mark,
        }
    };
    html.root_element().descendent_elements().filter(is_meant).collect()
}

fn text_of(html: &Html, mark: &str) -> Option<String> {
    texts_of(html, mark).into_iter().next()
}

fn texts_of(html: &Html, mark: &str) -> Vec<String> {
    select(html, mark)
        .into_iter()
        .filter(|element| is_visible(*element))
        .map(text)
        .filter(|text| !text.is_empty())
        .collect()
}

/// The text with its white space as a reader sees it.
fn text(element: ElementRef<'_>) -> String {
    let raw: String = element.text().collect();
    raw.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn aadsts_number(text: &str) -> Option<u32> {
    let digits = text.split("AADSTS").nth(1)?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

const EXCERPT: usize = 160;

const INLINE_ERRORS: &[&str] = &[
    "#usernameError",
    "#passwordError",
    "#idSpan_SAOTCC_Error_OTC",
    "#idDiv_SAASDS_Error",
    "#newPasswordError",
    // The device-code page's, in the manner of the others; the contract names none.
    "#otcError",
];

const MARKS: &[(&str, PageKind)] = &[
    ("#exceptionMessageContainer", PageKind::Error),
    ("#i0118", PageKind::Password),
    ("#i0116", PageKind::Username),
    ("#idTxtBx_SAOTCC_OTC", PageKind::OneTimeCode),
    ("#idSubmit_ProofUp_Redirect", PageKind::RegisterMethod),
    // The real pages' ids from here to the next remark; the contract names none.
    ("#idRichContext_DisplaySign", PageKind::NumberMatching),
    ("#idDiv_SAOTCS_Proofs", PageKind::ChooseWay),
    ("#remoteConnectDescription", PageKind::ConfirmDevice),
    // The ids from here on are this mock's, in the manner of the others; the contract names none for these pages.
    ("#idSubmit_Passkey_Continue", PageKind::Passkey),
    ("#newPassword", PageKind::PasswordChange),
    ("#termsOfUse", PageKind::TermsOfUse),
    ("#externalChallenge", PageKind::ExternalChallenge),
    ("#adminConsentJustification", PageKind::RequestApproval),
    ("#adminConsentRequested", PageKind::RequestSent),
    ("#tilesHolder", PageKind::PickAccount),
    ("#otc", PageKind::DeviceCode),
    ("#KmsiCheckboxField", PageKind::StaySignedIn),
    (".scope-name", PageKind::Consent),
    // The real sign-out page's id; the contract names none.
    ("#SignOutStatusMessage", PageKind::SignedOut),
];

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::in_the_head("<head><style>a {}</style><title>t</title></head>", "<head><title>t</title></head>")]
    #[case::with_attributes("<style nonce=\"x\">a {}</style><p>", "<p>")]
    #[case::none("<p>style</p>", "<p>style</p>")]
    #[case::unfinished("<style>a {}<p>", "<style>a {}<p>")]
    #[case::in_a_remark("<!-- <style> --><p><style></style>", "<!-- <style> --><p><style></style>")]
    #[case::in_a_script("<script>'<style>'</script><p></style>", "<script>'<style>'</script><p></style>")]
    fn a_style_sheet_is_passed_over_where_there_certainly_is_one(#[case] body: &str, #[case] left: &str) {
        assert_eq!(without_style(body), left);
    }
}
