//! Every example of the guide runs, and the one that it prints is the file it names.

use rstest::rstest;
use scenarios::{incident::read, load_all};

use super::{sentences, verdict_on};

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

#[tokio::test]
async fn every_example_passes() {
    for entry in std::fs::read_dir(format!("{FOLDER}/examples")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.display().to_string();
        if !name.ends_with(".yaml") || name.ends_with(".given.yaml") {
            continue;
        }
        let scripts = load_all(&name, &std::fs::read_to_string(&path).unwrap(), &|file| std::fs::read_to_string(file));
        for script in scripts.unwrap() {
            assert_eq!(sentences(&verdict_on(script).await), [""; 0], "{name}");
        }
    }
}

#[rstest]
#[case("first.yaml")]
#[case("each-user.yaml")]
#[case("signed-in.given.yaml")]
fn an_example_that_the_guide_prints_is_the_file_it_names(#[case] file: &str) {
    let guide = std::fs::read_to_string(format!("{FOLDER}/README.md")).unwrap();
    let example = std::fs::read_to_string(format!("{FOLDER}/examples/{file}")).unwrap();
    assert!(guide.contains(&format!("```yaml\n{example}```")) && guide.contains(&format!("examples/{file}")));
}

#[test]
fn the_example_from_a_log_is_what_the_command_writes() {
    let log = std::fs::read_to_string(format!("{FOLDER}/examples/app.log")).unwrap();
    let example = std::fs::read_to_string(format!("{FOLDER}/examples/from-a-log.yaml")).unwrap();
    assert_eq!(read(&log).unwrap().script(), example);
}

#[test]
fn the_lines_for_any_language_are_those_that_run() {
    let guide = std::fs::read_to_string(format!("{FOLDER}/README.md")).unwrap();
    let script = std::fs::read_to_string(format!("{FOLDER}/examples/http/five-lines.sh")).unwrap();
    let lines: Vec<_> = script.lines().skip_while(|line| !line.starts_with("tenant=")).collect();
    assert_eq!(lines.len(), 5);
    assert!(guide.contains(&format!("```sh\n{}\n```", lines.join("\n"))));
}

#[test]
fn every_verb_and_every_expectation_is_in_the_guide() {
    let guide = std::fs::read_to_string(format!("{FOLDER}/README.md")).unwrap();
    let schema = scenarios::schema();
    let steps = schema["definitions"]["Step"]["oneOf"].as_array().unwrap();
    let verbs = steps.iter().flat_map(|step| step["properties"].as_object().unwrap().keys());
    let rules = schema["definitions"]["Expectations"]["properties"].as_object().unwrap().keys();
    let given = schema["definitions"]["Given"]["properties"].as_object().unwrap().keys();
    let missing: Vec<_> = verbs.chain(rules).chain(given).filter(|word| !guide.contains(&format!("`{word}"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
