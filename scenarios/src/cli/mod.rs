//! stub
/// Runs.
pub async fn main() -> std::process::ExitCode {
    let scripts = crate::built_in::scripts();
    let run = crate::run(&scripts, crate::Options::default(), |_| {}).await.unwrap();
    for v in &run.verdicts {
        println!("{} {} {:?} {}", v.id, v.passed, v.missed, v.took.as_millis());
        if !v.passed {
            for s in &v.steps {
                println!("   {} -> {}", s.story, s.seen);
            }
            for e in &v.exchanges {
                println!(
                    "   {} {:?} {} {:?} {:?} {:?}",
                    e.number, e.endpoint, e.answer.kind, e.answer.code, e.claims, e.answer.claims
                );
            }
        }
    }
    std::process::ExitCode::SUCCESS
}
