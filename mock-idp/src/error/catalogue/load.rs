//! Load and outage (escalation reference 2.12, table K).

macro_rules! load {
    ($next:ident $(, $rest:ident)*; $($before:tt)*) => {
        $next! { $($rest),*; $($before)* Load {
            /// The directory is not available; this server says so of defects of its own, too.
            DirectoryUnavailable = 90033, "temporarily_unavailable", NONE, 503, uri, no_claims {
                "A transient error has occurred. Try again.",
                source: Documented, "K; open question 7";
                seen: [Token, Redirect, DeviceCode];
                how: { fault: "token", scenario: "directory-down" };
                cure: "Time: the application tries again after a while.";
            }

            /// A server outside of this one is not available.
            ExternalServerUnavailable = 90006, "temporarily_unavailable", NONE, 503, uri, no_claims {
                "An external server is retryable-unavailable. Try again.",
                source: Documented, "K; open question 7";
                seen: [Token];
                how: { fault: "token" };
                cure: "Time: the application tries again after a while.";
            }

            /// The request took too long.
            RequestTimedOut = 90012, "temporarily_unavailable", NONE, 503, uri, no_claims {
                "The request has timed out. Try again.",
                source: Documented, "K; open question 7";
                seen: [Token];
                how: { fault: "token" };
                cure: "Time: the application tries again after a while.";
            }

            /// Too many requests at the same time.
            RequestBudgetExceeded = 90024, "temporarily_unavailable", NONE, 503, uri, no_claims {
                "The request budget was exceeded. Try again.",
                source: Documented, "K; open question 7";
                seen: [Token];
                how: { fault: "token" };
                cure: "Time: the application tries again after a while.";
            }

            /// Something transient went wrong while signing in.
            SignInTransient = 50033, "temporarily_unavailable", NONE, 503, uri, no_claims {
                "A transient error occurred while signing in. Try again.",
                source: Documented, "K; open question 7";
                seen: [Token];
                how: { fault: "token" };
                cure: "Time: the application tries again after a while.";
            }

            /// Something transient went wrong during strong authentication.
            StrongAuthenticationTransient = 50087, "temporarily_unavailable", NONE, 503, uri, no_claims {
                "A transient error has occurred during strong authentication. Try again.",
                source: Documented, "K; open question 7";
                seen: [Token];
                how: { fault: "token" };
                cure: "Time: the application tries again after a while.";
            }

            /// The tenant sends too many requests.
            TenantThrottled = 90055, "temporarily_unavailable", NONE, 429, uri, no_claims {
                "The tenant is throttled because of too many requests. Wait.",
                source: Documented, "K; status inferred";
                seen: [Token];
                how: { fault: "token" };
                cure: "Time: the application waits as long as Retry-After says, and asks less often; a token cache that is read first is the usual remedy.";
            }

            /// The same request came again and again: the client is in a loop.
            LoopDetected = 50196, "invalid_grant", NONE, 400, uri, no_claims {
                "The client repeats the same request in a loop, so the server ends it.",
                source: Documented, "K";
                seen: [Token];
                how: {
                    set: [Switches("loop_detector: { requests: 5, within: 5m }")],
                    ask: Raw, scenario: "loop-detected",
                    provoke: "`switches: { loop_detector: { requests: 5, within: 5m } }`, then refresh five times for the same API"
                };
                cure: "The developer finds why the same request is repeated: a cache that is not read, or an error that is answered by asking again.";
            }
        } }
    };
}
