//! What a policy looks at in a device, and what the page that bars the way can set: the mock has no device to enrol.

use crate::{directory::Device, error::Aadsts};

/// A fact about the device in front of the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceFact {
    /// It is marked as compliant.
    Compliant,
    /// It is joined to the domain.
    DomainJoined,
    /// It is registered.
    Registered,
    /// It proves itself by its certificate.
    Authenticated,
}

impl DeviceFact {
    /// The fact that is missing where a policy answers with `code`.
    #[must_use]
    pub fn missing(code: Aadsts) -> Option<Self> {
        match code {
            Aadsts::DeviceNotCompliant => Some(Self::Compliant),
            Aadsts::DeviceNotDomainJoined => Some(Self::DomainJoined),
            Aadsts::DeviceNotRegistered => Some(Self::Registered),
            Aadsts::DeviceAuthenticationRequired => Some(Self::Authenticated),
            _ => None,
        }
    }

    /// Makes it so.
    pub fn set(self, device: &mut Device) {
        match self {
            Self::Compliant => device.compliant = true,
            Self::DomainJoined => device.domain_joined = true,
            Self::Registered => device.registered = true,
            Self::Authenticated => device.authenticated = true,
        }
    }

    /// How documents write it.
    #[must_use]
    pub fn setting(self) -> &'static str {
        match self {
            Self::Compliant => "facts: { device: { compliant: true } }",
            Self::DomainJoined => "facts: { device: { domain_joined: true } }",
            Self::Registered => "facts: { device: { registered: true } }",
            Self::Authenticated => "facts: { device: { authenticated: true } }",
        }
    }
}
