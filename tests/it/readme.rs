//! What the READMEs show is what the suites run, and the tests that they name are there.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file of the suites, without what they install.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = entry.file_name().unwrap().to_string_lossy().into_owned();
        if entry.is_dir() && name != "node_modules" && !name.starts_with('.') {
            files(&entry, found);
        } else if entry.is_file() {
            found.push(entry);
        }
    }
}

/// The lines between marks, without what all are indented by, by the name of the mark.
fn snippets(text: &str) -> Vec<(String, String)> {
    // Not written in one piece, for this file is read, too.
    let mark = concat!("snippet", ": ");
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some((comment, name)) = line.split_once(mark) else { continue };
        if !comment.trim_start().chars().all(|c| "#/<!- ".contains(c)) {
            continue;
        }
        let snippet: Vec<&str> = lines.by_ref().take_while(|line| !line.contains("end of snippet")).collect();
        let full = snippet.iter().filter(|line| !line.trim().is_empty());
        let indent = full.map(|line| line.len() - line.trim_start().len()).min().unwrap_or_default();
        let snippet = snippet.iter().map(|line| format!("{}\n", line.get(indent..).unwrap_or_default()));
        found.push((name.split_whitespace().next().unwrap().to_owned(), snippet.collect()));
    }
    found
}

#[test]
fn every_snippet_of_the_suites_is_in_the_readme() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let mut suites = Vec::new();
    files(&root().join("tests"), &mut suites);
    let texts = suites.iter().filter_map(|file| std::fs::read_to_string(file).ok());
    let found: Vec<_> = texts.flat_map(|text| snippets(&text)).collect();
    for (name, snippet) in &found {
        assert!(readme.contains(snippet), "put `{name}` into README.md:\n{snippet}");
    }
    for name in ["curl", "msal-browser", "msal-node", "msal-python", "openidconnect", "rust"] {
        assert!(found.iter().any(|(known, _)| known == name), "the marks of {name} are gone");
    }
}

#[tokio::test]
async fn the_lines_for_rust_tests_are_good() -> Result<(), mock_idp::Unknown> {
    // snippet: rust
    let idp = mock_idp::MockIdp::start().await;
    idp.tenant().grant_consent(Some("ada"), "desktop", "calendar", &["Events.Read"])?;
    let authority = idp.authority();
    // end of snippet
    let answer = reqwest::get(format!("{authority}/v2.0/.well-known/openid-configuration")).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(idp.tenant().consents().len(), 1);
    Ok(())
}

#[test]
fn each_difference_from_entra_names_a_test_that_is_there() {
    let guide = std::fs::read_to_string(root().join("mock-idp/README.md")).unwrap();
    let (_, section) = guide.split_once("## How faithful it is\n").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows: Vec<Vec<&str>> = section
        .lines()
        .filter(|line| line.starts_with('|') && !line.starts_with("|---") && !line.starts_with("| part"))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    assert!(rows.len() >= 10, "{rows:?}");
    for row in rows {
        let [part, .., test] = row.as_slice() else { panic!("a row with no test: {row:?}") };
        let test = test.trim_matches('`');
        let (path, name) = test.rsplit_once("::").unwrap_or_else(|| panic!("{part}: `{test}` is no file::test"));
        let file = root().join("tests/it").join(format!("{}.rs", path.replace("::", "/")));
        let text = std::fs::read_to_string(&file).unwrap_or_else(|_| panic!("{part}: there is no {}", file.display()));
        assert!(text.contains(&format!("fn {name}(")), "{part}: there is no test `{test}`");
    }
}
