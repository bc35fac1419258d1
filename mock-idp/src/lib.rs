//! An authorization server that speaks Microsoft Entra's wire and *decides*: per scope, API, user and client it demands
//! consent, multifactor authentication, an authentication context, or blocks; with protected mock APIs that challenge.
//!
//! One idea leads: a policy decision is a pure function that answers with data ([`policy`]), shown in three ways: as a page
//! at `/authorize` ([`flow`]), as an error at `/token` ([`grant`]), as a 401 challenge at an API.
//!
//! ```text
//! directory  what a tenant knows          policy   what it demands (pure)      state     what it remembers
//! flow       the next step of a sign-in   grant    the token pipeline          token     what is inside tokens
//! error      one catalogue of numbers     recorder the exchange log            fault     answers made to order
//! http       the wire                 timeline the log as a sequence        dashboard what people look at
//! ```
//!
//! `directory`, `policy`, `scopes`, `claims_request` and `clock` know nothing of HTTP or storage; nothing depends on
//! [`MockIdp`].

mod accept;
pub mod claims_request;
pub mod clock;
pub mod config;
pub mod control;
pub mod control_client;
mod controls;
mod dashboard;
pub mod directory;
pub mod environment;
pub mod error;
pub mod expectation;
pub mod fault;
pub mod flow;
pub mod grant;
mod http;
pub mod ids;
mod in_process;
pub mod incident;
pub mod keys;
pub mod language;
mod limits;
mod memory;
pub mod pages;
pub mod params;
pub mod policy;
pub mod recorder;
pub mod report;
pub mod scopes;
mod seal;
mod server;
pub mod snippets;
mod state;
pub mod terminal;
pub mod timeline;
pub mod tls;
pub mod token;
mod tunnel;
pub mod virtual_user;
pub mod yaml;

pub use controls::{
    ChangeError, Demanded, Invalid, Judgement, MintedToken, PolicyName, Question, TenantControls, TokenOrder,
    TokenOrderError, Unknown, WhatIf,
};
pub use in_process::InProcess;
pub use limits::Limits;
pub use server::{Builder, MockIdp, StartError};
