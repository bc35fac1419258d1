//! Isolation: scenarios in parallel on one server see nothing of one another, and nothing is left of them. A release run
//! sends a thousand at the same time; a debug run as many as take no longer.

mod crowd;

use mock_idp::MockIdp;

const CROWD: usize = if cfg!(debug_assertions) { 100 } else { 1_000 };

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_of_scenarios_sees_what_each_sees_alone() {
    let idp = MockIdp::start().await;
    let before = idp.tenant_counts();
    let scripts = crowd::scripts(CROWD);
    let mut distinct = scripts.clone();
    distinct.truncate(scenarios::built_in::scripts().len());
    let alone = crowd::gathers(idp.base(), &distinct, 1, || {}).await;
    let mut most = 0;
    let at_once = crowd::at_once(CROWD);
    let together = crowd::gathers(idp.base(), &scripts, at_once, || most = most.max(idp.tenant_counts().0)).await;
    assert!(most > CROWD / 4, "they were there at the same time: {most}");
    let mistakes = crowd::mistakes(&together, &alone);
    assert!(mistakes.is_empty(), "{} mistakes: {:#?}", mistakes.len(), &mistakes[..mistakes.len().min(5)]);
    assert_eq!(idp.tenant_counts(), before, "nothing is left of them");
}
