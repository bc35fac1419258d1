use rstest::rstest;

use super::http::Request;
use super::{Expectation, RedirectUri, ResultPages, Verdict, judge};

fn request(method: &str, target: &str, body: &str) -> Request {
    Request {
        method: method.to_owned(),
        target: target.to_owned(),
        content_type: "application/x-www-form-urlencoded; charset=utf-8".to_owned(),
        body: body.to_owned(),
    }
}

/// `waits`, `answer`, or the error's code.
fn verdict(request: &Request, accept_query: bool) -> String {
    let expectation = Expectation { state: "s+/=|".to_owned(), accept_query, pages: ResultPages::default() };
    match judge(request, "/", &expectation) {
        Verdict::KeepWaiting(page) => format!("waits {}", &page.status[..3]),
        Verdict::Done(_, Ok(_)) => "answer".to_owned(),
        Verdict::Done(_, Err(error)) => error.code().to_owned(),
    }
}

#[rstest]
#[case::form_post(request("POST", "/", "code=c&state=s%2B%2F%3D%7C"), "answer")]
#[case::error(request("POST", "/", "error=access_denied&state=s%2B%2F%3D%7C"), "answer")]
#[case::query(request("GET", "/?code=c&state=s%2B%2F%3D%7C", ""), "answer")]
#[case::post_to_a_query(request("POST", "/?x=1", "code=c&state=s%2B%2F%3D%7C"), "answer")]
#[case::favicon(request("GET", "/favicon.ico", ""), "waits 404")]
#[case::answer_at_another_path(
    request("POST", "/other", "code=c&state=s%2B%2F%3D%7C"),
    "loopback_response_uri_mismatch"
)]
#[case::refusal_at_another_path(
    request("GET", "/other?error=x&state=s%2B%2F%3D%7C", ""),
    "loopback_response_uri_mismatch"
)]
#[case::stranger_at_another_path(request("POST", "/other", "code=c&state=guess"), "waits 404")]
#[case::other_method_at_another_path(request("OPTIONS", "/other", ""), "waits 404")]
#[case::probe(request("GET", "/", ""), "waits 400")]
#[case::other_method(request("OPTIONS", "/", ""), "waits 405")]
#[case::code_twice(request("POST", "/", "code=c&code=d&state=s%2B%2F%3D%7C"), "waits 400")]
#[case::code_and_error(request("POST", "/", "code=c&error=e&state=s%2B%2F%3D%7C"), "waits 400")]
#[case::foreign_state(request("POST", "/", "code=c&state=other"), "state_mismatch")]
#[case::no_state(request("POST", "/", "code=c"), "state_mismatch")]
#[case::foreign_state_error(request("GET", "/?error=x&state=other", ""), "state_mismatch")]
fn who_is_calling(#[case] request: Request, #[case] expected: &str) {
    assert_eq!(verdict(&request, true), expected);
}

#[test]
fn json_is_no_form_and_waiting_goes_on() {
    let mut json = request("POST", "/", "{}");
    json.content_type = "application/json".to_owned();
    assert_eq!(verdict(&json, true), "waits 415");
}

#[test]
fn a_query_answer_can_be_ruled_out() {
    let query = request("GET", "/?code=c&state=s%2B%2F%3D%7C", "");
    assert_eq!(verdict(&query, false), "authentication_failed");
}

#[rstest]
#[case("http://localhost", 0, "")]
#[case("http://localhost/", 0, "/")]
#[case("http://localhost:3000/auth", 3000, "/auth")]
#[case("http://127.0.0.1:80", 0, "")]
fn good_redirect_addresses(#[case] address: &str, #[case] port: u16, #[case] path: &str) {
    let parsed = RedirectUri::parse(address).unwrap();
    assert_eq!((parsed.port, parsed.path.as_str()), (port, path));
}

#[rstest]
#[case("https://localhost")]
#[case("http://example.test")]
#[case("http://localhost.example.test")]
#[case("http://[::1]")]
#[case("http://localhost?x=1")]
#[case("http://user@localhost")]
#[case("urn:ietf:wg:oauth:2.0:oob")]
fn bad_redirect_addresses(#[case] address: &str) {
    let error = RedirectUri::parse(address).unwrap_err();
    assert_eq!(error.code(), "loopback_redirect_uri");
}
