//! `WWW-Authenticate`, as any API may write it: no text makes the reader stumble, and what it takes for claims is a JSON object.

#![no_main]

use desktop_client::challenge::{ChallengeClaims, from_headers};
use libfuzzer_sys::fuzz_target;
use reqwest::header::{HeaderMap, HeaderValue, WWW_AUTHENTICATE};

fuzz_target!(|data: &[u8]| {
    let mut headers = HeaderMap::new();
    // A line feed cannot stand in a header and so parts one header line from the next.
    for line in data.split(|byte| *byte == b'\n') {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append(WWW_AUTHENTICATE, value);
        }
    }
    for challenge in from_headers(&headers) {
        assert!(!challenge.scheme.is_empty());
        if let ChallengeClaims::Json(claims) = challenge.claims() {
            assert!(serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&claims).is_ok());
        }
    }
});
