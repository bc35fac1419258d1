//! Applications, their credentials, and resources: what only the registration puts right (escalation reference 2.11, table J).

macro_rules! registration {
    ($next:ident $(, $rest:ident)*; $($before:tt)*) => {
        $next! { $($rest),*; $($before)* Registration {
            /// The application is not in the directory.
            UnknownClient = 700016, "unauthorized_client", NONE, 400, uri, no_claims {
                "Application with identifier '{client}' was not found in the directory '{tenant}'. It may not be installed by the administrator of the tenant, or the request went to the wrong tenant.",
                source: Recorded, "J; G1";
                seen: [Page, Token, DeviceCode];
                how: {
                    set: [],
                    ask: Raw, scenario: "unknown-application",
                    provoke: "send the client id of no application"
                };
                cure: "The developer puts client id and tenant right, or an administrator adds the application to the tenant.";
            }

            /// The client id is not a GUID.
            MalformedClientId = 700038, "unauthorized_client", NONE, 400, no_uri, no_claims {
                "{client} is not a valid application identifier.",
                source: Recorded, "J; G1; finding 7";
                seen: [Page, Token, DeviceCode];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "send `client_id=desktop`"
                };
                cure: "The developer sends the application (client) id, which is a GUID.";
            }

            /// The application is disabled in the tenant.
            ApplicationDisabled = 7000112, "unauthorized_client", NONE, 400, uri, no_claims {
                "Application '{client}'({client_name}) is disabled.",
                source: Documented, "J; OAuth error inferred";
                seen: [Page, Token, DeviceCode];
                how: {
                    set: [Application("desktop", "enabled: false")],
                    ask: Raw, scenario: "disabled-application",
                    provoke: "`enabled: false` at the application, then ask for anything"
                };
                cure: "An administrator enables the application in the tenant.";
            }

            /// The application is for its own tenant only.
            SingleTenantApplication = 50194, "invalid_request", NONE, 400, uri, no_claims {
                "Application '{client}'({client_name}) serves its own tenant only and cannot be used over /common.",
                source: Documented, "J; E7";
                seen: [Page, Token, DeviceCode];
                how: {
                    set: [Application("desktop", "single_tenant: true")],
                    ask: Raw, scenario: "wrong-tenant",
                    provoke: "`single_tenant: true` at the application, then sign in at /common"
                };
                cure: "The developer uses the tenant's own authority, or makes the application multi-tenant.";
            }

            /// The redirect address is not registered.
            RedirectMismatch = 50011, "invalid_request", NONE, 400, uri, no_claims {
                "The redirect URI '{given}' specified in the request does not match the redirect URIs configured for the application '{client}'.",
                source: Recorded, "J; G1";
                seen: [Page];
                how: {
                    set: [],
                    ask: Raw, scenario: "unknown-application",
                    provoke: "send redirect_uri=https://elsewhere.test to /authorize"
                };
                cure: "The developer registers exactly the redirect address that is sent; for http://localhost any port will do, the path will not.";
            }

            /// A page redeemed for a client that has not registered the page's origin as a single-page application.
            CrossOriginNotSinglePage = 9002326, "invalid_request", NONE, 400, uri, no_claims {
                "Only a client of the 'Single-Page Application' type may redeem tokens across origins. Request origin: '{origin}'.",
                source: Recorded, "not in the reference; whole bodies in developers' reports, the origin in the sentence since 2022";
                seen: [Token];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "send an `Origin` header to the token endpoint as the client `desktop`, or one that `spa` has not registered"
                };
                cure: "The developer registers the page's redirect address under the platform \"Single-page application\"; a program that is no page leaves out `Origin`.";
            }

            /// A code or refresh token of a single-page application came from something that is no page.
            SinglePageNotCrossOrigin = 9002327, "invalid_request", NONE, 400, no_uri, no_claims {
                "What was issued to a client of the 'Single-Page Application' type may be redeemed by cross-origin requests only.",
                source: Recorded, "not in the reference; whole bodies in developers' reports, for codes and refresh tokens";
                seen: [Token];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "redeem a code as the client `spa` without an `Origin` header"
                };
                cure: "The developer redeems in the page itself, or registers a program's redirect address under the platform that it belongs to.";
            }

            /// The client secret is wrong.
            WrongSecret = 7000215, "invalid_client", NONE, 401, uri, no_claims {
                "Invalid client secret provided. Make sure that the secret's value is sent and not the secret's ID, for a secret added to app '{client}'.",
                source: Recorded, "J; finding 7";
                seen: [Token];
                how: {
                    set: [],
                    ask: Raw, scenario: "client-credentials-wrong-secret",
                    provoke: "send `client_secret=wrong` as the client `portal`"
                };
                cure: "The developer configures the secret's value, not its id.";
            }

            /// A confidential client sent no credential.
            CredentialMissing = 7000218, "invalid_client", NONE, 401, uri, claims {
                "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
                source: Recorded, "J; finding 2";
                seen: [Token, DeviceCode];
                how: {
                    set: [],
                    ask: Raw, scenario: "public-flows-off",
                    provoke: "redeem a code as the client `portal` without a secret"
                };
                cure: "The developer sends the credential; for a public client, \"Allow public client flows\" is on in the registration.";
            }

            /// A request without a user came without a credential.
            CredentialMissingForApplication = 7000216, "invalid_client", NONE, 401, uri, no_claims {
                "The 'client_credentials' grant type needs 'client_assertion' or 'client_secret'.",
                source: Recorded, "wire 4.1";
                seen: [Token];
                how: { fault: "token" };
                cure: "The developer sends the application's secret or a client assertion with the request.";
            }

            /// The client's credential is wrong or missing; an old number of 7000215 and 7000218.
            CredentialWrongOld = 70002, "invalid_client", NONE, 401, uri, no_claims {
                "The client's credentials could not be validated: 'client_assertion' or 'client_secret' is missing or wrong.",
                source: Recorded, "2.1; 1.1 (of before 2018)";
                seen: [Token];
                how: { fault: "token" };
                cure: "The developer puts the credential right; today the answer is 7000215 or 7000218.";
            }

            /// A public client sent a credential.
            PublicClientWithCredential = 700025, "invalid_client", NONE, 401, uri, no_claims {
                "A public client presents neither 'client_assertion' nor 'client_secret'.",
                source: Documented, "J; OAuth error inferred";
                seen: [Token];
                how: {
                    set: [],
                    ask: Raw, scenario: "client-credentials-wrong-secret",
                    provoke: "send a client_secret as the client `desktop`"
                };
                cure: "The developer sends no credential, or registers the redirect address under the platform \"web\".";
            }

            /// The client secret was good once.
            SecretExpired = 7000222, "invalid_client", NONE, 401, uri, no_claims {
                "The provided client secret keys for app '{client}' are expired.",
                source: Documented, "J";
                seen: [Token];
                how: {
                    set: [Application("portal", "expired_secrets: [old-secret]")],
                    ask: Raw, scenario: "client-credentials-wrong-secret",
                    provoke: "`expired_secrets: [old-secret]` at the application, then send it"
                };
                cure: "The developer adds a new secret to the registration and configures it.";
            }

            /// The client assertion's signature is not by a certificate of the application.
            AssertionSignature = 700027, "invalid_client", NONE, 401, uri, no_claims {
                "Client assertion failed signature validation: {what}.",
                source: Documented, "J; OAuth error inferred";
                seen: [Token];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "as the client `daemon`, sign an assertion with another key"
                };
                cure: "The developer signs with the key of a certificate that the registration holds, and names its thumbprint.";
            }

            /// The client assertion is not valid at this time.
            ClientAssertionExpired = 700024, "invalid_client", NONE, 401, uri, no_claims {
                "Client assertion is not within its valid time range.",
                source: Inferred, "not in the reference; known from use";
                seen: [Token];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "as the client `daemon`, send an assertion whose `exp` is past"
                };
                cure: "The developer makes a new assertion for each request, on a machine whose clock is right.";
            }

            /// The resource is not in the tenant.
            ResourceNotFound = 500011, "invalid_resource", NONE, 400, uri, no_claims {
                "The resource principal named {resource} was not found in the tenant {tenant}. It may not be installed by the administrator of the tenant, or the request went to the wrong tenant.",
                source: Recorded, "J; 2.8";
                seen: [Token, Redirect];
                how: {
                    set: [],
                    ask: Raw, scenario: "unknown-scope",
                    provoke: "ask for api://nowhere/Read"
                };
                cure: "The developer writes the API's address right, or an administrator adds the API to the tenant.";
            }

            /// The resource is disabled.
            ResourceDisabled = 50001, "invalid_resource", NONE, 400, uri, no_claims {
                "The resource '{resource}' is disabled or does not exist.",
                source: Documented, "J; OAuth error inferred";
                seen: [Token, Redirect];
                how: {
                    set: [Api("mail", "availability: disabled")],
                    ask: Silent("mail/Mail.Read"), scenario: "gone",
                    provoke: "`availability: disabled` at the API, then ask for it"
                };
                cure: "An administrator enables the API in the tenant.";
            }

            /// The organization has not subscribed to the service.
            ResourceNotSubscribed = 650052, "invalid_resource", NONE, 400, uri, no_claims {
                "The application needs the service '{resource}', to which the organization has no subscription, or which is not enabled.",
                source: Documented, "J; OAuth error inferred";
                seen: [Token, Redirect];
                how: {
                    set: [Api("mail", "availability: not_subscribed")],
                    ask: Silent("mail/Mail.Read"), scenario: "gone",
                    provoke: "`availability: not_subscribed` at the API, then ask for it"
                };
                cure: "The organization subscribes to the service, or an administrator enables it.";
            }

            /// The service was removed from the organization.
            ResourceRemoved = 650054, "invalid_resource", NONE, 400, uri, no_claims {
                "The resource '{resource}' that the application asks permissions for was removed or is not available any more.",
                source: Documented, "J; OAuth error inferred";
                seen: [Token, Redirect];
                how: {
                    set: [Api("mail", "availability: removed")],
                    ask: Silent("mail/Mail.Read"), scenario: "gone",
                    provoke: "`availability: removed` at the API, then ask for it"
                };
                cure: "The developer asks no more for the API, or an administrator adds it to the tenant again.";
            }

            /// A confidential client in another cloud.
            CrossCloud = 900382, "invalid_request", NONE, 400, uri, no_claims {
                "A request across clouds cannot be made by a confidential client.",
                source: Documented, "J";
                seen: [Token];
                how: { fault: "token" };
                cure: "The application is registered in the cloud that it asks.";
            }

            /// A confidential client in another cloud; as 900382.
            CrossCloudOther = 900432, "invalid_request", NONE, 400, uri, no_claims {
                "Confidential clients are not supported across clouds.",
                source: Documented, "J";
                seen: [Token];
                how: { fault: "token" };
                cure: "As for 900382: the application is registered in the cloud that it asks.";
            }

            /// The application has no redirect address that could be used.
            NoReplyAddress = 900971, "invalid_request", NONE, 400, uri, no_claims {
                "No reply address is provided for the application '{client}'.",
                source: Documented, "G1";
                seen: [Page];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "send no redirect_uri as the client `daemon`, which has none registered"
                };
                cure: "The developer registers a redirect address and sends it.";
            }
        } }
    };
}
