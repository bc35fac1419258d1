use std::path::Path;

use rstest::rstest;
use scenarios::{Options, built_in, run};

use super::{script, sentences, verdict_on};

#[rstest]
#[case("main-01")]
#[case("main-02")]
#[case("main-03")]
#[case("main-04")]
#[case("main-05")]
#[case("main-06")]
#[case("main-07")]
#[case("main-08")]
#[case("main-09")]
#[case("main-10")]
#[case("main-11")]
#[case("main-12")]
#[tokio::test]
async fn the_reference_client_passes(#[case] id: &str) {
    let verdict = verdict_on(script(id)).await;
    assert_eq!(sentences(&verdict), [""; 0]);
    assert!(verdict.passed);
}

#[tokio::test]
async fn all_run_side_by_side_without_seeing_one_another() {
    let is_main = |script: &scenarios::Loaded| script.id.starts_with("main-");
    let again = built_in::scripts().into_iter().filter(is_main);
    let scripts: Vec<_> = built_in::scripts().into_iter().chain(again).collect();
    let mut heard = 0;
    let run = run(&scripts, Options::default(), |_| heard += 1).await.unwrap();
    assert!(run.passed(), "{:?}", run.verdicts.iter().filter_map(|verdict| verdict.reason()).collect::<Vec<_>>());
    assert_eq!(heard, scripts.len());
    let ids: Vec<_> = run.verdicts.iter().map(|verdict| verdict.id.as_str()).collect();
    let expected: Vec<_> = scripts.iter().map(|script| script.id.as_str()).collect();
    assert_eq!(ids, expected, "verdicts keep the order of the scripts");
}

#[test]
fn every_file_in_the_folder_is_in_the_list_and_says_what_it_is_about() {
    let mut files = Vec::new();
    find(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts")), "scenarios/scripts", &mut files);
    files.sort();
    let mut listed: Vec<_> =
        built_in::SCRIPTS.iter().chain(built_in::INCLUDED).map(|(name, _)| (*name).to_owned()).collect();
    listed.sort_unstable();
    assert_eq!(files, listed);
    let mut ids: Vec<_> = built_in::scripts().into_iter().map(|script| script.id).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "a scenario is called by its file's name alone");
    for script in built_in::scripts() {
        assert!(!script.script.about.is_empty() && !script.script.source.is_empty(), "{}", script.id);
    }
}

fn find(folder: &Path, name: &str, files: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{name}/{}", entry.file_name().into_string().unwrap());
        if entry.path().is_dir() {
            find(&entry.path(), &name, files);
        } else {
            files.push(name);
        }
    }
}
