//! The README's snippets are those that the suites run.

use std::path::Path;

use rstest::rstest;

#[rstest]
#[case::msal_python("msal-python", "tests/msal-python/conftest.py")]
#[case::msal_node("msal-node", "tests/msal-node/support.js")]
fn a_snippet_of_the_readme_is_the_suites_own(#[case] name: &str, #[case] suite: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let suite = std::fs::read_to_string(root.join(suite)).unwrap();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let (_, rest) = suite.split_once(&format!("snippet: {name}\n")).unwrap();
    let snippet: Vec<&str> = rest.lines().take_while(|line| !line.contains("end of snippet")).collect();
    let indented = |line: &&str| line.len() - line.trim_start().len();
    let indent = snippet.iter().map(indented).min().unwrap();
    let snippet: String = snippet.iter().map(|line| format!("{}\n", &line[indent..])).collect();
    assert!(readme.contains(&snippet), "put this into README.md:\n{snippet}");
}
