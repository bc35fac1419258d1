//! The grants beside the sign-in at a browser: application, password, device, on behalf of a user.

mod client_credentials;
mod device_code;
mod on_behalf_of;
mod password;
mod revocation;

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
