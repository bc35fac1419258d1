//! The page of one number.

use std::fmt::Write as _;

use mock_idp::{
    error::{Aadsts, Place, Row, client, example, explained, see},
    snippets::shell_word,
};
use serde_json::Value;

use super::{advice, put};

/// Everything about one error, for who has it in front of them.
pub(super) fn page(code: Aadsts, width: usize) -> String {
    let row = code.row();
    let mut page = Page { text: format!("AADSTS{}\n", row.number), width };
    page.paragraph("", code.meaning());
    page.heading("What satisfies it");
    page.paragraph("  ", row.cure);
    sent(&mut page, code);
    page.heading("What the application sees");
    for shown in client::shown(&client::Answer::of(row)) {
        page.item(shown.library, &shown.what);
    }
    page.heading("What the application does");
    page.paragraph("  ", advice::application(code));
    page.heading("What an administrator can look at");
    page.paragraph("  ", row.table.administrator());
    see_it(&mut page, code);
    let similar = similar(code);
    if !similar.is_empty() {
        page.heading("See also");
        for other in similar {
            page.item(&format!("AADSTS{}", other.row().number), other.meaning());
        }
    }
    page.heading("How this is known");
    page.paragraph("  ", &format!("{}. Escalation reference: {}.", capital(row.evidence.words()), row.reference));
    page.text
}

/// The text so far.
struct Page {
    text: String,
    width: usize,
}

impl Page {
    fn heading(&mut self, heading: &str) {
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(self.text, "\n{heading}");
    }

    fn paragraph(&mut self, indent: &str, body: &str) {
        put(&mut self.text, indent, body, self.width);
    }

    fn item(&mut self, name: &str, body: &str) {
        put(&mut self.text, &format!("  {name:<13} "), body, self.width);
    }

    /// Lines to be copied, so they are not wrapped.
    fn block(&mut self, lines: &str) {
        for line in lines.lines() {
            let _ = writeln!(self.text, "{}", format!("    {line}").trim_end());
        }
    }
}

/// A whole answer.
fn sent(page: &mut Page, code: Aadsts) {
    let row = code.row();
    page.heading("What the server sends");
    let places: Vec<&str> = row.seen.iter().map(|place| place.words()).collect();
    page.paragraph(
        "  ",
        &format!("At: {}. As the token endpoint writes it, status {}:", places.join(", "), row.status),
    );
    let body = example(code);
    page.block(&serde_json::to_string_pretty(&body).unwrap_or_default());
    if let Some(extra) = elsewhere(row) {
        page.paragraph("  ", extra);
    }
    page.heading("Its claims");
    let Some(claims) = &body.claims else { return page.paragraph("  ", advice::no_claims(row)) };
    page.paragraph("  ", "There if an enabled policy covers the request and is not met; a string that holds JSON:");
    let decoded = serde_json::from_str::<Value>(claims).and_then(|claims| serde_json::to_string_pretty(&claims));
    page.block(&decoded.unwrap_or_default());
    for sentence in explained(claims) {
        page.paragraph("  ", &format!("It says: {sentence}."));
    }
    page.paragraph("  ", "The application hands the string on unchanged, as `claims` of the interactive request.");
}

/// How the usual place differs from the token endpoint.
fn elsewhere(row: &Row) -> Option<&'static str> {
    match row.seen.first()? {
        Place::Redirect => Some(
            "In the redirect there are error, error_description and state, error_uri if it is above, and \
             error_subcode=cancel where a person went back.",
        ),
        Place::Page => {
            Some("The page shows the number and the text; the client gets an answer only if a person goes back.")
        }
        _ if row.number == 90002 => Some("Discovery calls it invalid_tenant; /authorize shows a page."),
        _ => None,
    }
}

/// Three ways to see it here.
fn see_it(page: &mut Page, code: Aadsts) {
    let row = code.row();
    page.heading("See it here");
    page.paragraph("  ", &format!("{}.", capital(row.provoke)));
    let config = see::config(code);
    if let Some(lines) = &config {
        page.paragraph(
            "  ",
            "In a configuration (`mock-idp config default > mock-idp.yaml`, then add at these places):",
        );
        page.block(lines);
    }
    let calls = see::calls(code);
    let what_if = see::what_if(code).filter(|_| calls.is_some() || config.is_none());
    if calls.is_some() || what_if.is_some() {
        page.paragraph("  ", "Over the control API of a server that runs (`mock-idp serve`):");
        page.block(&curl(calls.as_deref().unwrap_or_default(), what_if.as_ref()));
    } else if config.is_some() {
        page.paragraph(
            "  ",
            "The control API has no call for these keys. In a Rust test: the change_… and set_… methods of TenantControls.",
        );
    }
    if let Some(lines) = see::scenario(code) {
        let number = row.number;
        page.paragraph("  ", &format!("As a scenario (see-{number}.yaml; `scenarios run see-{number}.yaml`):"));
        page.block(&lines);
    }
    if let Some(name) = row.scenario {
        page.paragraph(
            "  ",
            &format!(
                "A built-in scenario that shows it: `scenarios show {name}`, or run it: `scenarios --filter {name}`."
            ),
        );
    }
}

/// The calls as shell commands. A question to `/what_if` needs no sign-in; what belongs after one otherwise says so.
fn curl(calls: &[see::Call], what_if: Option<&Value>) -> String {
    let mut text = "T=https://localhost:8443/_mock/tenants/contoso.test\n".to_owned();
    let mut is_after = what_if.is_some();
    for call in calls {
        if call.after_sign_in && !is_after {
            text.push_str("# sign in here, then:\n");
            is_after = true;
        }
        text.push_str(&command(call.method, &call.path, call.body.as_ref()));
    }
    text + &what_if.map(|question| command("POST", "/what_if", Some(question))).unwrap_or_default()
}

fn command(method: &str, path: &str, body: Option<&Value>) -> String {
    // With a body curl posts by itself.
    let method = if method == "POST" && body.is_some() { String::new() } else { format!(" -X {method}") };
    let body = body.map(|body| format!(" -d {}", shell_word(&body.to_string()))).unwrap_or_default();
    format!("curl --cacert \"$(mock-idp ca)\"{method} \"$T{path}\"{body}\n")
}

/// At most five errors that the reference has in the same row, else those of the table that clients treat alike.
fn similar(code: Aadsts) -> Vec<Aadsts> {
    let row = code.row();
    let rows = |row: &Row| -> Vec<&'static str> {
        row.reference
            .split([',', ';', ' '])
            .filter(|word| word.len() > 1 && word.ends_with(|c: char| c.is_ascii_digit()))
            .collect()
    };
    let own = rows(row);
    let kin = |other: Aadsts| {
        let other = other.row();
        let shared =
            rows(other).iter().any(|word| word.starts_with(|c: char| c.is_ascii_uppercase()) && own.contains(word));
        let alike = other.table == row.table && (other.error, other.suberror) == (row.error, row.suberror);
        // How near the numbers are, which are given out in families.
        let digits = |number: u32| number.to_string();
        let (a, b) = (digits(row.number), digits(other.number));
        let prefix = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
        match (shared, alike) {
            (true, _) => Some((0, 9 - prefix)),
            (_, true) if prefix >= 2 => Some((1, 9 - prefix)),
            _ => None,
        }
    };
    let mut found: Vec<_> = Aadsts::ALL
        .iter()
        .copied()
        .filter(|other| *other != code)
        .filter_map(|other| Some((kin(other)?, other)))
        .collect();
    found.sort_by_key(|(kin, _)| *kin);
    found.into_iter().map(|(_, other)| other).take(5).collect()
}

fn capital(sentence: &str) -> String {
    let mut chars = sentence.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_a_page_in_which_it_all_stands() {
        for code in Aadsts::ALL {
            let (row, page) = (code.row(), page(*code, 4000));
            for part in [row.error, code.meaning(), row.cure, row.reference, "See it here", "MSAL.NET", "MSAL Python"] {
                assert!(page.contains(part), "{}: {part}", row.number);
            }
            assert_eq!(page.contains("It says: "), row.claims, "{}", row.number);
        }
    }

    #[test]
    fn a_page_keeps_to_the_width_but_for_what_is_copied() {
        for code in Aadsts::ALL {
            let page = page(*code, 72);
            let long = page.lines().find(|line| !line.starts_with("    ") && line.chars().count() > 72);
            assert_eq!(long.filter(|line| !line.contains('`')), None, "{}", code.row().number);
        }
    }

    #[test]
    fn similar_numbers_are_those_of_the_same_row_first() {
        assert_eq!(similar(Aadsts::GrantInactive).first(), Some(&Aadsts::CodeExpired));
        assert!(similar(Aadsts::MfaRequired).contains(&Aadsts::MfaEnrolmentRequired));
        assert!(similar(Aadsts::UnregisteredResource).contains(&Aadsts::MisconfiguredApplication));
    }
}
