//! `--exec`: a client that is run as a command. The command is this test binary again, as a client that goes by its
//! environment alone.

use std::{env, fs, path::Path, time::Duration};

use desktop_client::{Account, AuthenticationResult, Error, PublicClientApplication};
use rstest::rstest;
use scenarios::{
    ClientFactory, Ended, Exec, Missed, Options, Verdict,
    explore::{Search, explore},
    load, run,
};

use super::script;

/// Somebody's client: for each scope a token by the steps that are right, and a call.
#[tokio::test]
#[ignore = "the command that the other tests run"]
async fn somebodys_client() {
    let told = |name: &str| env::var(name).unwrap();
    let ca = reqwest::Certificate::from_pem(&fs::read(told("MOCK_IDP_CA")).unwrap()).unwrap();
    let http = reqwest::Client::builder().tls_certs_only([ca]).no_proxy().build().unwrap();
    let client = PublicClientApplication::builder(told("MOCK_IDP_CLIENT_ID"))
        .authority(told("MOCK_IDP_AUTHORITY"))
        .unwrap()
        .http_client(http.clone())
        .build()
        .unwrap();
    let does = env::var("DOES").unwrap_or_default();
    let mut account = None;
    for scope in told("MOCK_IDP_SCOPES").split(' ') {
        let token = token_for(&client, scope, account.as_ref(), &does).await;
        let name = scope.trim_start_matches("api://").split('/').next().unwrap();
        match token {
            Ok(token) => {
                let url = format!("{}/{name}", told("MOCK_IDP_API_URL"));
                http.get(url).bearer_auth(token.access_token.secret()).send().await.unwrap();
                account = Some(token.account);
            }
            Err(error) => println!("no token for {name}: {}", error.code()),
        }
    }
    assert!(does != "fails", "the test of somebody failed");
}

async fn token_for(
    client: &PublicClientApplication,
    scope: &str,
    account: Option<&Account>,
    does: &str,
) -> Result<AuthenticationResult, Error> {
    let claims = match account {
        None => None,
        Some(account) if does != "asks-at-once" => {
            match client.acquire_token_silent([scope]).with_account(account).await {
                Ok(token) => return Ok(token),
                Err(Error::UiRequired(needed)) if does == "drops-claims" => needed.claims.and(None),
                Err(Error::UiRequired(needed)) => needed.claims,
                Err(error) => return Err(error),
            }
        }
        Some(_) => None,
    };
    let window = client.acquire_token_interactive([scope]).with_claims(claims.unwrap_or_default());
    match account {
        Some(account) => window.with_account(account).await,
        None => window.await,
    }
}

/// The client above, which does something wrong.
fn client_that(does: &str) -> String {
    let program = env::current_exe().unwrap();
    format!("DOES={does} '{}' --exact exec::somebodys_client --ignored --nocapture", program.display())
}

async fn verdict(name: &str, source: &str, command: String, timeout: Duration) -> Verdict {
    let certificates = tempfile::tempdir().unwrap();
    let script = load(name, source).unwrap();
    run(&[script], running(command, timeout, certificates.path()), |_| {}).await.unwrap().verdicts.remove(0)
}

fn running(command: String, timeout: Duration, cert_dir: &Path) -> Options {
    let program = Path::new(env!("CARGO_BIN_EXE_scenarios")).to_owned();
    Options {
        client: ClientFactory::command(Exec { command, timeout, cert_dir: cert_dir.to_owned(), program }),
        ..Options::default()
    }
}

async fn judged(source: &str, does: &str) -> Verdict {
    verdict("s.yaml", source, client_that(does), LONG).await
}

const LONG: Duration = Duration::from_secs(60);

fn sentences(verdict: &Verdict) -> Vec<&str> {
    verdict.missed.iter().map(|missed| missed.sentence.as_str()).collect()
}

/// Chance is in what surrounds the client; what is found fails again.
#[tokio::test]
async fn a_command_that_drops_the_claims_is_found_by_exploring() {
    let certificates = tempfile::tempdir().unwrap();
    let options = running(client_that("drops-claims"), LONG, certificates.path());
    let search = Search { seed: 1, cases: Some(60), budget: None };
    let found = explore(search, &options, |_| {}).await.unwrap().found.unwrap();
    assert_eq!(found.rule, "claims_forwarded_unmodified", "{}", found.source);
    let verdict = verdict("found.yaml", &found.source, client_that("drops-claims"), LONG).await;
    assert_eq!(verdict.missed[0].assertion, found.rule);
}

#[rstest]
#[case("main-01")]
#[case("main-02")]
#[case("main-03")]
#[case("main-04")]
#[tokio::test]
async fn a_built_in_scenario_follows_a_client_that_does_right(#[case] id: &str) {
    let verdict = judged(&script(id).source, "right").await;
    assert_eq!(sentences(&verdict), [""; 0], "{:#?}", verdict.steps);
    assert_eq!(verdict.command.as_ref().map(|command| command.ended), Some(Ended::Status(0)));
    assert!(!verdict.exchanges.is_empty() && verdict.since > 0);
}

#[tokio::test]
async fn what_cannot_be_seen_is_said_and_not_judged() {
    let verdict = judged(&script("main-03").source, "right").await;
    let seen: Vec<_> = verdict.steps.iter().map(|step| step.seen.as_str()).collect();
    assert_eq!(
        seen,
        [
            "400 AADSTS50076 basic_action {…capolids…} (exchange 7); not to be seen from outside: the client's classification",
            "a token for payroll from the network (exchange 10); not to be seen from outside: amr",
            "an answer with status 200 (exchange 11)",
            "an answer with status 200 (exchange 12)",
        ]
    );
}

#[tokio::test]
async fn a_client_that_drops_the_claims_reads_the_same_sentence_as_the_reference_client() {
    let verdict = judged(&script("main-03").source, "drops-claims").await;
    let lost = "the interactive request for payroll (exchange 8) carried no claims; the silent failure at 7 had given {…capolids…}";
    assert_eq!(sentences(&verdict), [lost]);
    assert_eq!(verdict.missed[0].assertion, "claims_forwarded_unmodified");
    // The step says it where no rule of the run does.
    let (steps, _) =
        script("main-03").source.split_once("expect:\n  prompts").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let verdict = judged(&steps, "drops-claims").await;
    assert!(verdict.reason().unwrap().ends_with(lost), "{:?}", verdict.reason());
    assert_eq!(verdict.missed[0].assertion, Missed::OUTCOME);
}

#[tokio::test]
async fn a_window_without_a_silent_request_is_seen_as_such() {
    let verdict = judged(&script("main-02").source, "asks-at-once").await;
    let [duty, step] = &sentences(&verdict)[..] else { panic!("{verdict:#?}") };
    assert!(duty.contains("came without a silent attempt before it"), "{duty}");
    assert!(step.contains("saw that the sign-in window was opened without a silent request (exchange 7)"), "{step}");
}

/// The policy comes into force between two requests that the client sends one behind the other, each time.
#[tokio::test]
async fn what_changes_between_two_steps_is_changed_for_the_second() {
    let source = "
version: 1
title: A policy comes into force between two silent requests
given:
  signed_in: { scopes: [calendar/Events.Read] }
  consents: [mail/Mail.Read, payroll/Salary.Read]
steps:
  - acquire_silent: { scopes: [mail/Mail.Read], expect: { token: { from: network } } }
  - enable_policy: mfa-for-payroll
  - virtual_user: { consent: decline, mfa: fail }
  - acquire_silent: { scopes: [payroll/Salary.Read], expect: { ui_required: { code: 50076 } } }
  - acquire_interactive: { scopes: [payroll/Salary.Read], claims: from_last_error, expect: { error: access_denied } }
";
    let verdict = judged(source, "right").await;
    assert_eq!(sentences(&verdict), [""; 0], "{:#?}", verdict.steps);
    let output = &verdict.command.unwrap().output;
    assert!(output.contains("no token for payroll: authentication_canceled"), "{output}");
}

#[tokio::test]
async fn the_steps_that_the_client_thinks_right_are_followed_to_their_end() {
    let source = "
version: 1
title: Consent on the way, and a token of the cache
given:
  signed_in: { scopes: [calendar/Events.Read] }
steps:
  - token_for: { scopes: [mail/Mail.Read], expect: { token: { api: mail }, pages: [consent], token_requests: 2 } }
  - call_api: { api: mail }
  - token_for: { scopes: [calendar/Events.Read] }
  - acquire_silent: { scopes: [calendar/Events.Read], expect: { token: { from: cache } } }
  - call_api: { api: calendar }
  - concurrently:
      - { scopes: [vault/Secrets.Read] }
      - { scopes: [news/Articles.Read] }
expect: { prompts: 3, no_prompt_before_silent: true }
";
    let verdict = judged(source, "right").await;
    assert_eq!(sentences(&verdict), [""; 0], "{:#?}", verdict.steps);
    let cached =
        "nothing, for it asks nothing of the server; not to be seen from outside: whether the cache has the token";
    assert_eq!((verdict.steps[2].seen.as_str(), verdict.steps[3].seen.as_str()), (cached, cached));
    assert!(verdict.steps[5].seen.starts_with("a token for vault"), "{}", verdict.steps[5].seen);
}

#[tokio::test]
async fn answers_are_scripted_by_visit_with_a_default() {
    let source = "
version: 1
title: She declines, then cancels, and agrees in the end
given:
  virtual_user: { visits: [{ consent: decline }, { cancel_at: consent }] }
steps:
  - acquire_interactive: { scopes: [calendar/Events.Read], expect: { error: access_denied, code: 65004 } }
  - acquire_interactive: { scopes: [mail/Mail.Read], expect: { error: authentication_canceled } }
  - acquire_interactive: { scopes: [payroll/Salary.Read] }
  - wait_for: { endpoint: api, api: payroll, status: 200 }
expect: { prompts: 3 }
";
    let verdict = judged(source, "right").await;
    assert_eq!(sentences(&verdict), [""; 0], "{:#?}", verdict.steps);
}

#[tokio::test]
async fn a_command_that_fails_fails_the_scenario_and_what_it_said_is_kept() {
    let verdict = judged(&script("main-02").source, "fails").await;
    let [missed] = &verdict.missed[..] else { panic!("{verdict:#?}") };
    assert_eq!(
        (missed.assertion, missed.sentence.as_str()),
        (Missed::COMMAND, "the command ended with exit status 101")
    );
    let command = verdict.command.unwrap();
    assert!(command.output.contains("the test of somebody failed"), "{}", command.output);
}

#[tokio::test]
async fn a_command_that_does_nothing_is_told_what_was_waited_for() {
    let verdict = verdict("s.yaml", &script("main-02").source, "exit 0".to_owned(), LONG).await;
    assert_eq!(
        sentences(&verdict),
        [
            "the sign-in before the scenario: expected a token; the command ended with exit status 0 without an answer from a \
          sign-in window for it"
        ]
    );
}

#[tokio::test]
async fn a_command_that_hangs_is_ended_with_all_that_it_started() {
    let command = "sleep 60 & sleep 60".to_owned();
    let verdict = verdict("s.yaml", &script("main-02").source, command, Duration::from_millis(200)).await;
    assert_eq!(verdict.command.as_ref().map(|command| command.ended), Some(Ended::TimedOut(0)));
    assert!(verdict.took < Duration::from_secs(30), "{:?}", verdict.took);
}

#[test]
fn the_program_tells_what_became_of_the_command() {
    let folder = tempfile::tempdir().unwrap();
    let scenarios = |args: &[&str]| {
        let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_scenarios"));
        let output = program.args(args).current_dir(folder.path()).env_remove("SCENARIOS_PERSON").output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    };
    let source = "version: 1\ntitle: Nothing\nsteps:\n  - advance_clock: 1s\n";
    fs::write(folder.path().join("s.yaml"), source).unwrap();
    let run = |command: &str| scenarios(&["run", "s.yaml", "--cert-dir", "certificates", "--exec", command]);
    let (status, out, _) = run("echo \"$MOCK_IDP_USER\"; exit 3");
    assert_eq!(status, 1);
    assert!(out.contains("the command ended with exit status 3"), "{out}");
    assert!(out.contains("\n  ada@"), "what it wrote: {out}");
    let (status, out, _) = run("cat s.yaml");
    assert_eq!(status, 0, "it runs in the caller's folder: {out}");
    let (status, _, err) = scenarios(&["run", "--exec", "true"]);
    assert!(status == 2 && err.contains("PATH"), "{err}");
    let (status, _, err) = scenarios(&["run", "s.yaml", "--exec", "true", "--timeout", "soon"]);
    assert!(status == 2 && err.contains("write one like 90s or 5m"), "{err}");
    let (status, _, err) = scenarios(&["browse", "https://localhost/"]);
    assert!(status == 1 && err.starts_with("error: there is no scenario whose person could open this"), "{err}");
}
