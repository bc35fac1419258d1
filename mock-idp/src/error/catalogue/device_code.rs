//! The device code (escalation reference 2.10, table I).

macro_rules! device_code {
    ($next:ident $(, $rest:ident)*; $($before:tt)*) => {
        $next! { $($rest),*; $($before)* DeviceCode {
            /// The user has not finished signing in; the device asks again later.
            AuthorizationPending = 70016, "authorization_pending", NONE, 400, uri, no_claims {
                "OAuth 2.0 device flow: the authorization is pending. Continue polling.",
                source: Recorded, "I1";
                seen: [Token];
                how: {
                    set: [],
                    ask: Raw, scenario: "device-code",
                    provoke: "poll with a device code before the user has entered the user code"
                };
                cure: "The user finishes signing in on the other device; the application polls on.";
            }

            /// The user code is not one that a device waits with.
            UserCodeUnknown = 70018, "bad_verification_code", NONE, 400, uri, no_claims {
                "The user code is not valid: no device waits with it.",
                source: Documented, "I3; rulings";
                seen: [Page];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "type a wrong code at /deviceauth"
                };
                cure: "The user types the code as the device shows it.";
            }

            /// The device code was never issued, or was redeemed already.
            DeviceCodeUnknown = 70019, "bad_verification_code", NONE, 400, uri, no_claims {
                "The provided value for the input parameter 'device_code' is not valid: it was never issued to this client, or was used already.",
                source: Documented, "I3; rulings";
                seen: [Token];
                how: {
                    set: [],
                    ask: Raw, scenario: "device-code",
                    provoke: "poll with `device_code=undefined`, or once more after the token"
                };
                cure: "The application asks for a new device code, and stops polling once it has an answer.";
            }

            /// The device code is older than 15 minutes.
            DeviceCodeExpired = 70020, "expired_token", NONE, 400, uri, no_claims {
                "The provided value for the input parameter 'device_code' is not valid. The code has expired.",
                source: Recorded, "I4";
                seen: [Token];
                how: {
                    set: [Clock("16m")],
                    ask: Raw, scenario: "device-code-expired",
                    provoke: "advance the tenant's clock by more than 15 minutes, then poll"
                };
                cure: "The application asks for a new device code when the user is ready.";
            }

            /// The user must confirm on a page that it is really this application that signs in.
            ConfirmationRequired = 50199, "invalid_grant", NONE, 400, uri, no_claims {
                "For security reasons, user confirmation is required for this request.",
                source: Documented, "I6";
                seen: [Page, Token];
                how: { fault: "token" };
                cure: "The user confirms on the page that it is this application that signs in.";
            }

            /// The device code flow is not served at this endpoint.
            DeviceCodeNotHere = 90133, "invalid_request", NONE, 400, uri, no_claims {
                "The device code flow is not supported under this endpoint. Use that of a tenant.",
                source: Documented, "I7";
                seen: [DeviceCode];
                how: { fault: "device_code" };
                cure: "The developer uses the endpoint of a tenant, or `organizations`.";
            }

            /// Nothing says which tenant is meant.
            TenantMissing = 50059, "invalid_request", NONE, 400, uri, no_claims {
                "No tenant-identifying information was found in the request or implied by any provided credentials.",
                source: Documented, "I7";
                seen: [DeviceCode, Page];
                how: { fault: "device_code" };
                cure: "The developer names the tenant in the authority, or the request carries a hint that implies one.";
            }

            /// The request went to another data centre than the one that knows the code.
            WrongDataCentre = 50134, "invalid_grant", NONE, 400, uri, no_claims {
                "The request was sent to the wrong data centre. Begin the sign-in again.",
                source: Documented, "I8";
                seen: [Page, Token];
                how: { fault: "token" };
                cure: "The application asks for a new device code.";
            }
        } }
    };
}
