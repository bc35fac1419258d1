//! The commands. Results go to stdout, everything for people to stderr.

mod args;
mod output;
mod profile;

use std::process::ExitCode;

use desktop_client::{
    Account, AuthenticationResult, BoxFuture, ClientErrorKind, Error, PublicClientApplication, SystemBrowser,
    UserAgent, UserAgentError,
};
use url::Url;

pub(crate) use args::Args;
use args::{Command, TokenArgs};
use output::Output;

/// How a command ended; the exit statuses of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Done = 0,
    Refused = 1,
    Usage = 2,
    UserNeeded = 3,
}

/// Runs one command.
pub(crate) async fn run(args: Args) -> ExitCode {
    let output = Output { json: args.json };
    let status = match profile::app(&args.profile) {
        Ok(app) => execute(&app, args.command, &output).await,
        Err(error) => {
            output.usage(&format!("{error:#}"));
            Status::Usage
        }
    };
    ExitCode::from(status as u8)
}

/// Ctrl-C drops whatever is under way.
async fn execute(app: &PublicClientApplication, command: Command, output: &Output) -> Status {
    tokio::select! {
        status = obey(app, command, output) => status,
        Ok(()) = tokio::signal::ctrl_c() => {
            output.sentence("interrupted; nothing was changed");
            Status::Refused
        }
    }
}

async fn obey(app: &PublicClientApplication, command: Command, output: &Output) -> Status {
    match command {
        Command::Login { scopes } => {
            let result = app.acquire_token_interactive(scopes).await;
            finish(result, output, true, |result| output.login(result))
        }
        Command::Token(args) => token(app, args, output).await,
        Command::Call { url, scopes, silent } => {
            let request = app.http_client().get(url);
            match app.call_api(request, scopes).ui_allowed(!silent).await {
                Ok(response) => answer(response, output).await,
                Err(error) => failed(&error, output, !silent),
            }
        }
        Command::Accounts => {
            output.accounts(&app.accounts());
            Status::Done
        }
        Command::Logout { account } => logout(app, account.as_deref(), output),
    }
}

async fn token(app: &PublicClientApplication, args: TokenArgs, output: &Output) -> Status {
    let claims = args.claims.unwrap_or_default();
    let result = if args.interactive {
        app.acquire_token_interactive(args.scopes).with_claims(claims).await
    } else {
        app.token_for(args.scopes).with_claims(claims).ui_allowed(!args.silent).await
    };
    finish(result, output, !args.silent, |result| output.token(result))
}

async fn answer(response: reqwest::Response, output: &Output) -> Status {
    let status = response.status();
    match response.text().await {
        Ok(body) => output.answer(status.as_u16(), &body),
        Err(_) => {
            output.sentence("the API's answer broke off; try again");
            return Status::Refused;
        }
    }
    if status.is_success() {
        Status::Done
    } else {
        output.sentence(&format!("the API answered {status}; its body says why"));
        Status::Refused
    }
}

fn logout(app: &PublicClientApplication, name: Option<&str>, output: &Output) -> Status {
    let fits = |account: &Account| {
        name.is_none_or(|name| account.username.eq_ignore_ascii_case(name) || account.home_account_id == name)
    };
    let accounts: Vec<Account> = app.accounts().into_iter().filter(|one| fits(one)).collect();
    accounts.iter().for_each(|account| app.remove_account(account));
    output.accounts(&accounts);
    match name {
        Some(name) if accounts.is_empty() => {
            output.sentence(&format!(
                "nobody named {name:?} is signed in; tokens are kept in memory, so each command starts signed out"
            ));
            Status::Refused
        }
        _ => Status::Done,
    }
}

fn finish(
    result: Result<AuthenticationResult, Error>,
    output: &Output,
    ui_allowed: bool,
    print: impl FnOnce(&AuthenticationResult),
) -> Status {
    match result {
        Ok(result) => {
            print(&result);
            Status::Done
        }
        Err(error) => failed(&error, output, ui_allowed),
    }
}

fn failed(error: &Error, output: &Output, ui_allowed: bool) -> Status {
    output.error(error);
    match error {
        Error::UiRequired(_) if !ui_allowed => Status::UserNeeded,
        Error::Client(error) if is_usage(error.kind) => Status::Usage,
        _ => Status::Refused,
    }
}

fn is_usage(kind: ClientErrorKind) -> bool {
    matches!(
        kind,
        ClientErrorKind::InvalidRequest
            | ClientErrorKind::InvalidAuthority
            | ClientErrorKind::InvalidRedirectUri
            | ClientErrorKind::InvalidJsonClaimsFormat
    )
}

/// The platform's browser, with a line on stderr for the person who waits.
struct AnnouncedBrowser;

impl UserAgent for AnnouncedBrowser {
    fn open<'a>(&'a self, url: &'a Url) -> BoxFuture<'a, Result<(), UserAgentError>> {
        Box::pin(async move {
            let opened = SystemBrowser.open(url).await;
            output::progress(match &opened {
                Ok(()) => "Waiting for the sign-in in the browser … (Ctrl-C gives up)",
                Err(_) => "No browser could be opened.",
            });
            opened
        })
    }
}
