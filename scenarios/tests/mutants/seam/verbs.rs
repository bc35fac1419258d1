//! The verbs of a mutant: the reference client's, with something before, after or instead.

use desktop_client::{Account, AuthenticationResult, BoxFuture, Error, PublicClientApplication as App, RefreshToken};
use reqwest::Response;
use scenarios::{Ask, ClientUnderTest};

/// A verb that ends in a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Silent,
    Interactive,
    TokenFor,
}

impl Verb {
    /// As the reference client does it.
    pub(crate) async fn done_right(self, app: &App, ask: &Ask) -> Result<AuthenticationResult, Error> {
        match self {
            Self::Silent => app.silent(ask).await,
            Self::Interactive => app.interactive(ask).await,
            Self::TokenFor => ClientUnderTest::token_for(app, ask).await,
        }
    }
}

/// What a mutant does otherwise; where it says nothing, it does as the reference client.
pub(crate) trait Deviation: Send + Sync {
    /// Before the verb; `None` stands for an API call.
    fn before(&self, _app: &App, _verb: Option<Verb>, _ask: &mut Ask) -> impl Future<Output = ()> + Send {
        async {}
    }

    fn get(
        &self,
        app: &App,
        verb: Verb,
        ask: &Ask,
    ) -> impl Future<Output = Result<AuthenticationResult, Error>> + Send {
        verb.done_right(app, ask)
    }

    fn call(&self, app: &App, url: &str, ask: &Ask) -> impl Future<Output = Result<Response, Error>> + Send {
        async { ClientUnderTest::call_api(app, url, ask).await }
    }
}

/// The client with this deviation.
pub(crate) fn client(app: App, deviation: impl Deviation + 'static) -> Box<dyn ClientUnderTest> {
    Box::new(Deviating { app, deviation })
}

/// None at all: the control.
impl Deviation for () {}

struct Deviating<D> {
    app: App,
    deviation: D,
}

impl<D: Deviation> Deviating<D> {
    async fn get(&self, verb: Verb, ask: &Ask) -> Result<AuthenticationResult, Error> {
        let mut ask = ask.clone();
        self.deviation.before(&self.app, Some(verb), &mut ask).await;
        self.deviation.get(&self.app, verb, &ask).await
    }
}

impl<D: Deviation> ClientUnderTest for Deviating<D> {
    fn silent<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<AuthenticationResult, Error>> {
        Box::pin(self.get(Verb::Silent, ask))
    }

    fn interactive<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<AuthenticationResult, Error>> {
        Box::pin(self.get(Verb::Interactive, ask))
    }

    fn token_for<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<AuthenticationResult, Error>> {
        Box::pin(self.get(Verb::TokenFor, ask))
    }

    fn call_api<'a>(&'a self, url: &'a str, ask: &'a Ask) -> BoxFuture<'a, Result<Response, Error>> {
        Box::pin(async move {
            let mut ask = ask.clone();
            self.deviation.before(&self.app, None, &mut ask).await;
            self.deviation.call(&self.app, url, &ask).await
        })
    }

    fn refresh_token(&self, account: &Account) -> Option<RefreshToken> {
        self.app.refresh_token(account)
    }
}
