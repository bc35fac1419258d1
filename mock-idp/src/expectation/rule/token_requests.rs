use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{expectation::log::Log, recorder::Endpoint};

/// A grant of the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// A code from a sign-in window is redeemed.
    AuthorizationCode,
    /// A silent attempt.
    RefreshToken,
    /// A poll for a device code.
    DeviceCode,
    /// An application for itself.
    ClientCredentials,
    /// An API on behalf of its caller.
    OnBehalfOf,
    /// Anything else.
    Other,
}

impl Grant {
    /// The grant of that `grant_type`.
    #[must_use]
    pub fn of(grant_type: Option<&str>) -> Self {
        match grant_type.unwrap_or_default() {
            "authorization_code" => Self::AuthorizationCode,
            "refresh_token" => Self::RefreshToken,
            "device_code" | "urn:ietf:params:oauth:grant-type:device_code" => Self::DeviceCode,
            "client_credentials" => Self::ClientCredentials,
            "urn:ietf:params:oauth:grant-type:jwt-bearer" => Self::OnBehalfOf,
            _ => Self::Other,
        }
    }

    /// The name in documents.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::DeviceCode => "device_code",
            Self::ClientCredentials => "client_credentials",
            Self::OnBehalfOf => "on_behalf_of",
            Self::Other => "other",
        }
    }
}

pub(in crate::expectation) fn check(log: &Log<'_>, wanted: &IndexMap<Grant, usize>) -> Option<String> {
    let mut seen: IndexMap<Grant, Vec<String>> = wanted.keys().map(|grant| (*grant, Vec::new())).collect();
    for exchange in log.run().filter(|exchange| exchange.endpoint == Endpoint::Token) {
        seen.entry(Grant::of(exchange.grant_type.as_deref())).or_default().push(exchange.number.to_string());
    }
    let wrong: Vec<_> = seen
        .iter()
        .filter_map(|(grant, numbers)| {
            let expected = wanted.get(grant).copied().unwrap_or_default();
            let at = if numbers.is_empty() { String::new() } else { format!(" (exchange {})", numbers.join(", ")) };
            (numbers.len() != expected)
                .then(|| format!("expected {expected} by {}, saw {}{at}", grant.name(), numbers.len()))
        })
        .collect();
    (!wrong.is_empty()).then(|| format!("requests to the token endpoint: {}", wrong.join("; ")))
}
