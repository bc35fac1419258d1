//! The sign-in pages over the wire: whose forms are taken, in which language they are, and the steps that other tests do not
//! come by.

mod device;
mod forgery;
mod languages;
mod second_factor;

use mock_idp::MockIdp;
use reqwest::{
    Method,
    header::{ACCEPT_LANGUAGE, COOKIE, LOCATION, SET_COOKIE},
};
use tests::{Answer, CALENDAR, RawClient};

/// The tenant of the built-in directory that these sign-ins are in.
const TENANT: &str = "11111111-1111-4111-8111-111111111111";

/// A browser whose pages a test reads and submits one by one.
pub(crate) struct Hand<'a> {
    client: &'a RawClient,
    cookie: String,
    language: &'static str,
    /// The page that is shown.
    page: Answer,
}

impl<'a> Hand<'a> {
    /// Opens `path` in a new browser that wishes for `language`.
    async fn open(client: &'a RawClient, path: &str, language: &'static str) -> Self {
        let page = client.send(client.request(Method::GET, path).header(ACCEPT_LANGUAGE, language)).await;
        let cookie = page.headers.get(SET_COOKIE).map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap());
        Self { client, cookie: cookie.unwrap_or_default().to_owned(), language, page }
    }

    /// Begins a sign-in.
    pub(crate) async fn begin(client: &'a RawClient, scope: &str, extra: &[(&str, &str)]) -> Self {
        Self::begin_in(client, scope, extra, "en").await
    }

    async fn begin_in(client: &'a RawClient, scope: &str, extra: &[(&str, &str)], language: &'static str) -> Self {
        let url = client.authorize_url(scope, extra);
        Self::open(client, &format!("{}?{}", url.path(), url.query().unwrap()), language).await
    }

    /// Opens another address in the same browser.
    async fn go_to(&mut self, path: &str) {
        let request = self.client.request(Method::GET, path).header(ACCEPT_LANGUAGE, self.language);
        self.page = self.client.send(request.header(COOKIE, &self.cookie)).await;
    }

    /// Submits the page that is shown: its hidden fields go along, but for its step where `fields` name one.
    pub(crate) async fn submit(&mut self, fields: &[(&str, &str)]) {
        let ctx = self.ctx();
        let mut form = vec![("ctx", ctx.as_str())];
        form.extend_from_slice(fields);
        self.page = self.post(&self.action(), &self.cookie, &form).await;
    }

    /// Posts a form as anybody could.
    async fn post(&self, path: &str, cookie: &str, form: &[(&str, &str)]) -> Answer {
        let request = self.client.request(Method::POST, path).header(ACCEPT_LANGUAGE, self.language).form(form);
        self.client.send(request.header(COOKIE, cookie)).await
    }

    /// Signs ada in, up to the page behind her password.
    async fn signed_in(mut self) -> Self {
        self.submit(&[("step", "username"), ("loginfmt", "ada@contoso.test")]).await;
        self.submit(&[("step", "password"), ("passwd", "Passw0rd!")]).await;
        self
    }

    /// The cookie of the browser's session, as `name=value`.
    pub(crate) fn cookie(&self) -> &str {
        &self.cookie
    }

    /// The anti-forgery token of the page.
    pub(crate) fn ctx(&self) -> String {
        self.between("name=\"ctx\" value=\"", "\"").unwrap_or_default()
    }

    fn action(&self) -> String {
        self.between("action=\"", "\"").unwrap_or_else(|| format!("/{TENANT}/login"))
    }

    fn between(&self, before: &str, after: &str) -> Option<String> {
        let (_, rest) = self.page.text.split_once(before)?;
        Some(rest.split_once(after)?.0.to_owned())
    }

    /// The number that the page shows.
    fn number(&self) -> String {
        self.between("<p id=\"idRichContext_DisplaySign\">", "<").unwrap()
    }

    #[track_caller]
    pub(crate) fn shows(&self, mark: &str) {
        assert!(self.page.text.contains(mark), "no {mark} in {}", self.page.text);
    }

    /// Whether the sign-in has come to the redirect address with a code.
    #[track_caller]
    fn has_a_code(&self) {
        let location = self.page.headers.get(LOCATION).map(|to| to.to_str().unwrap()).unwrap_or_default();
        assert!(
            self.page.status == 302 && location.contains("code="),
            "{} {location} {}",
            self.page.status,
            self.page.text
        );
    }
}

/// Two windows at the same time: what the page of one asks is granted in the other.
#[tokio::test]
async fn consent_that_another_window_has_given_is_in_nobodys_way() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let mut hand = Hand::begin(&client, CALENDAR, &[]).await.signed_in().await;
    assert!(hand.page.text.contains("name=\"step\" value=\"consent\""), "{}", hand.page.text);
    idp.tenant().grant_consent(Some("ada"), "desktop", "calendar", &["Events.Read"]).unwrap();
    hand.submit(&[("step", "consent"), ("answer", "accept")]).await;
    hand.has_a_code();
    assert_eq!(idp.tenant().consents().len(), 1, "nothing was added");
}
