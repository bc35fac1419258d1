//! The README's snippets are those that the suites run.

use std::path::Path;

#[test]
fn the_msal_python_snippet_is_the_suites_own() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let suite = std::fs::read_to_string(root.join("tests/msal-python/conftest.py")).unwrap();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let (_, rest) = suite.split_once("    # snippet: msal-python\n").unwrap();
    let (snippet, _) = rest.split_once("    # end of snippet").unwrap();
    let snippet: String =
        snippet.lines().map(|line| format!("{}\n", line.strip_prefix("    ").unwrap_or(line))).collect();
    assert!(readme.contains(&snippet), "put this into README.md:\n{snippet}");
}
