//! A person at a desktop: the reference client, whose browser is a virtual user on the real pages.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use desktop_client::{BoxFuture, Builder, Clock, PublicClientApplication, UserAgentError};
use jiff::{SignedDuration, Timestamp};
use mock_idp::{
    TenantControls,
    virtual_user::{Browser, VirtualUser, Visit},
};
use url::Url;

use crate::DESKTOP;

/// The client and the person in front of it.
#[derive(Debug)]
pub struct Seat {
    /// The client.
    pub app: PublicClientApplication,
    visits: Arc<Mutex<Vec<Visit>>>,
}

/// The tenant's time, for a client that is to agree with it. While the client waits, the tenant's time passes and nobody
/// else's.
#[derive(Debug)]
pub struct TenantTime(pub TenantControls);

impl Clock for TenantTime {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.0.advance_clock(SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX));
        Box::pin(std::future::ready(()))
    }
}

#[expect(clippy::expect_used, reason = "test support: a failure here is the test's failure")]
impl Seat {
    /// `user` at the application `desktop` of `tenant`.
    #[must_use]
    pub fn new(tenant: &TenantControls, user: VirtualUser, capabilities: &[&str]) -> Self {
        Self::prepared(tenant, user, capabilities, |app| app)
    }

    /// The same with further settings of the app.
    #[must_use]
    pub fn prepared(
        tenant: &TenantControls,
        user: VirtualUser,
        capabilities: &[&str],
        prepare: impl FnOnce(Builder) -> Builder,
    ) -> Self {
        let visits = Arc::new(Mutex::new(Vec::new()));
        let browser = Browser::new(None).expect("a browser");
        let seen = visits.clone();
        let user_agent = move |url: Url| {
            let (browser, user, seen) = (browser.clone(), user.clone(), seen.clone());
            async move {
                let visit = browser.visit(&url, &user).await?;
                seen.lock().expect("not poisoned").push(visit);
                Ok::<(), UserAgentError>(())
            }
        };
        let builder = PublicClientApplication::builder(DESKTOP)
            .authority(tenant.authority())
            .expect("an authority")
            .client_capabilities(capabilities.iter().copied())
            .clock(Arc::new(TenantTime(tenant.clone())))
            .user_agent(user_agent);
        let app = prepare(builder).build().expect("a client");
        Self { app, visits }
    }

    /// The pages of every visit so far.
    #[must_use]
    pub fn visits(&self) -> Vec<Visit> {
        self.visits.lock().expect("not poisoned").clone()
    }
}
