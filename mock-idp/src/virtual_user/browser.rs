//! The browser: HTTP, the cookie jar, redirects, and the delivery of the answer to the client.
//! It must not know what the person does with a page.
//!
//! A redirect to another origin is a delivery: the address is asked once and its answer reported, never followed.

use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, LOCATION, ORIGIN};
use reqwest::{Certificate, Client, NoProxy, Proxy, Response, StatusCode, redirect};
use url::{Host, Url};

use super::form::{self, Request};
use super::page::Page;
use super::person::{Person, Step};
use super::{BrowseError, Outcome, PageKind, ResponseMode, Thinking, VirtualUser, Visit};

/// A browser without scripts. Its cookies live as long as it does, so two visits share a session;
/// a clone is another window of the same browser.
#[derive(Debug, Clone)]
pub struct Browser {
    client: Client,
    thinking: Thinking,
}

impl Browser {
    /// A browser with no cookies that trusts the certificates in `ca_pem` and no others: a scripted person has no
    /// business outside the mock and its clients. Proxies are passed by for the same reason.
    pub fn new(ca_pem: Option<&str>) -> Result<Self, BrowseError> {
        Self::by_proxy(ca_pem, None)
    }

    /// The same, with the proxy in front of a server that answers to other names ([`crate::MockIdp::proxy_url`]).
    ///
    /// # Errors
    ///
    /// If the certificate or the proxy's address cannot be used.
    pub fn by_proxy(ca_pem: Option<&str>, proxy: Option<&str>) -> Result<Self, BrowseError> {
        let roots = match ca_pem {
            Some(pem) => Certificate::from_pem_bundle(pem.as_bytes()).map_err(BrowseError::Setup)?,
            None => Vec::new(),
        };
        let mut client = Client::builder().no_proxy();
        if let Some(proxy) = proxy {
            let around = NoProxy::from_string("localhost,127.0.0.1,::1");
            client = client.proxy(Proxy::https(proxy).map_err(BrowseError::Setup)?.no_proxy(around));
        }
        let client = client
            .tls_certs_only(roots)
            .redirect(redirect::Policy::none())
            .cookie_store(true)
            .timeout(PATIENCE)
            .user_agent(concat!("mock-idp virtual user/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(BrowseError::Setup)?;
        Ok(Self { client, thinking: Thinking::default() })
    }

    /// Lets the time in which the person thinks pass in another way than by waiting.
    #[must_use]
    pub fn thinking(self, thinking: Thinking) -> Self {
        Self { thinking, ..self }
    }

    /// Who is to open the address, by the mock that it is of: the scripted person of its tenant, at her next visit. `None`
    /// if it is of no mock, or names no tenant.
    pub async fn who_visits(&self, url: &Url) -> Option<VirtualUser> {
        let tenant = url.path_segments()?.next()?;
        let asked = url.join(&format!("/_mock/tenants/{tenant}/virtual_user/visits")).ok()?;
        let answer = self.client.post(asked).send().await.ok()?;
        if answer.status() != StatusCode::OK {
            return None;
        }
        serde_json::from_slice(&answer.bytes().await.ok()?).ok()
    }

    /// Opens the address and goes through the pages as the user would, to the end.
    pub async fn visit(&self, url: &Url, user: &VirtualUser) -> Result<Visit, BrowseError> {
        let first = if user.two_windows { Some(self.open(Request::get(url.clone())).await?) } else { None };
        let visit = self.go(url, Person::new(user, None)).await;
        if let Some(first) = first {
            // The client has its answer already and need not listen any more.
            let _ = self.go_on(first, Person::new(user, None)).await;
        }
        visit
    }

    /// The same at a device-code page: types the code shown on the device.
    pub async fn enter_device_code(
        &self,
        url: &Url,
        user: &VirtualUser,
        user_code: &str,
    ) -> Result<Visit, BrowseError> {
        self.go(url, Person::new(user, Some(user_code))).await
    }

    async fn go(&self, url: &Url, person: Person<'_>) -> Result<Visit, BrowseError> {
        self.go_on(self.open(Request::get(url.clone())).await?, person).await
    }

    async fn go_on(&self, mut arrival: Arrival, mut person: Person<'_>) -> Result<Visit, BrowseError> {
        let mut pages = Vec::new();
        let mut last = PageKind::Unknown;
        while pages.len() < MAX_PAGES {
            let page = match arrival {
                Arrival::Page(page) => page,
                Arrival::Elsewhere(target) => {
                    let outcome = self.deliver_redirect(target).await?;
                    return Ok(Visit { pages, outcome });
                }
            };
            last = page.kind();
            pages.push(page.seen.clone());
            let step = person.act(&page)?;
            // A form that sends itself gives nobody time to think.
            if !matches!(step, Step::PostAnswer) {
                self.thinking.of(person.user()).await;
            }
            match step {
                Step::Send(next) => arrival = self.open(next).await?,
                Step::PostAnswer => {
                    let outcome = self.deliver_form(&page).await?;
                    return Ok(Visit { pages, outcome });
                }
                Step::End(outcome) => return Ok(Visit { pages, outcome }),
            }
        }
        Err(BrowseError::TooManyPages { limit: MAX_PAGES, last })
    }

    /// Sends the request and follows the server's own redirects to a page, or to where it sends the browser away.
    async fn open(&self, mut request: Request) -> Result<Arrival, BrowseError> {
        for _ in 0..=MAX_REDIRECTS {
            let url = request.url.clone();
            let no_answer = |source: reqwest::Error| BrowseError::NoAnswer { url: url.clone(), source };
            let response = self.send(&request).await.map_err(no_answer)?;
            let status = response.status();
            let Some(target) = redirect_target(&response, &url)? else {
                let body = response.text().await.map_err(no_answer)?;
                return Ok(Arrival::Page(Page::parse(url, status.as_u16(), &body)));
            };
            if target.origin() != url.origin() {
                return Ok(Arrival::Elsewhere(target));
            }
            let keeps_method = matches!(status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
            request = if keeps_method { Request { url: target, ..request } } else { Request::get(target) };
        }
        Err(BrowseError::TooManyRedirects { url: request.url, limit: MAX_REDIRECTS })
    }

    async fn deliver_redirect(&self, target: Url) -> Result<Outcome, BrowseError> {
        let in_fragment = pairs(target.fragment());
        // A fragment without an answer in it is a place on a page.
        let is_answer = |(name, _): &(String, String)| name == "code" || name == "error";
        let mode = if in_fragment.iter().any(is_answer) { ResponseMode::Fragment } else { ResponseMode::Query };
        let mut redirect_uri = target.clone();
        redirect_uri.set_fragment(None);
        // A fragment never leaves the browser; the page it is for is fetched only where that is safe to do.
        let is_due = mode == ResponseMode::Query || is_loopback(&target);
        let status = if is_due { self.knock(Request::get(redirect_uri.clone())).await? } else { None };
        let parameters = match mode {
            ResponseMode::Fragment => in_fragment,
            _ => {
                redirect_uri.set_query(None);
                pairs(target.query())
            }
        };
        Ok(Outcome::Delivered { redirect_uri, mode, parameters, status })
    }

    async fn deliver_form(&self, page: &Page) -> Result<Outcome, BrowseError> {
        let form = page.answer_form().ok_or_else(|| BrowseError::MissingElement {
            page: page.kind(),
            url: page.url.clone(),
            element: "form for the client".to_owned(),
        })?;
        let parameters = form.pairs(&[]);
        let status = self
            .knock(Request {
                url: form.action.clone(),
                body: Some(form::encode(&parameters)),
                origin: Some(page.url.origin().ascii_serialization()),
            })
            .await?;
        Ok(Outcome::Delivered { redirect_uri: form.action.clone(), mode: ResponseMode::FormPost, parameters, status })
    }

    /// Asks the client's address once. A custom scheme is the operating system's to open, not ours.
    async fn knock(&self, request: Request) -> Result<Option<u16>, BrowseError> {
        if !matches!(request.url.scheme(), "http" | "https") {
            return Ok(None);
        }
        let response = self.send(&request).await;
        response
            .map(|response| Some(response.status().as_u16()))
            .map_err(|source| BrowseError::NotDelivered { redirect_uri: request.url, source })
    }

    async fn send(&self, request: &Request) -> Result<Response, reqwest::Error> {
        let mut builder = match &request.body {
            Some(body) => self
                .client
                .post(request.url.clone())
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(body.clone()),
            None => self.client.get(request.url.clone()),
        };
        // Browsers name the page's origin with a POST alone.
        if let (Some(origin), true) = (&request.origin, request.body.is_some()) {
            builder = builder.header(ORIGIN, origin);
        }
        builder.header(ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8").send().await
    }
}

/// Where a request led.
enum Arrival {
    Page(Page),
    Elsewhere(Url),
}

fn redirect_target(response: &Response, url: &Url) -> Result<Option<Url>, BrowseError> {
    let Some(location) = response.headers().get(LOCATION) else {
        return Ok(None);
    };
    if !response.status().is_redirection() {
        return Ok(None);
    }
    let location = String::from_utf8_lossy(location.as_bytes());
    url.join(&location)
        .map(Some)
        .map_err(|_| BrowseError::BadRedirect { url: url.clone(), location: location.into_owned() })
}

fn pairs(encoded: Option<&str>) -> Vec<(String, String)> {
    form_urlencoded::parse(encoded.unwrap_or_default().as_bytes()).into_owned().collect()
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A client may work before it answers, but not for ever.
const PATIENCE: Duration = Duration::from_secs(30);
const MAX_PAGES: usize = 25;
const MAX_REDIRECTS: usize = 20;
