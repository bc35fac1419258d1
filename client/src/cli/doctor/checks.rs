//! The checks: each a pure function from facts to a finding.

use desktop_client::{ClientErrorKind, Error};
use jiff::SignedDuration;

use super::facts::Facts;

/// What a check found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) verdict: Verdict,
    pub(super) detail: String,
    /// What to do about a problem.
    pub(super) next: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Ok,
    Problem,
    /// Another problem hides it.
    Unknown,
}

impl Verdict {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Problem => "problem",
            Self::Unknown => "unknown",
        }
    }
}

type Check = fn(&Facts) -> Finding;

/// In the order in which a sign-in needs them.
pub(super) const CHECKS: &[(&str, Check)] = &[
    ("proxy", proxy),
    ("authority", authority),
    ("certificate", certificate),
    ("metadata", metadata),
    ("clock", clock),
    ("redirect", redirect),
    ("browser", browser),
    ("cache", cache),
];

fn ok(detail: impl Into<String>) -> Finding {
    Finding { verdict: Verdict::Ok, detail: detail.into(), next: None }
}

fn problem(detail: impl Into<String>, next: impl Into<String>) -> Finding {
    Finding { verdict: Verdict::Problem, detail: detail.into(), next: Some(next.into()) }
}

fn unknown(detail: &str) -> Finding {
    Finding { verdict: Verdict::Unknown, detail: detail.to_owned(), next: None }
}

fn proxy(facts: &Facts) -> Finding {
    match &facts.proxy {
        Some(proxy) => ok(format!("requests to the authority go through {proxy}")),
        None => ok("none between here and the authority"),
    }
}

fn authority(facts: &Facts) -> Finding {
    match (&facts.heard, &facts.metadata) {
        (Some(heard), _) => ok(format!("{} answers (HTTP {})", facts.authority, heard.status)),
        (None, Err(error)) if is_about_the_certificate(error) => ok(format!("{} can be reached", facts.authority)),
        (None, Err(error)) => of(error, Some(facts)),
        (None, Ok(())) => unknown("no request was needed"),
    }
}

fn certificate(facts: &Facts) -> Finding {
    if facts.authority.starts_with("http:") {
        return ok("none needed: plain http on this machine");
    }
    match (&facts.heard, &facts.metadata) {
        (Some(_), _) => match &facts.ca {
            Some(ca) => ok(format!("trusted, with {}", ca.display())),
            None => ok("trusted by this machine"),
        },
        (None, Err(error)) if is_about_the_certificate(error) => {
            problem(of(error, None).detail, "give the certificate authority's PEM file with --ca FILE")
        }
        _ => unknown("the authority cannot be reached"),
    }
}

fn metadata(facts: &Facts) -> Finding {
    match (&facts.metadata, facts.heard) {
        (Ok(()), _) => ok("openid-configuration is complete, and its own"),
        (Err(error), Some(_)) => of(error, None),
        (Err(_), None) => unknown("the authority gave no answer"),
    }
}

/// More than this and fresh tokens look expired, or not valid yet.
const TOLERATED: SignedDuration = SignedDuration::from_mins(5);

fn clock(facts: &Facts) -> Finding {
    let Some(heard) = facts.heard else { return unknown("the authority gave no answer") };
    let Some(date) = heard.date else { return unknown("the authority's answer has no date") };
    let ahead = heard.at.duration_since(date);
    let seconds = ahead.as_secs();
    let told = match seconds {
        0 => "as the authority's".to_owned(),
        ahead if ahead > 0 => format!("{ahead} s ahead of the authority's"),
        behind => format!("{} s behind the authority's", -behind),
    };
    if ahead.abs() > TOLERATED {
        problem(format!("{told}: tokens will look expired, or not valid yet"), "set this computer's clock")
    } else {
        ok(told)
    }
}

fn redirect(facts: &Facts) -> Finding {
    let redirect = &facts.redirect;
    match (&redirect.refused, redirect.port) {
        (None, None) => ok(format!("{}: a free port is taken for each sign-in", redirect.address)),
        (None, Some(port)) => ok(format!("{}: port {port} is free", redirect.address)),
        (Some(why), Some(port)) => problem(
            format!("{}: port {port} cannot be listened on ({why})", redirect.address),
            "end the program that holds it, or configure the redirect address without a port",
        ),
        (Some(why), None) => problem(
            format!("{}: nothing can be listened on ({why})", redirect.address),
            "let this program listen on 127.0.0.1",
        ),
    }
}

fn browser(facts: &Facts) -> Finding {
    match &facts.browser.variable {
        Some(command) if facts.browser.runnable => ok(format!("BROWSER={command}")),
        Some(command) => problem(
            format!("BROWSER={command} cannot be run"),
            "set BROWSER to a command that opens an address, or unset it",
        ),
        None if facts.browser.present => ok("the platform's"),
        None => problem("none can be opened on this host", "set BROWSER to a command that opens an address"),
    }
}

fn cache(facts: &Facts) -> Finding {
    let cache = &facts.cache;
    let about = |sentence: &str| {
        let (cause, next) = sentence.rsplit_once("; ").unwrap_or((sentence, "see the message"));
        problem(format!("tokens are kept {}: {cause}", cache.location), next)
    };
    match (&cache.usable, cache.warnings.first()) {
        (Err(why), _) => about(why),
        (Ok(()), Some(warning)) => about(warning),
        (Ok(()), None) => ok(format!("tokens are kept {}", cache.location)),
    }
}

fn is_about_the_certificate(error: &Error) -> bool {
    matches!(error, Error::Client(error) if error.kind == ClientErrorKind::CertificateNotTrusted)
}

/// An error's sentence has its next step behind the last semicolon.
fn of(error: &Error, behind_proxy: Option<&Facts>) -> Finding {
    let sentence = error.to_string();
    let (cause, next) = sentence.rsplit_once("; ").unwrap_or((&sentence, "see the message"));
    let proxy = behind_proxy.and_then(|facts| facts.proxy.as_deref());
    let next = proxy.map_or_else(|| next.to_owned(), |proxy| format!("{next}, and the proxy {proxy}"));
    problem(cause, next)
}

#[cfg(test)]
mod tests;
