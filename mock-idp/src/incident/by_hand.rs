//! Numbers that no setting brings about: the requests of one's own that do. The place to add such a number; where settings
//! suffice, the catalogue's row says how.
//!
//! Steps are written from their verb on; the last one ends in what the incident says.

/// How a number is brought about at one endpoint.
#[derive(Debug)]
pub(super) struct ByHand {
    pub(super) number: u32,
    /// Scopes of the sign-in before the scenario; nobody is signed in if it is empty.
    pub(super) signed_in: &'static str,
    /// Scopes that a policy has to cover if the error names one.
    pub(super) guarded: Option<&'static str>,
    /// Further keys of `given`.
    pub(super) given: &'static [&'static str],
    pub(super) steps: &'static [&'static str],
    /// Steps that show the policy at work, should the error name one.
    pub(super) then: &'static [&'static str],
}

/// The row of `number` at the token endpoint.
pub(super) fn at_token(number: u32) -> Option<&'static ByHand> {
    AT_TOKEN.iter().find(|row| row.number == number)
}

/// The row of `number` on the way back from the authorization endpoint.
pub(super) fn at_redirect(number: u32) -> Option<&'static ByHand> {
    AT_REDIRECT.iter().find(|row| row.number == number)
}

const fn row(number: u32, signed_in: &'static str, steps: &'static [&'static str]) -> ByHand {
    ByHand { number, signed_in, guarded: None, given: &[], steps, then: &[] }
}

macro_rules! refreshing {
    ($parameters:literal) => {
        concat!("token_request:\n    as: desktop\n    params: { grant_type: refresh_token, ", $parameters, " }")
    };
}

macro_rules! redeeming {
    ($parameters:literal) => {
        concat!(
            "token_request:\n    as: desktop\n    params: { grant_type: authorization_code, code: \"{code}\", ",
            $parameters,
            " }"
        )
    };
}

macro_rules! for_itself {
    ($client:literal, $parameters:literal) => {
        concat!(
            "token_request:\n    as: ",
            $client,
            "\n    params: { grant_type: client_credentials, scope: calendar/.default",
            $parameters,
            " }"
        )
    };
}

macro_rules! asking {
    ($scopes:literal, $parameters:literal) => {
        concat!("authorize_request:\n    as: desktop\n    scopes: [", $scopes, "]\n    params: { ", $parameters, " }")
    };
}

const CALENDAR: &str = "calendar/Events.Read";

const SIGN_IN: &str = "authorize_request: { as: desktop, scopes: [calendar/Events.Read, offline_access] }";
const REDEEM: &str = r#"token_request:
    as: desktop
    params: { grant_type: authorization_code, code: "{code}", code_verifier: "{code_verifier}", redirect_uri: "{redirect_uri}" }"#;
const START_DEVICE: &str =
    "start_device_code: { as: desktop, scopes: [calendar/Events.Read, openid, profile, offline_access] }";
const POLL: &str = r#"token_request:
    as: desktop
    params: { grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code: "{device_code}" }"#;
const REFRESH_MAIL: &str = refreshing!("refresh_token: \"{refresh_token}\", scope: mail/Mail.Read");

const AT_TOKEN: &[ByHand] = &[
    // Codes.
    row(54005, "", &[SIGN_IN, REDEEM, REDEEM]),
    row(70008, "", &[SIGN_IN, "advance_clock: 11m", REDEEM]),
    row(
        501_481,
        "",
        &[
            SIGN_IN,
            redeeming!(
                "code_verifier: another-verifier-that-is-long-enough-to-be-one, redirect_uri: \"{redirect_uri}\""
            ),
        ],
    ),
    row(501_491, "", &[SIGN_IN, redeeming!("code_verifier: short, redirect_uri: \"{redirect_uri}\"")]),
    row(
        500_112,
        "",
        &[SIGN_IN, redeeming!("code_verifier: \"{code_verifier}\", redirect_uri: \"http://localhost/elsewhere\"")],
    ),
    // Device codes.
    row(70016, "", &[START_DEVICE, POLL]),
    row(70019, "", &[START_DEVICE, "enter_user_code: {}", POLL, POLL]),
    row(70020, "", &[START_DEVICE, "advance_clock: 16m", POLL]),
    // Refresh tokens.
    row(9_002_313, CALENDAR, &[refreshing!("refresh_token: rubbish, scope: calendar/Events.Read")]),
    row(
        28000,
        CALENDAR,
        &[refreshing!("refresh_token: \"{refresh_token}\", scope: calendar/Events.Read mail/Mail.Read")],
    ),
    row(
        700_022,
        CALENDAR,
        &[refreshing!("refresh_token: \"{refresh_token}\", scope: calendar/Events.Read mail/Mail.Read")],
    ),
    row(70011, CALENDAR, &[refreshing!("refresh_token: \"{refresh_token}\", scope: mail/.default mail/Mail.Read")]),
    row(650_053, CALENDAR, &[refreshing!("refresh_token: \"{refresh_token}\", scope: mail/Mail.Reed")]),
    row(500_011, CALENDAR, &[refreshing!("refresh_token: \"{refresh_token}\", scope: \"api://nowhere/Read\"")]),
    ByHand {
        given: &["consents: [mail/Mail.Read]"],
        ..row(50196, CALENDAR, &[REFRESH_MAIL, REFRESH_MAIL, REFRESH_MAIL, REFRESH_MAIL, REFRESH_MAIL])
    },
    row(
        50020,
        CALENDAR,
        &[
            "token_request:\n    as: desktop\n    tenant: fabrikam\n    params: { grant_type: refresh_token, refresh_token: \"{refresh_token}\", scope: calendar/Events.Read }",
        ],
    ),
    ByHand {
        given: &["applications: { spa: { redirect_uris: [\"http://localhost\"] } }"],
        ..row(
            700_084,
            "",
            &[
                "authorize_request: { as: spa, scopes: [calendar/Events.Read, offline_access] }",
                "token_request:\n    as: spa\n    headers: { origin: \"http://localhost:3000\" }\n    params: { grant_type: authorization_code, code: \"{code}\", code_verifier: \"{code_verifier}\", redirect_uri: \"{redirect_uri}\" }",
                "advance_clock: 25h",
                "token_request:\n    as: spa\n    headers: { origin: \"http://localhost:3000\" }\n    params: { grant_type: refresh_token, refresh_token: \"{refresh_token}\", scope: calendar/Events.Read }",
            ],
        )
    },
    // The form of a request.
    row(70003, "", &["token_request:\n    as: desktop\n    params: { grant_type: magic }"]),
    row(900_144, "", &["token_request:\n    as: desktop\n    params: { scope: calendar/Events.Read }"]),
    row(
        90013,
        CALENDAR,
        &[refreshing!("refresh_token: \"{refresh_token}\", scope: calendar/Events.Read, claims: rubbish")],
    ),
    row(
        90010,
        "",
        &[
            "token_request:\n    as: daemon\n    tenant: common\n    params: { grant_type: client_credentials, client_secret: daemon-secret, scope: calendar/.default }",
        ],
    ),
    row(
        9_001_023,
        "",
        &[
            "token_request:\n    as: desktop\n    tenant: common\n    params: { grant_type: password, username: ada@contoso.test, password: Passw0rd!, scope: calendar/Events.Read }",
        ],
    ),
    // Applications and credentials.
    row(7_000_215, "", &[for_itself!("daemon", ", client_secret: wrong")]),
    ByHand {
        given: &["applications: { daemon: { expired_secrets: [last-years-secret] } }"],
        ..row(7_000_222, "", &[for_itself!("daemon", ", client_secret: last-years-secret")])
    },
    row(700_025, "", &[for_itself!("desktop", ", client_secret: of-somebody-else")]),
    ByHand {
        guarded: Some("payroll/Salary.Read"),
        then: &["acquire_interactive: { scopes: [payroll/Salary.Read], expect: { token: { amr: [mfa] } } }"],
        given: &["applications: { desktop: { public_client_flows: false } }", "consents: [payroll/Salary.Read]"],
        ..row(
            7_000_218,
            "",
            &[
                "token_request:\n    as: desktop\n    params: { grant_type: password, username: ada@contoso.test, password: Passw0rd!, scope: payroll/Salary.Read }",
            ],
        )
    },
    row(
        700_016,
        "",
        &[
            "token_request:\n    params: { client_id: d0000000-0000-4000-8000-00000000ffff, grant_type: refresh_token, refresh_token: any }",
        ],
    ),
    row(
        700_038,
        "",
        &["token_request:\n    params: { client_id: desktop, grant_type: refresh_token, refresh_token: any }"],
    ),
    row(
        90002,
        "",
        &[
            "token_request:\n    as: desktop\n    tenant: nowhere.test\n    params: { grant_type: refresh_token, refresh_token: any }",
        ],
    ),
    row(
        50126,
        "",
        &[
            "token_request:\n    as: desktop\n    params: { grant_type: password, username: ada@contoso.test, password: wrong, scope: calendar/Events.Read }",
        ],
    ),
    row(
        7_000_112,
        CALENDAR,
        &[
            "change_application: { application: desktop, set: { enabled: false } }",
            refreshing!("refresh_token: \"{refresh_token}\", scope: calendar/Events.Read"),
        ],
    ),
    // On behalf of a user.
    row(
        50013,
        "",
        &[
            "token_request:\n    as: portal\n    params: { grant_type: \"urn:ietf:params:oauth:grant-type:jwt-bearer\", requested_token_use: on_behalf_of, scope: payroll/.default, client_secret: portal-secret, assertion: rubbish }",
        ],
    ),
    row(
        500_131,
        "mail/Mail.Read",
        &[
            "token_request:\n    as: portal\n    params: { grant_type: \"urn:ietf:params:oauth:grant-type:jwt-bearer\", requested_token_use: on_behalf_of, scope: payroll/.default, client_secret: portal-secret, assertion: \"{access_token:mail}\" }",
        ],
    ),
    row(
        500_133,
        "portal/access_as_user",
        &[
            "advance_clock: 2h",
            "token_request:\n    as: portal\n    params: { grant_type: \"urn:ietf:params:oauth:grant-type:jwt-bearer\", requested_token_use: on_behalf_of, scope: payroll/.default, client_secret: portal-secret, assertion: \"{access_token:portal}\" }",
        ],
    ),
];

const AT_REDIRECT: &[ByHand] = &[
    // No page may be shown.
    row(50058, "", &[asking!("calendar/Events.Read", "prompt: none")]),
    ByHand {
        guarded: Some("payroll/Salary.Read"),
        given: &["consents: [payroll/Salary.Read]"],
        ..row(50076, CALENDAR, &[asking!("payroll/Salary.Read", "prompt: none")])
    },
    ByHand { guarded: Some("mail/Mail.Read"), ..row(65001, CALENDAR, &[asking!("mail/Mail.Read", "prompt: none")]) },
    ByHand {
        given: &["tenant_consents: [calendar/Events.Read]"],
        ..row(
            16000,
            CALENDAR,
            &[
                "virtual_user: { signs_in_as: eve }",
                asking!("calendar/Events.Read", "prompt: select_account"),
                asking!("calendar/Events.Read", "prompt: none"),
            ],
        )
    },
    // What is asked for does not exist.
    row(650_053, CALENDAR, &["authorize_request:\n    as: desktop\n    scopes: [mail/Mail.Reed]"]),
    row(500_011, CALENDAR, &["authorize_request:\n    as: desktop\n    scopes: [\"api://nowhere/Read\"]"]),
    row(70011, CALENDAR, &["authorize_request:\n    as: desktop\n    scopes: [mail/.default, mail/Mail.Read]"]),
    // The form of a request.
    row(700_054, "", &[asking!("calendar/Events.Read", "response_type: token")]),
    row(70005, "", &[asking!("calendar/Events.Read", "response_type: magic")]),
    row(70007, "", &[asking!("calendar/Events.Read", "response_mode: pigeon")]),
    row(90023, "", &[asking!("calendar/Events.Read", "prompt: maybe")]),
    row(50147, "", &[asking!("calendar/Events.Read", "code_challenge: short, code_challenge_method: S256")]),
    row(90013, "", &[asking!("calendar/Events.Read", "claims: rubbish")]),
    row(900_144, "", &["authorize_request:\n    as: desktop"]),
];
