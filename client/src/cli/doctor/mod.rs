//! `doctor`: looks at what a sign-in depends on. Facts are gathered once, [`checks`] judges them one by one, and this file
//! prints the findings. Nobody is prompted and no token is sent: the one request is the one for the authority's metadata.

mod checks;
mod facts;

use clap::builder::styling::{AnsiColor, Style};
use serde_json::json;

use super::Status;
use super::output::{Output, print, print_json};
use super::profile::Settings;
use checks::{CHECKS, Finding, Verdict};
use facts::Facts;

/// 0 when all is well.
pub(super) async fn run(settings: &Settings, output: &Output) -> Status {
    let facts = match Facts::gather(settings).await {
        Ok(facts) => facts,
        Err(error) => {
            output.usage(&format!("{error:#}"));
            return Status::Usage;
        }
    };
    let findings: Vec<(&str, Finding)> = CHECKS.iter().map(|(name, check)| (*name, check(&facts))).collect();
    let well = findings.iter().all(|(_, finding)| finding.verdict != Verdict::Problem);
    if output.json {
        print_json(&document(&findings, well));
    } else {
        findings.iter().for_each(|(name, finding)| print(&line(name, finding)));
    }
    if well { Status::Done } else { Status::Refused }
}

fn document(findings: &[(&str, Finding)], well: bool) -> serde_json::Value {
    let checks: Vec<_> = findings
        .iter()
        .map(|(name, finding)| {
            json!({"check": name, "verdict": finding.verdict.word(), "detail": finding.detail, "next": finding.next})
        })
        .collect();
    json!({"ok": well, "checks": checks})
}

fn line(name: &str, finding: &Finding) -> String {
    let style = match finding.verdict {
        Verdict::Ok => AnsiColor::Green.on_default(),
        Verdict::Problem => AnsiColor::Red.on_default().bold(),
        Verdict::Unknown => Style::new().dimmed(),
    };
    let next = finding.next.as_deref().map(|next| format!("\n{:21}next: {next}", "")).unwrap_or_default();
    format!("{style}{:8}{style:#} {name:<11} {}{next}", finding.verdict.word(), finding.detail)
}
