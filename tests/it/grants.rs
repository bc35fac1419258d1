//! The grants beside the sign-in at a browser: application, password, device, on behalf of a user.

mod authorization_code;
mod client_assertion;
mod client_credentials;
mod client_state;
mod device_code;
mod family;
mod on_behalf_of;
mod password;
mod refresh_token;
mod revocation;
mod rotation;
mod unmet_policies;

use tests::RawClient;

const DAEMON: &str = "d0000000-0000-4000-8000-000000000004";
const PORTAL: &str = "d0000000-0000-4000-8000-000000000003";

/// Posts a grant as the application `client_id`; `extra` adds or overrides parameters, an empty value leaves one out.
async fn grant(client: &RawClient, client_id: &str, base: &[(&str, &str)], extra: &[(&str, &str)]) -> tests::Answer {
    let mut form = vec![("client_id", client_id)];
    form.extend_from_slice(base);
    client.token(&form, extra).await
}

/// Status, OAuth error, AADSTS number and suberror: what a client decides by.
fn verdict(answer: &tests::Answer) -> (u16, &str, Option<u64>, &str) {
    (answer.status, answer.text_of("error"), answer.code(), answer.text_of("suberror"))
}

/// A whole refusal, all but ids and times: what tests of single errors compare.
#[derive(Debug, PartialEq)]
struct Refused {
    status: u16,
    error: String,
    number: u64,
    suberror: Option<String>,
    claims: Option<String>,
    error_uri: bool,
    error_additional_info: Option<String>,
    text: String,
}

impl Refused {
    /// One with `error_uri` and without claims, as most are.
    fn new(status: u16, error: &str, number: u64, suberror: &str, text: &str) -> Self {
        Self {
            status,
            error: error.to_owned(),
            number,
            suberror: (!suberror.is_empty()).then(|| suberror.to_owned()),
            claims: None,
            error_uri: true,
            error_additional_info: None,
            text: text.to_owned(),
        }
    }

    fn with_claims(self, claims: String) -> Self {
        Self { claims: Some(claims), ..self }
    }
}

/// The refusal in an answer; a member of the wrong form fails the test.
#[track_caller]
fn refused(answer: &tests::Answer) -> Refused {
    let member = |name: &str| answer.body.get(name).map(|value| value.as_str().unwrap().to_owned());
    assert!(answer.code().is_some(), "no refusal: {}", answer.text);
    let number = answer.code().unwrap_or_default();
    assert_eq!(answer.body["error_codes"].as_array().unwrap().len(), 1);
    let error_uri = member("error_uri");
    if let Some(uri) = &error_uri {
        assert_eq!(*uri, format!("https://login.microsoftonline.com/error?code={number}"));
    }
    let description = answer.text_of("error_description");
    let text = description.strip_prefix(&format!("AADSTS{number}: ")).unwrap();
    Refused {
        status: answer.status,
        error: answer.text_of("error").to_owned(),
        number,
        suberror: member("suberror"),
        claims: member("claims"),
        error_uri: error_uri.is_some(),
        error_additional_info: member("error_additional_info"),
        text: text.split_once(" Trace ID: ").unwrap().0.to_owned(),
    }
}
