//! A sign-in without pages: where the tenant's virtual user skips them, the server answers each in her stead, until there is
//! something for the browser. Around all endpoints, so pages and steps are the same as ever, and are logged.

use std::sync::Arc;

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, header},
    response::Response,
};
use jiff::SignedDuration;
use url::Url;

use crate::{
    params::Params,
    state::Tenant,
    virtual_user::{StandIn, Thinking, VirtualUser},
};

use super::{Idp, front::Paths};

/// No sign-in has so many pages.
const MOST_PAGES: usize = 25;

/// No page is so large.
const LARGEST_PAGE: usize = 1024 * 1024;

/// The tenant in which `request` begins a sign-in, if its virtual user skips pages.
pub(super) fn tenant(idp: &Idp, request: &Request) -> Option<Arc<Tenant>> {
    begun_in(idp, request).filter(|tenant| tenant.state().virtual_user.skips_pages)
}

/// A clock that stands still is moved, for who stopped it does not want to wait.
fn thinking(tenant: &Arc<Tenant>) -> Thinking {
    if !tenant.clock.is_frozen() {
        return Thinking::default();
    }
    let tenant = tenant.clone();
    Thinking::on_a_clock(move |time| {
        tenant.clock.advance(SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX));
        std::future::ready(())
    })
}

fn begun_in(idp: &Idp, request: &Request) -> Option<Arc<Tenant>> {
    let path = request.uri().path();
    if path == "/deviceauth" {
        let query = Params::parse(request.uri().query().unwrap_or_default().as_bytes()).ok()?;
        return idp.user_codes.find(query.get("otc")?).and_then(|(tenant, _)| idp.tenant_by_id(tenant));
    }
    let begins = path.ends_with("/authorize") || path.ends_with("/adminconsent");
    let segment = path.split('/').find(|segment| !segment.is_empty()).filter(|_| begins)?;
    idp.registry.authority(segment).map(|authority| authority.tenant().clone())
}

/// Answers pages in the stead of the virtual user of `tenant`.
pub(super) async fn pages(idp: &Idp, tenant: &Arc<Tenant>, request: Request, paths: &Paths) -> Response {
    let person: VirtualUser = tenant.state().next_visit();
    let thinking = thinking(tenant);
    let headers = request.headers().clone();
    let Ok(mut url) = Url::parse(&format!("{}{}", idp.base, request.uri())) else { return paths.answer(request).await };
    let mut cookies = Cookies::of(&headers);
    let mut stand_in = StandIn::new(&person);
    let mut response = paths.answer(request).await;
    for _ in 0..MOST_PAGES {
        cookies.keep(&response);
        if !is_page(&response) {
            break;
        }
        let (parts, body) = response.into_parts();
        let html = to_bytes(body, LARGEST_PAGE).await.unwrap_or_default();
        let answer = stand_in.answer(url, parts.status.as_u16(), &String::from_utf8_lossy(&html));
        response = Response::from_parts(parts, Body::from(html));
        let Some(answer) = answer else { break };
        thinking.of(&person).await;
        url = answer.url;
        match submission(&url, answer.form, &headers, &cookies) {
            Some(request) => response = paths.answer(request).await,
            None => break,
        }
    }
    cookies.hand_over(&mut response);
    response
}

fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/html"))
}

/// The request of a browser that submits a form. The browser whose sign-in it is sent `headers`.
fn submission(url: &Url, form: Option<String>, headers: &HeaderMap, cookies: &Cookies) -> Option<Request> {
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let method = if form.is_some() { Method::POST } else { Method::GET };
    let mut request = Request::builder()
        .method(method)
        .uri(format!("{}{query}", url.path()))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form.unwrap_or_default()))
        .ok()?;
    for name in [header::HOST, header::USER_AGENT] {
        if let Some(value) = headers.get(&name) {
            request.headers_mut().insert(name, value.clone());
        }
    }
    request.headers_mut().insert(header::COOKIE, HeaderValue::from_str(&cookies.sent()).ok()?);
    Some(request)
}

/// The cookies of the browser: what it sent, and what pages set that it will never see.
struct Cookies {
    sent: String,
    set: Vec<HeaderValue>,
}

impl Cookies {
    fn of(headers: &HeaderMap) -> Self {
        let sent = headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Self { sent: sent.to_owned(), set: Vec::new() }
    }

    fn keep(&mut self, response: &Response) {
        self.set.extend(response.headers().get_all(header::SET_COOKIE).iter().cloned());
    }

    /// The newest first: the server takes the first of a name.
    fn sent(&self) -> String {
        let set = self.set.iter().rev().filter_map(|value| value.to_str().ok()?.split(';').next());
        set.chain([self.sent.as_str()]).filter(|pair| !pair.is_empty()).collect::<Vec<_>>().join("; ")
    }

    fn hand_over(self, response: &mut Response) {
        response.headers_mut().remove(header::SET_COOKIE);
        for value in self.set {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
}
