//! What each command does: asks the library, hands the outcome to the output. Decides nothing about tokens.

use std::path::Path;

use desktop_client::storage::TokenCacheStorage as _;
use desktop_client::{
    Account, AcquireTokenByDeviceCode, AcquireTokenInteractive, AuthenticationResult, ClientErrorKind, Error,
    PublicClientApplication, SystemBrowser, UserAgent as _,
};
use url::Url;

use super::Status;
use super::args::{CacheAction, Command, PromptArg, TokenArgs, WhoArgs};
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
        Command::Login { scopes, who, prompt, device_code } => {
            login(app, (scopes, device_code, prompt), who, output).await
        }
        Command::Token(args) => token(app, args, output).await,
        Command::Call { url, scopes, who, silent } => call(app, (url, scopes), (who, silent), output).await,
        Command::Accounts => match app.accounts() {
            Ok(accounts) => {
                output.accounts(&accounts);
                Status::Done
            }
            Err(error) => failed(&error, output, true),
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

async fn login(
    app: &PublicClientApplication,
    (scopes, device_code, prompt): (Vec<String>, bool, Option<PromptArg>),
    who: WhoArgs,
    output: &Output,
) -> Status {
    let name = who.account.as_deref();
    let known = match app.accounts() {
        Ok(known) => known,
        Err(error) => return failed(&error, output, true),
    };
    // Without a name it is the page that asks, whoever is signed in.
    let who = name.map_or(Who::Nobody, |name| who::find(&known, Some(name)));
    let no_page = prompt == Some(PromptArg::None);
    let result = if device_code || (!no_page && !SystemBrowser.is_present()) {
        expecting(app.acquire_token_by_device_code(scopes), &who).await
    } else {
        prompted(app.acquire_token_interactive(scopes), prompt, &who).await
    };
    finish(result, output, !no_page, |result| {
        output.login(result, &app.token_cache_location());
        if let Some(expected) = somebody_else(result, name) {
            let came = who::told_from(&result.account, expected);
            output.warning(&format!("{expected} was to sign in, and {came} did"));
        }
        Status::Done
    })
}

async fn token(app: &PublicClientApplication, args: TokenArgs, output: &Output) -> Status {
    let claims = args.claims.unwrap_or_default();
    let name = args.who.account.as_deref();
    let who = match app.accounts() {
        Ok(known) => who::find(&known, name),
        Err(error) => return failed(&error, output, true),
    };
    let interactive = args.interactive || args.prompt.is_some();
    let ui_allowed = !args.silent && args.prompt != Some(PromptArg::None);
    let result = match who {
        who if args.device_code => {
            expecting(app.acquire_token_by_device_code(args.scopes).with_claims(claims), &who).await
        }
        Who::Several(accounts) if !interactive => return several(&accounts, output),
        Who::Stranger(name) if args.silent => app.acquire_token_silent(args.scopes).with_login_hint(name).await,
        who if interactive || matches!(who, Who::Stranger(_)) => {
            prompted(app.acquire_token_interactive(args.scopes).with_claims(claims), args.prompt, &who).await
        }
        who => {
            let request = app.token_for(args.scopes).with_claims(claims).ui_allowed(!args.silent);
            match who {
                Who::Known(account) => request.with_account(&account).await,
                _ => request.await,
            }
        }
    };
    finish(result, output, ui_allowed, |result| match somebody_else(result, name) {
        Some(expected) => wrong_person(expected, &result.account, output),
        None => {
            output.token(result);
            Status::Done
        }
    })
}

async fn call(
    app: &PublicClientApplication,
    (url, scopes): (Url, Vec<String>),
    (who, silent): (WhoArgs, bool),
    output: &Output,
) -> Status {
    let name = who.account.as_deref();
    let who = match app.accounts() {
        Ok(known) => who::find(&known, name),
        Err(error) => return failed(&error, output, true),
    };
    let account = match who {
        Who::Several(accounts) => return several(&accounts, output),
        Who::Stranger(hint) => {
            let result = match silent {
                true => app.acquire_token_silent(&scopes).with_login_hint(hint).await,
                false => app.acquire_token_interactive(&scopes).with_login_hint(hint).await,
            };
            match result {
                Ok(result) => match somebody_else(&result, name) {
                    Some(expected) => return wrong_person(expected, &result.account, output),
                    None => Some(result.account),
                },
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
    let known = match app.accounts() {
        Ok(known) => known,
        Err(error) => return failed(&error, output, true),
    };
    let fitting: Vec<Account> = known.into_iter().filter(|one| who::is_called(one, name)).collect();
    for account in &fitting {
        if let Err(why) = app.remove_account(account) {
            let name = who::name_of(account);
            output.refused("token_cache_error", &format!("{name} is still signed in: {why}"));
            return Status::Refused;
        }
    }
    output.accounts(&fitting);
    match name {
        Some(name) if fitting.is_empty() => {
            output.sentence(&format!("nobody named {name:?} is signed in; `desktop-client accounts` lists who is"));
            Status::Refused
        }
        _ => Status::Done,
    }
}

/// The sign-in page, with the person's name filled in.
fn prompted(request: AcquireTokenInteractive, prompt: Option<PromptArg>, who: &Who) -> AcquireTokenInteractive {
    let request = prompt.into_iter().fold(request, |request, prompt| request.with_prompt(prompt.into()));
    match who {
        Who::Known(account) => request.with_account(account),
        Who::Stranger(name) => request.with_login_hint(name),
        Who::Nobody | Who::Several(_) => request,
    }
}

/// The page of the other device cannot be told a name.
fn expecting(request: AcquireTokenByDeviceCode, who: &Who) -> AcquireTokenByDeviceCode {
    match who {
        Who::Known(account) => request.expecting(account),
        Who::Stranger(_) | Who::Nobody | Who::Several(_) => request,
    }
}

fn somebody_else<'a>(result: &'a AuthenticationResult, name: Option<&'a str>) -> Option<&'a str> {
    who::somebody_else(&result.account, result.other_user_than_hinted.as_ref(), name)
}

/// A token in the wrong name is no token: a script would go on with it.
fn wrong_person(expected: &str, came: &Account, output: &Output) -> Status {
    let came = who::told_from(came, expected);
    output.refused(
        "user_mismatch",
        &format!("{expected} was to sign in, and {came} did; if {came} is meant, say --account {came}"),
    );
    Status::Refused
}

fn several(accounts: &[Account], output: &Output) -> Status {
    output.usage(&who::which(accounts));
    Status::Usage
}

fn finish(
    result: Result<AuthenticationResult, Error>,
    output: &Output,
    ui_allowed: bool,
    print: impl FnOnce(&AuthenticationResult) -> Status,
) -> Status {
    match result {
        Ok(result) => print(&result),
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
