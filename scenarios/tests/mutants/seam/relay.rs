//! A listener between the pages and the client's own, so that a mutant can touch the answer of a sign-in.

use std::sync::{Arc, Mutex};

use desktop_client::{BoxFuture, UserAgent, UserAgentError};
use scenarios::Seat;
use url::Url;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::method};

use super::{Parameters, change, value};

/// Hands the answer on with the `state` that the client waits for, whatever came.
#[derive(Clone)]
pub(crate) struct Relay {
    person: Arc<dyn UserAgent>,
    http: reqwest::Client,
    redirect_uri: Arc<Mutex<Option<String>>>,
}

impl Relay {
    pub(crate) fn in_front_of(seat: &mut Seat) -> Self {
        let relay = Self { person: seat.user_agent.clone(), http: seat.http.clone(), redirect_uri: Arc::default() };
        seat.user_agent = Arc::new(relay.clone());
        relay
    }

    /// The redirect address that the window was told, which redemption has to repeat.
    pub(crate) fn redirect_uri(&self) -> Option<String> {
        self.redirect_uri.lock().unwrap().clone()
    }

    async fn relay(&self, url: &Url) -> Result<(), UserAgentError> {
        let listener = MockServer::start().await;
        Mock::given(method("POST")).respond_with(ResponseTemplate::new(200)).mount(&listener).await;
        let here = format!("http://localhost:{}", listener.address().port());
        *self.redirect_uri.lock().unwrap() = Some(here.clone());

        let mut parameters: Parameters = url.query_pairs().into_owned().collect();
        let state = value(&parameters, "state").unwrap_or_default().to_owned();
        let client = value(&parameters, "redirect_uri").unwrap_or_default().to_owned();
        change(&mut parameters, "redirect_uri", |_| Some(here.clone()));
        let mut address = url.clone();
        address.query_pairs_mut().clear().extend_pairs(parameters);
        self.person.open(&address).await?;

        for answer in listener.received_requests().await.unwrap_or_default() {
            let mut answer: Parameters = url::form_urlencoded::parse(&answer.body).into_owned().collect();
            change(&mut answer, "state", |_| Some(state.clone()));
            self.http.post(&client).form(&answer).send().await?;
        }
        Ok(())
    }
}

impl UserAgent for Relay {
    fn open<'a>(&'a self, url: &'a Url) -> BoxFuture<'a, Result<(), UserAgentError>> {
        Box::pin(self.relay(url))
    }
}
