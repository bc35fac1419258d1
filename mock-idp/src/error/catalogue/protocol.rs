//! The form of a request: what only the developer puts right (escalation reference 2.11, table J).

macro_rules! protocol {
    ($next:ident $(, $rest:ident)*; $($before:tt)*) => {
        $next! { $($rest),*; $($before)* Protocol {
            /// The scope list is not valid.
            InvalidScope = 70011, "invalid_scope", NONE, 400, uri, no_claims {
                "The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid.",
                source: Documented, "J; rulings";
                seen: [Token, Redirect, DeviceCode];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "ask for `api://mail/.default api://mail/Mail.Read`"
                };
                cure: "The developer puts the scope list right: `.default` alone, or scopes by name, of one API.";
            }

            /// The scopes belong to more than one resource.
            SeveralResources = 28000, "invalid_request", NONE, 400, uri, no_claims {
                "The provided value for the input parameter 'scope' is not valid because it contains more than one resource. Scope {scope} is not valid.",
                source: SecondHand, "H6, J; rulings";
                seen: [Token];
                how: {
                    set: [],
                    ask: Raw, scenario: "main-09",
                    provoke: "refresh with `api://calendar/Events.Read api://mail/Mail.Read`"
                };
                cure: "The application asks /token for the scopes of one API at a time; one interactive request may have consent for several.";
            }

            /// The scope list cannot be used for a token.
            ScopeNotForToken = 28002, "invalid_scope", NONE, 400, uri, no_claims {
                "The 'scope' parameter is not valid in a request for an access token.",
                source: SecondHand, "J";
                seen: [Token];
                how: { fault: "token" };
                cure: "The developer puts the scope list right.";
            }

            /// The scope list is empty.
            ScopeEmpty = 28003, "invalid_scope", NONE, 400, uri, no_claims {
                "The 'scope' parameter is empty, and a code is redeemed for at least one scope.",
                source: SecondHand, "J";
                seen: [Token];
                how: { fault: "token" };
                cure: "The developer sends at least one scope.";
            }

            /// As 28000, seen in other reports.
            SeveralResourcesOther = 700022, "invalid_request", NONE, 400, uri, no_claims {
                "The 'scope' parameter is not valid: its scopes belong to more than one resource.",
                source: SecondHand, "H6, J";
                seen: [Token];
                how: {
                    set: [Switches("errors: { \"28000\": { number: 700022 } }")],
                    ask: Raw,
                    provoke: "`switches: { errors: { \"28000\": { number: 700022 } } }`, then ask for two APIs at once"
                };
                cure: "As for 28000: one API at a time.";
            }

            /// The scope list names no resource.
            NoResource = 700023, "invalid_request", NONE, 400, uri, no_claims {
                "The 'scope' parameter is not valid: it names no resource.",
                source: SecondHand, "J";
                seen: [Token];
                how: { fault: "token" };
                cure: "The developer names an API's scope; openid, profile and offline_access alone name none.";
            }

            /// The grant type is not supported.
            UnsupportedGrantType = 70003, "unsupported_grant_type", NONE, 400, uri, no_claims {
                "The app requested an unsupported grant type '{grant_type}'.",
                source: Recorded, "J";
                seen: [Token];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "send `grant_type=magic`"
                };
                cure: "The developer sends a grant type that the endpoint knows.";
            }

            /// A grant without a user was sent to `/common`, where nothing says which tenant is meant.
            TenantNeeded = 90010, "invalid_request", NONE, 400, uri, no_claims {
                "The grant type '{grant}' is not supported over /{word}. Use the endpoint of a tenant.",
                source: Documented, "J";
                seen: [Token];
                how: {
                    set: [],
                    ask: Raw, scenario: "wrong-tenant",
                    provoke: "send `grant_type=client_credentials` to /common"
                };
                cure: "The developer uses the endpoint of a tenant.";
            }

            /// The password grant was sent to `/common` or `/consumers`.
            OrganizationNeeded = 9001023, "invalid_request", NONE, 400, uri, no_claims {
                "Over /common and /consumers this grant type is not served. Use /organizations or the endpoint of a tenant.",
                source: Documented, "J";
                seen: [Token];
                how: {
                    set: [],
                    ask: Raw, scenario: "wrong-tenant",
                    provoke: "send `grant_type=password` to /common"
                };
                cure: "The developer uses `organizations` or the endpoint of a tenant.";
            }

            /// The response type is not supported.
            UnsupportedResponseType = 700054, "unsupported_response_type", NONE, 400, uri, no_claims {
                "response_type '{response_type}' is not enabled for the application.",
                source: Documented, "J";
                seen: [Redirect];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "send `response_type=token` to /authorize"
                };
                cure: "The developer asks for `response_type=code` with PKCE.";
            }

            /// The response type is none that there is.
            UnknownResponseType = 70005, "unsupported_response_type", NONE, 400, uri, no_claims {
                "'{response_type}' is not a supported value of 'response_type'.",
                source: Documented, "J";
                seen: [Redirect];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "send `response_type=magic` to /authorize"
                };
                cure: "The developer asks for `response_type=code` with PKCE.";
            }

            /// The response mode is not supported.
            UnsupportedResponseMode = 70007, "invalid_request", NONE, 400, uri, no_claims {
                "'{response_mode}' is not a supported value of 'response_mode' when requesting a token.",
                source: Documented, "J";
                seen: [Redirect];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "send `response_mode=pigeon` to /authorize"
                };
                cure: "The developer asks for `query`, `fragment` or `form_post`.";
            }

            /// The prompt value is not supported.
            UnsupportedPrompt = 90023, "invalid_request", NONE, 400, uri, no_claims {
                "'{prompt}' is not a supported value of 'prompt'.",
                source: Inferred, "3.5";
                seen: [Redirect];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "send `prompt=maybe` to /authorize"
                };
                cure: "The developer sends one of login, none, consent, select_account, or no prompt at all.";
            }

            /// A parameter is missing.
            MissingParameter = 900144, "invalid_request", NONE, 400, uri, no_claims {
                "The request body must contain the following parameter: '{parameter}'.",
                source: Recorded, "J";
                seen: [Token, DeviceCode, Redirect];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "leave out grant_type"
                };
                cure: "The developer sends the parameter that the text names, in the form body.";
            }

            /// A field is missing; the older form of 900144.
            MissingField = 90014, "invalid_request", NONE, 400, uri, no_claims {
                "The required field '{parameter}' is missing from the credential.",
                source: Documented, "J";
                seen: [Token];
                how: { fault: "token" };
                cure: "The developer sends the field that the text names.";
            }

            /// A parameter occurs twice.
            DuplicateParameter = 9000411, "invalid_request", NONE, 400, uri, no_claims {
                "The request is not properly formatted. The parameter '{parameter}' is duplicated.",
                source: Inferred, "not in the reference; known from use";
                seen: [Token, Redirect, DeviceCode];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "send client_id twice"
                };
                cure: "The developer sends each parameter once.";
            }

            /// The request is malformed.
            Malformed = 90013, "invalid_request", NONE, 400, uri, no_claims {
                "Invalid input received from the user: {what}.",
                source: Documented, "not in the reference; Microsoft's page of error codes";
                seen: [Token, Redirect, DeviceCode];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "send `claims=rubbish`"
                };
                cure: "The developer puts right what the text names; claims are a JSON object, handed on as they were given.";
            }

            /// The query string is too long; this server says so of a body, too.
            TooLarge = 90015, "invalid_request", NONE, 413, uri, no_claims {
                "The request is too long: its {part} may have at most {limit} bytes.",
                source: Documented, "not in the reference; Microsoft's page of error codes; status inferred";
                seen: [Token, Page, DeviceCode];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "post more than 64 KiB; a query may have 32 KiB (414), all header fields together 32 KiB (431)"
                };
                cure: "The developer sends less; a state or a claims parameter that grows with each round is the usual cause.";
            }

            /// The endpoint takes another HTTP method.
            WrongMethod = 900561, "invalid_request", NONE, 405, uri, no_claims {
                "The endpoint does not accept {method} requests.",
                source: Recorded, "J; status inferred";
                seen: [Token, DeviceCode];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "send GET to /token"
                };
                cure: "The developer posts a form; a browser's back button can cause this, too, and then it can be ignored.";
            }

            /// The tenant does not exist.
            UnknownTenant = 90002, "invalid_request", NONE, 400, uri, no_claims {
                "Tenant '{tenant}' not found. Check that the tenant ID is correct and that the right cloud is asked.",
                source: Recorded, "E6, J; rulings";
                seen: [Token, Page, Discovery];
                how: {
                    set: [],
                    ask: Raw, scenario: "wrong-tenant",
                    provoke: "use the authority of a tenant that is not configured"
                };
                cure: "The developer puts tenant and cloud of the authority right.";
            }

            /// Instance discovery for an authority that is not this server.
            UnknownInstance = 50049, "invalid_instance", NONE, 400, uri, no_claims {
                "Unknown or invalid instance.",
                source: Documented, "wire 1.1";
                seen: [Discovery];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "ask for instance discovery of an authorization_endpoint elsewhere"
                };
                cure: "The developer puts the authority's host right, or tells the library that it is known (instance discovery off, known authorities).";
            }

            /// The sign-in page is stale, or was posted from another browser.
            StaleInteraction = 165000, "invalid_request", NONE, 400, uri, no_claims {
                "The sign-in session has ended or belongs to another browser. Return to the application and sign in again.",
                source: Inferred, "not in the reference; known from use";
                seen: [Page];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "post a sign-in page twice, or without cookies"
                };
                cure: "The user goes back to the application and signs in again; cookies have to be allowed.";
            }
        } }
    };
}
