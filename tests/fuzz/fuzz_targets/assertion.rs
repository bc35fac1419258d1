//! Tokens that a client brings: client assertions, assertions of a middle tier, bearer tokens, hints. The parts are anybody's
//! and the signature over them is good, as only so is more looked at than the signature.

#![no_main]

use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use fuzz::{Ask, World, at_pace};
use jsonwebtoken::{Algorithm, EncodingKey, crypto::sign};
use libfuzzer_sys::fuzz_target;
use mock_idp::directory::DAEMON_KEY;

static CLIENT_KEY: LazyLock<EncodingKey> = LazyLock::new(|| key(DAEMON_KEY));
static SERVER_KEY: LazyLock<EncodingKey> =
    LazyLock::new(|| key(include_str!("../../../mock-idp/src/keys/test-signing-key.pem")));
const BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const ON_BEHALF_OF: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

fn key(pem: &str) -> EncodingKey {
    EncodingKey::from_rsa_pem(pem.as_bytes()).expect("a key")
}

/// `WAY` and a line each for header and payload; one line alone is a whole token.
fn token(key: &EncodingKey, algorithm: Algorithm, text: &[u8]) -> String {
    let Some(at) = text.iter().position(|byte| *byte == b'\n') else {
        return String::from_utf8_lossy(text).into_owned();
    };
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(&text[..at]), URL_SAFE_NO_PAD.encode(&text[at + 1..]));
    let signature = sign(signed.as_bytes(), key, algorithm).expect("a signature");
    format!("{signed}.{signature}")
}

fuzz_target!(|data: &[u8]| {
    let Some((way, text)) = data.split_first() else { return };
    let form = Ask::new("POST", "/contoso/oauth2/v2.0/token");
    let daemon = ("client_id", "d0000000-0000-4000-8000-000000000004");
    let ask = match way % 6 {
        0 | 1 => {
            let algorithm = if way % 6 == 0 { Algorithm::PS256 } else { Algorithm::RS256 };
            form.form(&[
                daemon,
                ("grant_type", "client_credentials"),
                ("scope", "api://calendar/.default"),
                ("client_assertion_type", BEARER),
                ("client_assertion", &token(&CLIENT_KEY, algorithm, text)),
            ])
        }
        2 => form.form(&[
            ("client_id", "d0000000-0000-4000-8000-000000000003"),
            ("client_secret", "portal-secret"),
            ("grant_type", ON_BEHALF_OF),
            ("requested_token_use", "on_behalf_of"),
            ("scope", "api://payroll/Salary.Read"),
            ("assertion", &token(&SERVER_KEY, Algorithm::RS256, text)),
        ]),
        3 => Ask::new("POST", "/contoso/oauth2/v2.0/logout").form(&[
            ("id_token_hint", &token(&SERVER_KEY, Algorithm::RS256, text)),
            ("post_logout_redirect_uri", "http://localhost"),
        ]),
        4 => Ask::new("GET", "/api/news")
            .header("authorization", format!("Bearer {}", token(&SERVER_KEY, Algorithm::RS256, text))),
        _ => Ask::new("GET", "/oidc/userinfo")
            .header("authorization", format!("Bearer {}", token(&SERVER_KEY, Algorithm::RS256, text))),
    };
    at_pace(World::new, |world| {
        world.ask(&ask);
    });
});
