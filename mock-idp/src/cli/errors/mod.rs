//! `errors`: the catalogue as a table, those rows of it that say a word, and a page for each number.

mod advice;
mod json;
mod page;

use std::fmt::Write as _;

use mock_idp::{
    error::{Aadsts, Row, Table},
    yaml,
};

use super::{args::ErrorsOptions, failure::Failure, output};

/// Prints the table, a part of it, or the page of one number.
pub(super) fn errors(options: &ErrorsOptions) -> Result<i32, Failure> {
    let codes = asked(&options.words)?;
    let is_page = matches!((options.words.as_slice(), codes.as_slice()), ([word], [_]) if number(word).is_some());
    let width = output::width();
    let text = match codes.as_slice() {
        codes if options.json => json::list(codes),
        [code] if is_page => page::page(*code, width),
        codes => table(codes, width),
    };
    output::print(&text)?;
    Ok(0)
}

/// The errors that the words ask for: all without any, one by its number, else those that say every word.
fn asked(words: &[String]) -> Result<Vec<Aadsts>, Failure> {
    match words {
        [] => Ok(Aadsts::ALL.to_vec()),
        [word] if number(word).is_some() => find(number(word).unwrap_or_default()).map(|code| vec![code]),
        words => {
            let found: Vec<Aadsts> = Aadsts::ALL.iter().copied().filter(|code| says_all(*code, words)).collect();
            if found.is_empty() {
                let sentence = format!("no error of the catalogue says {:?}", words.join(" "));
                let hint =
                    "give a number like 50076 or AADSTS50076, or words like consent; `mock-idp errors` lists them all";
                return Err(Failure::usage(sentence).hint(hint));
            }
            Ok(found)
        }
    }
}

/// The digits of a number, with or without `AADSTS` in front.
fn number(text: &str) -> Option<&str> {
    let plain = text.trim().trim_end_matches(':');
    let prefixed = plain.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("AADSTS"));
    let digits = if prefixed { &plain[6..] } else { plain };
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

fn find(digits: &str) -> Result<Aadsts, Failure> {
    let found = Aadsts::ALL.iter().find(|code| digits.parse() == Ok(code.row().number));
    found.copied().ok_or_else(|| {
        let numbers: Vec<String> = Aadsts::ALL.iter().map(|code| code.row().number.to_string()).collect();
        let near = yaml::nearest(digits, numbers.iter().map(String::as_str));
        let near = near.map(|near| format!("; the nearest one is AADSTS{near}")).unwrap_or_default();
        Failure::usage(format!("the catalogue has no AADSTS{digits}{near}")).hint("`mock-idp errors` lists them all")
    })
}

/// Whether the error's name, words or sentences contain every word.
fn says_all(code: Aadsts, words: &[String]) -> bool {
    let Row { number, error, suberror, text, provoke, cure, .. } = code.row();
    let said = format!(
        "{code:?} AADSTS{number} {error} {} {text} {provoke} {cure} {}",
        suberror.unwrap_or_default(),
        code.meaning()
    );
    let said = said.to_lowercase();
    words.iter().all(|word| said.contains(&word.to_lowercase()))
}

/// Width of the column with error and suberror; a few are longer.
const WORDS: usize = 33;
/// Where the meaning begins.
const COLUMN: usize = 2 + 13 + 2 + WORDS + 2;

/// One line an error, under the headings of the reference's tables.
fn table(codes: &[Aadsts], width: usize) -> String {
    let mut text = String::new();
    for table in Table::ALL {
        let mut rows: Vec<Aadsts> = codes.iter().copied().filter(|code| code.row().table == *table).collect();
        rows.sort_by_key(|code| code.row().number);
        if rows.is_empty() {
            continue;
        }
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", table.title());
        for code in rows {
            let Row { number, error, suberror, .. } = code.row();
            let words = match suberror {
                Some(suberror) if suberror != error => format!("{error}, {suberror}"),
                _ => (*error).to_owned(),
            };
            let mut column = format!("  AADSTS{number:<7}  {words:<WORDS$}  ");
            if words.len() > WORDS && width >= COLUMN + 30 {
                let _ = writeln!(text, "{}", column.trim_end());
                column = " ".repeat(COLUMN);
            }
            put(&mut text, &column, code.meaning(), width);
        }
        text.push('\n');
    }
    text.push_str("`mock-idp errors NUMBER` tells what it means, what clients make of it and how to see it here.\n");
    text
}

/// Writes `body` behind `column`, and further lines of it below itself. Where that leaves no room, all of it goes below.
fn put(text: &mut String, column: &str, body: &str, width: usize) {
    let mut indent = column.chars().count();
    let mut first = column.to_owned();
    if width < indent + 30 {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", column.trim_end());
        indent = 4;
        first = " ".repeat(indent);
    }
    for line in output::wrap(body, width - indent) {
        let _ = writeln!(text, "{first}{line}");
        first = " ".repeat(indent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn numbers_are_found_with_and_without_the_prefix() {
        for text in ["50076", "AADSTS50076", "aadsts50076:"] {
            assert_eq!(asked(&words(text)).ok(), Some(vec![Aadsts::MfaRequired]), "{text:?}");
        }
        for text in ["99999999999999", "50999", "no-such-word"] {
            assert!(asked(&words(text)).is_err(), "{text:?}");
        }
    }

    #[test]
    fn words_are_looked_for_in_names_words_and_sentences() {
        let found = asked(&words("consent")).unwrap_or_default();
        assert!(found.contains(&Aadsts::ConsentRequired) && found.contains(&Aadsts::AdminConsentRequired));
        assert!(!found.contains(&Aadsts::WrongPassword));
        assert!(asked(&words("MFA")).unwrap_or_default().contains(&Aadsts::MfaTooOld));
        assert_eq!(asked(&words("device domain_joined")).ok(), Some(vec![Aadsts::DeviceNotDomainJoined]));
    }

    #[test]
    fn the_table_has_every_error_under_its_heading_and_keeps_to_the_width() {
        for width in [80, 96, 110] {
            let text = table(Aadsts::ALL, width);
            for code in Aadsts::ALL {
                assert!(text.contains(&format!("AADSTS{} ", code.row().number)), "{}", code.row().number);
            }
            assert!(Table::ALL.iter().all(|table| text.contains(table.title())));
            let longest = text.lines().map(|line| line.chars().count()).max();
            assert!(longest <= Some(width.max(94)), "{longest:?} in {width}");
        }
    }
}
