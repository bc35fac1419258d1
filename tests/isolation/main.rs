//! Isolation: scenarios in parallel on one server see nothing of one another, and nothing is left of them. `CROWD=1000`
//! says how many they are; by default as many as take no time.

mod crowd;

use mock_idp::MockIdp;

fn crowd() -> usize {
    std::env::var("CROWD").ok().and_then(|number| number.parse().ok()).unwrap_or(100)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_of_scenarios_sees_what_each_sees_alone() {
    let idp = MockIdp::start().await;
    let before = idp.tenant_counts();
    let crowd = crowd();
    let scripts = crowd::scripts(crowd);
    let mut distinct = scripts.clone();
    distinct.truncate(scenarios::built_in::scripts().len());
    let alone = crowd::gathers(idp.base(), &distinct, 1, || {}).await;
    let mut most = 0;
    let at_once = crowd::at_once(crowd);
    let together = crowd::gathers(idp.base(), &scripts, at_once, || most = most.max(idp.tenant_counts().0)).await;
    assert!(most > crowd / 4, "they were there at the same time: {most}");
    let mistakes = crowd::mistakes(&together, &alone);
    assert!(mistakes.is_empty(), "{} mistakes: {:#?}", mistakes.len(), &mistakes[..mistakes.len().min(5)]);
    assert_eq!(idp.tenant_counts(), before, "nothing is left of them");
}
