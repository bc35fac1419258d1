//! §8: each assertion, a scenario in which it holds, and a wrong client that a file of `tests/failing` plays.

/// An assertion about clients.
pub(crate) struct Assertion {
    /// Its name.
    pub(crate) name: &'static str,
    /// The contract's words.
    pub(crate) about: &'static str,
    /// The scenario in which it holds.
    pub(crate) passes: &'static str,
    /// The file in which it does not.
    pub(crate) fails: &'static str,
    /// What that one fails with.
    pub(crate) sentence: &'static str,
}

const fn row(name: &'static str, about: &'static str, passes: &'static str, sentence: &'static str) -> Assertion {
    Assertion { name, about, passes, fails: name, sentence }
}

#[rustfmt::skip]
pub(crate) const ASSERTIONS: &[Assertion] = &[
    row("prompts", "number of prompts", "main-02",
        "expected 1 sign-in window, saw 2 sign-in windows (exchanges"),
    row("token_requests", "number and kind of token requests", "main-03",
        "expected 1 by refresh_token, saw 2"),
    row("no_prompt_before_silent", "no prompt before a silent attempt", "main-02",
        "came without a silent attempt before it, although the client had a refresh token from exchange"),
    row("no_prompt_where_none_helps", "(besides: no prompt for what no sign-in settles)", "outage",
        "which no sign-in settles"),
    row("no_prompt_at_a_block", "(besides: no prompt on its own where the user is to be told)", "blocked",
        "of which the user is to be told first"),
    row("retry_after_respected", "(besides: the server is left alone while it asks for it)", "throttled",
        "whose answer had asked for 1m of peace (Retry-After)"),
    row("foreign_state_refused", "(besides: an answer with another state is not redeemed)", "state-differs",
        "which had come back with another state than was sent"),
    row("claims_forwarded_unmodified", "claims forwarded unmodified", "main-03",
        "carried no claims; the silent failure at 6 had given {…capolids…}"),
    row("claims_forwarded_byte_for_byte", "… byte-equal as an option", "main-03",
        "rewrote the claims: the same JSON as the silent failure at 6 had given, but other bytes"),
    row("claims_absent_when_none_given", "claims absent when none were given", "main-02",
        "carried the claims {…acrs…}, which nobody had given"),
    row("capabilities_kept", "capabilities kept", "main-05",
        "left out the client's capability cp1, which exchange 1 had declared"),
    row("scopes_unchanged_on_escalation", "scopes unchanged on escalation", "main-02",
        "asked for mail/Mail.Read; the silent failure at 6 was about mail/Mail.Read, mail/Mail.Send"),
    row("same_account_hinted", "same account hinted", "main-02",
        "named no account; the silent failure at 6 was about ada@"),
    row("no_identical_request_repeated", "no identical request repeated within a time (loop)", "main-02",
        "was repeated unchanged at exchange 7 within 2m: the client loops"),
    row("no_token_request_while_cached", "no token request while a valid token is cached", "main-04",
        "was sent although the client held a good token for it since exchange 5"),
    row("api_retried_at_most_once", "API retried at most once per challenge", "refuses-for-good",
        "/api/calendar was called once more at exchange 8, although the retry at 7 had met the same challenge as the call at 6"),
    row("fresh_state_nonce_pkce", "state, nonce and PKCE verifier fresh each time", "main-02",
        "used the state of exchange 1 again"),
    row("concurrent_callers_share_prompt", "concurrent callers share one prompt", "concurrent-callers",
        "was opened while the window of exchange 1 was still open; concurrent callers share one, or wait"),
    row("pages", "(besides: the pages that the user saw)", "main-04",
        "expected no page, saw the page one-time code"),
    row("policies_fired", "which policy fired", "main-03",
        "mfa-for-payroll"),
    Assertion {
        name: "policies_fired",
        about: "a scenario whose policy never fired fails",
        passes: "main-04",
        fails: "policy_never_fired",
        sentence: "the policy mfa-for-payroll never came into play: no request was for its targets, so this proved nothing",
    },
];
