//! Each mistake that a reader of YAML can make, with the words that answer it.

use std::collections::HashMap;

use rstest::rstest;
use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read to see what is refused")]
struct Script {
    title: String,
    #[serde(default)]
    fast: bool,
    #[serde(default)]
    retries: u8,
    #[serde(default)]
    owner: Option<uuid::Uuid>,
    #[serde(default)]
    lag: jiff::SignedDuration,
    #[serde(default, deserialize_with = "one_key_each")]
    steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "read to see what is refused")]
enum Step {
    AcquireSilent(Acquire),
    Pause(u8),
    Reset,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read to see what is refused")]
struct Acquire {
    scope: String,
}

#[rstest]
// keys
#[case("titel: x", "s:1:1: unknown key `titel`", "did you mean `title`?")]
#[case(
    "title: x\nsteps:\n  - acquire-silent: {}",
    "s:3:5: unknown key `acquire-silent`",
    "did you mean `acquire_silent`?"
)]
#[case(
    "title: x\nzzzzzz: 1",
    "s:2:1: unknown key `zzzzzz`",
    "valid keys: `title`, `fast`, `retries`, `owner`, `lag`, `steps`"
)]
#[case(
    "\"t\\e[31m\": x",
    "s:1:1: unknown key `t\\u{1b}[31m`",
    "valid keys: `title`, `fast`, `retries`, `owner`, `lag`, `steps`"
)]
#[case("fast: true\nretries: 1", "s:1:1: missing key `title`", "")]
#[case("{}", "s:1:1: missing key `title`", "")]
#[case("title: x\ntitle: y", "s:2:1: key `title` stands here twice", "")]
#[case(
    "title: x\n<<: {fast: true}",
    "s:2:1: merge keys (`<<`) are not part of YAML 1.2",
    "write the keys out, or use an alias for the whole value"
)]
#[case("{\"title\": \"x\", \"fst\": true}", "s:1:16: unknown key `fst`", "did you mean `fast`?")]
// values
#[case("title:", "s:1:6: expected a text, found nothing", "")]
#[case("title: [x]", "s:1:8: expected a single value, found a list", "")]
#[case("title: x\nfast: yes", "s:2:7: expected `true` or `false`, found `yes`", "write `true`")]
#[case("title: x\nfast: maybe", "s:2:7: expected `true` or `false`, found `maybe`", "")]
#[case("title: x\nretries: 256", "s:2:10: expected a whole number from 0 to 255, found `256`", "")]
#[case("title: x\nowner: me", "s:2:8: `me` is not a UUID", "write it as `11111111-1111-4111-8111-111111111111`")]
#[case("title: x\nlag: soon", "s:2:6: `soon` is not a duration", "write it as `5s`, `10m` or `1h 30m`")]
#[case("title: x\nsteps: {}", "s:2:8: expected a list, found a mapping", "")]
#[case("title: !secret x", "s:1:16: tag `!secret` is not known here", "")]
// steps
#[case("title: x\nsteps: [rest]", "s:2:9: unknown value `rest`", "did you mean `reset`?")]
#[case("title: x\nsteps:\n  - acquire_silent: {scop: a}", "s:3:22: unknown key `scop`", "did you mean `scope`?")]
#[case("title: x\nsteps:\n  - acquire_silent:\n", "s:3:19: expected a mapping, found nothing", "")]
#[case("title: x\nsteps:\n  - reset: 3\n", "s:3:12: this takes no value", "")]
#[case(
    "title: x\nsteps:\n  - pause: 9\n    reset: 1\n",
    "s:4:5: a second key, where exactly one can stand",
    "start a new item of the list with `- `, or indent what belongs to the first key"
)]
#[case("title: x\nsteps:\n  - []\n", "s:3:5: expected a name or a mapping with one key, found a list", "")]
// syntax
#[case("", "s:1:1: the document is empty", "")]
#[case("# nothing\n", "s:2:1: the document is empty", "")]
#[case("hello", "s:1:1: expected a mapping, found `hello`", "")]
#[case("title: x\n---\ntitle: y", "s:3:1: a second document starts here; a file holds one", "")]
#[case("title: x\nsteps:\n\t- reset", "s:3:1: a tab cannot indent YAML", "indent with spaces")]
#[case("title: x\n\tfast: true", "s:2:1: a tab cannot indent YAML", "indent with spaces")]
#[case("title: \"x", "s:1:8: unclosed quote", "")]
#[case("title: x\nfast: a: b", "s:2:8: mapping values are not allowed in this context", "")]
#[case("title: *x", "s:1:8: while parsing node, found unknown anchor", "")]
#[case("title: x\0", "s:1:9: unexpected character: `\\u{0}`", "")]
#[case("\u{feff}titel: x", "s:1:1: unknown key `titel`", "did you mean `title`?")]
#[case("title: x\r\ntitel: y\r\n", "s:2:1: unknown key `titel`", "did you mean `title`?")]
#[case(
    "{ключ: 1, \"titel\": 2}",
    "s:1:2: unknown key `ключ`",
    "valid keys: `title`, `fast`, `retries`, `owner`, `lag`, `steps`"
)]
fn a_mistake_is_named(#[case] source: &str, #[case] first_line: &str, #[case] hint: &str) {
    let mistake = *parse::<Script>("s", source).unwrap_err();
    assert_eq!(mistake.to_string().lines().next().unwrap(), first_line);
    assert_eq!(mistake.hint.as_deref().unwrap_or_default(), hint);
}

#[rstest]
#[case("acquire_silent")]
#[case("acquire_silent\n- {scope: a}")]
#[case("pause\n- 3")]
fn a_step_without_its_value_does_not_take_the_next_item(#[case] items: &str) {
    let mistake = parse::<Script>("s", &format!("title: x\nsteps:\n- {items}\n- reset\n")).unwrap_err();
    assert_eq!((mistake.line, mistake.column), (3, 3), "{mistake}");
    assert!(mistake.message.ends_with("needs a value"), "{mistake}");
}

#[test]
fn json_is_read() {
    let script: Script =
        parse("s.json", r#"{"title": "a\u00e9b", "fast": true, "steps": ["reset", {"pause": 3}]}"#).unwrap();
    assert_eq!(script.title, "aéb");
    assert_eq!(script.steps.len(), 2);
}

#[test]
fn the_picture_underlines_the_place() {
    let mistake = parse::<Script>("s.yaml", "title: x\nsteps:\n  - acquire_silnt: {}\n").unwrap_err();
    assert_eq!(
        mistake.to_string(),
        "s.yaml:3:5: unknown key `acquire_silnt`
  |
3 |   - acquire_silnt: {}
  |     ^^^^^^^^^^^^^
  |
  = help: did you mean `acquire_silent`?"
    );
    assert!(mistake.styled().contains('\x1b'));
}

#[rstest]
#[case(Path::root().key("a").index(1), 2, 11)]
#[case(Path::root().key("a"), 2, 1)]
#[case(Path::root().key("b").index(0).key("c"), 4, 8)]
#[case(Path::root().key("b").index(1), 5, 5)]
#[case(Path::root().key("b").index(1).key("d"), 5, 5)]
#[case(Path::root().key("b").index(1).key("d").key("nowhere"), 5, 5)]
#[case(Path::root().key("e"), 6, 1)]
#[case(Path::root().key("f").index(0), 7, 4)]
#[case(Path::root(), 2, 1)]
fn a_path_is_found(#[case] path: Path, #[case] line: usize, #[case] column: usize) {
    let source = "# ä\na: &x [ö, 2]\nb:\n  - c: 1\n  - d: {}\ne:\nf: *x\n";
    let found = locate(source, &path).unwrap();
    assert_eq!((found.line, found.column), (line, column), "{path}");
}

#[test]
fn problems_come_in_the_order_of_the_document() {
    let problem = |key: &str| Problem::new(Path::root().key(key), key).hint("so");
    let report = report("f", "a: 1\nb: 2\n", vec![problem("b"), problem("a")]);
    assert_eq!(
        report.to_string(),
        "f:1:4: a\n  |\n1 | a: 1\n  |    ^\n  |\n  = help: so\n\nf:2:4: b\n  |\n2 | b: 2\n  |    ^\n  |\n  = help: so"
    );
}

#[rstest]
#[case("calender", Some("calendar"))]
#[case("displayName", Some("display_name"))]
#[case("MAIL", Some("mail"))]
#[case("x", None)]
#[case("", None)]
fn the_nearest_name_is_found(#[case] word: &str, #[case] found: Option<&str>) {
    assert_eq!(nearest(word, ["calendar", "mail", "display_name"]), found);
}

/// Whatever is thrown at it: an answer, at once, of bearable size.
#[rstest]
#[case::flow_nesting("[".repeat(100_000))]
#[case::closed_flow_nesting("[".repeat(200) + &"]".repeat(200))]
#[case::map_nesting("{a: ".repeat(50_000))]
#[case::block_nesting("- ".repeat(50_000))]
#[case::key_nesting("? ".repeat(50_000))]
#[case::long_value(format!("title: [{}]", "x".repeat(1_000_000)))]
#[case::long_key(format!("? {}\n: 1", "x".repeat(1_000_000)))]
#[case::long_line_of_wide_characters(format!("title: [{}", "字".repeat(300_000)))]
#[case::controls((0..=0x9f_u8).map(char::from).collect())]
#[case::breaks("title: [\u{2028}\u{2029}\u{85}\r\r\r".to_owned())]
#[case::own_alias("title: &a [*a]".to_owned())]
#[case::bomb(format!("a: &a [x,x,x,x,x,x,x,x,x]\n{}", ('a'..'k').zip('b'..).map(|(last, next)| format!("{next}: &{next} [*{last},*{last},*{last},*{last},*{last},*{last},*{last},*{last},*{last}]\n")).collect::<String>()))]
#[case::many_documents("---\n".repeat(100_000))]
#[case::many_anchors((0..100_000).map(|n| format!("- &a{n} x\n")).collect())]
fn nothing_makes_it_panic_or_ramble(#[case] source: String) {
    for message in [
        parse::<Script>("s", &source).unwrap_err().to_string(),
        parse::<HashMap<String, serde_json::Value>>("s", &source)
            .map_or_else(|mistake| mistake.styled(), |_| String::new()),
        parse::<Vec<Step>>("s", &source).unwrap_err().to_string(),
    ] {
        assert!(message.len() < 3_000, "{} bytes", message.len());
    }
    let _ = locate(&source, &Path::root().key("a").index(7));
}
