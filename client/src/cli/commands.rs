//! What each command does: asks the library, hands the outcome to the output. Decides nothing about tokens.

use desktop_client::{
    Account, AcquireTokenInteractive, AuthenticationResult, Classification, ClientErrorKind, Error,
    PublicClientApplication, UiRequired,
};
use url::Url;

use super::Status;
use super::args::{Command, TokenArgs};
use super::doctor;
use super::output::Output;
use super::profile::Settings;
use super::who::{self, Who};

pub(super) async fn obey(
    settings: &Settings,
    app: &PublicClientApplication,
    command: Command,
    output: &Output,
) -> Status {
    match command {
        Command::Login { scopes, who, prompt } => {
            let request = app.acquire_token_interactive(scopes);
            let request = prompt.into_iter().fold(request, |request, prompt| request.with_prompt(prompt.into()));
            let request = match who.account {
                Some(name) => hinted(request, &who::find(&app.accounts(), Some(&name))),
                None => request,
            };
            finish(request.await, output, true, |result| output.login(result))
        }
        Command::Token(args) => token(app, args, output).await,
        Command::Call { url, scopes, who, silent } => {
            let who = who::find(&app.accounts(), who.account.as_deref());
            call(app, (url, scopes), who, silent, output).await
        }
        Command::Accounts => {
            output.accounts(&app.accounts());
            Status::Done
        }
        Command::Logout { account } => logout(app, account.as_deref(), output),
        Command::Doctor => doctor::run(settings, output).await,
        // Answered before there was an app.
        Command::Completions { .. } => Status::Done,
    }
}

async fn token(app: &PublicClientApplication, args: TokenArgs, output: &Output) -> Status {
    let claims = args.claims.unwrap_or_default();
    let who = who::find(&app.accounts(), args.who.account.as_deref());
    let interactive = args.interactive || args.prompt.is_some();
    let result = match who {
        Who::Several(accounts) if !interactive => return several(&accounts, output),
        Who::Stranger(name) if args.silent => Err(no_such_account(&name)),
        who if interactive || matches!(who, Who::Stranger(_)) => {
            let request = app.acquire_token_interactive(args.scopes).with_claims(claims);
            let request = args.prompt.into_iter().fold(request, |request, prompt| request.with_prompt(prompt.into()));
            hinted(request, &who).await
        }
        who => {
            let request = app.token_for(args.scopes).with_claims(claims).ui_allowed(!args.silent);
            match who {
                Who::Known(account) => request.with_account(&account).await,
                _ => request.await,
            }
        }
    };
    finish(result, output, !args.silent, |result| output.token(result))
}

async fn call(
    app: &PublicClientApplication,
    (url, scopes): (Url, Vec<String>),
    who: Who,
    silent: bool,
    output: &Output,
) -> Status {
    let account = match who {
        Who::Several(accounts) => return several(&accounts, output),
        Who::Stranger(name) if silent => return failed(&no_such_account(&name), output, false),
        Who::Stranger(name) => match app.acquire_token_interactive(&scopes).with_login_hint(name).await {
            Ok(result) => Some(result.account),
            Err(error) => return failed(&error, output, true),
        },
        Who::Known(account) => Some(account),
        Who::Nobody => None,
    };
    let mut request = app.call_api(app.http_client().get(url), scopes).ui_allowed(!silent);
    if let Some(account) = &account {
        request = request.with_account(account);
    }
    match request.await {
        Ok(response) => answer(response, output).await,
        Err(error) => failed(&error, output, !silent),
    }
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

/// The sign-in page with the person's name filled in.
fn hinted(request: AcquireTokenInteractive, who: &Who) -> AcquireTokenInteractive {
    match who {
        Who::Known(account) => request.with_account(account),
        Who::Stranger(name) => request.with_login_hint(name),
        Who::Nobody | Who::Several(_) => request,
    }
}

fn several(accounts: &[Account], output: &Output) -> Status {
    output.usage(&who::which(accounts));
    Status::Usage
}

/// Row A2 of the escalation reference.
fn no_such_account(name: &str) -> Error {
    let mut needed = UiRequired::default();
    needed.classification = Classification::AcquireTokenSilentFailed;
    needed.error = "no_account_for_login_hint".to_owned();
    needed.error_description = format!("no account of the name {name} is signed in");
    Error::UiRequired(Box::new(needed))
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
