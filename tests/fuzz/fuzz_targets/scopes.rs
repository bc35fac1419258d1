//! The `scope` parameter, at every endpoint that takes it. What is granted is never more than what was asked for and known.

#![no_main]

use fuzz::{Ask, World, at_pace};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: (u8, &str)| {
    let (way, scope) = data;
    at_pace(World::new, |world| {
        let desktop = ("client_id", "d0000000-0000-4000-8000-000000000001");
        let daemon = ("client_id", "d0000000-0000-4000-8000-000000000004");
        let token = Ask::new("POST", if way >= 128 { "/contoso/oauth2/token" } else { "/common/oauth2/v2.0/token" });
        let asked = ("scope", scope);
        let answer = world.ask(&match way % 5 {
            0 => Ask::new("POST", "/contoso/oauth2/v2.0/authorize").form(&[
                desktop,
                ("response_type", "code"),
                ("redirect_uri", "http://localhost"),
                asked,
            ]),
            1 => token.form(&[
                daemon,
                ("grant_type", "client_credentials"),
                ("client_secret", "daemon-secret"),
                asked,
                ("resource", scope),
            ]),
            2 => Ask::new("POST", "/contoso/oauth2/v2.0/devicecode").form(&[desktop, asked]),
            3 => {
                let question = serde_json::json!({ "user": "ada", "client": "desktop", "scope": scope });
                Ask::new("POST", "/_mock/tenants/contoso/what_if").body(question.to_string())
            }
            _ => token.body(format!(
                "{}&refresh_token={{refresh_token}}",
                fuzz::encoded(&[desktop, ("grant_type", "refresh_token"), asked])
            )),
        });
        if answer.status == 200 && way % 5 == 4 {
            let granted = answer.json()["scope"].as_str().unwrap_or_default().to_owned();
            assert!(!granted.contains("Mail.Manage") && !granted.contains("Files.Read"), "nobody consented: {granted}");
        }
    });
});
