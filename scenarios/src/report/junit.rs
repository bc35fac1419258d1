//! The verdicts as JUnit XML, as CI servers read it: one suite, a test case a scenario. Text only; writes no file.

use std::{borrow::Cow, fmt::Write as _, time::Duration};

use crate::{Run, Verdict};

/// `<testsuites>` with one `<testsuite>`, in the form of the schema of Jenkins' xUnit plug-in (`junit-10.xsd`), which knows
/// properties of a suite and none of a case. The message of a failure is the sentence that explains most, with its place; its
/// text has all of them, and the sequence of what happened.
#[must_use]
pub fn junit(run: &Run) -> String {
    let tests = run.verdicts.len();
    let failures = run.verdicts.iter().filter(|verdict| !verdict.passed).count();
    let took: Duration = run.verdicts.iter().map(|verdict| verdict.took).sum();
    let prompts: usize = run.verdicts.iter().map(|verdict| verdict.prompts).sum();
    let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" time=\"{}\"", seconds(took));
    let mut xml = format!("{HEAD}<testsuites name=\"scenarios\" {counts}>\n");
    // Writing to a string cannot fail.
    let _ = writeln!(xml, "  <testsuite name=\"scenarios\" {counts} skipped=\"0\">\n    <properties>");
    for (name, value) in [("version", env!("CARGO_PKG_VERSION").to_owned()), ("prompts", prompts.to_string())] {
        let _ = writeln!(xml, "      <property name=\"{name}\" value=\"{value}\"/>");
    }
    xml.push_str("    </properties>\n");
    for verdict in &run.verdicts {
        case(&mut xml, verdict);
    }
    xml.push_str("  </testsuite>\n</testsuites>\n");
    xml
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

fn case(xml: &mut String, verdict: &Verdict) {
    let (name, class) = (escaped(&verdict.id), escaped(&class_of(&verdict.file)).into_owned());
    let _ = writeln!(xml, "    <testcase name=\"{name}\" classname=\"{class}\" time=\"{}\">", seconds(verdict.took));
    if let Some(first) = verdict.missed.first() {
        let message = format!("{} ({})", first.sentence, first.place);
        let mut text = String::new();
        for missed in &verdict.missed {
            let _ = writeln!(text, "{}\n  {}", missed.sentence, missed.place);
        }
        text.push_str(&super::listing(verdict));
        let (message, kind) = (escaped(&message), escaped(first.assertion));
        let _ = writeln!(xml, "      <failure message=\"{message}\" type=\"{kind}\">{}</failure>", lines(&text));
    }
    let mut about = verdict.title.clone();
    if !verdict.source.is_empty() {
        let _ = write!(about, "\n{}", verdict.source);
    }
    let _ = writeln!(xml, "      <system-out>{}</system-out>\n    </testcase>", lines(&about));
}

/// A text fit for an element, where lines stay lines.
fn lines(text: &str) -> String {
    escaped(text).replace("&#10;", "\n")
}

/// The folder, as servers group by it: `scenarios.scripts.policy`.
fn class_of(file: &str) -> String {
    let folder = std::path::Path::new(file).parent();
    let parts = folder.into_iter().flat_map(std::path::Path::components).filter_map(|part| match part {
        std::path::Component::Normal(name) => Some(name.to_string_lossy().replace('.', "_")),
        _ => None,
    });
    let class = parts.collect::<Vec<_>>().join(".");
    if class.is_empty() { "scenarios".to_owned() } else { class }
}

fn seconds(took: Duration) -> String {
    format!("{:.3}", took.as_secs_f64())
}

/// A text fit for an attribute or an element (XML 1.0, 2.2 and 2.4).
fn escaped(text: &str) -> Cow<'_, str> {
    let needs =
        |c: char| matches!(c, '&' | '<' | '>' | '"' | '\'') || !is_allowed(c) || c == '\n' || c == '\t' || c == '\r';
    if !text.contains(needs) {
        return text.into();
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            // An attribute would read them as spaces.
            '\n' | '\t' | '\r' => {
                let _ = write!(safe, "&#{};", u32::from(c));
            }
            c if is_allowed(c) => safe.push(c),
            _ => safe.push('\u{fffd}'),
        }
    }
    safe.into()
}

fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("plain", "plain")]
    #[case("a<b>&\"c\"'d'", "a&lt;b&gt;&amp;&quot;c&quot;&apos;d&apos;")]
    #[case("{\u{2026}capolids\u{2026}}", "{\u{2026}capolids\u{2026}}")]
    #[case("one\ntwo", "one&#10;two")]
    #[case("\u{0}\u{1b}[31m\u{ffff}", "\u{fffd}\u{fffd}[31m\u{fffd}")]
    fn what_xml_does_not_allow_never_gets_in(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(escaped(text), expected);
    }

    #[test]
    fn folders_are_classes() {
        assert_eq!(class_of("scenarios/scripts/policy/any-of.yaml"), "scenarios.scripts.policy");
        assert_eq!(class_of("../mine.yaml"), "scenarios");
    }
}
