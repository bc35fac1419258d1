//! `errors`: the catalogue as a table, and a page for each number.

use std::fmt::Write as _;

use mock_idp::{
    error::{Aadsts, Row},
    yaml,
};

use super::{failure::Failure, output};

/// Prints the table, or the page of one number.
pub(super) fn errors(code: Option<&str>) -> Result<i32, Failure> {
    let text = match code {
        None => table(),
        Some(code) => page(find(code)?),
    };
    output::print(&text)?;
    Ok(0)
}

/// The error of a number, with or without `AADSTS` in front.
fn find(text: &str) -> Result<Aadsts, Failure> {
    let plain = text.trim().trim_end_matches(':');
    let prefixed = plain.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("AADSTS"));
    let digits = if prefixed { &plain[6..] } else { plain };
    let wrong = |sentence: String, hint: &str| Err(Failure::usage(sentence).hint(hint));
    let Ok(number) = digits.parse::<u32>() else {
        let sentence = format!("{text:?} is no error number; write it like 50076 or AADSTS50076");
        return wrong(sentence, "`mock-idp errors` lists them all");
    };
    if let Some(found) = Aadsts::ALL.iter().find(|code| code.row().number == number) {
        return Ok(*found);
    }
    let numbers: Vec<String> = Aadsts::ALL.iter().map(|code| code.row().number.to_string()).collect();
    let near = yaml::nearest(digits, numbers.iter().map(String::as_str));
    let near = near.map(|near| format!("; the nearest one is AADSTS{near}")).unwrap_or_default();
    wrong(format!("the catalogue has no AADSTS{number}{near}"), "`mock-idp errors` lists them all")
}

fn table() -> String {
    let mut codes = Aadsts::ALL.to_vec();
    codes.sort_by_key(|code| code.row().number);
    let mut text = format!("{:<13}  {:<25}  {:<16}  {}\n", "number", "OAuth error", "suberror", "meaning");
    for code in codes {
        let Row { number, error, suberror, .. } = code.row();
        let suberror = suberror.unwrap_or("-");
        // Writing to a string cannot fail.
        let _ = writeln!(text, "AADSTS{number:<7}  {error:<25}  {suberror:<16}  {}", code.meaning());
    }
    text.push_str("\n`mock-idp errors NUMBER` tells how to provoke one here and what a client should do about it.\n");
    text
}

fn page(code: Aadsts) -> String {
    let row = code.row();
    let mut text = format!("AADSTS{}\n{}\n\n", row.number, code.meaning());
    let mut section = |name: &str, body: &str| {
        for (position, line) in output::wrap(body, PAGE_WIDTH).iter().enumerate() {
            let name = if position == 0 { name } else { "" };
            let _ = writeln!(text, "{name:<13}{line}");
        }
    };
    section("OAuth error", row.error);
    section("suberror", row.suberror.unwrap_or("none"));
    section("HTTP status", &row.status.to_string());
    section("body", &members(row));
    section("text", &format!("AADSTS{}: {} Trace ID: … Correlation ID: … Timestamp: …", row.number, row.text));
    section("see it here", row.provoke);
    section("client", advice(row));
    text
}

/// The members of the JSON body. Which requests a policy covers is not the number's affair, so `claims` may be there with
/// any demand.
fn members(row: &Row) -> String {
    let mut members = "error, error_description, error_codes, timestamp, trace_id, correlation_id".to_owned();
    if row.error_uri {
        members.push_str(", error_uri");
    }
    if row.suberror.is_some() {
        members.push_str(", suberror");
    }
    if matches!(row.suberror, Some("basic_action" | "message_only" | "consent_required")) {
        members.push_str("; and claims, if a policy covers the request");
    }
    members
}

/// What a client should do, by the words that select its behaviour: the suberror, then the OAuth error; never the number.
fn advice(row: &Row) -> &'static str {
    match (row.error, row.suberror) {
        (_, Some("basic_action" | "consent_required")) => {
            "Sign in interactively at once: same account, same scopes, and the claims of the error unchanged. One pass \
             settles consent and multifactor authentication together. If that ends in a demand again, stop: never prompt twice."
        }
        (_, Some("message_only")) => {
            "Show the message. Open no browser on your own; a button may open it once, with the claims of the error."
        }
        (_, Some("bad_token")) => {
            "The refresh token is finished: drop it and sign in interactively with the user name as login_hint. Access \
             tokens that are still valid stay usable."
        }
        (_, Some(_)) => "Sign in interactively with the claims of the error, at most once.",
        ("invalid_grant", None) => {
            "MSAL reports this as UI required, without a classification: begin one new interactive sign-in, and stop if \
             that fails, too. Do not retry the same request."
        }
        ("login_required" | "interaction_required", None) => {
            "The silent sign-in (prompt=none) is not possible: sign in interactively, with a choice of account if there \
             are several."
        }
        ("access_denied", None) => {
            "The person or the organization said no: leave the feature off, keep the tokens of other APIs, and ask again \
             only when the person does something for it."
        }
        ("temporarily_unavailable", None) => {
            "Try again later, with a delay and after Retry-After if it is given. Do not prompt; keep using an access token \
             that is still valid."
        }
        _ => {
            "A mistake in the application or its registration: tell the developer. Neither prompt nor retry; no user can \
             put this right."
        }
    }
}

const PAGE_WIDTH: usize = 96;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_with_and_without_the_prefix() {
        for text in ["50076", "AADSTS50076", "aadsts50076:", " 50076 "] {
            assert_eq!(find(text).ok(), Some(Aadsts::MfaRequired), "{text:?}");
        }
        for text in ["", "AADSTS", "mfa", "-1", "99999999999999", "50999"] {
            assert!(find(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn every_error_has_a_line_and_a_page_in_which_it_all_stands() {
        let table = table();
        for code in Aadsts::ALL {
            let (row, page) = (code.row(), page(*code));
            assert!(table.contains(&format!("AADSTS{} ", row.number)), "{}", row.number);
            for part in [row.error, code.meaning(), "see it here", "client"] {
                assert!(page.contains(part), "{}: {part}", row.number);
            }
        }
    }
}
