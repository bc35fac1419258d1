//! What the person does on each page: a plain function of who she is, what she sees and what she did before.
//! It must not know HTTP.

use super::form::Request;
use super::page::Page;
use super::{Answer, BrowseError, MfaAnswer, Outcome, PageKind, VirtualUser};

/// What she does with a page.
#[derive(Debug)]
pub(super) enum Step {
    /// Sends a form or follows a link.
    Send(Request),
    /// Lets the page's form carry the answer to the client.
    PostAnswer,
    /// Is done.
    End(Outcome),
}

/// One person during one visit.
#[derive(Debug)]
pub(super) struct Person<'a> {
    user: &'a VirtualUser,
    device_code: Option<&'a str>,
    answered: Vec<PageKind>,
    cancelled: Vec<PageKind>,
    wrong_codes: usize,
}

impl<'a> Person<'a> {
    pub(super) fn new(user: &'a VirtualUser, device_code: Option<&'a str>) -> Self {
        Self { user, device_code, answered: Vec::new(), cancelled: Vec::new(), wrong_codes: 0 }
    }

    /// Who she is.
    pub(super) fn user(&self) -> &'a VirtualUser {
        self.user
    }

    /// Looks at the page and acts.
    pub(super) fn act(&mut self, page: &Page) -> Result<Step, BrowseError> {
        let kind = page.kind();
        if self.user.closes_at == Some(kind) {
            return Ok(leave(page));
        }
        if self.user.cancel_at == Some(kind) && kind != PageKind::Error {
            return Ok(self.cancel(page));
        }
        self.refused(page)?;
        let step = match kind {
            PageKind::Username => type_into(page, &[("i0116", &self.user.username)], NEXT),
            PageKind::Password => type_into(page, &[("i0118", &self.user.password)], NEXT),
            PageKind::PickAccount => match page.press_tile(&self.user.username) {
                Some(request) => Ok(Step::Send(request)),
                None => press(page, "otherTile"),
            },
            PageKind::OneTimeCode => self.second_factor(page),
            PageKind::NumberMatching => self.phone(page),
            // Nothing she does leads here.
            PageKind::ChooseWay => Ok(self.cancel(page)),
            PageKind::RegisterMethod => match self.user.mfa {
                MfaAnswer::Pass => press(page, "idSubmit_ProofUp_Redirect"),
                // Who cannot prove herself has nothing to register either.
                MfaAnswer::Fail | MfaAnswer::Timeout => Ok(self.cancel(page)),
                MfaAnswer::Ignore => Ok(leave(page)),
            },
            PageKind::Passkey => match self.user.mfa {
                MfaAnswer::Pass => press(page, "idSubmit_Passkey_Continue"),
                MfaAnswer::Fail | MfaAnswer::Timeout => Ok(self.cancel(page)),
                MfaAnswer::Ignore => Ok(leave(page)),
            },
            PageKind::PasswordChange => {
                let (old, new) = (self.user.password.as_str(), self.user.new_password.as_str());
                type_into(page, &[("currentPassword", old), ("newPassword", new), ("confirmNewPassword", new)], NEXT)
            }
            PageKind::TermsOfUse => self.answer(page, self.user.terms_of_use),
            PageKind::ExternalChallenge => self.answer(page, self.user.external_challenge),
            PageKind::RequestApproval if self.user.requests_approval => press(page, NEXT),
            PageKind::RequestApproval | PageKind::RequestSent => Ok(self.cancel(page)),
            PageKind::StaySignedIn => press(page, if self.user.stay_signed_in { NEXT } else { BACK }),
            PageKind::Consent => self.consent(page),
            PageKind::DeviceCode => self.device_code(page),
            PageKind::ConfirmDevice => press(page, NEXT),
            PageKind::FormPost => Ok(Step::PostAnswer),
            PageKind::Error => Ok(self.error(page)),
            PageKind::SignedOut => Ok(Step::End(Outcome::Finished { at: kind })),
            PageKind::Unknown => self.unknown(page),
        };
        self.answered.push(kind);
        step
    }

    /// A page that comes back with an error after she answered it would come back for ever.
    fn refused(&self, page: &Page) -> Result<(), BrowseError> {
        let kind = page.kind();
        let is_proof = matches!(kind, PageKind::OneTimeCode | PageKind::NumberMatching);
        let means_to_fail = is_proof && self.user.mfa != MfaAnswer::Pass;
        match &page.seen.error {
            Some(message) if kind != PageKind::Error && self.answered.contains(&kind) && !means_to_fail => {
                Err(BrowseError::Refused { page: kind, username: self.user.username.clone(), message: message.clone() })
            }
            _ => Ok(()),
        }
    }

    fn answer(&mut self, page: &Page, answer: Answer) -> Result<Step, BrowseError> {
        match answer {
            Answer::Accept => press(page, NEXT),
            Answer::Decline => Ok(self.cancel(page)),
        }
    }

    fn consent(&mut self, page: &Page) -> Result<Step, BrowseError> {
        let tick = page.value(FOR_EVERYBODY).filter(|_| self.user.consents_for_everybody);
        match (self.user.consent, tick) {
            (Answer::Accept, Some(tick)) => type_into(page, &[(FOR_EVERYBODY, tick)], NEXT),
            (answer, _) => self.answer(page, answer),
        }
    }

    fn second_factor(&mut self, page: &Page) -> Result<Step, BrowseError> {
        let code = match self.user.mfa {
            MfaAnswer::Pass => &self.user.one_time_code,
            MfaAnswer::Ignore => return Ok(leave(page)),
            MfaAnswer::Timeout => return Ok(self.cancel(page)),
            MfaAnswer::Fail if self.wrong_codes == WRONG_CODES => return Ok(self.cancel(page)),
            MfaAnswer::Fail => {
                self.wrong_codes += 1;
                wrong_code(&self.user.one_time_code)
            }
        };
        type_into(page, &[("idTxtBx_SAOTCC_OTC", code)], "idSubmit_SAOTCC_Continue")
    }

    /// Chooses the number of the page on the phone, or denies there.
    fn phone(&mut self, page: &Page) -> Result<Step, BrowseError> {
        let pressed = match self.user.mfa {
            MfaAnswer::Pass => page.number.clone().unwrap_or_default(),
            MfaAnswer::Ignore => return Ok(leave(page)),
            MfaAnswer::Timeout => return Ok(self.cancel(page)),
            MfaAnswer::Fail if self.wrong_codes == WRONG_CODES => return Ok(self.cancel(page)),
            MfaAnswer::Fail => {
                self.wrong_codes += 1;
                String::new()
            }
        };
        page.press_choice("number", &pressed).map(Step::Send).ok_or_else(|| BrowseError::MissingElement {
            page: page.kind(),
            url: page.url.clone(),
            element: "button for the number".to_owned(),
        })
    }

    fn device_code(&self, page: &Page) -> Result<Step, BrowseError> {
        let prefilled = page.value("otc").filter(|code| !code.is_empty());
        let code = self.device_code.or(prefilled).ok_or(BrowseError::NoDeviceCode)?;
        type_into(page, &[("otc", code)], NEXT)
    }

    /// An error page may offer the way back to the application, which waits for her; else it is the end.
    fn error(&self, page: &Page) -> Step {
        let goes_back = self.user.cancel_at != Some(PageKind::Error);
        let back = page.press(BACK, &[]).filter(|_| goes_back);
        back.map_or_else(
            || Step::End(Outcome::ErrorPage { code: page.code, message: page.seen.error.clone().unwrap_or_default() }),
            Step::Send,
        )
    }

    /// Presses cancel where there is one. If that leads back to the same page, or "no" is not "cancel" (stay
    /// signed in), or there is none, she closes the window.
    fn cancel(&mut self, page: &Page) -> Step {
        let kind = page.kind();
        if kind == PageKind::StaySignedIn || self.cancelled.contains(&kind) {
            return leave(page);
        }
        self.cancelled.push(kind);
        page.press(BACK, &[]).map_or_else(|| leave(page), Step::Send)
    }

    /// A page without forms ends a device sign-in; anywhere else nobody knows what it is.
    fn unknown(&self, page: &Page) -> Result<Step, BrowseError> {
        let confirmed = [&self.answered, &self.cancelled].iter().any(|pages| pages.contains(&PageKind::DeviceCode));
        if confirmed && page.is_terminal() && page.status == 200 {
            return Ok(Step::End(Outcome::Finished { at: page.kind() }));
        }
        Err(BrowseError::UnknownPage { url: page.url.clone(), status: page.status, excerpt: page.excerpt.clone() })
    }
}

fn leave(page: &Page) -> Step {
    Step::End(Outcome::Abandoned { at: page.kind() })
}

fn press(page: &Page, button: &str) -> Result<Step, BrowseError> {
    type_into(page, &[], button)
}

fn type_into(page: &Page, typed: &[(&str, &str)], button: &str) -> Result<Step, BrowseError> {
    let missing = || {
        let ids = match typed {
            [(field, _)] if page.has_button(button) => format!("#{field} beside its #{button}"),
            _ => format!("#{button}"),
        };
        BrowseError::MissingElement { page: page.kind(), url: page.url.clone(), element: ids }
    };
    page.press(button, typed).map(Step::Send).ok_or_else(missing)
}

/// A code of the same look that is not the right one.
fn wrong_code(right: &str) -> &'static str {
    if right == "000000" { "999999" } else { "000000" }
}

const NEXT: &str = "idSIButton9";
const BACK: &str = "idBtn_Back";
const FOR_EVERYBODY: &str = "consentOnBehalfOfOrganization";
const WRONG_CODES: usize = 3;
