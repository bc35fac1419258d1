//! What the catalogue says of one number, beside the number itself.

/// What the catalogue says of one number.
#[derive(Debug)]
pub struct Row {
    /// The number behind `AADSTS`.
    pub number: u32,
    /// OAuth error on the v2 endpoints.
    pub error: &'static str,
    /// `suberror`, which selects the client's behaviour.
    pub suberror: Option<&'static str>,
    /// HTTP status at the token endpoint.
    pub status: u16,
    /// Whether the body carries `error_uri`, which Entra sends only for numbers that its look-up page knows.
    pub error_uri: bool,
    /// Whether the body carries `claims` where an enabled policy covers the request and is not met (2.14).
    pub claims: bool,
    /// The sentence, with `{placeholders}`.
    pub text: &'static str,
    /// The table of the reference that it belongs to.
    pub table: Table,
    /// How its answer is known.
    pub evidence: Evidence,
    /// Rows and sections of the reference, such as `H3; finding 11`, and what of the answer is less sure than the rest.
    pub reference: &'static str,
    /// Where it appears; the first is the usual place.
    pub seen: &'static [Place],
    /// What to set in order to see it here; see [`super::see`].
    pub set: &'static [Setting],
    /// The request that then gets it.
    pub ask: Ask,
    /// The built-in scenario that shows it.
    pub scenario: Option<&'static str>,
    /// How to see it here, in a sentence.
    pub provoke: &'static str,
    /// What satisfies the demand or mends the fault: a whole sentence that says who has to do what.
    pub cure: &'static str,
}

/// A table of the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Table {
    /// 2.5 D.
    ConditionalAccess,
    /// 2.4 C.
    Consent,
    /// 2.3 B, 2.9 H, 4.8.
    Grant,
    /// 2.10 I.
    DeviceCode,
    /// 2.6 E, 2.8 G.
    Account,
    /// 2.11 J: applications, credentials, resources.
    Registration,
    /// 2.11 J: the form of a request.
    Protocol,
    /// 2.12 K.
    Load,
}

impl Table {
    /// Every table, in the order of the catalogue.
    pub const ALL: &'static [Self] = &[
        Self::ConditionalAccess,
        Self::Consent,
        Self::Grant,
        Self::DeviceCode,
        Self::Account,
        Self::Registration,
        Self::Protocol,
        Self::Load,
    ];

    /// Heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::ConditionalAccess => "Conditional Access, multifactor authentication, device, risk",
            Self::Consent => "Consent and permissions",
            Self::Grant => "Refresh tokens, codes, assertions",
            Self::DeviceCode => "Device code",
            Self::Account => "Account, assignment, tenant, session",
            Self::Registration => "Applications, credentials, resources",
            Self::Protocol => "The form of a request",
            Self::Load => "Load and outage",
        }
    }

    /// What an administrator of a real tenant can look at.
    #[must_use]
    pub fn administrator(self) -> &'static str {
        match self {
            Self::ConditionalAccess => {
                "Sign-in logs, by correlation id: the tab \"Conditional Access\" names the policy and the control that \
                 failed; the ids in `claims` are those of the policies. The What If tool repeats the decision."
            }
            Self::Consent => {
                "Enterprise applications, the application, Permissions: what is granted, by whom, for whom. Consent and \
                 permissions: whether users may consent, and whether they can ask. App registrations, API permissions: \
                 what is listed."
            }
            Self::Grant => {
                "Sign-in logs, by correlation id, non-interactive sign-ins: when the grant was issued and what ended it. \
                 Audit logs: changes of the password, revoked sessions."
            }
            Self::DeviceCode => {
                "Sign-in logs, authentication protocol \"device code\"; App registrations, Authentication: whether public \
                 client flows are allowed; policies with the condition \"authentication flows\"."
            }
            Self::Account => {
                "Users, the user: whether the account is enabled, a guest, locked, its password due. Enterprise \
                 applications, the application: whether assignment is required, and who is assigned. Cross-tenant access \
                 settings for guests."
            }
            Self::Registration => {
                "App registrations and Enterprise applications: client id, tenant, redirect addresses, secrets and their \
                 end, whether the application and the API are there and enabled for sign-in."
            }
            Self::Protocol => {
                "Nothing in the tenant. The correlation id finds the request in the sign-in logs, if it got that far."
            }
            Self::Load => {
                "Service health. The number of requests by application in the sign-in logs, if the tenant is throttled or a \
                 loop was detected."
            }
        }
    }
}

/// How an answer is known (escalation reference 0.2). What is less sure than the number stands in [`Row::reference`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// R: a real answer is on public record.
    Recorded,
    /// R-second-hand: a third party reports the answer.
    SecondHand,
    /// D: Microsoft's documentation says so.
    Documented,
    /// S: read in a library's source.
    FromSource,
    /// I: inferred or decided here, and configurable.
    Inferred,
}

impl Evidence {
    /// For people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Recorded => "recorded: a real answer is on public record",
            Self::SecondHand => "reported: a third party tells of the answer",
            Self::Documented => "documented by Microsoft; no answer is on public record",
            Self::FromSource => "read in a library's source",
            Self::Inferred => "inferred: no public record is known",
        }
    }

    /// For machines.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::SecondHand => "reported",
            Self::Documented => "documented",
            Self::FromSource => "source",
            Self::Inferred => "inferred",
        }
    }
}

/// Where an error appears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the body of `/token`.
    Token,
    /// On a page at `/authorize` or `/deviceauth`; the client hears nothing.
    Page,
    /// In the redirect from `/authorize` to the client.
    Redirect,
    /// In the body of `/devicecode`, or of a poll for its token.
    DeviceCode,
    /// In the answer of discovery.
    Discovery,
}

impl Place {
    /// For people and machines.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Token => "token endpoint",
            Self::Page => "sign-in page",
            Self::Redirect => "authorize redirect",
            Self::DeviceCode => "device code",
            Self::Discovery => "discovery",
        }
    }
}

/// Something to set, written as in a configuration, without the braces around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// A policy, without name and id.
    Policy(&'static str),
    /// Keys of a user: the short name, then `locked: true`.
    User(&'static str, &'static str),
    /// Keys of an application.
    Application(&'static str, &'static str),
    /// Keys of an API.
    Api(&'static str, &'static str),
    /// Keys of the tenant.
    Tenant(&'static str),
    /// Keys of `switches`.
    Switches(&'static str),
    /// Time that passes after the sign-in.
    Clock(&'static str),
    /// A user whose sessions are revoked after the sign-in.
    Revoke(&'static str),
    /// The short name of who signs in, if it is not ada.
    As(&'static str),
    /// What the person does in front of the pages.
    Person(&'static str),
    /// The next request to this endpoint fails with the number.
    Fault(&'static str),
}

/// The request that gets an error, once everything is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The client `desktop` holds a grant from a sign-in for the calendar; it refreshes for this scope, which is consented to.
    Silent(&'static str),
    /// As `Silent`, and nobody has consented to the scope.
    Unconsented(&'static str),
    /// The user is sent to the sign-in pages for this scope.
    SignIn(&'static str),
    /// What `provoke` says.
    Raw,
}
