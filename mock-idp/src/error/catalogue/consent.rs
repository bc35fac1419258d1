//! Consent and permissions (escalation reference 2.4, table C).

macro_rules! consent {
    ($next:ident $(, $rest:ident)*; $($before:tt)*) => {
        $next! { $($rest),*; $($before)* Consent {
            /// Neither the user nor an administrator has consented to the scopes.
            ConsentRequired = 65001, "invalid_grant", Some("consent_required"), 400, no_uri, claims {
                "Neither the user nor an administrator has consented to the use of the application with ID '{client}' named '{client_name}'. Send an interactive authorization request for this user and resource.",
                source: Recorded, "C1, C3, C4, C7; finding 2";
                seen: [Token, Redirect];
                how: {
                    set: [],
                    ask: Unconsented("mail/Mail.Read"), scenario: "main-02",
                    provoke: "ask silently for api://mail/Mail.Read before anybody has consented"
                };
                cure: "The user consents on the page that the interactive request shows, or an administrator consents for everybody.";
            }

            /// The user declined to consent, or left the page.
            ConsentDeclined = 65004, "access_denied", NONE, 400, no_uri, no_claims {
                "The user declined to consent to access the application.",
                source: Recorded, "C8, C9, I2";
                seen: [Redirect, DeviceCode];
                how: {
                    set: [Person("consent: decline")],
                    ask: SignIn("mail/Mail.Read"), scenario: "declined",
                    provoke: "sign in for api://mail/Mail.Read and press Cancel on the consent page"
                };
                cure: "The user signs in once more, of her own will, and accepts.";
            }

            /// The scopes need an administrator's consent.
            AdminConsentRequired = 90094, "access_denied", NONE, 400, uri, no_claims {
                "An administrator's consent is required for the permissions that '{client_name}' asks for.",
                source: Recorded, "C5";
                seen: [Page, Redirect];
                how: {
                    set: [],
                    ask: SignIn("mail/Mail.Manage"), scenario: "administrator",
                    provoke: "as ada@contoso.test, who is no administrator, sign in for api://mail/Mail.Manage"
                };
                cure: "An administrator consents for the organization: at `/{tenant}/v2.0/adminconsent`, or with the box on the page of her own sign-in.";
            }

            /// As 90094, and the user can send a request for approval.
            AdminConsentRequested = 90095, "access_denied", NONE, 400, uri, no_claims {
                "An administrator's approval is required for '{client_name}'; the user can ask for it.",
                source: Documented, "C6";
                seen: [Page, Redirect];
                how: {
                    set: [Tenant("consent_settings: { request_workflow: true }")],
                    ask: SignIn("mail/Mail.Manage"), scenario: "approval-requested",
                    provoke: "`consent_settings: { request_workflow: true }` at the tenant; as ada@contoso.test, sign in for api://mail/Mail.Manage"
                };
                cure: "An administrator approves the request that the user has sent.";
            }

            /// Users may not consent in this tenant.
            UserConsentOff = 90093, "access_denied", NONE, 400, uri, no_claims {
                "Users of this organization may not consent to applications; an administrator has to consent to '{client_name}'.",
                source: Documented, "C5";
                seen: [Page, Redirect];
                how: {
                    set: [Tenant("consent_settings: { users_may_consent: false }")],
                    ask: SignIn("mail/Mail.Read"), scenario: "users-may-not-consent",
                    provoke: "`consent_settings: { users_may_consent: false }` at the tenant; as ada@contoso.test, sign in for api://mail/Mail.Read"
                };
                cure: "An administrator consents for the organization, or lets users consent.";
            }

            /// The application is judged risky, so an administrator has to consent.
            RiskyApplication = 900941, "access_denied", NONE, 400, uri, no_claims {
                "An administrator's consent is required: '{client_name}' is considered risky.",
                source: Documented, "C5";
                seen: [Page, Redirect];
                how: {
                    set: [Application("desktop", "risky: true")],
                    ask: SignIn("mail/Mail.Read"), scenario: "risky-application",
                    provoke: "`risky: true` at the application; as ada@contoso.test, sign in for api://mail/Mail.Read"
                };
                cure: "An administrator judges the application and consents; its publisher has itself verified.";
            }

            /// As 900941, and the user can send a request for approval.
            RiskyApplicationRequested = 900981, "access_denied", NONE, 400, uri, no_claims {
                "An administrator's approval is required: '{client_name}' is considered risky; the user can ask for it.",
                source: Documented, "C6";
                seen: [Page, Redirect];
                how: {
                    set: [Application("desktop", "risky: true"), Tenant("consent_settings: { request_workflow: true }")],
                    ask: SignIn("mail/Mail.Read"), scenario: "risky-application-request",
                    provoke: "`risky: true` at the application and `consent_settings: { request_workflow: true }` at the tenant; as ada@contoso.test, sign in for api://mail/Mail.Read"
                };
                cure: "An administrator judges the application and approves the user's request.";
            }

            /// The consent could not be written down.
            ConsentNotWritten = 90090, "server_error", NONE, 500, uri, no_claims {
                "The consent could not be recorded. Try again.",
                source: Documented, "C12";
                seen: [Page];
                how: { fault: "page" };
                cure: "The user tries again.";
            }

            /// Consent between two of the platform's own applications is by preauthorization alone.
            FirstPartyNotPreauthorized = 65002, "invalid_client", NONE, 400, uri, no_claims {
                "The first-party resource '{resource}' has not preauthorized the first-party application '{client}', and no consent can take the place of that.",
                source: Documented, "C11";
                seen: [Redirect];
                how: {
                    set: [Application("desktop", "first_party: true"), Api("mail", "first_party: true")],
                    ask: SignIn("mail/Mail.Read"), scenario: "first-party-pair",
                    provoke: "`first_party: true` at the application and at the API, then sign in for the API"
                };
                cure: "The API's owner preauthorizes the application; an application of one's own takes a client id of its own.";
            }

            /// The registration's permissions do not fit the request.
            MisconfiguredApplication = 650056, "invalid_client", NONE, 400, no_uri, no_claims {
                "Misconfigured application. The permissions of its registration, or the consent of the administrator, do not fit the request. Client app ID: {client}.",
                source: Documented, "C10; error_uri as for 650057";
                seen: [Redirect];
                how: { fault: "authorize" };
                cure: "The developer puts the permissions of the registration right, and an administrator consents to them.";
            }

            /// The API is not on the client's list; an old number of 650057.
            UnregisteredResourceOld = 65005, "invalid_client", NONE, 400, no_uri, no_claims {
                "The application asked for access to a resource that its registration does not list. Client app ID: {client}.",
                source: Documented, "C10; error_uri as for 650057";
                seen: [Redirect];
                how: {
                    set: [Switches("errors: { \"650057\": { number: 65005 } }")],
                    ask: SignIn("archive/Files.Read"),
                    provoke: "`switches: { errors: { \"650057\": { number: 65005 } } }`, then sign in for api://archive/Files.Read"
                };
                cure: "The developer adds the API to the permissions of the registration.";
            }

            /// The API is not on the client's registered permission list.
            UnregisteredResource = 650057, "invalid_client", NONE, 400, no_uri, no_claims {
                "Invalid resource. The client asked for a resource that is not among the permissions of its registration. Client app ID: {client}({client_name}). Resource value from request: {resource}. Resource app ID: {resource_id}. List of valid resources from app registration: {valid}.",
                source: Recorded, "C10; finding 13";
                seen: [Redirect, Token];
                how: {
                    set: [],
                    ask: SignIn("archive/Files.Read"), scenario: "unregistered-api",
                    provoke: "sign in for api://archive/Files.Read, which the client `desktop` does not list"
                };
                cure: "The developer adds the API to the permissions of the registration; asking for its scopes at run time is not enough.";
            }

            /// The API does not define the scope.
            UnknownScope = 650053, "invalid_client", NONE, 400, uri, no_claims {
                "The application '{client_name}' asked for scope '{scope}' that does not exist on the resource '{resource}'.",
                source: Recorded, "C13";
                seen: [Redirect, Token];
                how: {
                    set: [],
                    ask: Raw, scenario: "unknown-scope",
                    provoke: "sign in for api://mail/Mail.Typo"
                };
                cure: "The developer writes the scope as the API defines it, or the API's owner defines it.";
            }
        } }
    };
}
