//! What is printed. A reader that goes away early is no error of ours.

use std::io::Write as _;

use desktop_client::{Account, AuthenticationResult, Error};
use serde_json::{Value, json};

pub(super) struct Output {
    pub(super) json: bool,
}

impl Output {
    pub(super) fn login(&self, result: &AuthenticationResult) {
        if self.json {
            print_json(&json!({
                "account": account(&result.account),
                "scopes": result.scopes,
                "expires_on": result.expires_on,
                "correlation_id": result.correlation_id,
            }));
        } else {
            let account = &result.account;
            // An OpenID provider need not tell a user name, and knows no tenants.
            let name = if account.username.is_empty() { &account.home_account_id } else { &account.username };
            match result.tenant_id.as_str() {
                "" => print(&format!("signed in as {name} ({})", account.environment)),
                tenant => print(&format!("signed in as {name} (tenant {tenant})")),
            }
        }
    }

    pub(super) fn token(&self, result: &AuthenticationResult) {
        if self.json {
            print_json(&json!({
                "access_token": result.access_token.secret(),
                "expires_on": result.expires_on,
                "scopes": result.scopes,
                "account": account(&result.account),
                "tenant_id": result.tenant_id,
                "correlation_id": result.correlation_id,
                "source": format!("{:?}", result.source),
            }));
        } else {
            print(result.access_token.secret());
        }
    }

    pub(super) fn answer(&self, status: u16, body: &str) {
        if self.json {
            let body = serde_json::from_str(body).unwrap_or_else(|_| Value::from(body));
            print_json(&json!({"status": status, "body": body}));
        } else {
            print(body);
        }
    }

    pub(super) fn accounts(&self, accounts: &[Account]) {
        if self.json {
            print_json(&accounts.iter().map(account).collect());
        } else if accounts.is_empty() {
            progress("Nobody is signed in. Tokens are kept in memory for now, so each command starts signed out.");
        } else {
            for account in accounts {
                print(&format!("{}\t{}", account.username, account.home_account_id));
            }
        }
    }

    pub(super) fn error(&self, error: &Error) {
        if self.json {
            let mut members = json!({"code": error.code(), "message": error.to_string()});
            members["throttled"] = json!(error.is_throttled());
            if let Error::UiRequired(ui) = error {
                members["classification"] = json!(format!("{:?}", ui.classification));
                members["suberror"] = json!(ui.suberror);
                members["error_codes"] = json!(ui.error_codes);
                members["claims"] = json!(ui.claims);
                members["correlation_id"] = json!(ui.correlation_id);
                members["trace_id"] = json!(ui.trace_id);
            }
            print_json(&json!({ "error": members }));
        }
        self.sentence(&error.to_string());
    }

    pub(super) fn usage(&self, message: &str) {
        if self.json {
            print_json(&json!({"error": {"code": "usage", "message": message}}));
        }
        self.sentence(message);
    }

    pub(super) fn sentence(&self, text: &str) {
        let _ = writeln!(anstream::stderr(), "error: {text}");
    }
}

/// A line for the person who waits.
pub(super) fn progress(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

fn account(account: &Account) -> Value {
    json!({
        "username": account.username,
        "name": account.name,
        "home_account_id": account.home_account_id,
        "tenant_id": account.tenant_id,
        "environment": account.environment,
    })
}

fn print_json(value: &Value) {
    print(&value.to_string());
}

fn print(text: &str) {
    let _ = writeln!(anstream::stdout(), "{text}");
}
