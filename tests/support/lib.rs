//! Actors for the tests: a raw client that sends exactly what a test says, and the reference client with a virtual user
//! in front of its browser.
//!
//! Helpers use the public surface of the crates only, and put a failure on the test's own line.

#![forbid(unsafe_code)]

mod landing;
pub mod load;
mod raw;
mod seat;

pub use landing::Landing;
pub use raw::{Answer, RawClient, VERIFIER, jwt_claims};
pub use seat::{Seat, TenantTime};

/// The client id of the built-in application `desktop`.
pub const DESKTOP: &str = "d0000000-0000-4000-8000-000000000001";
/// The policy `mfa-for-payroll`.
pub const MFA_FOR_PAYROLL: &str = "f0000000-0000-4000-8000-000000000001";
/// Built-in scopes.
pub const CALENDAR: &str = "api://calendar/Events.Read";
/// Built-in scopes.
pub const MAIL: &str = "api://mail/Mail.Read";
/// Built-in scopes.
pub const PAYROLL: &str = "api://payroll/Salary.Read";
/// Built-in scopes.
pub const VAULT: &str = "api://vault/Secrets.Read";

/// The claims challenge that names one policy, as Entra writes it.
#[must_use]
pub fn policy_claims(policy: &str) -> String {
    format!(r#"{{"access_token":{{"capolids":{{"essential":true,"values":["{policy}"]}}}}}}"#)
}
