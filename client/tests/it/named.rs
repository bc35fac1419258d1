//! Every numbered line of the specification has a test that bears its number: the rows of the decision table (escalation
//! reference 2.13), the steps of the silent algorithm (5.1), the duties after a challenge (4.4).

use rstest::rstest;

const SOURCES: &[&str] = &[
    include_str!("../../src/escalation.rs"),
    include_str!("../../src/cache/tests/rules.rs"),
    include_str!("api.rs"),
    include_str!("cache.rs"),
    include_str!("not_supported.rs"),
    include_str!("silent.rs"),
    include_str!("throttle.rs"),
];

#[rstest]
#[case::rows_of_2_13("row_", 12)]
#[case::steps_of_5_1("step_", 10)]
#[case::duties_of_4_4("duty_", 5)]
fn each_has_a_test_of_its_name(#[case] prefix: &str, #[case] count: usize) {
    for number in 1..=count {
        let name = if count < 10 { format!("{prefix}{number}_") } else { format!("{prefix}{number:02}_") };
        let bears_it = |line: &str| {
            let line = line.trim_start();
            let is_test = ["fn ", "async fn ", "#[case::"].iter().find_map(|start| line.strip_prefix(start));
            is_test.is_some_and(|rest| rest.starts_with(&name))
        };
        assert!(SOURCES.iter().any(|source| source.lines().any(bears_it)), "no test is called {name}…");
    }
}
