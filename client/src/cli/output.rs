//! What is printed. A reader that goes away early is no error of ours.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use clap::builder::styling::{AnsiColor, Style};
use desktop_client::storage::Location;
use desktop_client::{Account, AuthenticationResult, Error};
use serde_json::{Value, json};

use super::explain::explain;
use super::waiting::{Waiting, say};
use super::who::name_of;

pub(super) struct Output {
    pub(super) json: bool,
    /// The command line, for what to type next.
    pub(super) arguments: Vec<String>,
    /// The line that goes before anything is printed.
    pub(super) waiting: Arc<Waiting>,
}

impl Output {
    /// `location`: where the tokens are from now on.
    pub(super) fn login(&self, result: &AuthenticationResult, location: &Location) {
        self.waiting.stop();
        if self.json {
            print_json(&json!({
                "account": account(&result.account),
                "scopes": result.scopes,
                "expires_on": result.expires_on,
                "correlation_id": result.correlation_id,
            }));
        } else {
            let account = &result.account;
            let name = name_of(account);
            // An OpenID provider knows no tenants.
            match result.tenant_id.as_str() {
                "" => print(&format!("signed in as {name} ({})", account.environment)),
                tenant => print(&format!("signed in as {name} (tenant {tenant})")),
            }
            say(&format!("Tokens are kept {location}."));
        }
    }

    pub(super) fn token(&self, result: &AuthenticationResult) {
        self.waiting.stop();
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
        self.waiting.stop();
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
            say("Nobody is signed in.");
        } else {
            for account in accounts {
                print(&format!("{}\t{}", account.username, account.home_account_id));
            }
        }
    }

    pub(super) fn location(&self, location: &Location) {
        if self.json {
            // JSON is Unicode; a path need not be.
            let path = if let Location::File(path) = location { Some(path.to_string_lossy()) } else { None };
            print_json(&json!({"path": path, "kept": location.to_string()}));
        } else if let Location::File(path) = location {
            print(&path.display().to_string());
        } else {
            print(&location.to_string());
        }
    }

    pub(super) fn cleared(&self, accounts: usize) {
        if self.json {
            print_json(&json!({"accounts_forgotten": accounts}));
        } else {
            say(&match accounts {
                1 => "1 account forgotten.".to_owned(),
                more => format!("{more} accounts forgotten."),
            });
        }
    }

    pub(super) fn error(&self, error: &Error) {
        self.waiting.stop();
        if self.json {
            print_json(&json!({ "error": members(error) }));
        }
        let told = explain(error, &self.arguments);
        self.sentence(&told.what);
        let aside = |label: &str, text: Option<&str>| {
            if let Some(text) = text {
                say(&format!("  {DIM}{label:<8}{DIM:#} {text}"));
            }
        };
        aside("why", told.why.as_deref());
        aside("next", told.next.as_deref());
        aside("", told.command.as_deref());
        aside("support", told.support.as_deref());
    }

    pub(super) fn usage(&self, message: &str) {
        self.refused("usage", message);
    }

    /// A failure that is no error of the library's.
    pub(super) fn refused(&self, code: &str, message: &str) {
        self.waiting.stop();
        if self.json {
            print_json(&json!({"error": {"code": code, "message": message}}));
        }
        self.sentence(message);
    }

    pub(super) fn warning(&self, text: &str) {
        say(&format!("{YELLOW}warning:{YELLOW:#} {text}"));
    }

    pub(super) fn sentence(&self, text: &str) {
        self.waiting.stop();
        say(&format!("{RED}error:{RED:#} {text}"));
    }
}

/// Colours are left out where nobody would see them.
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// Everything there is to know; members that do not apply are null.
fn members(error: &Error) -> Value {
    let seconds = |pause: Option<Duration>| pause.map(|pause| pause.as_secs());
    let mut members = json!({
        "code": error.code(),
        "message": error.to_string(),
        "retryable": error.is_retryable(),
        "throttled": error.is_throttled(),
    });
    let details = match error {
        Error::UiRequired(ui) => json!({
            "classification": format!("{:?}", ui.classification),
            "suberror": ui.suberror,
            "error_codes": ui.error_codes,
            "claims": ui.claims,
            "correlation_id": ui.correlation_id,
            "trace_id": ui.trace_id,
            "timestamp": ui.timestamp,
            "status": ui.status,
            "retry_after": seconds(ui.retry_after),
            "after_prompt": ui.after_prompt,
        }),
        Error::Service(refusal) => json!({
            "suberror": refusal.suberror,
            "error_codes": refusal.error_codes,
            "claims": refusal.claims,
            "correlation_id": refusal.correlation_id,
            "trace_id": refusal.trace_id,
            "timestamp": refusal.timestamp,
            "status": refusal.status,
            "retry_after": seconds(refusal.retry_after),
        }),
        Error::Client(_) => json!({}),
    };
    if let (Value::Object(all), Value::Object(details)) = (&mut members, details) {
        all.extend(details);
    }
    members
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

pub(super) fn print_json(value: &Value) {
    print(&value.to_string());
}

pub(super) fn print(text: &str) {
    let _ = writeln!(anstream::stdout(), "{text}");
}
