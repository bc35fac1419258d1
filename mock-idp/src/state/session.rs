//! Browser sessions: which accounts are signed in in which browser, and how well.

use uuid::Uuid;

use crate::policy::Strength;

use super::Bounded;

/// One account signed in in one browser.
#[derive(Clone, Debug)]
pub struct Session {
    /// Object id in this tenant.
    pub user: Uuid,
    /// `sid` of tokens.
    pub sid: Uuid,
    /// What the sign-in proved.
    pub strength: Strength,
    /// Whether it outlives the browser.
    pub persistent: bool,
    /// The applications that it was used for, by client id.
    pub clients: Vec<Uuid>,
}

/// The accounts of every browser, by the value of its cookie.
#[derive(Debug)]
pub struct Sessions(Bounded<Vec<Session>>);

impl Sessions {
    pub(super) fn new(limit: usize) -> Self {
        Self(Bounded::new(limit))
    }

    /// How many browsers were forgotten because there were too many.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.0.dropped()
    }

    /// The accounts signed in in `browser`.
    #[must_use]
    pub fn of(&self, browser: &str) -> &[Session] {
        self.0.get(browser).map_or(&[], Vec::as_slice)
    }

    /// The session of `user` in `browser`.
    #[must_use]
    pub fn find(&self, browser: &str, user: Uuid) -> Option<&Session> {
        self.of(browser).iter().find(|session| session.user == user)
    }

    /// Whether a session of `browser` outlives it.
    #[must_use]
    pub fn outlive(&self, browser: &str) -> bool {
        self.of(browser).iter().any(|session| session.persistent)
    }

    /// A session, to change.
    pub fn find_mut(&mut self, browser: &str, user: Uuid) -> Option<&mut Session> {
        self.0.get_mut(browser)?.iter_mut().find(|session| session.user == user)
    }

    /// Signs in, or signs in again.
    pub fn sign_in(&mut self, browser: &str, session: Session) {
        if let Some(known) = self.find_mut(browser, session.user) {
            known.strength = session.strength;
        } else if let Some(accounts) = self.0.get_mut(browser) {
            accounts.push(session);
        } else {
            self.0.insert(browser.to_owned(), vec![session]);
        }
    }

    /// Signs `user` out of every browser.
    pub fn sign_out_everywhere(&mut self, user: Uuid) {
        for accounts in self.0.values_mut() {
            accounts.retain(|session| session.user != user);
        }
    }

    /// Signs `user` out of `browser`, or everybody if no user is named.
    pub fn sign_out(&mut self, browser: &str, user: Option<Uuid>) {
        if let Some(accounts) = self.0.get_mut(browser) {
            accounts.retain(|session| user.is_some_and(|user| session.user != user));
        }
    }
}
