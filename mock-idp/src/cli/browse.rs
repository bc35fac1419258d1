//! `browse`: the virtual user as a browser, for programs that open an address and people who try one out.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use mock_idp::{
    tls::default_cert_dir,
    virtual_user::{Answer, Browser, MfaAnswer, Outcome, PageSeen, ResponseMode, VirtualUser},
};
use tokio::runtime::Builder;
use url::Url;

use super::{args::BrowseOptions, failure::Failure, output};

/// Signs in at the address. Status 0 if the client got an answer, whatever it says.
pub(super) fn browse(options: &BrowseOptions) -> Result<i32, Failure> {
    let url = address(&options.url)?;
    let ca = certificate(options.ca.as_deref(), &url)?;
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::failed(format!("the browser could not be started: {error}")))?;
    let browser = Browser::by_proxy(ca.as_deref(), options.proxy.as_deref()).map_err(Failure::usage)?;
    let (user, visit) = runtime.block_on(async {
        let scripted = browser.who_visits(&url).await;
        let user = person(options, scripted.unwrap_or_default());
        let visit = browser.visit(&url, &user).await;
        (user, visit)
    });
    let visit = visit.map_err(Failure::failed)?;
    if !options.quiet {
        visit.pages.iter().for_each(|page| output::say(&seen(page)));
    }
    let delivered = ended(&visit.outcome, &user.username)?;
    if !options.quiet {
        output::say(&delivered);
    }
    Ok(0)
}

/// The scripted person, as far as the options do not say otherwise.
fn person(options: &BrowseOptions, scripted: VirtualUser) -> VirtualUser {
    VirtualUser {
        username: options.user.clone().unwrap_or(scripted.username),
        password: options.password.clone().unwrap_or(scripted.password),
        one_time_code: options.code.clone().unwrap_or(scripted.one_time_code),
        consent: if options.deny_consent { Answer::Decline } else { scripted.consent },
        mfa: if options.fail_mfa { MfaAnswer::Fail } else { scripted.mfa },
        cancel_at: options.cancel.map(Into::into).or(scripted.cancel_at),
        ..scripted
    }
}

fn address(text: &str) -> Result<Url, Failure> {
    let hint = "give the whole address of an authorization request, in quotes: 'https://localhost:8443/…/authorize?…'";
    let url = Url::parse(text).map_err(|_| Failure::usage(format!("{text:?} is no address")).hint(hint))?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        scheme => Err(Failure::usage(format!("{scheme} addresses cannot be browsed")).hint(hint)),
    }
}

/// The CA that was named, or else the one this machine keeps, if it has one and the address needs it.
fn certificate(named: Option<&Path>, url: &Url) -> Result<Option<String>, Failure> {
    let kept = || -> Option<PathBuf> {
        let directory = env::var_os("MOCK_IDP_CERT_DIR").map(PathBuf::from);
        let path = directory.or_else(|| default_cert_dir().ok())?.join("ca.pem");
        (url.scheme() == "https" && path.exists()).then_some(path)
    };
    let Some(path) = named.map(Path::to_owned).or_else(kept) else {
        return Ok(None);
    };
    let unreadable = |error| Failure::usage(format!("the CA {} cannot be read: {error}", path.display()));
    let pem = fs::read_to_string(&path).map_err(unreadable)?;
    if !pem.contains("-----BEGIN CERTIFICATE-----") {
        return Err(Failure::usage(format!("{} is no PEM certificate", path.display())).hint("`mock-idp ca` names one"));
    }
    Ok(Some(pem))
}

fn seen(page: &PageSeen) -> String {
    let mut line = format!("page: {}", page.kind);
    if !page.scopes.is_empty() {
        line.push_str(&format!(" for {}", page.scopes.join(", ")));
    }
    if let Some(error) = &page.error {
        line.push_str(&format!(" saying \"{error}\""));
    }
    line
}

/// What happened in the end, if the client or the server got what it waited for.
fn ended(outcome: &Outcome, username: &str) -> Result<String, Failure> {
    match outcome {
        Outcome::Delivered { redirect_uri, mode, status, .. } => {
            let what = match outcome.parameter("error") {
                Some(error) => format!("the error {error}"),
                None => "a code".to_owned(),
            };
            let how = match mode {
                ResponseMode::Query => "in the query",
                ResponseMode::Fragment => "in the fragment",
                ResponseMode::FormPost => "as a form",
            };
            let answer = status.map(|status| format!(", which answered {status}")).unwrap_or_default();
            Ok(format!("delivered {what} {how} to {redirect_uri}{answer}"))
        }
        Outcome::Finished { at } => Ok(format!("done, on the {at} page")),
        Outcome::ErrorPage { code, message } => {
            let code = code.filter(|code| !message.contains(&code.to_string()));
            let number = code.map(|code| format!("AADSTS{code}: ")).unwrap_or_default();
            Err(Failure::failed(format!("nothing was delivered; the server's error page says: {number}{message}")))
        }
        Outcome::Abandoned { at } => {
            Err(Failure::failed(format!("nothing was delivered: {username} closed the window on the {at} page")))
        }
    }
}
