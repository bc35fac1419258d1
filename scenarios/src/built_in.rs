//! The scenarios that are part of the program. The main line is a story; the others stand in folders by what they show. A new
//! one is a file in `scripts/` and a line here.

use crate::{Loaded, load_all};

macro_rules! script {
    ($name:literal) => {
        (concat!("scenarios/scripts/", $name, ".yaml"), include_str!(concat!("../scripts/", $name, ".yaml")))
    };
}

/// File name and text of each.
pub const SCRIPTS: &[(&str, &str)] = &[
    script!("main-01"),
    script!("main-02"),
    script!("main-03"),
    script!("main-04"),
    script!("main-05"),
    script!("main-06"),
    script!("main-07"),
    script!("main-08"),
    script!("main-09"),
    script!("main-10"),
    script!("main-11"),
    script!("main-12"),
    script!("account/closed-window"),
    script!("account/deleted"),
    script!("account/disabled"),
    script!("account/disabled-from-the-start"),
    script!("account/guest"),
    script!("account/guest-at-home"),
    script!("account/inactivity"),
    script!("account/locked"),
    script!("account/not-a-guest"),
    script!("account/not-assigned"),
    script!("account/password-expired"),
    script!("account/personal"),
    script!("account/revocation"),
    script!("account/second-factor-fails"),
    script!("account/several-sessions"),
    script!("api/cae-account-disabled"),
    script!("api/cae-disabled"),
    script!("api/cae-location"),
    script!("api/cae-password-reset"),
    script!("api/cae-policy-change"),
    script!("api/cae-risk"),
    script!("api/cae-strict-location"),
    script!("api/challenge-arm"),
    script!("api/challenge-dialects"),
    script!("api/challenge-garbage"),
    script!("api/challenge-seen"),
    script!("api/challenge-spellings"),
    script!("api/gone"),
    script!("api/no-token"),
    script!("api/refuses-for-good"),
    script!("api/revoked-token-challenged"),
    script!("api/rfc9470"),
    script!("api/rfc9470-met"),
    script!("api/without-cp1"),
    script!("consent/admin-consent-endpoint"),
    script!("consent/administrator"),
    script!("consent/administrator-for-everybody"),
    script!("consent/approval-requested"),
    script!("consent/code-for-other-scope"),
    script!("consent/combined"),
    script!("consent/declined"),
    script!("consent/default-scope"),
    script!("consent/first-party-pair"),
    script!("consent/preauthorized"),
    script!("consent/preset-tenant-consent"),
    script!("consent/prompt-consent"),
    script!("consent/revoked-later"),
    script!("consent/risky-application"),
    script!("consent/risky-application-request"),
    script!("consent/scopes-add-up"),
    script!("consent/two-apis-first-wins"),
    script!("consent/two-scopes-at-once"),
    script!("consent/unknown-scope"),
    script!("consent/unregistered-api"),
    script!("consent/users-may-not-consent"),
    script!("control/clock"),
    script!("control/consents-on-record"),
    script!("control/forgotten-log"),
    script!("control/key-rotation"),
    script!("control/made-tokens"),
    script!("control/policies"),
    script!("control/trouble-is-over"),
    script!("control/users"),
    script!("control/what-if"),
    script!("grant/client-credentials"),
    script!("grant/client-credentials-wrong-secret"),
    script!("grant/code-expired"),
    script!("grant/code-reuse"),
    script!("grant/code-reuse-strict"),
    script!("grant/device-code"),
    script!("grant/device-code-claims"),
    script!("grant/device-code-declined"),
    script!("grant/device-code-expired"),
    script!("grant/device-code-slow-down"),
    script!("grant/disabled-application"),
    script!("grant/echoed-scopes"),
    script!("grant/family"),
    script!("grant/maximum-lifetime"),
    script!("grant/older-descriptions"),
    script!("grant/on-behalf-of"),
    script!("grant/on-behalf-of-dropped-claims"),
    script!("grant/on-behalf-of-own-middle-tier"),
    script!("grant/on-behalf-of-without-consent"),
    script!("grant/password-grant"),
    script!("grant/password-grant-mfa"),
    script!("grant/prompt-login"),
    script!("grant/prompt-none-consent"),
    script!("grant/prompt-none-mfa"),
    script!("grant/prompt-none-no-session"),
    script!("grant/public-flows-off"),
    script!("grant/single-page-life"),
    script!("grant/strict-rotation"),
    script!("grant/unknown-application"),
    script!("grant/v1-endpoint"),
    script!("grant/wrong-tenant"),
    script!("grant/wrong-verifier-survives"),
    script!("load/concurrent-callers"),
    script!("load/connection-dropped"),
    script!("load/directory-down"),
    script!("load/error-to-order"),
    script!("load/loop-detected"),
    script!("load/loop-no-prompt"),
    script!("load/outage"),
    script!("load/outage-in-the-window"),
    script!("load/state-differs"),
    script!("load/throttled"),
    script!("person/cancels"),
    script!("person/closes-the-window"),
    script!("person/each-visit"),
    script!("person/second-factor-left"),
    script!("person/skips-the-pages"),
    script!("person/slow"),
    script!("person/two-windows"),
    script!("person/wrong-account"),
    script!("person/wrong-password"),
    script!("policy/administrators-exempt"),
    script!("policy/all-but-one"),
    script!("policy/all-of"),
    script!("policy/any-of"),
    script!("policy/app-protection"),
    script!("policy/authentication-context"),
    script!("policy/blocked"),
    script!("policy/context-blocked"),
    script!("policy/context-echoed"),
    script!("policy/device-code-blocked"),
    script!("policy/device-must-prove-itself"),
    script!("policy/dropped-claims"),
    script!("policy/enrolment"),
    script!("policy/enrolment-at-risk"),
    script!("policy/enrolment-guarded"),
    script!("policy/every-device-state"),
    script!("policy/every-time"),
    script!("policy/external-challenge"),
    script!("policy/guests-need-mfa"),
    script!("policy/joined-device"),
    script!("policy/named-location"),
    script!("policy/no-approved-application"),
    script!("policy/passkey"),
    script!("policy/per-client"),
    script!("policy/persistent-browser"),
    script!("policy/platform"),
    script!("policy/policies-before-consent"),
    script!("policy/policy-for-group"),
    script!("policy/policy-for-one-scope"),
    script!("policy/policy-report-only"),
    script!("policy/registered-device"),
    script!("policy/risky-sign-in"),
    script!("policy/risky-user"),
    script!("policy/second-factor-too-old"),
    script!("policy/sign-in-frequency"),
    script!("policy/sign-in-frequency-ends-grant"),
    script!("policy/switches-for-an-error"),
    script!("policy/terms-of-use"),
    script!("policy/two-policies"),
    script!("policy/unmanaged-device"),
];

/// File name and text of what they include.
pub const INCLUDED: &[(&str, &str)] = &[(
    "scenarios/scripts/common/vault-guards-secrets.given.yaml",
    include_str!("../scripts/common/vault-guards-secrets.given.yaml"),
)];

/// The one of that name, such as `main-03` or `policy/all-of`: file name and text.
#[must_use]
pub fn source(name: &str) -> Option<(&'static str, &'static str)> {
    let wanted = name.trim_end_matches(".yaml");
    let path = |file: &'static str| file.trim_start_matches(FOLDER).trim_end_matches(".yaml");
    let is_it = |file| path(file) == wanted || path(file).rsplit('/').next() == Some(wanted);
    SCRIPTS.iter().copied().find(|(file, _)| is_it(file))
}

/// Where they stand.
pub(crate) const FOLDER: &str = "scenarios/scripts/";

/// All of them, read; with parameters, each case.
///
/// # Panics
///
/// If one is not well written, which a test prevents.
#[must_use]
pub fn scripts() -> Vec<Loaded> {
    let included = |file: &str| {
        let found = INCLUDED.iter().find(|(name, _)| *name == file);
        found.map(|(_, text)| (*text).to_owned()).ok_or_else(|| std::io::ErrorKind::NotFound.into())
    };
    #[expect(clippy::panic, reason = "the texts are part of the program, and a test reads and checks them")]
    let read = |(name, source): &(&str, &str)| {
        load_all(name, source, &included).unwrap_or_else(|mistakes| panic!("{mistakes}"))
    };
    SCRIPTS.iter().flat_map(read).collect()
}
