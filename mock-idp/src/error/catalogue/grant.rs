//! The grant itself: refresh tokens (2.3, table B), codes (2.9, table H), on-behalf-of assertions (4.8).

macro_rules! grant {
    ($next:ident $(, $rest:ident)*; $($before:tt)*) => {
        $next! { $($rest),*; $($before)* Grant {
            /// The refresh token was revoked: password changed, or sessions revoked.
            GrantRevoked = 50173, "invalid_grant", Some("bad_token"), 400, uri, no_claims {
                "The grant has expired because it was revoked, and a fresh one is needed. The grant was issued on '{issued}' and the TokensValidFrom date of this user is '{valid_from}'.",
                source: Recorded, "B3, F1; finding 7";
                seen: [Token];
                how: {
                    set: [Clock("1s"), Revoke("ada")],
                    ask: Silent("mail/Mail.Read"), scenario: "revocation",
                    provoke: "revoke the user's sessions (`POST …/users/ada/revoke_sessions`), then refresh"
                };
                cure: "The user signs in again; refresh tokens of before the revocation stay dead.";
            }

            /// The refresh token was not used for 90 days.
            GrantInactive = 700082, "invalid_grant", Some("bad_token"), 400, uri, no_claims {
                "The refresh token has expired due to inactivity. It was issued on {issued} and was inactive for {inactivity}.",
                source: Recorded, "B1";
                seen: [Token];
                how: {
                    set: [Clock("2161h")],
                    ask: Silent("mail/Mail.Read"), scenario: "inactivity",
                    provoke: "advance the tenant's clock by more than 90 days, then refresh"
                };
                cure: "The user signs in again; an application that is used at least every 90 days does not see this.";
            }

            /// A policy's sign-in frequency: the sign-in is too old for this API. The grant may serve others.
            SignInTooOld = 70043, "invalid_grant", Some("token_expired"), 400, no_uri, no_claims {
                "The refresh token has expired or is invalid due to sign-in frequency checks by Conditional Access. The token was issued on {issued} and the maximum allowed lifetime for this request is {lifetime}.",
                source: Recorded, "B2; rulings";
                seen: [Token];
                how: {
                    set: [Policy("targets: { apis: [mail] }, session: { sign_in_frequency: 1h }"), Clock("2h")],
                    ask: Silent("mail/Mail.Read"), scenario: "sign-in-frequency",
                    provoke: "give a policy `session: { sign_in_frequency: 1h }`, advance the tenant's clock by two hours, then refresh"
                };
                cure: "The user signs in again, and then as often as the policy's sign-in frequency says; the grant may still serve other APIs.";
            }

            /// The refresh token of a single-page application is older than a day, and so are its successors.
            SpaGrantExpired = 700084, "invalid_grant", Some("bad_token"), 400, uri, no_claims {
                "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of {lifetime}, which cannot be extended. It is now expired. It was issued on {issued}.",
                source: Recorded, "B4; suberror inferred";
                seen: [Token];
                how: {
                    set: [Clock("25h")],
                    ask: Raw, scenario: "single-page-life",
                    provoke: "as the client `spa`, sign in, advance the tenant's clock by 25 hours, then refresh"
                };
                cure: "The single-page application sends the user through /authorize again: silently in a frame while the browser's session lives, else on the pages.";
            }

            /// The refresh token has reached the longest time that it and its successors may live.
            GrantTooOld = 700081, "invalid_grant", NONE, 400, uri, no_claims {
                "The refresh token has expired because it reached its maximum lifetime of {lifetime}. It was issued on {issued}.",
                source: FromSource, "B5";
                seen: [Token];
                how: {
                    set: [Switches("refresh_token_max_lifetime: 24h"), Clock("48h")],
                    ask: Silent("mail/Mail.Read"), scenario: "maximum-lifetime",
                    provoke: "`switches: { refresh_token_max_lifetime: 24h }`, advance the tenant's clock by two days, then refresh"
                };
                cure: "The user signs in again.";
            }

            /// The session is over because the password expired or was changed.
            SessionExpired = 50132, "invalid_grant", Some("bad_token"), 400, uri, no_claims {
                "The session is not valid: the password expired or was changed. Sign in again.",
                source: Documented, "B7; suberror inferred";
                seen: [Token];
                how: {
                    set: [Switches("errors: { \"50173\": { number: 50132 } }"), Clock("1s"), Revoke("ada")],
                    ask: Silent("mail/Mail.Read"),
                    provoke: "`switches: { errors: { \"50173\": { number: 50132 } } }`, revoke the user's sessions, then refresh"
                };
                cure: "The user signs in with the new password.";
            }

            /// As 50132: the session was ended by a change of the password.
            SessionInvalid = 50133, "invalid_grant", Some("bad_token"), 400, uri, no_claims {
                "The session is not valid because it expired or the password was changed recently. Sign in again.",
                source: Documented, "B7; suberror inferred";
                seen: [Token];
                how: {
                    set: [Switches("errors: { \"50173\": { number: 50133 } }"), Clock("1s"), Revoke("ada")],
                    ask: Silent("mail/Mail.Read"),
                    provoke: "`switches: { errors: { \"50173\": { number: 50133 } } }`, revoke the user's sessions, then refresh"
                };
                cure: "The user signs in with the new password.";
            }

            /// The user has not permitted single sign-on.
            SsoNotPermitted = 9002341, "invalid_grant", NONE, 400, uri, no_claims {
                "The user has to permit single sign-on.",
                source: Documented, "B14";
                seen: [Token];
                how: { fault: "token" };
                cure: "The user permits single sign-on on the page that the interactive request shows.";
            }

            /// Not a grant of this server, or of another client.
            GrantInvalid = 70000, "invalid_grant", NONE, 400, uri, no_claims {
                "The provided grant is not valid: {what}.",
                source: Recorded, "B6, C2, H7";
                seen: [Token];
                how: {
                    set: [],
                    ask: Raw, scenario: "strict-rotation",
                    provoke: "send a refresh token that was issued to another client"
                };
                cure: "The application drops the grant and sends the user to sign in again; for a personal account that includes consent.";
            }

            /// The code or refresh token can't be read at all.
            GrantMalformed = 9002313, "invalid_grant", Some("bad_token"), 400, uri, no_claims {
                "Invalid request. The request is malformed or invalid: {what}.",
                source: Recorded, "B6, H7";
                seen: [Token];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "send `refresh_token=rubbish`"
                };
                cure: "The developer sends the code or refresh token whole and unchanged; the user signs in again.";
            }

            /// The authorization code is older than ten minutes. Without more detail, an expired grant of any kind.
            CodeExpired = 70008, "invalid_grant", NONE, 400, uri, no_claims {
                "The authorization code has expired. Send a new interactive request for this user and resource.",
                source: Recorded, "H2, B1";
                seen: [Token];
                how: {
                    set: [Clock("11m")],
                    ask: Raw, scenario: "code-expired",
                    provoke: "advance the tenant's clock by more than ten minutes between sign-in and redemption"
                };
                cure: "The application redeems the code at once; now the user signs in again.";
            }

            /// The authorization code was redeemed before.
            CodeRedeemed = 54005, "invalid_grant", NONE, 400, uri, no_claims {
                "This authorization code was redeemed before. Use a new code, or the refresh token that the first redemption gave.",
                source: Documented, "H1";
                seen: [Token];
                how: {
                    set: [],
                    ask: Raw, scenario: "code-reuse",
                    provoke: "redeem a code twice"
                };
                cure: "The application redeems a code once and uses the refresh token afterwards; a second run of its redirect handler is the usual cause.";
            }

            /// The PKCE verifier does not match the challenge. The code survives.
            VerifierMismatch = 501481, "invalid_grant", NONE, 400, uri, no_claims {
                "The code_verifier does not match the code_challenge supplied in the authorization request for PKCE.",
                source: Recorded, "H3; finding 11";
                seen: [Token];
                how: {
                    set: [],
                    ask: Raw, scenario: "wrong-verifier-survives",
                    provoke: "redeem a code with another verifier"
                };
                cure: "The application sends the verifier from which it made the challenge; the code is still good for that.";
            }

            /// The PKCE verifier has the wrong size or form. The code survives. Microsoft's page words the number for the challenge.
            VerifierMalformed = 501491, "invalid_grant", NONE, 400, uri, no_claims {
                "The code_verifier is malformed: it must be 43 to 128 characters of the unreserved set.",
                source: Documented, "H3; use inferred";
                seen: [Token];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "redeem a code with `code_verifier=short`"
                };
                cure: "The developer makes a verifier of 43 to 128 unreserved characters (RFC 7636, 4.1); the code is still good for it.";
            }

            /// The PKCE challenge has the wrong form.
            ChallengeMalformed = 50147, "invalid_request", NONE, 400, uri, no_claims {
                "The code_challenge parameter is missing or has a wrong size or method.",
                source: Documented, "H3";
                seen: [Redirect];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "send `code_challenge=short` to /authorize"
                };
                cure: "The developer sends a challenge of 43 characters with `code_challenge_method=S256`.";
            }

            /// The redirect address at redemption is not that of the authorization request.
            RedirectMismatchAtRedemption = 500112, "invalid_grant", NONE, 400, uri, no_claims {
                "The reply address '{given}' does not match the reply address '{expected}' provided when requesting the authorization code.",
                source: SecondHand, "H4; open question 9";
                seen: [Token];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "redeem a code with another redirect_uri"
                };
                cure: "The developer sends the same redirect_uri, byte by byte, to /authorize and to /token.";
            }

            /// The code belongs to another tenant.
            CodeOfAnotherTenant = 700005, "invalid_grant", NONE, 400, uri, no_claims {
                "The provided authorization code is intended for another tenant and was rejected.",
                source: Documented, "H5";
                seen: [Token];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "redeem a code at another tenant's token endpoint"
                };
                cure: "The developer redeems the code at the authority that issued it.";
            }

            /// The assertion is not a token of this tenant.
            AssertionInvalid = 50013, "invalid_grant", NONE, 400, uri, no_claims {
                "The assertion is not valid: {what}.",
                source: Documented, "4.8";
                seen: [Token];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "as the client `portal`, send `assertion=rubbish` on behalf of a user"
                };
                cure: "The middle tier presents the access token that it was called with, whole and unchanged.";
            }

            /// The assertion was made for another API than the client.
            AssertionForAnother = 500131, "invalid_grant", NONE, 400, uri, no_claims {
                "The assertion's audience '{audience}' is not the application '{client}' that presents it.",
                source: Inferred, "4.8";
                seen: [Token];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "as the client `portal`, present a token for api://mail"
                };
                cure: "The client asks for a token for the middle tier, not for the API behind it.";
            }

            /// The assertion is not valid at this time.
            AssertionExpired = 500133, "invalid_grant", NONE, 400, uri, no_claims {
                "The assertion is not within its valid time range.",
                source: Documented, "2.1";
                seen: [Token];
                how: {
                    set: [Clock("2h")],
                    ask: Raw,
                    provoke: "advance the tenant's clock by two hours, then present the token on behalf of the user"
                };
                cure: "The client renews its token and calls the middle tier again.";
            }

            /// The assertion speaks for an application and not for a user.
            AssertionOfAnApplication = 7000114, "invalid_grant", NONE, 400, uri, no_claims {
                "The application '{client}' is not allowed to act on behalf of an application: the assertion names no user.",
                source: Documented, "4.8";
                seen: [Token];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "as the client `portal`, present a token that `daemon` got for itself"
                };
                cure: "The application is called in a user's name, or the middle tier asks in its own name with client_credentials.";
            }
        } }
    };
}
