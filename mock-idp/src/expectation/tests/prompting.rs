//! When a window helps, when the server wants peace, and whose answer is redeemed.

use super::*;

fn refusing(status: u16, error: &str, code: u32, suberror: &str) -> Answer {
    Answer {
        error: Some(error.to_owned()),
        code: Some(code),
        suberror: Some(suberror.to_owned()).filter(|word| !word.is_empty()),
        ..Answer::of(status, "error")
    }
}

fn signed_in() -> Story {
    Story::default().window(CALENDAR, &[]).redeems(CALENDAR)
}

#[rstest]
#[case::outage(Answer::of(503, "fault"), "status 503")]
#[case::throttled(Answer::of(429, "fault"), "status 429")]
#[case::dropped(Answer::of(0, "dropped"), "no answer")]
#[case::gateway(Answer::of(200, "fault"), "status 200")]
#[case::misconfigured(refusing(400, "unauthorized_client", 700_016, ""), "AADSTS700016")]
#[case::directory_down(refusing(503, "temporarily_unavailable", 90033, ""), "AADSTS90033")]
#[case::a_loop(refusing(400, "invalid_grant", 50196, ""), "AADSTS50196")]
#[case::device(refusing(401, "invalid_grant", 50097, ""), "AADSTS50097")]
fn a_window_that_cannot_help(#[case] failure: Answer, #[case] why: &str) {
    let sentence = signed_in().silent(PAYROLL, &[], failure).window(PAYROLL, &[]);
    let sentence = sentence.judge(json!({"no_prompt_where_none_helps": true}));
    let expected = format!(
        "the interactive request for payroll (exchange 4) followed the silent failure at 3 ({why}), which no sign-in settles"
    );
    assert_eq!(sentence, Some(expected));
}

#[rstest]
#[case::consent(refusing(400, "invalid_grant", 65001, "consent_required"))]
#[case::v1(refusing(400, "interaction_required", 50076, "basic_action"))]
#[case::dead_grant(refusing(400, "invalid_grant", 50173, "bad_token"))]
fn a_window_that_may_help(#[case] failure: Answer) {
    let wanted = json!({"no_prompt_where_none_helps": true, "no_prompt_at_a_block": true});
    assert_eq!(signed_in().silent(PAYROLL, &[], failure).window(PAYROLL, &[]).judge(wanted), None);
}

/// What came between is a reason of its own.
#[test]
fn an_outage_is_over_when_another_refusal_or_a_dead_grant_follows() {
    let down = || signed_in().silent(PAYROLL, &[], Answer::of(503, "fault"));
    let wanted = json!({"no_prompt_where_none_helps": true, "no_prompt_before_silent": true});
    let asked_again = down().silent(PAYROLL, &[], refused(None)).window(PAYROLL, &[]);
    assert_eq!(asked_again.judge(wanted.clone()), None);
    let dead = refusing(400, "invalid_grant", 50173, "bad_token");
    assert_eq!(down().silent(CALENDAR, &[], dead).window(PAYROLL, &[]).judge(wanted), None);
}

/// Found by exploration: a call whose token is renewed beside it is refused, and its caller asks for a newer one.
#[rstest]
#[case::refused(true, true)]
#[case::not_refused(false, false)]
fn a_token_that_was_renewed_beside_a_refusal_does_not_count(#[case] refused: bool, #[case] is_right: bool) {
    let mut story = signed_in().redeems(PAYROLL);
    story.0.last_mut().unwrap().answer.refresh_in = Some(43_200);
    let status = if refused { 401 } else { 200 };
    let story = story.api(Answer { api: Some("payroll".to_owned()), ..Answer::of(status, "api") }).after(43_200);
    let renewed = || Answer { expires_in: Some(86_400), ..token(PAYROLL) };
    let story = story.silent(PAYROLL, &[], renewed()).after(43_200);
    let judged =
        story.silent(PAYROLL, &[], renewed()).after(43_200).judge(json!({"no_token_request_while_cached": true}));
    assert_eq!(judged.is_none(), is_right, "{judged:?}");
}

/// Found by exploration: the same challenge again, and the client knows that it comes to nothing; what is asked later is anew.
#[rstest]
#[case::at_once(0, true)]
#[case::forgotten(180, false)]
fn a_challenge_that_is_known_to_lead_nowhere_is_settled(#[case] seconds: i64, #[case] is_right: bool) {
    let looped = refusing(400, "invalid_grant", 50196, "");
    let story = signed_in().redeems(PAYROLL).api(challenged()).silent(PAYROLL, &[("claims", CONTEXT)], looped);
    let story = story.api(challenged()).after(seconds);
    let story = story.silent(PAYROLL, &[], refusing(400, "invalid_grant", 50131, "basic_action")).after(7_200);
    let judged = story.window(PAYROLL, &[]).after(7_200).judge(json!({"claims_forwarded_unmodified": true}));
    assert_eq!(judged.is_none(), is_right, "{judged:?}");
}

/// Found by exploration: two needs side by side, of which one learns that the grant is dead before the other is refused for good.
#[rstest]
#[case::dead("bad_token", true)]
#[case::alive("basic_action", false)]
fn a_refusal_beside_a_dead_grant_is_no_reason(#[case] suberror: &str, #[case] is_right: bool) {
    let first = refusing(400, "invalid_grant", 50034, suberror);
    let story = signed_in().silent(CALENDAR, &[], first);
    let story = story.silent(PAYROLL, &[], refusing(400, "invalid_client", 650_057, "")).window(PAYROLL, &[]);
    let judged = story.judge(json!({"no_prompt_where_none_helps": true, "no_prompt_before_silent": true}));
    assert_eq!(judged.is_none(), is_right, "{judged:?}");
}

/// Found by exploration: two needs for one API, and in between the refresh token is refused for good.
#[test]
fn a_window_behind_a_dead_grant_may_be_for_other_scopes() {
    let dead = refusing(400, "invalid_grant", 700_082, "bad_token");
    let story = signed_in().silent(PAYROLL, &[], dead).window("api://payroll/Salary.Write", &[]);
    assert_eq!(story.judge(json!({"scopes_unchanged_on_escalation": true})), None);
    let refused = refusing(400, "invalid_grant", 65001, "consent_required");
    let story = signed_in().silent(PAYROLL, &[], refused).window("api://payroll/Salary.Write", &[]);
    assert!(story.judge(json!({"scopes_unchanged_on_escalation": true})).is_some());
}

/// Found by exploration: a challenge whose claims were sent, and refused for a reason that nobody can mend; a later sign-in is for
/// another need.
#[rstest]
#[case::told(refusing(400, "invalid_scope", 70011, ""), true)]
#[case::a_loop(refusing(400, "invalid_grant", 50196, ""), true)]
#[case::for_a_person(refusing(400, "invalid_grant", 50076, "basic_action"), false)]
#[case::outage(Answer::of(503, "fault"), false)]
fn a_challenge_is_settled_by_a_refusal_that_is_told(#[case] answer: Answer, #[case] is_settled: bool) {
    let story = signed_in().redeems(PAYROLL).api(challenged()).silent(PAYROLL, &[("claims", CONTEXT)], answer);
    let judged = story.window(PAYROLL, &[]).judge(json!({"claims_forwarded_unmodified": true}));
    assert_eq!(judged.is_none(), is_settled, "{judged:?}");
}

/// Found by exploration: a call and the renewal of its token, side by side.
#[rstest]
#[case::due(43_200, true)]
#[case::fresh(600, false)]
fn a_renewal_has_nothing_to_do_with_a_challenge(#[case] seconds: i64, #[case] is_right: bool) {
    let mut story = signed_in().redeems(PAYROLL);
    story.0.last_mut().unwrap().answer.refresh_in = Some(43_200);
    let story = story.api(challenged()).after(seconds);
    let story = story.silent(PAYROLL, &[], refusing(400, "invalid_grant", 50057, "")).after(seconds);
    let story = story.window(PAYROLL, &[("claims", CONTEXT)]).after(seconds);
    let judged = story.judge(json!({"claims_forwarded_unmodified": true}));
    assert_eq!(judged.is_none(), is_right, "{judged:?}");
}

/// Found by exploration: a challenge whose claims met a busy server, which the client told its caller; a later need begins with a
/// silent request of its own, or with a refresh token that is dead by then.
#[rstest]
#[case::asked_anew(PAYROLL, refusing(400, "invalid_grant", 50076, "basic_action"), true)]
#[case::dead_grant(CALENDAR, refusing(400, "invalid_grant", 700_082, "bad_token"), true)]
#[case::other_api(CALENDAR, refusing(400, "invalid_grant", 65001, "consent_required"), false)]
fn a_challenge_that_met_a_busy_server_is_over_when_the_client_begins_anew(
    #[case] scope: &str,
    #[case] answer: Answer,
    #[case] is_settled: bool,
) {
    for busy in [Answer::of(429, "fault"), Answer::of(503, "fault")] {
        let story = signed_in().redeems(PAYROLL).api(challenged()).silent(PAYROLL, &[("claims", CONTEXT)], busy);
        let story = story.silent(scope, &[], answer.clone()).window(PAYROLL, &[]);
        let judged = story.judge(json!({"claims_forwarded_unmodified": true}));
        assert_eq!(judged.is_none(), is_settled, "{judged:?}");
    }
}

/// Found by exploration: a challenge whose claims met a busy server, then a person was needed, and the sign-in came to nothing.
#[rstest]
#[case::both(both(), true)]
#[case::the_last_failures(POLICY.to_owned(), false)]
fn a_challenge_that_met_a_busy_server_and_then_a_need_is_still_to_be_met(#[case] sent: String, #[case] is_right: bool) {
    let need = || refused(Some(POLICY));
    let story = signed_in().redeems(PAYROLL).api(challenged());
    let story = story.silent(PAYROLL, &[("claims", CONTEXT)], Answer::of(503, "fault"));
    let story = story.silent(PAYROLL, &[("claims", CONTEXT)], need()).window(PAYROLL, &[("claims", &both())]);
    let story = story.silent(PAYROLL, &[], need()).window(PAYROLL, &[("claims", &sent)]);
    let judged = story.judge(json!({"claims_forwarded_byte_for_byte": true}));
    assert_eq!(judged.is_none(), is_right, "{judged:?}");
}

/// Found by exploration: a challenge comes again after a refusal that only looked final, and then a person is needed.
#[rstest]
#[case::both(both(), true)]
#[case::the_failures(POLICY.to_owned(), false)]
fn a_challenge_that_is_asked_for_again_is_to_be_met(#[case] sent: String, #[case] is_right: bool) {
    let device = refusing(400, "device_authentication_failed", 50155, "");
    let story = signed_in().redeems(PAYROLL).api(challenged()).silent(PAYROLL, &[("claims", CONTEXT)], device);
    let story = story.api(challenged()).silent(PAYROLL, &[("claims", CONTEXT)], refused(Some(POLICY)));
    let judged = story.window(PAYROLL, &[("claims", &sent)]).judge(json!({"claims_forwarded_byte_for_byte": true}));
    assert_eq!(judged.is_none(), is_right, "{judged:?}");
}

/// Found by exploration: two needs for one API, of which the first is refused again, from memory, after the second.
#[rstest]
#[case::remembered(0, true)]
#[case::forgotten(180, false)]
fn a_window_hands_on_what_its_own_scopes_were_refused_with(#[case] seconds: i64, #[case] is_right: bool) {
    let (write, blocked) = (
        "api://payroll/Salary.Write",
        Answer { claims: Some(POLICY.to_owned()), ..refusing(400, "invalid_grant", 53003, "message_only") },
    );
    let story = signed_in().silent(write, &[], refusing(400, "invalid_grant", 65001, "consent_required"));
    let story = story.silent(PAYROLL, &[], blocked).window(write, &[]).after(seconds);
    let judged = story.judge(json!({"claims_forwarded_unmodified": true}));
    assert_eq!(judged.is_none(), is_right, "{judged:?}");
}

/// Found by exploration: the API's second challenge is the first one again, and the client knows how it ended. Later it does not.
#[rstest]
#[case::remembered(60, true)]
#[case::forgotten(180, false)]
fn what_was_refused_a_moment_ago_is_not_sent_again(#[case] seconds: i64, #[case] may_be_silent: bool) {
    let refused = || refusing(400, "invalid_grant", 53001, "additional_action");
    let story = signed_in().redeems(PAYROLL).api(challenged()).silent(PAYROLL, &[("claims", CONTEXT)], refused());
    let story = story.api(challenged()).after(seconds).silent(PAYROLL, &[], refused()).after(7_200);
    let judged = story.judge(json!({"claims_forwarded_unmodified": true}));
    assert_eq!(judged.is_none(), may_be_silent, "{judged:?}");
}

#[test]
fn a_block_is_told_before_a_window_opens() {
    let story = signed_in().silent(PAYROLL, &[], refusing(400, "invalid_grant", 53003, "message_only"));
    let sentence = story.window(PAYROLL, &[]).judge(json!({"no_prompt_at_a_block": true}));
    assert_eq!(
        sentence.as_deref(),
        Some(
            "the interactive request for payroll (exchange 4) followed the silent failure at 3 (AADSTS53003, message_only), of which the user is to be told first"
        )
    );
}

#[rstest]
#[case::at_once(10, Some("10s"))]
#[case::just_before(59, Some("59s"))]
#[case::in_time(60, None)]
fn the_server_is_left_alone(#[case] seconds: i64, #[case] after: Option<&str>) {
    let busy = Answer { retry_after: Some(60), ..Answer::of(429, "fault") };
    let story = signed_in().silent(PAYROLL, &[], busy).silent(PAYROLL, &[], token(PAYROLL)).after(seconds);
    let expected = after.map(|after| {
        format!(
            "the silent request for payroll (exchange 4) came {after} after exchange 3, whose answer had asked for 1m of peace (Retry-After)"
        )
    });
    assert_eq!(story.judge(json!({"retry_after_respected": true})), expected);
}

#[rstest]
#[case::its_own("fresh 2", None)]
#[case::another(
    "somebody else's",
    Some(
        "the token request for payroll (exchange 4) redeemed the code of exchange 3, which had come back with another state than was sent"
    )
)]
fn an_answer_to_another_window_is_not_redeemed(#[case] state: &str, #[case] sentence: Option<&str>) {
    let mut story = signed_in().window(PAYROLL, &[]);
    let brought = fingerprints(&[("state".to_owned(), state.to_owned())]).remove(0).1;
    story.0[2].answer.state = Some(brought);
    let story = story.redeems(PAYROLL);
    assert_eq!(story.judge(json!({"foreign_state_refused": true})).as_deref(), sentence);
}

#[test]
fn one_more_try_at_an_outage_is_no_loop() {
    let down = || Answer::of(503, "fault");
    let twice = signed_in().silent(PAYROLL, &[], down()).silent(PAYROLL, &[], down());
    let wanted = json!({"no_identical_request_repeated": "2m"});
    assert_eq!(twice.judge(wanted.clone()), None);
    let thrice = signed_in().silent(PAYROLL, &[], down()).silent(PAYROLL, &[], down()).silent(PAYROLL, &[], down());
    assert!(thrice.judge(wanted).is_some());
}

#[test]
fn a_long_token_is_renewed_ahead_of_its_end() {
    let long = |scope| Answer { expires_in: Some(86400), refresh_in: Some(43200), ..token(scope) };
    let wanted = json!({"no_token_request_while_cached": true});
    let at = |seconds| {
        let story = signed_in().silent(PAYROLL, &[], long(PAYROLL));
        story.silent(PAYROLL, &[], long(PAYROLL)).after(seconds).judge(wanted.clone())
    };
    assert_eq!(at(43200 - 300), None);
    assert!(at(43200 - 301).is_some());
}

#[test]
fn a_token_takes_the_place_of_those_that_share_a_scope_with_it() {
    const BOTH: &str = "api://mail/Mail.Read api://mail/Mail.Send";
    const SEND: &str = "api://mail/Mail.Send";
    const READ: &str = "api://mail/Mail.Read";
    let wanted = json!({"no_token_request_while_cached": true});
    let held = signed_in().silent(BOTH, &[], token(BOTH));
    assert!(held.silent(READ, &[], token(READ)).judge(wanted.clone()).is_some());
    let replaced = signed_in().silent(BOTH, &[], token(BOTH)).silent(SEND, &[("claims", CONTEXT)], token(SEND));
    assert_eq!(replaced.silent(READ, &[], token(READ)).judge(wanted), None);
}

/// Until a token was asked for with them and obtained (escalation reference 4.4).
#[test]
fn what_a_challenge_demanded_in_vain_may_be_asked_for_later() {
    let wanted = json!({"claims_absent_when_none_given": true});
    let unmet = || signed_in().api(challenged()).silent(PAYROLL, &[("claims", CONTEXT)], refused(None));
    let plain = |story: Story| story.silent(PAYROLL, &[], token(PAYROLL)).silent(PAYROLL, &[], refused(None));
    assert_eq!(plain(unmet()).window(PAYROLL, &[("claims", CONTEXT)]).judge(wanted.clone()), None);
    let met = unmet().silent(PAYROLL, &[("claims", CONTEXT)], token(PAYROLL));
    assert!(plain(met).window(PAYROLL, &[("claims", CONTEXT)]).judge(wanted).is_some());
}

/// In the next operation the client asks as usual; the claims are for the window.
#[test]
fn a_challenge_that_was_handed_on_in_vain_is_not_due_silently_again() {
    let wanted = json!({"claims_forwarded_unmodified": true});
    let story = signed_in().api(challenged()).silent(PAYROLL, &[("claims", CONTEXT)], refused(None));
    let story = story.silent(PAYROLL, &[], refused(None));
    assert_eq!(story.judge(wanted.clone()), None);
    assert!(story.window(PAYROLL, &[]).judge(wanted).is_some());
}

#[test]
fn what_was_refused_to_a_grant_that_is_finished_since_is_settled_by_any_window() {
    let dead = refusing(400, "invalid_grant", 50173, "bad_token");
    let story = Story::payroll_refused().silent(CALENDAR, &[], dead).window(PAYROLL, &[]);
    assert_eq!(story.judge(json!({"claims_forwarded_unmodified": true, "no_prompt_before_silent": true})), None);
}

#[test]
fn a_failure_may_be_given_again_from_memory_behind_another_for_the_same_api() {
    const READ: &str = "api://mail/Mail.Read";
    const SEND: &str = "api://mail/Mail.Send";
    let story = signed_in().silent(READ, &[], refused(None)).silent(SEND, &[], refused(None)).window(READ, &[]);
    assert_eq!(story.judge(json!({"scopes_unchanged_on_escalation": true})), None);
}

#[test]
fn a_code_that_is_tried_again_after_an_outage_comes_with_its_verifier() {
    let redeems = |story: Story, answer| {
        let parameters =
            [("grant_type", "authorization_code"), ("scope", PAYROLL), ("code", "c"), ("code_verifier", "v")];
        story.then(Endpoint::Token, &parameters, answer)
    };
    let story = redeems(redeems(signed_in().window(PAYROLL, &[]), Answer::of(503, "fault")), token(PAYROLL));
    assert_eq!(story.judge(json!({"fresh_state_nonce_pkce": true})), None);
}

/// Somebody else signed in in the window; of the user who is meant the client has nothing any more.
#[test]
fn a_grant_at_hand_is_that_of_the_user_who_is_meant() {
    let dead = refusing(400, "invalid_grant", 50173, "bad_token");
    let mut story = signed_in().silent(CALENDAR, &[], dead).window(CALENDAR, &[]).redeems(CALENDAR);
    story.0[4].user = Some("eve@contoso.test".to_owned());
    assert_eq!(story.window(PAYROLL, &[]).judge(json!({"no_prompt_before_silent": true})), None);
}
