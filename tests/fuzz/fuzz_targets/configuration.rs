//! The configuration file: a mistake is told with its place, and a document without one is a server that serves and that can
//! be told again.

#![no_main]

use fuzz::{Ask, World, at_pace, places, timed};
use libfuzzer_sys::fuzz_target;
use mock_idp::config;

fuzz_target!(|text: &str| {
    at_pace(
        || (),
        |()| {
            let document = match timed(|| config::load("mock-idp.yaml", text)) {
                Ok(document) => document,
                Err(mistakes) => return places(text, &mistakes),
            };
            let Some(first) = document.tenants.first() else { return };
            let (tenant, client) = (first.id, document.applications.first().map(|client| client.client_id));
            let mut world = World::of(document);
            let told = world.ask(&Ask::new("GET", "/_mock/directory"));
            assert!(config::load("told.json", &told.text).is_ok(), "what is told cannot be read: {}", told.text);
            for path in ["v2.0/.well-known/openid-configuration", "discovery/v2.0/keys"] {
                assert_eq!(world.ask(&Ask::new("GET", format!("/{tenant}/{path}"))).status, 200);
            }
            let query = format!("client_id={}&response_type=code&scope=openid", client.unwrap_or_default());
            world.ask(&Ask::new("GET", format!("/{tenant}/oauth2/v2.0/authorize?{query}")));
        },
    );
});
