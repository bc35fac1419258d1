//! The catalogue: every AADSTS number this server can answer with, once. A new error is a new row here.
//!
//! The numbers, OAuth errors, suberrors and statuses are those of the escalation reference, sections 2.1 to 2.12. The
//! sentences are ours; clients may rely on the prefix `AADSTS<number>:` and on the values in the placeholders only.

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
    /// The sentence, with `{placeholders}`.
    pub text: &'static str,
    /// How to see it here.
    pub provoke: &'static str,
}

/// Declares [`Aadsts`] and its rows together, so that no number can lack one.
macro_rules! catalogue {
    ($($(#[doc = $doc:literal])+ $name:ident = $number:literal, $error:literal, $suberror:expr, $status:literal, $uri:ident, $text:literal, provoke: $provoke:literal;)+) => {
        /// An error of the catalogue.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Aadsts {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Aadsts {
            /// Every error, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its row.
            #[must_use]
            pub const fn row(self) -> &'static Row {
                match self {
                    $(Self::$name => &Row {
                        number: $number,
                        error: $error,
                        suberror: $suberror,
                        status: $status,
                        error_uri: catalogue!(@ $uri),
                        text: $text,
                        provoke: $provoke,
                    },)+
                }
            }

            /// What it means.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($doc),+).trim(),)+
                }
            }
        }
    };
    (@ uri) => { true };
    (@ no_uri) => { false };
}

const NONE: Option<&str> = None;

catalogue! {
    // ── Conditional Access and multifactor authentication (2.5 D) ──
    /// Multifactor authentication is required and the user can do it.
    MfaRequired = 50076, "invalid_grant", Some("basic_action"), 400, uri,
        "A change by the administrator or a new location makes multifactor authentication necessary to access '{resource}'.",
        provoke: "ask silently for api://payroll/Salary.Read after a sign-in with the password alone";
    /// Multifactor authentication is required and the user has no method registered.
    MfaEnrolmentRequired = 50079, "invalid_grant", Some("basic_action"), 400, uri,
        "A change by the administrator or a new location makes it necessary to enrol in multifactor authentication to access '{resource}'.",
        provoke: "as bo@contoso.test, ask silently for api://payroll/Salary.Read";
    /// The second factor was passed too long ago for the policy.
    MfaTooOld = 50078, "invalid_grant", Some("basic_action"), 400, uri,
        "The multifactor authentication presented has expired due to policies configured by the administrator. It must be refreshed to access '{resource}'.",
        provoke: "give a policy `mfa` and `session: { sign_in_frequency: 1h }`, let the clock advance, and sign in by password again";
    /// A policy blocks access; nothing the user does now can change that.
    Blocked = 53003, "invalid_grant", Some("message_only"), 400, uri,
        "Access is blocked by Conditional Access policies; the policies do not allow a token to be issued.",
        provoke: "give a policy the grant control `block`";
    /// A policy asks for a compliant device.
    DeviceNotCompliant = 53000, "invalid_grant", Some("additional_action"), 400, uri,
        "The device is not in the required state 'compliant' to access '{resource}'; its state is '{state}'. Enrol it in device management, or use a device that is compliant.",
        provoke: "give a policy the grant control `compliant_device`";
    /// A policy asks for a device that is joined to the domain.
    DeviceNotDomainJoined = 53001, "invalid_grant", Some("additional_action"), 400, uri,
        "The device is not in the required state 'domain_joined' to access '{resource}'; its state is '{state}'. Join it to the domain, or use a device that is joined.",
        provoke: "give a policy the grant control `domain_joined_device`";
    /// A policy asks for a registered device.
    DeviceNotRegistered = 50129, "invalid_grant", Some("additional_action"), 400, uri,
        "The device is not registered, and registration is required to access '{resource}'. Add a work account to the device.",
        provoke: "give a policy the grant control `registered_device`";
    /// A policy asks the device to prove itself, which the client cannot do.
    DeviceAuthenticationRequired = 50097, "invalid_grant", NONE, 401, uri,
        "Device authentication is required to access '{resource}'. Use a managed device and a client that signs in through a broker.",
        provoke: "give a policy the grant control `device_authentication`";
    /// A policy asks for a client application of the approved list.
    ApplicationNotApproved = 53002, "invalid_grant", Some("message_only"), 400, uri,
        "The application '{client_name}' is not an approved application for '{resource}'. Use one that is approved.",
        provoke: "give a policy the grant control `approved_application`";
    /// A policy asks for a client application under an app protection policy.
    AppProtectionRequired = 53009, "unauthorized_client", Some("protection_policy_required"), 400, uri,
        "An app protection policy must manage the application '{client_name}' before it can access '{resource}'.",
        provoke: "give a policy the grant control `app_protection`";
    /// The user is at risk and must change the password.
    PasswordChangeRequired = 50135, "invalid_grant", Some("basic_action"), 400, uri,
        "A password change is required due to account risk; the user's risk is '{risk}'. Change the password, then sign in again.",
        provoke: "give a policy the grant control `password_change` and ada `facts: { risk: { user: high } }`";
    /// A challenge outside of this server, such as terms of use, is not satisfied.
    ExternalChallenge = 50158, "invalid_grant", Some("basic_action"), 400, uri,
        "The external security challenge was not satisfied: {what}. The user is sent to another page or provider for it.",
        provoke: "give a policy the grant control `terms_of_use`";
    /// Security information may be set from some places only, and this is none of them.
    EnrolmentFromUntrustedPlace = 53010, "invalid_grant", Some("message_only"), 400, uri,
        "Multifactor authentication methods cannot be set up: the organization requires this information to be set from specific locations or devices.",
        provoke: "give a policy `targets: { user_actions: [register_security_info] }`, a location and `block`; as bo@contoso.test, ask for payroll";
    /// The user would have to register a method, and is at risk.
    EnrolmentBlockedByRisk = 53004, "invalid_grant", Some("message_only"), 400, uri,
        "Multifactor authentication methods cannot be set up because of suspicious activity. Sign in from a known place or device first.",
        provoke: "as bo@contoso.test with `facts: { risk: { sign_in: high } }`, ask for payroll";
    /// The sign-in is blocked because the user is at risk.
    BlockedByRisk = 53011, "invalid_grant", Some("message_only"), 400, uri,
        "The user is blocked because of risk on the home tenant.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"token\",\"code\":53011}`";
    /// Suspicious activity; the sign-in is interrupted.
    SuspiciousActivity = 50131, "invalid_grant", Some("basic_action"), 400, uri,
        "The sign-in is blocked because of suspicious activity, an access policy or a security policy decision.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"token\",\"code\":50131}`";
    /// A security policy of the organization blocks access.
    BlockedBySecurityPolicy = 530032, "invalid_grant", Some("message_only"), 400, uri,
        "Access is blocked by a security policy of the tenant.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"token\",\"code\":530032}`";
    /// Security defaults block access.
    BlockedBySecurityDefaults = 530035, "invalid_grant", Some("message_only"), 400, uri,
        "Access is blocked by security defaults.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"token\",\"code\":530035}`";
    /// A policy asks for a compliant device; a short form of 53000.
    DeviceNotCompliantShort = 530002, "invalid_grant", Some("additional_action"), 400, uri,
        "The device must be compliant to access '{resource}'.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"token\",\"code\":530002}`";
    /// A policy asks for a managed device; a short form of 53000.
    DeviceNotManaged = 530003, "invalid_grant", Some("additional_action"), 400, uri,
        "The device must be managed to access '{resource}'.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"token\",\"code\":530003}`";
    /// A policy asks for a device that it can judge; a short form of 53000.
    DeviceNotJudged = 530001, "invalid_grant", Some("additional_action"), 400, uri,
        "The browser or application does not support the device check that is needed to access '{resource}'.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"token\",\"code\":530001}`";
    /// The old number of 53009, seen with the words of 53003.
    AppProtectionRequiredOld = 53005, "unauthorized_client", Some("protection_policy_required"), 400, uri,
        "The application must be under an app protection policy to access '{resource}'.",
        provoke: "`switches: { errors: { \"53009\": { number: 53005 } } }` and a policy with `app_protection`";
    /// The client has to sign in through a broker.
    BrokerRequired = 50127, "invalid_grant", Some("additional_action"), 400, uri,
        "A broker application must be installed to gain access to this content.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"token\",\"code\":50127}`";
    /// The device failed to prove itself and must be registered again.
    DeviceAuthenticationFailed = 50155, "device_authentication_failed", Some("device_authentication_failed"), 400, uri,
        "Device authentication failed for this user.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"token\",\"code\":50155}`";

    // ── Consent (2.4 C) ──
    /// Neither the user nor an administrator has consented to the scopes.
    ConsentRequired = 65001, "invalid_grant", Some("consent_required"), 400, no_uri,
        "Neither the user nor an administrator has consented to the use of the application with ID '{client}' named '{client_name}'. Send an interactive authorization request for this user and resource.",
        provoke: "ask silently for api://mail/Mail.Read before the user has consented";
    /// The user declined to consent, or left the page.
    ConsentDeclined = 65004, "access_denied", NONE, 400, no_uri,
        "The user declined to consent to access the application.",
        provoke: "press Cancel on the consent page";
    /// The scopes need an administrator's consent.
    AdminConsentRequired = 90094, "access_denied", NONE, 400, uri,
        "An administrator's consent is required for the permissions that '{client_name}' asks for.",
        provoke: "as ada@contoso.test, sign in for api://mail/Mail.Manage";
    /// As 90094, and the user can send a request for approval.
    AdminConsentRequested = 90095, "access_denied", NONE, 400, uri,
        "An administrator's approval is required for '{client_name}'; the user can ask for it.",
        provoke: "`consent_settings: { request_workflow: true }`; as ada@contoso.test, sign in for api://mail/Mail.Manage";
    /// Users may not consent in this tenant.
    UserConsentOff = 90093, "access_denied", NONE, 400, uri,
        "Users of this organization may not consent to applications; an administrator has to consent to '{client_name}'.",
        provoke: "`consent_settings: { users_may_consent: false }`; as ada@contoso.test, sign in for api://mail/Mail.Read";
    /// The application is judged risky, so an administrator has to consent.
    RiskyApplication = 900941, "access_denied", NONE, 400, uri,
        "An administrator's consent is required: '{client_name}' is considered risky.",
        provoke: "`risky: true` at the application; sign in for an API without consent";
    /// As 900941, and the user can send a request for approval.
    RiskyApplicationRequested = 900981, "access_denied", NONE, 400, uri,
        "An administrator's approval is required: '{client_name}' is considered risky; the user can ask for it.",
        provoke: "`risky: true` at the application and `consent_settings: { request_workflow: true }`";
    /// The consent could not be written down.
    ConsentNotWritten = 90090, "server_error", NONE, 500, uri,
        "The consent could not be recorded. Try again.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"page\",\"code\":90090}`";
    /// Consent between two of the platform's own applications is by preauthorization alone.
    FirstPartyNotPreauthorized = 65002, "invalid_client", NONE, 400, uri,
        "Consent between the first-party application '{client}' and the first-party resource '{resource}' must be configured by preauthorization.",
        provoke: "`first_party: true` at the application and at the API";
    /// The registration's permissions do not fit the request.
    MisconfiguredApplication = 650056, "invalid_client", NONE, 400, no_uri,
        "Misconfigured application. The permissions of its registration, or the consent of the administrator, do not fit the request. Client app ID: {client}.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"authorize\",\"code\":650056}`";
    /// The API is not on the client's list; an old number of 650057.
    UnregisteredResourceOld = 65005, "invalid_client", NONE, 400, uri,
        "The application asked for access to a resource that its registration does not list. Client app ID: {client}.",
        provoke: "`switches: { errors: { \"650057\": { number: 65005 } } }`, then ask for api://archive/Files.Read";
    /// The API is not on the client's registered permission list.
    UnregisteredResource = 650057, "invalid_client", NONE, 400, no_uri,
        "Invalid resource. The client asked for a resource that is not among the permissions of its registration. Client app ID: {client}({client_name}). Resource value from request: {resource}. Resource app ID: {resource_id}. List of valid resources from app registration: {valid}.",
        provoke: "ask for api://archive/Files.Read, which the client `desktop` does not list";
    /// The API does not define the scope.
    UnknownScope = 650053, "invalid_client", NONE, 400, uri,
        "The application '{client_name}' asked for scope '{scope}' that does not exist on the resource '{resource}'.",
        provoke: "ask for api://mail/Mail.Typo";

    // ── The grant (2.3 B) and the code (2.9 H) ──
    /// The refresh token was revoked: password changed, or sessions revoked.
    GrantRevoked = 50173, "invalid_grant", Some("bad_token"), 400, uri,
        "The grant has expired because it was revoked, and a fresh one is needed. The grant was issued on '{issued}' and the TokensValidFrom date of this user is '{valid_from}'.",
        provoke: "revoke the user's sessions, then refresh";
    /// The refresh token was not used for 90 days.
    GrantInactive = 700082, "invalid_grant", Some("bad_token"), 400, uri,
        "The refresh token has expired due to inactivity. It was issued on {issued} and was inactive for {inactivity}.",
        provoke: "advance the tenant's clock by more than 90 days, then refresh";
    /// A policy's sign-in frequency: the sign-in is too old for this API. The grant may serve others.
    SignInTooOld = 70043, "invalid_grant", Some("token_expired"), 400, no_uri,
        "The refresh token has expired or is invalid due to sign-in frequency checks by Conditional Access. The token was issued on {issued} and the maximum allowed lifetime for this request is {lifetime}.",
        provoke: "give a policy `session: { sign_in_frequency: 1h }`, advance the tenant's clock by two hours, then refresh";
    /// The refresh token of a single-page application is older than a day, and so are its successors.
    SpaGrantExpired = 700084, "invalid_grant", Some("bad_token"), 400, uri,
        "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of {lifetime}, which cannot be extended. It is now expired. It was issued on {issued}.",
        provoke: "as the client `spa`, advance the clock by 25 hours, then refresh";
    /// The refresh token has reached the longest time that it and its successors may live.
    GrantTooOld = 700081, "invalid_grant", NONE, 400, uri,
        "The refresh token has expired because it reached its maximum lifetime of {lifetime}. It was issued on {issued}.",
        provoke: "`switches: { refresh_token_max_lifetime: 24h }`, advance the clock by two days, then refresh";
    /// The session is over because the password expired or was changed.
    SessionExpired = 50132, "invalid_grant", Some("bad_token"), 400, uri,
        "The session is not valid: the password expired or was changed. Sign in again.",
        provoke: "`switches: { errors: { \"50173\": { number: 50132 } } }`, change the password, then refresh";
    /// As 50132: the session was ended by a change of the password.
    SessionInvalid = 50133, "invalid_grant", Some("bad_token"), 400, uri,
        "The session is not valid because it expired or the password was changed recently. Sign in again.",
        provoke: "`switches: { errors: { \"50173\": { number: 50133 } } }`, change the password, then refresh";
    /// The client has no permission for single sign-on.
    SsoNotPermitted = 9002341, "invalid_grant", NONE, 400, uri,
        "The user has to permit single sign-on.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"token\",\"code\":9002341}`";
    /// Not a grant of this server, or of another client.
    GrantInvalid = 70000, "invalid_grant", NONE, 400, uri,
        "The provided grant is not valid: {what}.",
        provoke: "send a refresh token that was issued to another client";
    /// The code or refresh token can't be read at all.
    GrantMalformed = 9002313, "invalid_grant", Some("bad_token"), 400, uri,
        "Invalid request. The request is malformed or invalid: {what}.",
        provoke: "send `refresh_token=rubbish`";
    /// The authorization code is older than ten minutes.
    CodeExpired = 70008, "invalid_grant", NONE, 400, uri,
        "The authorization code has expired. Send a new interactive request for this user and resource.",
        provoke: "advance the tenant's clock by more than ten minutes between sign-in and redemption";
    /// The authorization code was redeemed before.
    CodeRedeemed = 54005, "invalid_grant", NONE, 400, uri,
        "The OAuth2 authorization code was already redeemed. Retry with a new valid code or use an existing refresh token.",
        provoke: "redeem a code twice";
    /// The PKCE verifier does not match the challenge. The code survives.
    VerifierMismatch = 501481, "invalid_grant", NONE, 400, uri,
        "The code_verifier does not match the code_challenge supplied in the authorization request for PKCE.",
        provoke: "redeem a code with another verifier";
    /// The PKCE verifier has the wrong size or form. The code survives.
    VerifierMalformed = 501491, "invalid_grant", NONE, 400, uri,
        "The code_verifier is malformed: it must be 43 to 128 characters of the unreserved set.",
        provoke: "redeem a code with `code_verifier=short`";
    /// The PKCE challenge has the wrong form.
    ChallengeMalformed = 50147, "invalid_request", NONE, 400, uri,
        "The code_challenge parameter is missing or has a wrong size or method.",
        provoke: "send `code_challenge=short` to /authorize";
    /// The redirect address at redemption is not that of the authorization request.
    RedirectMismatchAtRedemption = 500112, "invalid_grant", NONE, 400, uri,
        "The reply address '{given}' does not match the reply address '{expected}' provided when requesting the authorization code.",
        provoke: "redeem a code with another redirect_uri";
    /// The code belongs to another tenant.
    CodeOfAnotherTenant = 700005, "invalid_grant", NONE, 400, uri,
        "The provided authorization code is intended for another tenant and was rejected.",
        provoke: "redeem a code at another tenant's token endpoint";

    // ── The assertion of on-behalf-of (4.8) ──
    /// The assertion is not a token of this tenant.
    AssertionInvalid = 50013, "invalid_grant", NONE, 400, uri,
        "The assertion is not valid: {what}.",
        provoke: "as the client `portal`, send `assertion=rubbish` on behalf of a user";
    /// The assertion was made for another API than the client.
    AssertionForAnother = 500131, "invalid_grant", NONE, 400, uri,
        "The assertion's audience '{audience}' is not the application '{client}' that presents it.",
        provoke: "as the client `portal`, present a token for api://mail";
    /// The assertion is not valid at this time.
    AssertionExpired = 500133, "invalid_grant", NONE, 400, uri,
        "The assertion is not within its valid time range.",
        provoke: "advance the tenant's clock by two hours, then present the token on behalf of the user";
    /// The assertion speaks for an application and not for a user.
    AssertionOfAnApplication = 7000114, "invalid_grant", NONE, 400, uri,
        "The application '{client}' is not allowed to act on behalf of an application: the assertion names no user.",
        provoke: "as the client `portal`, present a token that `daemon` got for itself";

    // ── The device code (2.10 I) ──
    /// The user has not finished signing in; the device asks again later.
    AuthorizationPending = 70016, "authorization_pending", NONE, 400, uri,
        "OAuth 2.0 device flow: the authorization is pending. Continue polling.",
        provoke: "poll with a device code before the user has entered the user code";
    /// The user code is not one that a device waits with.
    UserCodeUnknown = 70018, "bad_verification_code", NONE, 400, uri,
        "The user code is invalid: no device waits with it.",
        provoke: "type a wrong code at /deviceauth";
    /// The device code was never issued, or was redeemed already.
    DeviceCodeUnknown = 70019, "bad_verification_code", NONE, 400, uri,
        "The provided value for the input parameter 'device_code' is not valid: it was never issued to this client, or was used already.",
        provoke: "poll with `device_code=undefined`, or once more after the token";
    /// The device code is older than 15 minutes.
    DeviceCodeExpired = 70020, "expired_token", NONE, 400, uri,
        "The provided value for the input parameter 'device_code' is not valid. The code has expired.",
        provoke: "advance the tenant's clock by more than 15 minutes, then poll";
    /// The user must confirm on a page that it is really this application that signs in.
    ConfirmationRequired = 50199, "invalid_grant", NONE, 400, uri,
        "For security reasons, user confirmation is required for this request.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"token\",\"code\":50199}`";
    /// The device code flow is not served at this endpoint.
    DeviceCodeNotHere = 90133, "invalid_request", NONE, 400, uri,
        "The device code flow is not supported under this endpoint. Use that of a tenant.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"device_code\",\"code\":90133}`";
    /// Nothing says which tenant is meant.
    TenantMissing = 50059, "invalid_request", NONE, 400, uri,
        "No tenant-identifying information was found in the request or implied by any provided credentials.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"device_code\",\"code\":50059}`";
    /// The request went to another data centre than the one that knows the code.
    WrongDataCentre = 50134, "invalid_grant", NONE, 400, uri,
        "The request was sent to the wrong data centre. Begin the sign-in again.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"token\",\"code\":50134}`";

    // ── The account (2.6 E, 2.3 B9, B10) ──
    /// The user's account is disabled.
    AccountDisabled = 50057, "invalid_grant", NONE, 400, uri,
        "The user account is disabled.",
        provoke: "sign in as di@contoso.test";
    /// The password expired; the sign-in page asks for a new one.
    PasswordExpired = 50055, "invalid_grant", Some("user_password_expired"), 400, uri,
        "The password is expired.",
        provoke: "`password_expired: true` at the user, then refresh";
    /// The password of an account of the on-premises directory expired.
    OnPremisesPasswordExpired = 50144, "invalid_grant", Some("user_password_expired"), 400, uri,
        "The user's password in the on-premises directory is expired.",
        provoke: "`switches: { errors: { \"50055\": { number: 50144 } } }` and `password_expired: true` at the user";
    /// The account is locked after too many wrong passwords, or the address is one of attackers.
    AccountLocked = 50053, "invalid_grant", NONE, 400, uri,
        "The account is locked because of too many sign-in attempts with an incorrect user name or password, or the sign-in came from an address with malicious activity.",
        provoke: "`locked: true` at the user";
    /// The user object is not in the directory any more.
    UserNotInDirectory = 51004, "invalid_grant", Some("bad_token"), 400, uri,
        "The user account {user} does not exist in the directory {tenant}.",
        provoke: "`switches: { errors: { \"50034\": { number: 51004 } } }` and `deleted: true` at the user, then refresh";
    /// The application is for assigned users only, and this one is not.
    NotAssigned = 50105, "invalid_grant", NONE, 400, uri,
        "The signed in user '{user}' is not assigned to a role for the application '{client}'({client_name}).",
        provoke: "`assignment_required: true` at the application";
    /// The account is of the wrong kind for this endpoint.
    WrongAccountType = 500208, "invalid_grant", NONE, 400, uri,
        "The domain is not a valid login domain for the account type.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"authorize\",\"code\":500208}`";
    /// The account of another tenant has to be added here before it can do multifactor authentication.
    ExternalUserMfa = 90072, "invalid_grant", NONE, 400, uri,
        "The account needs to be added as an external user in the tenant first.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"token\",\"code\":90072}`";
    /// The home tenant does not let its users go there.
    OutboundBlocked = 500212, "access_denied", NONE, 400, uri,
        "The user's administrator has set an outbound access policy that does not allow access to the resource tenant.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"authorize\",\"code\":500212}`";
    /// The tenant does not let users of that home in.
    InboundBlocked = 500213, "access_denied", NONE, 400, uri,
        "The resource tenant's cross-tenant access policy does not allow this user to access this tenant.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"authorize\",\"code\":500213}`";
    /// A proxy of the user's network allows sign-ins to other tenants only.
    TenantRestricted = 500021, "access_denied", NONE, 400, uri,
        "Access to the tenant '{tenant}' is denied.",
        provoke: "send the header `Restrict-Access-To-Tenants: fabrikam.test` with a sign-in to contoso";
    /// As 500021, by the second version of tenant restrictions.
    TenantRestrictedByPolicy = 500022, "access_denied", NONE, 400, uri,
        "Access to the tenant '{tenant}' is denied by the policy of the network.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"authorize\",\"code\":500022}`";
    /// The user is not in the directory.
    UserUnknown = 50034, "invalid_grant", Some("bad_token"), 400, uri,
        "The user account {user} does not exist in the directory {tenant}. To sign in to this application, the account must be added to the directory.",
        provoke: "sign in as nobody@contoso.test";
    /// User name or password is wrong.
    WrongPassword = 50126, "invalid_grant", NONE, 400, uri,
        "Error validating credentials due to invalid username or password.",
        provoke: "type a wrong password";
    /// The second factor failed.
    SecondFactorFailed = 50074, "invalid_grant", NONE, 400, uri,
        "Strong authentication is required, and the user did not pass it.",
        provoke: "type a wrong one-time code";
    /// `prompt=none` and nobody is signed in.
    NoSession = 50058, "login_required", NONE, 400, uri,
        "A silent sign-in request was sent but no user is signed in.",
        provoke: "send prompt=none without a browser session";
    /// `prompt=none` and several users are signed in.
    SeveralSessions = 16000, "interaction_required", NONE, 400, uri,
        "Several user identities are available for the current request and none was chosen.",
        provoke: "sign in two users in one browser, then send prompt=none without a login_hint";
    /// As 16000: a session has to be chosen.
    SessionNotChosen = 16001, "interaction_required", NONE, 400, uri,
        "The user has to select one of the sessions that are signed in.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"authorize\",\"code\":16001}`";

    // ── Configuration and protocol (2.11 J, 2.8 G) ──
    /// The application is not in the directory.
    UnknownClient = 700016, "unauthorized_client", NONE, 400, uri,
        "Application with identifier '{client}' was not found in the directory '{tenant}'. It may not be installed by the administrator of the tenant, or the request went to the wrong tenant.",
        provoke: "send the client id of no application";
    /// The client id is not a GUID.
    MalformedClientId = 700038, "unauthorized_client", NONE, 400, no_uri,
        "{client} is not a valid application identifier.",
        provoke: "send `client_id=desktop`";
    /// The application is disabled in the tenant.
    ApplicationDisabled = 7000112, "unauthorized_client", NONE, 400, uri,
        "Application '{client}'({client_name}) is disabled.",
        provoke: "`enabled: false` at the application";
    /// The application is for its own tenant only.
    SingleTenantApplication = 50194, "invalid_request", NONE, 400, uri,
        "Application '{client}'({client_name}) is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for it.",
        provoke: "`single_tenant: true` at the application, then sign in at /common";
    /// The redirect address is not registered.
    RedirectMismatch = 50011, "invalid_request", NONE, 400, uri,
        "The redirect URI '{given}' specified in the request does not match the redirect URIs configured for the application '{client}'.",
        provoke: "send redirect_uri=https://elsewhere.test";
    /// The client secret is wrong.
    WrongSecret = 7000215, "invalid_client", NONE, 401, uri,
        "Invalid client secret provided. Make sure that the secret's value is sent and not the secret's ID, for a secret added to app '{client}'.",
        provoke: "send `client_secret=wrong` as the client `portal`";
    /// A confidential client sent no credential.
    CredentialMissing = 7000218, "invalid_client", NONE, 401, uri,
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        provoke: "redeem a code as the client `portal` without a secret";
    /// A public client sent a credential.
    PublicClientWithCredential = 700025, "invalid_client", NONE, 401, uri,
        "The client is public, so neither 'client_assertion' nor 'client_secret' should be presented.",
        provoke: "send a client_secret as the client `desktop`";
    /// The client secret was good once.
    SecretExpired = 7000222, "invalid_client", NONE, 401, uri,
        "The provided client secret keys for app '{client}' are expired.",
        provoke: "`expired_secrets: [old-secret]` at the application, then send it";
    /// The client assertion's signature is not by a certificate of the application.
    AssertionSignature = 700027, "invalid_client", NONE, 401, uri,
        "Client assertion failed signature validation: {what}.",
        provoke: "as the client `daemon`, sign an assertion with another key";
    /// The client assertion is not valid at this time.
    ClientAssertionExpired = 700024, "invalid_client", NONE, 401, uri,
        "Client assertion is not within its valid time range.",
        provoke: "as the client `daemon`, send an assertion whose `exp` is past";
    /// The resource is not in the tenant.
    ResourceNotFound = 500011, "invalid_resource", NONE, 400, uri,
        "The resource principal named {resource} was not found in the tenant {tenant}. It may not be installed by the administrator of the tenant, or the request went to the wrong tenant.",
        provoke: "ask for api://nowhere/Read";
    /// The resource is disabled.
    ResourceDisabled = 50001, "invalid_resource", NONE, 400, uri,
        "The resource '{resource}' is disabled.",
        provoke: "`availability: disabled` at the API";
    /// The organization has not subscribed to the service.
    ResourceNotSubscribed = 650052, "invalid_resource", NONE, 400, uri,
        "The application needs access to the service '{resource}' that the organization has not subscribed to or enabled.",
        provoke: "`availability: not_subscribed` at the API";
    /// The service was removed from the organization.
    ResourceRemoved = 650054, "invalid_resource", NONE, 400, uri,
        "The application asked for permissions to the resource '{resource}', which has been removed or is no longer available.",
        provoke: "`availability: removed` at the API";
    /// The scope list is not valid.
    InvalidScope = 70011, "invalid_scope", NONE, 400, uri,
        "The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid.",
        provoke: "ask for `api://mail/.default api://mail/Mail.Read`";
    /// The scopes belong to more than one resource.
    SeveralResources = 28000, "invalid_request", NONE, 400, uri,
        "The provided value for the input parameter 'scope' is not valid because it contains more than one resource. Scope {scope} is not valid.",
        provoke: "refresh with `api://calendar/Events.Read api://mail/Mail.Read`";
    /// The scope list cannot be used for a token.
    ScopeNotForToken = 28002, "invalid_scope", NONE, 400, uri,
        "The provided value for the input parameter 'scope' is not valid when requesting an access token.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"token\",\"code\":28002}`";
    /// The scope list is empty.
    ScopeEmpty = 28003, "invalid_scope", NONE, 400, uri,
        "The provided value for the input parameter 'scope' can't be empty when requesting an access token with the provided authorization code.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"token\",\"code\":28003}`";
    /// As 28000, seen in other reports.
    SeveralResourcesOther = 700022, "invalid_request", NONE, 400, uri,
        "The provided value for the input parameter 'scope' is not valid because it contains more than one resource.",
        provoke: "`switches: { errors: { \"28000\": { number: 700022 } } }`, then ask for two APIs at once";
    /// The scope list names no resource.
    NoResource = 700023, "invalid_request", NONE, 400, uri,
        "The provided value for the input parameter 'scope' is not valid because it contains no resource.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"token\",\"code\":700023}`";
    /// The grant type is not supported.
    UnsupportedGrantType = 70003, "unsupported_grant_type", NONE, 400, uri,
        "The app requested an unsupported grant type '{grant_type}'.",
        provoke: "send `grant_type=magic`";
    /// A grant without a user was sent to `/common`, where nothing says which tenant is meant.
    TenantNeeded = 90010, "invalid_request", NONE, 400, uri,
        "The grant type '{grant}' is not supported over /{word}. Use the endpoint of a tenant.",
        provoke: "send `grant_type=client_credentials` to /common";
    /// The password grant was sent to `/common` or `/consumers`.
    OrganizationNeeded = 9001023, "invalid_request", NONE, 400, uri,
        "The grant type is not supported over the /common or /consumers endpoints. Use /organizations or the endpoint of a tenant.",
        provoke: "send `grant_type=password` to /common";
    /// A confidential client in another cloud.
    CrossCloud = 900382, "invalid_request", NONE, 400, uri,
        "A confidential client is not supported in a cross-cloud request.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"token\",\"code\":900382}`";
    /// The response type is not supported.
    UnsupportedResponseType = 700054, "unsupported_response_type", NONE, 400, uri,
        "response_type '{response_type}' is not enabled for the application.",
        provoke: "send `response_type=token`";
    /// The response type is none that there is.
    UnknownResponseType = 70005, "unsupported_response_type", NONE, 400, uri,
        "'{response_type}' is not a supported value of 'response_type'.",
        provoke: "send `response_type=magic`";
    /// The response mode is not supported.
    UnsupportedResponseMode = 70007, "invalid_request", NONE, 400, uri,
        "'{response_mode}' is not a supported value of 'response_mode' when requesting a token.",
        provoke: "send `response_mode=pigeon`";
    /// The prompt value is not supported.
    UnsupportedPrompt = 90023, "invalid_request", NONE, 400, uri,
        "'{prompt}' is not a supported value of 'prompt'.",
        provoke: "send `prompt=maybe`";
    /// A parameter is missing.
    MissingParameter = 900144, "invalid_request", NONE, 400, uri,
        "The request body must contain the following parameter: '{parameter}'.",
        provoke: "leave out grant_type";
    /// A field is missing; the older form of 900144.
    MissingField = 90014, "invalid_request", NONE, 400, uri,
        "The required field '{parameter}' is missing from the credential.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"token\",\"code\":90014}`";
    /// A parameter occurs twice.
    DuplicateParameter = 9000411, "invalid_request", NONE, 400, uri,
        "The request is not properly formatted. The parameter '{parameter}' is duplicated.",
        provoke: "send client_id twice";
    /// The request is malformed.
    Malformed = 90013, "invalid_request", NONE, 400, uri,
        "Invalid input received from the user: {what}.",
        provoke: "send `claims=rubbish`";
    /// The request is too large.
    TooLarge = 90015, "invalid_request", NONE, 413, uri,
        "The request is too long: at most {limit} bytes are accepted.",
        provoke: "post more than 64 KiB";
    /// The endpoint takes another HTTP method.
    WrongMethod = 900561, "invalid_request", NONE, 405, uri,
        "The endpoint does not accept {method} requests.",
        provoke: "send GET to /token";
    /// The tenant does not exist.
    UnknownTenant = 90002, "invalid_request", NONE, 400, uri,
        "Tenant '{tenant}' not found. Check that the tenant ID is correct and that the right cloud is asked.",
        provoke: "use the authority of a tenant that is not configured";
    /// The application has no redirect address that could be used.
    NoReplyAddress = 900971, "invalid_request", NONE, 400, uri,
        "No reply address is provided for the application '{client}'.",
        provoke: "send no redirect_uri as the client `daemon`, which has none registered";
    /// Instance discovery for an authority that is not this server.
    UnknownInstance = 50049, "invalid_instance", NONE, 400, uri,
        "Unknown or invalid instance.",
        provoke: "ask for instance discovery of an authorization_endpoint elsewhere";
    /// The sign-in page is stale, or was posted from another browser.
    StaleInteraction = 165000, "invalid_request", NONE, 400, uri,
        "The sign-in session has ended or belongs to another browser. Return to the application and sign in again.",
        provoke: "post a sign-in page twice, or without cookies";
    /// The user of a guest tenant is not invited.
    NotInTenant = 50020, "invalid_grant", NONE, 400, uri,
        "User account '{user}' from identity provider '{home}' does not exist in tenant '{tenant}' and cannot access the application '{client}' in that tenant.",
        provoke: "sign in to contoso as a user of another tenant who is no guest";
    /// The server failed.
    ServerError = 90033, "temporarily_unavailable", NONE, 503, uri,
        "A transient error has occurred. Try again.",
        provoke: "a defect of this mock: please report it";

    // ── Load and outage (2.12 K) ──
    /// The directory is not available.
    DirectoryUnavailable = 90006, "temporarily_unavailable", NONE, 503, uri,
        "An external server is retryable-unavailable. Try again.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"token\",\"code\":90006}`";
    /// The request took too long.
    RequestTimedOut = 90012, "temporarily_unavailable", NONE, 503, uri,
        "The request has timed out. Try again.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"token\",\"code\":90012}`";
    /// Too many requests at the same time.
    RequestBudgetExceeded = 90024, "temporarily_unavailable", NONE, 503, uri,
        "The request budget was exceeded. Try again.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"token\",\"code\":90024}`";
    /// Something transient went wrong while signing in.
    SignInTransient = 50033, "temporarily_unavailable", NONE, 503, uri,
        "A transient error occurred while signing in. Try again.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"token\",\"code\":50033}`";
    /// Something transient went wrong while signing.
    SigningTransient = 50087, "temporarily_unavailable", NONE, 503, uri,
        "A transient error has occurred during strong authentication. Try again.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"token\",\"code\":50087}`";
    /// The tenant sends too many requests.
    TenantThrottled = 90055, "temporarily_unavailable", NONE, 429, uri,
        "The tenant is throttled because of too many requests. Wait.",
        provoke: "inject a fault: `POST …/faults {\"endpoint\":\"token\",\"code\":90055}`";
    /// The same request came again and again: the client is in a loop.
    LoopDetected = 50196, "invalid_grant", NONE, 400, uri,
        "The server terminated an operation because it encountered a client request loop.",
        provoke: "`switches: { loop_detector: { requests: 5, within: 5m } }`, then refresh five times for the same API";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_number_has_one_meaning() {
        let numbers: HashSet<u32> = Aadsts::ALL.iter().map(|code| code.row().number).collect();
        assert_eq!(numbers.len(), Aadsts::ALL.len());
    }

    #[test]
    fn every_row_is_complete() {
        for code in Aadsts::ALL {
            let row = code.row();
            assert!(!row.text.is_empty() && row.text.ends_with('.'), "{}: a whole sentence", row.number);
            assert!(!row.provoke.is_empty() && !code.meaning().is_empty(), "{}: documented", row.number);
            assert!((400..600).contains(&row.status), "{}: an error status", row.number);
        }
    }
}
