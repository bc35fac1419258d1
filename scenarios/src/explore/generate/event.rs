//! What happens between two operations: to the directory, to the server, to the person, to time.

use serde_json::{Value, json};

use super::{Plot, Subject, one, world::parsed};

/// What the person does from now on. Nothing said: as usual.
const PERSONS: &[&str] = &[
    "{}",
    "{}",
    r#"{ "consent": "decline" }"#,
    r#"{ "consent": "decline" }"#,
    r#"{ "cancel_at": "password" }"#,
    r#"{ "cancel_at": "consent" }"#,
    r#"{ "cancel_at": "one_time_code" }"#,
    r#"{ "closes_at": "consent" }"#,
    r#"{ "mfa": "fail" }"#,
    r#"{ "mfa": "timeout" }"#,
    r#"{ "mfa": "ignore" }"#,
    r#"{ "password": "wrong" }"#,
    r#"{ "terms_of_use": "decline" }"#,
    r#"{ "external_challenge": "decline" }"#,
    r#"{ "signs_in_as": "eve" }"#,
    r#"{ "requests_approval": false }"#,
    r#"{ "visits": [{ "consent": "decline" }] }"#,
    r#"{ "visits": [{ "mfa": "fail" }, {}] }"#,
];

/// What an administrator, a device or a place does to the user.
const USERS: &[&str] = &[
    r#"{ "enabled": false }"#,
    r#"{ "password_expired": true }"#,
    r#"{ "methods": [] }"#,
    r#"{ "per_user_mfa": true }"#,
    r#"{ "locked": true }"#,
    r#"{ "deleted": true }"#,
    r#"{ "facts": { "device": { "compliant": true } } }"#,
    r#"{ "facts": { "device": { "domain_joined": true } } }"#,
    r#"{ "facts": { "risk": { "user": "high" } } }"#,
    r#"{ "facts": { "risk": { "sign_in": "high" } } }"#,
    r#"{ "facts": { "network": { "address": "198.51.100.7" } } }"#,
    r#"{ "facts": { "network": { "address": "192.0.2.10", "api_address": "198.51.100.9" } } }"#,
];

/// Answers to order at the token endpoint.
const TOKEN_FAULTS: &[&str] = &[
    r#"{ "status": 429, "retry_after": 60 }"#,
    r#"{ "status": 429, "retry_after": 60 }"#,
    r#"{ "status": 429, "retry_after": 600 }"#,
    r#"{ "status": 429 }"#,
    r#"{ "status": 503 }"#,
    r#"{ "status": 503, "times": 2 }"#,
    r#"{ "status": 503, "times": "unlimited" }"#,
    r#"{ "status": 503, "retry_after": 30 }"#,
    r#"{ "drop": true }"#,
    r#"{ "code": 90033 }"#,
    r#"{ "code": 50196 }"#,
    r#"{ "code": 50196 }"#,
    r#"{ "code": 700016 }"#,
    r#"{ "code": 7000218 }"#,
    r#"{ "code": 500011 }"#,
    r#"{ "code": 70011 }"#,
    r#"{ "code": 50131 }"#,
    r#"{ "code": 50155 }"#,
    r#"{ "status": 200, "body": "<html>no JSON</html>" }"#,
];

/// The same at the other endpoints.
const OTHER_FAULTS: &[&str] = &[
    r#"{ "endpoint": "authorize", "tamper_state": true }"#,
    r#"{ "endpoint": "authorize", "tamper_state": true }"#,
    r#"{ "endpoint": "authorize", "redirect_error": "server_error" }"#,
    r#"{ "endpoint": "authorize", "redirect_error": "temporarily_unavailable" }"#,
    r#"{ "endpoint": "authorize", "redirect_error": "access_denied" }"#,
    r#"{ "endpoint": "authorize", "status": 503 }"#,
    r#"{ "endpoint": "authorize", "code": 50011 }"#,
    r#"{ "endpoint": "page", "drop": true }"#,
    r#"{ "endpoint": "discovery", "status": 503, "times": 2 }"#,
];

/// The same at an API.
const API_FAULTS: &[&str] = &[
    r#"{ "status": 401, "times": 8 }"#,
    r#"{ "status": 401, "times": 8 }"#,
    r#"{ "status": 401 }"#,
    r#"{ "status": 403 }"#,
    r#"{ "status": 503 }"#,
    r#"{ "status": 429, "retry_after": 30 }"#,
    r#"{ "drop": true }"#,
];

/// Changes to the application.
const APPLICATIONS: &[&str] = &[
    r#"{ "assignment_required": true }"#,
    r#"{ "enabled": false }"#,
    r#"{ "risky": true }"#,
    r#"{ "approved": true }"#,
];

/// How APIs write their challenges.
const DIALECTS: &[&str] = &[
    "arm",
    "unquoted",
    "unpadded",
    "base64url",
    "base64url_unpadded",
    "second_scheme",
    "two_headers",
    "raw_json",
    "garbage",
    "rfc9470",
];

/// How much time passes: within and beyond what clients remember, a token's life, a day's, a refresh token's.
const TIMES: &[&str] = &["30s", "1m", "3m", "3m", "10m", "2h", "2h", "26h", "2400h"];

impl Plot {
    pub(super) fn event(&mut self) -> Value {
        match self.choice.below(20) {
            0..=4 if self.subject == Subject::Told => one("advance_clock", json!(self.choice.pick(TIMES))),
            0..=6 => self.switched_policy(),
            7 => {
                let wish = self.a_wish();
                json!({ "grant_consent": { "scopes": wish.scopes } })
            }
            8 => self.changed_consent(),
            9 => json!({ "revoke_sessions": self.user }),
            10 | 11 => {
                json!({ "change_user": { "user": self.user, "set": parsed(self.choice.pick(USERS)) } })
            }
            12..=15 => one("inject_fault", self.fault()),
            16 | 17 => one("virtual_user", self.person()),
            18 => self.changed_api(),
            _ => {
                json!({ "change_application": { "application": "desktop", "set": parsed(self.choice.pick(APPLICATIONS)) } })
            }
        }
    }

    pub(super) fn person(&mut self) -> Value {
        parsed(self.choice.pick(PERSONS))
    }

    /// The user's own, to the API of the sign-in; what was revoked is given again.
    fn changed_consent(&mut self) -> Value {
        let wish = self.theme[0];
        self.has_consented = !self.has_consented;
        if self.has_consented {
            json!({ "grant_consent": { "scopes": wish.scopes } })
        } else {
            json!({ "revoke_consent": { "api": wish.api } })
        }
    }

    fn switched_policy(&mut self) -> Value {
        let Some(name) = self.a_policy() else { return self.changed_consent() };
        one(if self.choice.one_in(4) { "disable_policy" } else { "enable_policy" }, json!(name))
    }

    fn changed_api(&mut self) -> Value {
        let set = match self.choice.below(4) {
            0 => json!({ "availability": "disabled" }),
            1 => json!({ "challenge_capable_clients_only": true }),
            _ => json!({ "challenge": self.choice.pick(DIALECTS) }),
        };
        json!({ "change_api": { "api": self.an_api(), "set": set } })
    }

    fn fault(&mut self) -> Value {
        match self.choice.below(8) {
            0..=4 => {
                let mut fault = parsed(self.choice.pick(TOKEN_FAULTS));
                fault["endpoint"] = "token".into();
                if self.choice.one_in(3) {
                    fault["grant_type"] = self.choice.pick(&["refresh_token", "authorization_code"]).into();
                }
                fault
            }
            5 | 6 => {
                let mut fault = parsed(self.choice.pick(API_FAULTS));
                fault["api"] = self.an_api().into();
                fault
            }
            _ => parsed(self.choice.pick(OTHER_FAULTS)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_can_be_read() {
        for entry in [PERSONS, USERS, TOKEN_FAULTS, OTHER_FAULTS, API_FAULTS, APPLICATIONS].concat() {
            assert!(parsed(entry).is_object(), "{entry}");
        }
    }
}
