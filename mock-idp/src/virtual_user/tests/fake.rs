//! The other side: a client's listener that takes notes, and a small server with the contract's pages.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use url::Url;

use super::super::{BrowseError, VirtualUser, Visit};
use super::browser;

pub(super) const STATE: &str = "a|b=c+d/e\"<>&";
pub(super) fn form_encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

async fn serve(router: Router) -> Url {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    Url::parse(&url).unwrap()
}

/// A client's listener that writes down what it is asked; `/moved` redirects.
pub(super) struct FakeClient {
    pub(super) url: Url,
    log: Arc<Mutex<Vec<String>>>,
}

impl FakeClient {
    pub(super) async fn start() -> Self {
        let log = Arc::new(Mutex::new(Vec::new()));
        let written = log.clone();
        let router = Router::new().fallback(async move |request: Request| {
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 10_000).await.unwrap();
            let line = format!("{} {} {}", parts.method, parts.uri, String::from_utf8_lossy(&body));
            written.lock().unwrap().push(line);
            match parts.uri.path() {
                "/moved" => (StatusCode::FOUND, [(header::LOCATION, "http://127.0.0.1:9/")]).into_response(),
                _ => "done".into_response(),
            }
        });
        Self { url: serve(router).await, log }
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }
}

/// Every step posts to `/step` with the way back in a hidden field.
pub(super) struct FakeIdp {
    url: Url,
}

impl FakeIdp {
    pub(super) async fn start() -> Self {
        let router = Router::new().fallback(async |request: Request| {
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 10_000).await.unwrap();
            let fields: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
            let query = parts.uri.query().unwrap_or_default();
            match parts.uri.path() {
                "/authorize" => Redirect::to(&format!("/login?{query}")).into_response(),
                "/login" => first_page(&parts.headers, query),
                "/step" => next_page(&fields),
                path => odd_page(path, query),
            }
        });
        Self { url: serve(router).await }
    }

    pub(super) fn at(&self, path: &str) -> Url {
        self.url.join(path).unwrap()
    }

    pub(super) fn authorize(&self, mode: &str, redirect_uri: &str) -> Url {
        let mut url = self.at("/authorize");
        url.query_pairs_mut().append_pair("mode", mode).append_pair("to", redirect_uri);
        url
    }

    pub(super) async fn visit(
        &self,
        client: &FakeClient,
        mode: &str,
        user: &VirtualUser,
    ) -> Result<Visit, BrowseError> {
        browser().visit(&self.authorize(mode, client.url.as_str()), user).await
    }
}

const USERNAME: &str = "<input id=i0116 name=loginfmt type=email><button id=idSIButton9>Next</button>";
const PASSWORD: &str = "<input id=i0118 name=passwd type=password><input type=submit id=idSIButton9 value='Sign in'>";
const OTC: &str = "<input id=idTxtBx_SAOTCC_OTC name=otc><button id=idSubmit_SAOTCC_Continue>Verify</button>";
const KMSI: &str = "<input type=checkbox id=KmsiCheckboxField name=dont>
    <button id=idBtn_Back name=kmsi value=no>No</button><button id=idSIButton9 name=kmsi value=yes>Yes</button>";
const CONSENT: &str = "<ul><li class=scope-name>Events.Read</li><li class='scope-name'> Mail.Read </li></ul>
    <button id=idBtn_Back name=consent value=no>Cancel</button><button id=idSIButton9 name=consent value=yes>Accept</button>";
const PICKER: &str = "<div id=tilesHolder><button name=pick value=ada data-test-id=ada@contoso.test>Ada</button>
    <button id=otherTile name=pick value=other>Other</button></div>";

fn html(context: &str, inner: &str) -> Response {
    let context = escape(context);
    Html(format!("<form method=post action=/step><input type=hidden name=ctx value=\"{context}\">{inner}</form>"))
        .into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

fn first_page(headers: &HeaderMap, query: &str) -> Response {
    let signed_in = headers.get(header::COOKIE).is_some_and(|cookie| cookie == "session=ada");
    html(query, if signed_in { PICKER } else { USERNAME })
}

fn next_page(fields: &[(String, String)]) -> Response {
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let context = field("ctx").unwrap();
    let with_error = |inner: &str, id: &str, text: &str| html(context, &format!("{inner}<div id={id}>{text}</div>"));
    match fields.last().map(|(name, value)| (name.as_str(), value.as_str())).unwrap() {
        ("loginfmt", "ada@contoso.test" | "bo@contoso.test") => html(context, PASSWORD),
        ("loginfmt", _) => with_error(USERNAME, "usernameError", "No such account"),
        ("passwd", "Passw0rd!") => {
            let page = html(context, OTC);
            ([(header::SET_COOKIE, "session=ada; Path=/; HttpOnly")], page).into_response()
        }
        ("passwd", _) => with_error(PASSWORD, "passwordError", "Wrong password"),
        ("otc", "123456") => html(context, KMSI),
        ("otc", _) => with_error(OTC, "idSpan_SAOTCC_Error_OTC", "Wrong code"),
        ("pick", "other") => html(context, USERNAME),
        ("kmsi", _) | ("pick", _) => html(context, CONSENT),
        ("consent", "yes") => answer(context, "code", "abc"),
        ("consent", _) => answer(context, "error", "access_denied"),
        other => panic!("{other:?}"),
    }
}

fn answer(context: &str, name: &str, value: &str) -> Response {
    let context: Vec<_> = form_urlencoded::parse(context.as_bytes()).collect();
    let (mode, to) = (&context[0].1, &context[1].1);
    let answer = format!("{name}={value}&state={}", form_encoded(STATE));
    match mode.as_ref() {
        "form_post" => Html(format!(
            "<form method=post action='{to}'><input type=hidden name={name} value={value}>
             <input type=hidden name=state value=\"{}\"><button>Continue</button></form>",
            escape(STATE)
        ))
        .into_response(),
        "fragment" => Redirect::to(&format!("{to}#{answer}")).into_response(),
        _ => Redirect::to(&format!("{to}?{answer}")).into_response(),
    }
}

fn odd_page(path: &str, query: &str) -> Response {
    let device = "<form action=/confirmed><input id=otc name=otc VALUE><button id=idSIButton9>Next</button></form>";
    match path {
        "/circle" => Redirect::to("/circle").into_response(),
        "/endless" => Html("<form action=/endless><input id=i0116><button id=idSIButton9></form>").into_response(),
        "/bad-location" => (StatusCode::FOUND, [(header::LOCATION, "http://[")]).into_response(),
        "/bare-consent" => Html("<b class=scope-name>A</b>").into_response(),
        "/device" if query == "prefilled" => Html(device.replace("VALUE", "value=ABCD")).into_response(),
        "/device" => Html(device.replace("VALUE", "")).into_response(),
        "/confirmed" if query == "otc=ABCD" => Html("<p>You have signed in on your device.</p>").into_response(),
        "/confirmed" => Html(format!("{}<p id=otcError>Unknown code</p>", device.replace("VALUE", ""))).into_response(),
        "/blocked" => Html(
            "<div id=exceptionMessageContainer>AADSTS53003: <p id=errorDescription>Blocked.</p></div>
             <form action=/leave><button id=idBtn_Back>Return to the application</button></form>",
        )
        .into_response(),
        "/leave" => Redirect::to("app://back?error=access_denied").into_response(),
        "/error" => Html(
            "<div id=exceptionMessageContainer>AADSTS50011: mismatch</div><p id=errorDescription>The redirect URI does not match.</p>",
        )
        .into_response(),
        _ => (StatusCode::NOT_FOUND, "{\"error\":\"nope\"}").into_response(),
    }
}
