//! `serve`: a server until it is interrupted, and settings to copy.

use std::fmt::Write as _;

use mock_idp::{
    MockIdp,
    directory::{Directory, User},
    snippets::{self, Sample, Values},
    terminal::shown,
};

use super::{args::ServeOptions, failure::Failure, output, signals::Signals, start};

/// Serves until SIGINT or SIGTERM.
pub(super) fn serve(options: &ServeOptions) -> Result<i32, Failure> {
    start::runtime()?.block_on(async {
        let no_signals = |error| Failure::failed(format!("signals cannot be caught: {error}"));
        let mut signals = Signals::install().map_err(no_signals)?;
        let server = start::start(options, DEFAULT_PORT).await?;
        announce(&server);
        signals.next().await;
        server.stop().await;
        Ok(0)
    })
}

/// The ready line at once, then the settings. Whoever started us may not listen; the server runs on all the same.
fn announce(server: &MockIdp) {
    let _ = output::print(&format!("mock-idp listening on {}\n", server.base()));
    let _ = output::print(&settings(server));
}

fn settings(server: &MockIdp) -> String {
    let directory = server.tenant().directory();
    let sample = Sample::of(&directory);
    let ca = server.ca_path().map(|path| path.display().to_string());
    let values = Values::of(&directory, server.base(), ca);
    let mut text = String::from("\n");
    let mut line = |name: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {name:<10} {}", shown(value));
    };
    line("dashboard", &format!("{}/   (what happens, live, and why)", values.base));
    line("authority", &values.authority);
    if let Some(application) = sample.application {
        let name = application.display_name();
        let redirect = application.redirect_uris.first().map(|uri| format!(", redirect {uri}")).unwrap_or_default();
        line("client id", &format!("{}   ({name}{redirect})", values.client_id));
    }
    line("scope", &values.scope);
    line("API", &values.api_url);
    if let Some(ca) = &values.ca {
        line("CA", ca);
    }
    line("control", &format!("{}/_mock/openapi.json   (describes the control API, for tests)", values.base));
    if let Some(proxy) = server.proxy_url() {
        line("proxy", &format!("{proxy}   (as HTTPS_PROXY: leads the other names here)"));
    }
    for (position, user) in users(server, &directory).iter().enumerate() {
        line(if position == 0 { "users" } else { "" }, user);
    }
    text.push_str(&snippets::render(&values));
    text.push_str("\nCtrl-C stops the server.\n");
    text
}

/// Name, password, and what is special about each.
fn users(server: &MockIdp, directory: &Directory) -> Vec<String> {
    let names = directory.users.iter().map(|user| directory.username(user).chars().count());
    let width = names.take(MOST_USERS).max().unwrap_or_default();
    let one = |user: &User| {
        let password = server.tenant().password(user).unwrap_or_else(|| "(no password)".to_owned());
        let mut remarks = Vec::new();
        if !user.enabled {
            remarks.push("disabled".to_owned());
        }
        if user.administrator {
            remarks.push("administrator".to_owned());
        }
        if let Some(home) = &user.home_tenant {
            remarks.push(format!("guest from {home}"));
        }
        remarks.push(match user.methods.is_empty() {
            true => "no second factor registered".to_owned(),
            false => format!("one-time code {}", user.one_time_code.reveal()),
        });
        format!("{:<width$}  {password}  {}", directory.username(user), remarks.join(", "))
    };
    let mut lines: Vec<String> = directory.users.iter().take(MOST_USERS).map(one).collect();
    if directory.users.len() > MOST_USERS {
        lines.push(format!("… and {} more", directory.users.len() - MOST_USERS));
    }
    lines
}

const DEFAULT_PORT: u16 = 8443;
const MOST_USERS: usize = 8;
