//! What each command does: asks the library, hands the outcome to the output. Decides nothing about tokens.

use std::path::Path;

use desktop_client::storage::TokenCacheStorage as _;
use desktop_client::{
    Account, AcquireTokenInteractive, AuthenticationResult, ClientErrorKind, Error, PublicClientApplication,
    SystemBrowser, UserAgent as _,
};
use url::Url;

use super::Status;
use super::args::{CacheAction, Command, TokenArgs};
use super::output::Output;
use super::profile::Settings;
use super::who::{self, Who};
use super::{doctor, storage};

pub(super) async fn obey(
    settings: &Settings,
    app: &PublicClientApplication,
    command: Command,
    output: &Output,
) -> Status {
    match command {
        Command::Login { scopes, device_code, .. } if device_code || !SystemBrowser.is_present() => {
            let result = app.acquire_token_by_device_code(scopes).await;
            finish(result, output, true, |result| output.login(result, &app.token_cache_location()))
        }
        Command::Login { scopes, who, prompt, .. } => {
            let request = app.acquire_token_interactive(scopes);
            let request = prompt.into_iter().fold(request, |request, prompt| request.with_prompt(prompt.into()));
            let request = match who.account {
                Some(name) => hinted(request, &who::find(&app.accounts().unwrap_or_default(), Some(&name))),
                None => request,
            };
            finish(request.await, output, true, |result| output.login(result, &app.token_cache_location()))
        }
        Command::Token(args) => token(app, args, output).await,
        Command::Call { url, scopes, who, silent } => {
            let who = who::find(&app.accounts().unwrap_or_default(), who.account.as_deref());
            call(app, (url, scopes), who, silent, output).await
        }
        Command::Accounts => match app.accounts() {
            Ok(accounts) => {
                output.accounts(&accounts);
                Status::Done
            }
            Err(error) => failed(&error, output, false),
        },
        Command::Logout { account } => logout(app, account.as_deref(), output),
        Command::Doctor => doctor::run(settings, output).await,
        // Answered before there was an app.
        Command::Completions { .. } | Command::Cache { .. } => Status::Done,
    }
}

/// Needs no authority: the cache is the same for all.
pub(super) fn cache(action: CacheAction, option: Option<&Path>, output: &Output) -> Status {
    let clear = || -> anyhow::Result<usize> {
        let app =
            PublicClientApplication::builder("desktop-client").token_cache(storage::of(option)?.storage).build()?;
        Ok(app.clear_token_cache()?)
    };
    let done = match action {
        CacheAction::Path => {
            storage::of(option).map(|place| output.location(&place.storage.location())).map_err(anyhow::Error::from)
        }
        CacheAction::Clear => clear().map(|accounts| output.cleared(accounts)),
    };
    match done {
        Ok(()) => Status::Done,
        Err(error) => {
            output.usage(&format!("{error:#}"));
            Status::Refused
        }
    }
}

async fn token(app: &PublicClientApplication, args: TokenArgs, output: &Output) -> Status {
    let claims = args.claims.unwrap_or_default();
    let who = who::find(&app.accounts().unwrap_or_default(), args.who.account.as_deref());
    let interactive = args.interactive || args.prompt.is_some();
    let result = match who {
        _ if args.device_code => app.acquire_token_by_device_code(args.scopes).with_claims(claims).await,
        Who::Several(accounts) if !interactive => return several(&accounts, output),
        Who::Stranger(name) if args.silent => app.acquire_token_silent(args.scopes).with_login_hint(name).await,
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
        Who::Stranger(name) => {
            let result = match silent {
                true => app.acquire_token_silent(&scopes).with_login_hint(name).await,
                false => app.acquire_token_interactive(&scopes).with_login_hint(name).await,
            };
            match result {
                Ok(result) => Some(result.account),
                Err(error) => return failed(&error, output, !silent),
            }
        }
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
    let accounts: Vec<Account> = match app.accounts() {
        Ok(accounts) => accounts.into_iter().filter(fits).collect(),
        Err(error) => return failed(&error, output, false),
    };
    if let Err(error) = accounts.iter().try_for_each(|account| app.remove_account(account)) {
        return failed(&error, output, false);
    }
    output.accounts(&accounts);
    match name {
        Some(name) if accounts.is_empty() => {
            output.sentence(&format!("nobody named {name:?} is signed in; `desktop-client accounts` lists who is"));
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
