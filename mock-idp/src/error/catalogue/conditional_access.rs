//! Conditional Access, multifactor authentication, device and risk (escalation reference 2.5, table D).

macro_rules! conditional_access {
    ($next:ident $(, $rest:ident)*; $($before:tt)*) => {
        $next! { $($rest),*; $($before)* ConditionalAccess {
            /// Multifactor authentication is required and the user can do it.
            MfaRequired = 50076, "invalid_grant", Some("basic_action"), 400, uri, claims {
                "A change by the administrator or a new location makes multifactor authentication necessary to access '{resource}'.",
                source: Recorded, "D1, D2, D15, G5";
                seen: [Token, Redirect];
                how: {
                    set: [],
                    ask: Silent("payroll/Salary.Read"), scenario: "main-03",
                    provoke: "after a sign-in with the password alone, ask silently for api://payroll/Salary.Read"
                };
                cure: "The user passes a second factor on the sign-in pages; the new grant remembers it.";
            }

            /// Multifactor authentication is required and the user has no method registered.
            MfaEnrolmentRequired = 50079, "invalid_grant", Some("basic_action"), 400, uri, claims {
                "A change by the administrator or a new location makes it necessary to enrol in multifactor authentication to access '{resource}'.",
                source: Documented, "D3; suberror inferred";
                seen: [Token, Redirect];
                how: {
                    set: [As("bo")],
                    ask: Silent("payroll/Salary.Read"), scenario: "enrolment",
                    provoke: "as bo@contoso.test, who has no method registered, ask silently for api://payroll/Salary.Read"
                };
                cure: "The user registers a method of multifactor authentication on the sign-in pages and passes it.";
            }

            /// The sign-in is interrupted: the user has to enrol in multifactor authentication.
            EnrolmentInterrupt = 50072, "invalid_grant", NONE, 400, uri, no_claims {
                "The sign-in is interrupted until the user has enrolled in multifactor authentication, which is necessary to access '{resource}'.",
                source: Documented, "D3";
                seen: [Page];
                how: { fault: "authorize" };
                cure: "The user registers a method of multifactor authentication on the page that interrupts the sign-in.";
            }

            /// The second factor was passed too long ago for the policy.
            MfaTooOld = 50078, "invalid_grant", Some("basic_action"), 400, uri, claims {
                "The multifactor authentication presented has expired due to policies configured by the administrator. It must be refreshed to access '{resource}'.",
                source: Documented, "D4; suberror inferred";
                seen: [Token, Redirect];
                how: {
                    set: [Policy("targets: { apis: [mail] }, grant: { all_of: [mfa] }, session: { sign_in_frequency: 1h }")],
                    ask: Raw, scenario: "second-factor-too-old",
                    provoke: "give a policy `mfa` and `session: { sign_in_frequency: 1h }`, pass the second factor, let the clock advance, and sign in by password alone"
                };
                cure: "The user passes the second factor again, and then as often as the policy's sign-in frequency says.";
            }

            /// A policy blocks access; nothing the user does now can change that.
            Blocked = 53003, "invalid_grant", Some("message_only"), 400, uri, claims {
                "Access is blocked by Conditional Access policies; the policies do not allow a token to be issued.",
                source: Recorded, "D7, D16, D17, I6";
                seen: [Token, Page, DeviceCode];
                how: {
                    set: [Policy("targets: { apis: [mail] }, grant: { all_of: [block] }")],
                    ask: Silent("mail/Mail.Read"), scenario: "blocked",
                    provoke: "give a policy the grant control `block`, then ask silently for what it guards"
                };
                cure: "Nothing that the user does now; an administrator changes the policy, or excludes the user, the place or the application from it.";
            }

            /// A policy asks for a compliant device.
            DeviceNotCompliant = 53000, "invalid_grant", Some("additional_action"), 400, uri, claims {
                "The device is not in the required state 'compliant' to access '{resource}'; its state is '{state}'. Enrol it in device management, or use a device that is compliant.",
                source: Documented, "D8; suberror and claims inferred";
                seen: [Token, Page];
                how: {
                    set: [Policy("targets: { apis: [mail] }, grant: { all_of: [compliant_device] }")],
                    ask: Silent("mail/Mail.Read"), scenario: "unmanaged-device",
                    provoke: "give a policy the grant control `compliant_device`, then ask silently for what it guards"
                };
                cure: "The user enrols the device in device management, or takes one that is compliant (here: `facts: { device: { compliant: true } }` at the user).";
            }

            /// A policy asks for a device that is joined to the domain.
            DeviceNotDomainJoined = 53001, "invalid_grant", Some("additional_action"), 400, uri, claims {
                "The device is not in the required state 'domain_joined' to access '{resource}'; its state is '{state}'. Join it to the domain, or use a device that is joined.",
                source: Documented, "D9; suberror and claims inferred";
                seen: [Token, Page];
                how: {
                    set: [Policy("targets: { apis: [mail] }, grant: { all_of: [domain_joined_device] }")],
                    ask: Silent("mail/Mail.Read"), scenario: "joined-device",
                    provoke: "give a policy the grant control `domain_joined_device`, then ask silently for what it guards"
                };
                cure: "The user takes a device that is joined to the domain (here: `facts: { device: { domain_joined: true } }` at the user).";
            }

            /// A policy asks for a registered device.
            DeviceNotRegistered = 50129, "invalid_grant", Some("additional_action"), 400, uri, claims {
                "The device is not registered, and registration is required to access '{resource}'. Add a work account to the device.",
                source: Documented, "D14; suberror inferred";
                seen: [Token, Page];
                how: {
                    set: [Policy("targets: { apis: [mail] }, grant: { all_of: [registered_device] }")],
                    ask: Silent("mail/Mail.Read"), scenario: "registered-device",
                    provoke: "give a policy the grant control `registered_device`, then ask silently for what it guards"
                };
                cure: "The user adds the work account to the device, which registers it (here: `facts: { device: { registered: true } }` at the user).";
            }

            /// A policy asks the device to prove itself, which the client cannot do.
            DeviceAuthenticationRequired = 50097, "invalid_grant", NONE, 401, uri, no_claims {
                "Device authentication is required to access '{resource}'. Use a managed device and a client that signs in through a broker.",
                source: Recorded, "D18; finding 14; inferred for v2";
                seen: [Token, Page, DeviceCode];
                how: {
                    set: [Policy("targets: { apis: [mail] }, grant: { all_of: [device_authentication] }")],
                    ask: Silent("mail/Mail.Read"), scenario: "device-must-prove-itself",
                    provoke: "give a policy the grant control `device_authentication`, then ask silently for what it guards"
                };
                cure: "The user takes a managed device, and the application signs in through the broker, which can prove the device (here: `facts: { device: { authenticated: true } }` at the user).";
            }

            /// A policy asks for a client application of the approved list.
            ApplicationNotApproved = 53002, "invalid_grant", Some("message_only"), 400, uri, claims {
                "The application '{client_name}' is not an approved application for '{resource}'. Use one that is approved.",
                source: Documented, "D10; suberror inferred";
                seen: [Token, Page];
                how: {
                    set: [Policy("targets: { apis: [mail] }, grant: { all_of: [approved_application] }")],
                    ask: Silent("mail/Mail.Read"), scenario: "no-approved-application",
                    provoke: "give a policy the grant control `approved_application`, then ask silently for what it guards"
                };
                cure: "The user takes an application of the approved list (here: `approved: true` at the application).";
            }

            /// A policy asks for a client application under an app protection policy.
            AppProtectionRequired = 53009, "unauthorized_client", Some("protection_policy_required"), 400, uri, claims {
                "An app protection policy must manage the application '{client_name}' before it can access '{resource}'.",
                source: Documented, "D11 and its note";
                seen: [Token, Page];
                how: {
                    set: [Policy("targets: { apis: [mail] }, grant: { all_of: [app_protection] }")],
                    ask: Silent("mail/Mail.Read"), scenario: "app-protection",
                    provoke: "give a policy the grant control `app_protection`, then ask silently for what it guards"
                };
                cure: "The user takes an application that an app protection policy manages (here: `app_protection: true` at the application).";
            }

            /// The user is at risk and must change the password.
            PasswordChangeRequired = 50135, "invalid_grant", Some("basic_action"), 400, uri, claims {
                "A password change is required due to account risk; the user's risk is '{risk}'. Change the password, then sign in again.",
                source: Documented, "D12; suberror inferred";
                seen: [Token, Page];
                how: {
                    set: [User("ada", "facts: { risk: { user: high } }"), Policy("targets: { apis: [mail] }, grant: { all_of: [password_change] }")],
                    ask: Silent("mail/Mail.Read"), scenario: "risky-user",
                    provoke: "give a policy the grant control `password_change` and ada `facts: { risk: { user: high } }`, then ask silently for what it guards"
                };
                cure: "The user changes the password on the sign-in pages, or an administrator dismisses the user's risk.";
            }

            /// A challenge outside of this server, such as terms of use, is not satisfied.
            ExternalChallenge = 50158, "invalid_grant", Some("basic_action"), 400, uri, claims {
                "The external security challenge was not satisfied: {what}. The user is sent to another page or provider for it.",
                source: Documented, "D6; suberror inferred";
                seen: [Token, Page];
                how: {
                    set: [Policy("targets: { apis: [mail] }, grant: { all_of: [terms_of_use] }")],
                    ask: Silent("mail/Mail.Read"), scenario: "terms-of-use",
                    provoke: "give a policy the grant control `terms_of_use` or `external_challenge`, then ask silently for what it guards"
                };
                cure: "The user accepts the terms of use, or passes the other provider's challenge (here: `facts: { terms_accepted: true }` or `{ external_challenge_passed: true }` at the user).";
            }

            /// Security information may be set from some places only, and this is none of them.
            EnrolmentFromUntrustedPlace = 53010, "invalid_grant", Some("message_only"), 400, uri, claims {
                "No method of multifactor authentication can be set up from here: the organization allows that from certain places or devices only.",
                source: Documented, "D13; suberror inferred";
                seen: [Token, Page];
                how: {
                    set: [As("bo"), Policy("targets: { user_actions: [register_security_info] }, grant: { all_of: [block] }")],
                    ask: Silent("payroll/Salary.Read"), scenario: "enrolment-guarded",
                    provoke: "give a policy `targets: { user_actions: [register_security_info] }` and the grant control `block`; as bo@contoso.test, ask silently for api://payroll/Salary.Read"
                };
                cure: "The user registers the method from a trusted place or device, or an administrator gives out a temporary access pass.";
            }

            /// The user would have to register a method, and is at risk.
            EnrolmentBlockedByRisk = 53004, "invalid_grant", Some("message_only"), 400, uri, claims {
                "Multifactor authentication methods cannot be set up because of suspicious activity. Sign in from a known place or device first.",
                source: Documented, "D12; suberror inferred";
                seen: [Token, Page];
                how: {
                    set: [As("bo"), User("bo", "facts: { risk: { sign_in: high } }")],
                    ask: Silent("payroll/Salary.Read"), scenario: "enrolment-at-risk",
                    provoke: "as bo@contoso.test with `facts: { risk: { sign_in: high } }`, ask silently for api://payroll/Salary.Read"
                };
                cure: "The user registers a method from a known place or device, once the sign-in is at risk no more.";
            }

            /// The sign-in is blocked because the user is at risk.
            BlockedByRisk = 53011, "invalid_grant", Some("message_only"), 400, uri, claims {
                "The user's home tenant sees a risk, so the user is blocked.",
                source: Documented, "D12; suberror inferred";
                seen: [Token, Page];
                how: { fault: "token" };
                cure: "An administrator of the home tenant looks into the user's risk and dismisses it.";
            }

            /// Suspicious activity; the sign-in is interrupted.
            SuspiciousActivity = 50131, "invalid_grant", Some("basic_action"), 400, uri, claims {
                "The sign-in is blocked because of suspicious activity, an access policy or a security policy decision.",
                source: Documented, "D12; suberror inferred";
                seen: [Token, Page];
                how: { fault: "token", scenario: "error-to-order" };
                cure: "The user signs in again on the pages, from a known place and device; if it stays so, an administrator looks at the sign-in log.";
            }

            /// A security policy of the organization blocks access.
            BlockedBySecurityPolicy = 530032, "invalid_grant", Some("message_only"), 400, uri, claims {
                "Access is blocked by a security policy of the tenant.",
                source: Documented, "D7";
                seen: [Token, Page];
                how: { fault: "token" };
                cure: "Nothing that the user does now; an administrator changes the tenant's security policy.";
            }

            /// Security defaults block access.
            BlockedBySecurityDefaults = 530035, "invalid_grant", Some("message_only"), 400, uri, claims {
                "Access is blocked by security defaults.",
                source: Documented, "D7";
                seen: [Token, Page];
                how: { fault: "token" };
                cure: "The application uses modern authentication, and the user passes a second factor; or an administrator replaces security defaults by policies.";
            }

            /// A policy asks for a compliant device; a short form of 53000.
            DeviceNotCompliantShort = 530002, "invalid_grant", Some("additional_action"), 400, uri, claims {
                "The device must be compliant to access '{resource}'.",
                source: Recorded, "D8; suberror and claims inferred";
                seen: [Token, Page];
                how: { fault: "token" };
                cure: "As for 53000: the user enrols the device, or takes one that is compliant.";
            }

            /// A policy asks for a managed device; a short form of 53000.
            DeviceNotManaged = 530003, "invalid_grant", Some("additional_action"), 400, uri, claims {
                "The device must be managed to access '{resource}'.",
                source: Recorded, "D8; suberror and claims inferred";
                seen: [Token, Page];
                how: { fault: "token" };
                cure: "The user takes a device under the organization's management.";
            }

            /// A policy asks for a device that it can judge; a short form of 53000.
            DeviceNotJudged = 530001, "invalid_grant", Some("additional_action"), 400, uri, claims {
                "The browser or application does not support the device check that is needed to access '{resource}'.",
                source: Recorded, "D8; suberror and claims inferred";
                seen: [Token, Page];
                how: { fault: "token" };
                cure: "The user takes a browser or application that can present the device, or the application signs in through the broker.";
            }

            /// The old number of 53009, seen with the words of 53003.
            AppProtectionRequiredOld = 53005, "unauthorized_client", Some("protection_policy_required"), 400, uri, claims {
                "The application must be under an app protection policy to access '{resource}'.",
                source: Recorded, "D11 and its note";
                seen: [Token, Page];
                how: {
                    set: [Switches("errors: { \"53009\": { number: 53005 } }"), Policy("targets: { apis: [mail] }, grant: { all_of: [app_protection] }")],
                    ask: Silent("mail/Mail.Read"), scenario: "app-protection",
                    provoke: "`switches: { errors: { \"53009\": { number: 53005 } } }` and a policy with `app_protection`, then ask silently for what it guards"
                };
                cure: "As for 53009: the user takes an application that an app protection policy manages.";
            }

            /// The client has to sign in through a broker.
            BrokerRequired = 50127, "invalid_grant", Some("additional_action"), 400, uri, claims {
                "This content is open to a broker application only, and none is installed.",
                source: Documented, "D14; suberror inferred";
                seen: [Token, Page];
                how: { fault: "token" };
                cure: "The user installs the broker application (Authenticator, Company Portal), and the application signs in through it.";
            }

            /// The device failed to prove itself and must be registered again.
            DeviceAuthenticationFailed = 50155, "device_authentication_failed", Some("device_authentication_failed"), 400, uri, no_claims {
                "Device authentication failed for this user.",
                source: FromSource, "B13";
                seen: [Token];
                how: { fault: "token", scenario: "error-to-order" };
                cure: "The user registers the device again; a sign-in page alone does not help.";
            }
        } }
    };
}
