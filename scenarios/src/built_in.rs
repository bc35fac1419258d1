//! The scenarios that are part of the program. The main line is a story; the others stand in folders by what they show. A new
//! one is a file in `scripts/` and a line here.

use crate::{Loaded, load};

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
    script!("account/disabled"),
    script!("account/disabled-from-the-start"),
    script!("account/guest"),
    script!("account/inactivity"),
    script!("account/locked"),
    script!("account/not-assigned"),
    script!("account/password-expired"),
    script!("account/revocation"),
    script!("api/cae-location"),
    script!("api/cae-policy-change"),
    script!("api/challenge-seen"),
    script!("api/gone"),
    script!("api/revoked-token-challenged"),
    script!("api/rfc9470"),
    script!("consent/admin-consent-endpoint"),
    script!("consent/administrator"),
    script!("consent/approval-requested"),
    script!("consent/declined"),
    script!("consent/default-scope"),
    script!("consent/preauthorized"),
    script!("consent/preset-tenant-consent"),
    script!("consent/revoked-later"),
    script!("consent/two-apis-first-wins"),
    script!("consent/unknown-scope"),
    script!("consent/unregistered-api"),
    script!("consent/users-may-not-consent"),
    script!("grant/client-credentials"),
    script!("grant/client-credentials-wrong-secret"),
    script!("grant/code-expired"),
    script!("grant/code-reuse"),
    script!("grant/device-code"),
    script!("grant/device-code-declined"),
    script!("grant/device-code-expired"),
    script!("grant/on-behalf-of"),
    script!("grant/on-behalf-of-own-middle-tier"),
    script!("grant/password-grant"),
    script!("grant/password-grant-mfa"),
    script!("grant/prompt-none-consent"),
    script!("grant/prompt-none-mfa"),
    script!("grant/prompt-none-no-session"),
    script!("grant/unknown-application"),
    script!("grant/wrong-verifier-survives"),
    script!("load/loop-detected"),
    script!("load/outage"),
    script!("load/throttled"),
    script!("policy/any-of"),
    script!("policy/authentication-context"),
    script!("policy/blocked"),
    script!("policy/enrolment"),
    script!("policy/guests-need-mfa"),
    script!("policy/named-location"),
    script!("policy/no-approved-application"),
    script!("policy/per-client"),
    script!("policy/policy-for-group"),
    script!("policy/policy-for-one-scope"),
    script!("policy/policy-report-only"),
    script!("policy/risky-user"),
    script!("policy/sign-in-frequency"),
    script!("policy/switches-for-an-error"),
    script!("policy/terms-of-use"),
    script!("policy/unmanaged-device"),
];

/// All of them, read.
///
/// # Panics
///
/// If one is not well written, which a test prevents.
#[must_use]
pub fn scripts() -> Vec<Loaded> {
    #[expect(clippy::panic, reason = "the texts are part of the program, and a test reads and checks them")]
    let read = |(name, source): &(&str, &str)| load(name, source).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    SCRIPTS.iter().map(read).collect()
}
