//! Failures in a person's words: what is the matter, why, what to type next, and what support will ask for. Pure: an error
//! and a command line in, sentences out.

use desktop_client::{Classification, Error, ServiceError, UiRequired};

/// A failure, explained.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Explanation {
    /// One sentence.
    pub(super) what: String,
    /// The server's or the library's own words.
    pub(super) why: Option<String>,
    /// What to do.
    pub(super) next: Option<String>,
    /// A command to copy, where one helps.
    pub(super) command: Option<String>,
    /// Numbers and ids by which the server's owner finds the request.
    pub(super) support: Option<String>,
}

/// `arguments`: the command line that failed, program first.
pub(super) fn explain(error: &Error, arguments: &[String]) -> Explanation {
    match error {
        Error::UiRequired(error) => user_needed(error, arguments),
        Error::Service(error) => refused(error),
        Error::Client(error) => local(&error.message),
    }
}

fn user_needed(error: &UiRequired, arguments: &[String]) -> Explanation {
    let asked = error.after_prompt;
    let (what, next) = match error.classification {
        _ if asked => (
            "you have signed in, but the server's policy is still not satisfied",
            "the same command again may take a further step; if it ends like this again, show it to your administrator",
        ),
        Classification::MessageOnly => {
            ("this is blocked for you at present", "ask your administrator; the sign-in page would only explain why")
        }
        Classification::AdditionalAction => {
            ("your device or account has to be put in order first", "the sign-in page says how; to see it:")
        }
        Classification::ConsentRequired => ("you have not consented to this yet", "to be asked for it:"),
        Classification::BasicAction => {
            ("the sign-in has to be stronger, for instance by a second factor", "to take that step:")
        }
        Classification::UserPasswordExpired => ("the password has expired", "to choose a new one:"),
        Classification::PromptNeverFailed => ("a page has to be shown, which --prompt none rules out", "to see it:"),
        Classification::AcquireTokenSilentFailed => {
            ("there is no token that could be renewed without you", "to sign in:")
        }
        _ => ("the earlier sign-in is no longer good enough", "to sign in again:"),
    };
    let helps = !asked && error.classification != Classification::MessageOnly;
    Explanation {
        what: from_memory(what, error.throttled),
        why: Some(reason(&error.error, error.suberror.as_deref(), &error.error_description)),
        next: Some(next.to_owned()),
        command: helps.then(|| with_interaction(arguments, error.claims.as_deref())),
        support: support(&error.error_codes, [&error.correlation_id, &error.trace_id], error.timestamp.as_deref()),
    }
}

fn refused(error: &ServiceError) -> Explanation {
    let status = error.status.map(|status| format!(" with HTTP {status}")).unwrap_or_default();
    let next = match error.retry_after {
        Some(pause) if error.is_retryable() => format!("try again in {} s", pause.as_secs()),
        _ if error.error_codes.contains(&50196) => "wait some minutes, the client has asked too often".to_owned(),
        _ if error.is_retryable() => "try again later".to_owned(),
        _ => "correct the app's registration or the request; a sign-in will not help".to_owned(),
    };
    Explanation {
        what: from_memory(&format!("the server refused{status}"), error.throttled),
        why: Some(reason(&error.error, error.suberror.as_deref(), &error.error_description)),
        next: Some(next),
        command: None,
        support: support(&error.error_codes, [&error.correlation_id, &error.trace_id], error.timestamp.as_deref()),
    }
}

/// The library's sentences have their next step behind the last semicolon.
fn local(message: &str) -> Explanation {
    let (what, next) = match message.rsplit_once("; ") {
        Some((what, next)) => (what, Some(next.to_owned())),
        None => (message, None),
    };
    Explanation { what: what.to_owned(), next, ..Explanation::default() }
}

fn from_memory(what: &str, throttled: bool) -> String {
    if throttled { format!("{what} (answered from memory; no request was sent)") } else { what.to_owned() }
}

/// The server's sentence without its trailer, and the codes that programs go by.
fn reason(error: &str, suberror: Option<&str>, description: &str) -> String {
    let sentence = description.split("Trace ID:").next().unwrap_or_default();
    let sentence: String = sentence.chars().map(|c| if c.is_control() { ' ' } else { c }).take(600).collect();
    let codes: String = match suberror {
        Some(suberror) => format!("{error}, {suberror}"),
        None => error.to_owned(),
    };
    match sentence.trim().trim_end_matches('.') {
        "" => codes,
        sentence => format!("{sentence} ({codes})"),
    }
}

fn support(codes: &[u64], [correlation_id, trace_id]: [&Option<String>; 2], timestamp: Option<&str>) -> Option<String> {
    let mut parts: Vec<String> = codes.iter().map(|code| format!("AADSTS{code}")).collect();
    parts.extend(correlation_id.iter().map(|id| format!("correlation id {id}")));
    parts.extend(trace_id.iter().map(|id| format!("trace id {id}")));
    parts.extend(timestamp.map(str::to_owned));
    let text: String = parts.join(", ").chars().filter(|c| !c.is_control()).collect();
    (!text.is_empty()).then_some(text)
}

/// The same command, allowed to show the page, with the claims of the failure.
fn with_interaction(arguments: &[String], claims: Option<&str>) -> String {
    let is_token = arguments.iter().any(|argument| argument == "token");
    let mut words: Vec<String> = vec!["desktop-client".to_owned()];
    let mut skip = false;
    for argument in arguments.iter().skip(1) {
        let dropped = matches!(argument.as_str(), "--silent" | "--interactive");
        // `--claims` and its value; `--prompt none` likewise.
        let with_value = is_token && argument == "--claims" || argument == "--prompt";
        let joined = is_token && argument.starts_with("--claims=") || argument.starts_with("--prompt=");
        if !(skip || dropped || with_value || joined) {
            words.push(quoted(argument));
        }
        skip = with_value && !skip;
    }
    if is_token {
        words.push("--interactive".to_owned());
        if let Some(claims) = claims {
            words.extend(["--claims".to_owned(), quoted(claims)]);
        }
    }
    words.join(" ")
}

/// As a POSIX shell reads it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    let clean: String = word.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("'{}'", clean.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{local, quoted, reason, with_interaction};

    const CLAIMS: &str = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;

    #[rstest]
    #[case::token(
        "token s --silent",
        Some(CLAIMS),
        r#"desktop-client token s --interactive --claims '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'"#
    )]
    #[case::without_claims("token s --silent --json", None, "desktop-client token s --json --interactive")]
    #[case::old_claims(
        "token s --claims {} --silent",
        Some("{}"),
        "desktop-client token s --interactive --claims '{}'"
    )]
    #[case::old_claims_joined("token s --claims={} --silent", None, "desktop-client token s --interactive")]
    #[case::profile_stays("--profile public token s", None, "desktop-client --profile public token s --interactive")]
    #[case::a_call("call https://a/b --scope s --silent", Some("{}"), "desktop-client call https://a/b --scope s")]
    #[case::a_silent_login("login --prompt none", None, "desktop-client login")]
    fn what_to_type_next(#[case] line: &str, #[case] claims: Option<&str>, #[case] expected: &str) {
        let arguments: Vec<String> =
            std::iter::once("/usr/bin/desktop-client").chain(line.split(' ')).map(str::to_owned).collect();
        assert_eq!(with_interaction(&arguments, claims), expected);
    }

    #[rstest]
    #[case::plain("api://a/B.C", "api://a/B.C")]
    #[case::quote("it's", r"'it'\''s'")]
    #[case::empty("", "''")]
    #[case::control("a\u{1b}[31m", "'a [31m'")]
    fn words_survive_the_shell(#[case] word: &str, #[case] expected: &str) {
        assert_eq!(quoted(word), expected);
    }

    #[test]
    fn the_server_s_sentence_comes_without_its_trailer() {
        let told = reason("invalid_grant", Some("basic_action"), "AADSTS50076: more. Trace ID: t Correlation ID: c");
        assert_eq!(told, "AADSTS50076: more (invalid_grant, basic_action)");
    }

    #[test]
    fn a_local_sentence_is_cause_and_next_step() {
        let told = local("the server cannot be reached (x; y); check the network");
        assert_eq!(told.what, "the server cannot be reached (x; y)");
        assert_eq!(told.next.as_deref(), Some("check the network"));
    }
}
