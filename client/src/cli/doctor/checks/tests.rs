//! Each check on facts made up for it.

use std::path::PathBuf;

use desktop_client::{Error, PublicClientApplication};
use jiff::{SignedDuration, Timestamp};
use rstest::rstest;

use super::super::facts::{Browser, Cache, Facts, Heard, Redirect};
use super::{CHECKS, Finding, Verdict};

/// All is well.
fn facts() -> Facts {
    let now = Timestamp::from_second(1_767_225_600).unwrap();
    Facts {
        authority: "https://login.example/t".to_owned(),
        ca: None,
        metadata: Ok(()),
        heard: Some(Heard { status: 200, date: Some(now), at: now }),
        redirect: Redirect { address: "http://localhost".to_owned(), port: None, refused: None },
        browser: Browser { present: true, variable: None, runnable: false },
        cache: Cache { location: "in a file".to_owned(), usable: Ok(()), warnings: Vec::new() },
        proxy: None,
    }
}

fn finding(name: &str, facts: &Facts) -> Finding {
    let (_, check) = CHECKS.iter().find(|(own, _)| *own == name).unwrap();
    check(facts)
}

/// An error of the library's, which only the library can make.
fn some_error() -> Error {
    PublicClientApplication::builder("app").authority("nonsense").err().unwrap()
}

fn ahead(seconds: i64) -> Facts {
    let mut facts = facts();
    let heard = facts.heard.as_mut().unwrap();
    heard.at = heard.date.unwrap() + SignedDuration::from_secs(seconds);
    facts
}

#[test]
fn all_is_well() {
    for (name, check) in CHECKS {
        let finding = check(&facts());
        assert_eq!((finding.verdict, finding.next), (Verdict::Ok, None), "{name}");
    }
}

#[rstest]
#[case::in_step(0, Verdict::Ok, "as the authority's")]
#[case::a_little(3, Verdict::Ok, "3 s ahead")]
#[case::a_little_behind(-300, Verdict::Ok, "300 s behind")]
#[case::ahead(301, Verdict::Problem, "301 s ahead")]
#[case::behind(-3600, Verdict::Problem, "3600 s behind")]
fn the_clock(#[case] seconds: i64, #[case] verdict: Verdict, #[case] told: &str) {
    let finding = finding("clock", &ahead(seconds));
    assert_eq!(finding.verdict, verdict);
    assert!(finding.detail.contains(told), "{}", finding.detail);
}

#[test]
fn no_answer_is_one_problem_and_hides_others() {
    let facts = Facts { heard: None, metadata: Err(some_error()), ..facts() };
    let verdicts: Vec<Verdict> = CHECKS.iter().map(|(_, check)| check(&facts).verdict).collect();
    assert_eq!(verdicts.iter().filter(|verdict| **verdict == Verdict::Problem).count(), 1);
    for hidden in ["certificate", "metadata", "clock"] {
        assert_eq!(finding(hidden, &facts).verdict, Verdict::Unknown, "{hidden}");
    }
}

#[test]
fn a_bad_answer_is_a_problem_of_the_metadata_alone() {
    let facts = Facts { metadata: Err(some_error()), ..facts() };
    assert_eq!(finding("authority", &facts).verdict, Verdict::Ok);
    assert_eq!(finding("metadata", &facts).verdict, Verdict::Problem);
}

#[test]
fn the_proxy_is_named_where_it_may_be_the_cause() {
    let proxy = Some("http://proxy.example:3128/".to_owned());
    let facts = Facts { heard: None, metadata: Err(some_error()), proxy, ..facts() };
    assert!(finding("authority", &facts).next.unwrap().contains("proxy.example"));
    assert!(finding("proxy", &facts).detail.contains("proxy.example"));
}

#[rstest]
#[case::taken(Some(8400), Some("in use"), "port 8400 cannot be listened on (in use)")]
#[case::free(Some(8400), None, "port 8400 is free")]
#[case::any(None, None, "a free port")]
#[case::forbidden(None, Some("denied"), "nothing can be listened on (denied)")]
fn the_redirect_address(#[case] port: Option<u16>, #[case] refused: Option<&str>, #[case] told: &str) {
    let address = "http://localhost".to_owned();
    let facts = Facts { redirect: Redirect { address, port, refused: refused.map(str::to_owned) }, ..facts() };
    let finding = finding("redirect", &facts);
    assert_eq!(finding.verdict == Verdict::Problem, refused.is_some());
    assert!(finding.detail.contains(told), "{}", finding.detail);
}

#[rstest]
#[case::own(Browser { present: true, variable: Some("firefox".to_owned()), runnable: true }, Verdict::Ok, "firefox")]
#[case::none(Browser { present: false, variable: None, runnable: false }, Verdict::Problem, "on this host")]
#[case::broken(Browser { present: true, variable: Some("x y".to_owned()), runnable: false }, Verdict::Problem, "BROWSER=x y cannot be run")]
fn the_browser(#[case] browser: Browser, #[case] verdict: Verdict, #[case] told: &str) {
    let facts = Facts { browser, ..facts() };
    let finding = finding("browser", &facts);
    assert_eq!(finding.verdict, verdict);
    assert!(finding.detail.contains(told), "{}", finding.detail);
}

#[rstest]
#[case::damaged(Err("it is damaged; delete nothing".to_owned()), &[], "it is damaged", "delete nothing")]
#[case::open(Ok(()), &["others can read it; run chmod"], "others can read it", "run chmod")]
fn the_cache(#[case] usable: Result<(), String>, #[case] warnings: &[&str], #[case] cause: &str, #[case] next: &str) {
    let warnings = warnings.iter().map(|warning| (*warning).to_owned()).collect();
    let facts = Facts { cache: Cache { location: "in a file".to_owned(), usable, warnings }, ..facts() };
    let finding = finding("cache", &facts);
    assert_eq!(finding.verdict, Verdict::Problem);
    assert!(finding.detail.ends_with(cause), "{}", finding.detail);
    assert_eq!(finding.next.as_deref(), Some(next));
}

#[test]
fn whose_certificate_is_trusted_is_told() {
    let facts = Facts { ca: Some(PathBuf::from("ca.pem")), ..facts() };
    assert_eq!(finding("certificate", &facts).detail, "trusted, with ca.pem");
    let plain = Facts { authority: "http://localhost:1/t".to_owned(), ..facts };
    assert!(finding("certificate", &plain).detail.contains("plain http"));
}
