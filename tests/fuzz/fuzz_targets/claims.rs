//! The `claims` parameter, at the endpoints that take it: what is no JSON object is refused, and what is asked for twice is
//! asked for once.

#![no_main]

use fuzz::{Ask, World, at_pace};
use libfuzzer_sys::fuzz_target;
use mock_idp::claims_request::ClaimsRequest;
use serde_json::{Map, Value};

fuzz_target!(|data: (u8, &str)| {
    let (way, claims) = data;
    let read = ClaimsRequest::parse(claims);
    assert_eq!(read.is_ok(), serde_json::from_str::<Map<String, Value>>(claims).is_ok());
    if let Ok(read) = read {
        assert_eq!(read.clone().after(&read), read);
    }
    at_pace(World::new, |world| {
        let desktop = ("client_id", "d0000000-0000-4000-8000-000000000001");
        let payroll = ("scope", "api://payroll/Salary.Read openid");
        let (claims, redirect) = (("claims", claims), ("redirect_uri", "http://localhost"));
        let token = Ask::new("POST", "/contoso/oauth2/v2.0/token");
        world.ask(&match way % 4 {
            0 => {
                let code = [desktop, ("response_type", "code"), redirect, payroll, ("prompt", "none"), claims];
                Ask::new("POST", "/contoso/oauth2/v2.0/authorize").form(&code)
            }
            1 => token.form(&[
                desktop,
                ("grant_type", "password"),
                ("username", "ada@contoso.test"),
                ("password", "Passw0rd!"),
                payroll,
                claims,
            ]),
            2 => {
                let daemon = ("client_id", "d0000000-0000-4000-8000-000000000004");
                let secret = [("client_secret", "daemon-secret"), ("scope", "api://calendar/.default")];
                token.form(&[daemon, ("grant_type", "client_credentials"), secret[0], secret[1], claims])
            }
            _ => token.body(format!(
                "{}&refresh_token={{refresh_token}}",
                fuzz::encoded(&[desktop, ("grant_type", "refresh_token"), payroll, claims])
            )),
        });
    });
});
