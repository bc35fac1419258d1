//! §7, what is a tenant's: each operation, the scenario that uses it, and a change by which that scenario fails.

use super::Change;

/// An operation of the control API under `/_mock/tenants/{t}`.
pub(crate) struct Operation {
    /// `POST /tokens`.
    pub(crate) operation: &'static str,
    /// What a scenario says for it.
    pub(crate) by: &'static str,
    pub(crate) fails: Change,
    /// What the changed scenario fails with.
    pub(crate) sentence: &'static str,
}

impl Operation {
    /// Method and path as the OpenAPI document has them.
    pub(crate) fn route(&self) -> (&'static str, String) {
        let (method, path) = self.operation.split_once(' ').unwrap();
        (method, format!("/_mock/tenants/{{tenant}}{path}"))
    }
}

const fn row(
    operation: &'static str,
    by: &'static str,
    scenario: &'static str,
    (from, to): (&'static str, &'static str),
    sentence: &'static str,
) -> Operation {
    Operation { operation, by, fails: Change { scenario, from, to }, sentence }
}

#[rustfmt::skip]
pub(crate) const OPERATIONS: &[Operation] = &[
    row("GET /consents", "look_at: { consents:", "consents-on-record",
        ("tenant_consents: [mail/Mail.Read] }", "tenant_consents: [] }"),
        "expected the consents for everybody to be [], saw [mail/Mail.Read]"),
    row("POST /consents", "grant_consent:", "consents-on-record",
        ("grant_consent: { scopes: [news/Articles.Read] }", "grant_consent: { scopes: [mail/Mail.Read] }"),
        "expected the consents of the user to be [calendar/Events.Read, news/Articles.Read], saw [calendar/Events.Read, mail/Mail.Read]"),
    row("DELETE /consents", "revoke_all_consents: {}", "consents-on-record",
        ("revoke_all_consents: {}", "revoke_consent: { api: news }"),
        "expected the consents of the user to be [], saw [calendar/Events.Read]"),
    row("GET /policies", "look_at: { policies:", "policies",
        ("look_at: { policies: [mfa-for-payroll] }", "look_at: { policies: [c1-is-mfa] }"),
        "expected the policies in force to be [c1-is-mfa], saw [mfa-for-payroll]"),
    row("POST /policies", "enable_policy:", "policies",
        ("enable_policy: mfa-for-payroll", "enable_policy: c1-is-mfa"),
        "expected the policies in force to be [mfa-for-payroll], saw [c1-is-mfa]"),
    row("PUT /policies/{policy}", "change_policy:", "policies",
        ("all_of: [block]", "all_of: [mfa]"),
        "expected classification message_only, saw basic_action"),
    row("DELETE /policies/{policy}", "disable_policy:", "policies",
        ("disable_policy: mfa-for-payroll", "advance_clock: 1s"),
        "expected the policies in force to be [], saw [mfa-for-payroll]"),
    row("GET /users/{user}", "look_at: { users:", "users",
        ("users: { ada: { enabled: true,", "users: { ada: { locked: true,"),
        "expected ada's locked to be true, saw"),
    row("PATCH /users/{user}", "change_user:", "users",
        ("set: { enabled: false }", "set: { enabled: true }"),
        "expected ada's enabled to be false, saw true"),
    row("POST /users/{user}/revoke_sessions", "revoke_sessions: ada", "revocation",
        ("revoke_sessions: ada", "revoke_sessions: eve"),
        "expected 1 sign-in window, saw no sign-in window"),
    row("GET /virtual_user", "look_at: { virtual_user:", "skips-the-pages",
        ("virtual_user: { skips_pages: true, consent: accept }", "virtual_user: { consent: decline }"),
        "expected the scripted person's consent to be \"decline\", saw \"accept\""),
    row("PUT /virtual_user", "virtual_user: { skips_pages: true, consent: decline }", "skips-the-pages",
        ("skips_pages: true, consent: decline", "skips_pages: true"),
        "expected the error authentication_canceled, saw a token for mail"),
    row("GET /clock", "look_at: { clock:", "clock",
        ("look_at: { clock: 2001-01-05T12:30:00Z }", "look_at: { clock: 2001-01-05T12:00:00Z }"),
        "expected the clock to show 2001-01-05T12:00:00Z, saw 2001-01-05T12:30:00Z"),
    row("POST /clock", "advance_clock:", "clock",
        ("advance_clock: 12h", "advance_clock: 1m"),
        "expected a token from the network, saw a token for calendar from the cache"),
    row("DELETE /clock", "reset_clock: {}", "clock",
        ("reset_clock: {}", "advance_clock: 1s"),
        "expected the clock to be past 2020-01-01T00:00:00Z, saw 2001-01-06T00:30:01Z"),
    row("GET /faults", "look_at: { faults:", "trouble-is-over",
        ("look_at: { faults: 1 }", "look_at: { faults: 2 }"),
        "expected 2 faults that wait, saw 1"),
    row("POST /faults", "inject_fault:", "trouble-is-over",
        ("inject_fault: { endpoint: token,", "inject_fault: { endpoint: api,"),
        "expected the error service_not_available, saw a token for mail"),
    row("DELETE /faults", "clear_faults: {}", "trouble-is-over",
        ("clear_faults: {}", "advance_clock: 1s"),
        "expected 0 faults that wait, saw 1"),
    row("GET /exchanges", "wait_for:", "forgotten-log",
        ("grant: refresh_token, error: none", "grant: refresh_token, code: 65001"),
        "expected a request to the token endpoint with the grant refresh_token that ends in AADSTS65001; there was none"),
    row("DELETE /exchanges", "clear_exchanges: {}", "forgotten-log",
        ("clear_exchanges: {}", "advance_clock: 1s"),
        "expected 0 exchanges in the log, saw"),
    row("POST /expectations/verify", "expect:\n  prompts: 1", "main-03",
        ("prompts: 1", "prompts: 2"),
        "expected 2 sign-in windows, saw 1 sign-in window (exchange 7)"),
    row("POST /tokens", "with_token: { expired: true }", "made-tokens",
        ("with_token: { expired: true }", "with_token: {}"),
        "expected an answer with status 401, saw an answer with status 200"),
    row("POST /signing_keys/rotate", "rotate_signing_keys: {}", "key-rotation",
        ("rotate_signing_keys: {}", "advance_clock: 1s"),
        "expected an answer with status 401, saw an answer with status 200"),
    row("POST /what_if", "what_if:", "what-if",
        ("codes: [65001, 50076]", "codes: [65001]"),
        "expected that AADSTS65001 would be demanded, saw that AADSTS65001, then AADSTS50076 would be demanded"),
];
