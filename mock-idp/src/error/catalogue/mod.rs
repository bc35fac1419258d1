//! The catalogue: every AADSTS number this server can answer with, once. A new error is one row in the file of its table.
//!
//! Each file is a macro that adds its rows to those before and hands all of them on; `declare` at the end of the chain makes
//! [`Aadsts`] of them, so that no number can lack a row and [`Aadsts::ALL`] is whole.
//!
//! The numbers, OAuth errors, suberrors and statuses are those of the escalation reference, sections 2.1 to 2.12. The
//! sentences are ours; clients may rely on the prefix `AADSTS<number>:` and on the values in the placeholders only.

#[macro_use]
mod account;
#[macro_use]
mod conditional_access;
#[macro_use]
mod consent;
#[macro_use]
mod device_code;
#[macro_use]
mod grant;
#[macro_use]
mod load;
#[macro_use]
mod protocol;
#[macro_use]
mod registration;

use super::row::{
    Ask::{Raw, SignIn, Silent, Unconsented},
    Evidence,
    Place::{DeviceCode, Discovery, Page, Redirect, Token},
    Row,
    Setting::{self, Api, Application, As, Clock, Person, Policy, Revoke, Switches, Tenant, User},
    Table,
};

const NONE: Option<&str> = None;

macro_rules! declare {
    (; $($table:ident { $(
        $(#[doc = $doc:literal])+
        $name:ident = $number:literal, $error:literal, $suberror:expr, $status:literal, $uri:ident, $claims:ident {
            $text:literal,
            source: $evidence:ident, $reference:literal;
            seen: [$($seen:expr),+];
            how: $how:tt;
            cure: $cure:literal;
        }
    )+ })+) => {
        /// An error of the catalogue.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Aadsts {
            $($($(#[doc = $doc])+ $name,)+)+
        }

        impl Aadsts {
            /// Every error, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$($(Self::$name),+),+];

            /// Its row.
            #[must_use]
            pub const fn row(self) -> &'static Row {
                match self {
                    $($(Self::$name => &Row {
                        number: $number,
                        error: $error,
                        suberror: $suberror,
                        status: $status,
                        error_uri: said!($uri),
                        claims: said!($claims),
                        text: $text,
                        table: Table::$table,
                        evidence: Evidence::$evidence,
                        reference: $reference,
                        seen: &[$($seen),+],
                        set: how!(set $how),
                        ask: how!(ask $how),
                        scenario: how!(scenario $how),
                        provoke: how!(provoke $number $how),
                        cure: $cure,
                    },)+)+
                }
            }

            /// What it means.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self {
                    $($(Self::$name => concat!($($doc),+).trim(),)+)+
                }
            }
        }
    };
}

/// Whether the body has the member.
macro_rules! said {
    (uri) => {
        true
    };
    (no_uri) => {
        false
    };
    (claims) => {
        true
    };
    (no_claims) => {
        false
    };
}

/// The parts of "how to see it here": a fault to inject, or settings and a request.
macro_rules! how {
    (set { fault: $endpoint:literal $(, scenario: $scenario:literal)? }) => { &[Setting::Fault($endpoint)] };
    (set { set: [$($setting:expr),*], $($rest:tt)+ }) => { &[$($setting),*] };
    (ask { fault: $endpoint:literal $(, scenario: $scenario:literal)? }) => { Raw };
    (ask { set: $set:tt, ask: $ask:expr, $($rest:tt)+ }) => { $ask };
    (scenario { fault: $endpoint:literal, scenario: $scenario:literal }) => { Some($scenario) };
    (scenario { set: $set:tt, ask: $ask:expr, scenario: $scenario:literal, $($rest:tt)+ }) => { Some($scenario) };
    (scenario $how:tt) => { None };
    (provoke $number:literal { fault: $endpoint:literal $(, scenario: $scenario:literal)? }) => {
        concat!("inject a fault: `POST …/faults {\"endpoint\":\"", $endpoint, "\",\"code\":", $number, "}`")
    };
    (provoke $number:literal { set: $set:tt, ask: $ask:expr, $(scenario: $scenario:literal,)? provoke: $provoke:literal }) => {
        $provoke
    };
}

conditional_access! { consent, grant, device_code, account, registration, protocol, load, declare; }
