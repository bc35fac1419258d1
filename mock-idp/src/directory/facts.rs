//! Facts about a user that policies look at and that no page of this server can change: they are set, not found out.

use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What policies find out about a user beyond the sign-in. Whatever is not set is not so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Facts {
    /// The device in front of the user.
    pub device: Device,
    /// The risk that identity protection sees.
    pub risk: Risk,
    /// The user accepted the terms of use.
    pub terms_accepted: bool,
    /// The user passed the challenge of another provider.
    pub external_challenge_passed: bool,
    /// From where the user comes.
    pub network: Network,
}

impl Facts {
    /// Whether nothing is set.
    #[must_use]
    pub fn are_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// The device in front of the user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Device {
    /// Marked as compliant.
    pub compliant: bool,
    /// Joined to the domain.
    pub domain_joined: bool,
    /// Registered (joined to the workplace).
    pub registered: bool,
    /// Proves itself by its certificate.
    pub authenticated: bool,
    /// Its operating system; what the request says (`x-client-OS`, `User-Agent`) if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
}

/// The operating system of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// Windows.
    Windows,
    /// macOS.
    Macos,
    /// Linux.
    Linux,
    /// iOS and iPadOS.
    Ios,
    /// Android.
    Android,
}

impl Platform {
    /// The operating system that a `User-Agent` or an MSAL's `x-client-OS` names.
    #[must_use]
    pub fn named_in(text: &str) -> Option<Self> {
        // Android's names Linux too, and iPhone's macOS: the narrower word counts.
        const WORDS: &[(&str, Platform)] = &[
            ("android", Platform::Android),
            ("iphone", Platform::Ios),
            ("ipad", Platform::Ios),
            ("ios", Platform::Ios),
            ("windows", Platform::Windows),
            ("win32", Platform::Windows),
            ("mac", Platform::Macos),
            ("darwin", Platform::Macos),
            ("linux", Platform::Linux),
        ];
        let text = text.to_ascii_lowercase();
        // Not inside of other words: axios is no iOS.
        let names = |word: &str| text.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part.starts_with(word));
        WORDS.iter().find(|(word, _)| names(word)).map(|(_, platform)| *platform)
    }
}

/// From where a user comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Network {
    /// The address that the token service sees; `ipaddr` in version 1 tokens.
    pub address: IpAddr,
    /// The address that the APIs see, where it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_address: Option<IpAddr>,
}

impl Network {
    /// The address that the APIs see.
    #[must_use]
    pub fn seen_by_apis(&self) -> IpAddr {
        self.api_address.unwrap_or(self.address)
    }
}

impl Default for Network {
    fn default() -> Self {
        Self { address: IpAddr::V4(Ipv4Addr::LOCALHOST), api_address: None }
    }
}

/// The risk that identity protection sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Risk {
    /// Of this sign-in.
    pub sign_in: RiskLevel,
    /// Of the user.
    pub user: RiskLevel,
}

/// How high a risk is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RiskLevel {
    /// No risk.
    #[default]
    None,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
}

impl RiskLevel {
    /// The word in documents and sentences.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}
