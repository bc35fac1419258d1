//! The account, its assignment and its tenant (2.6, table E), and its session (2.8, table G).

macro_rules! account {
    ($next:ident $(, $rest:ident)*; $($before:tt)*) => {
        $next! { $($rest),*; $($before)* Account {
            /// The user's account is disabled.
            AccountDisabled = 50057, "invalid_grant", NONE, 400, uri, no_claims {
                "The user account is disabled.",
                source: Documented, "B9; no suberror: open question 2";
                seen: [Token, Page];
                how: {
                    set: [User("ada", "enabled: false")],
                    ask: Silent("mail/Mail.Read"), scenario: "disabled",
                    provoke: "`enabled: false` at the user, then refresh; or sign in as di@contoso.test"
                };
                cure: "An administrator enables the account; until then the user takes another.";
            }

            /// The password expired; the sign-in page asks for a new one.
            PasswordExpired = 50055, "invalid_grant", Some("user_password_expired"), 400, uri, no_claims {
                "The password is expired.",
                source: Recorded, "B8";
                seen: [Token, Page];
                how: {
                    set: [User("ada", "password_expired: true")],
                    ask: Silent("mail/Mail.Read"), scenario: "password-expired",
                    provoke: "`password_expired: true` at the user, then refresh"
                };
                cure: "The user chooses a new password on the sign-in pages.";
            }

            /// The password of an account of the on-premises directory expired.
            OnPremisesPasswordExpired = 50144, "invalid_grant", Some("user_password_expired"), 400, uri, no_claims {
                "The user's password in the on-premises directory is expired.",
                source: Documented, "B8";
                seen: [Token, Page];
                how: {
                    set: [Switches("errors: { \"50055\": { number: 50144 } }"), User("ada", "password_expired: true")],
                    ask: Silent("mail/Mail.Read"),
                    provoke: "`switches: { errors: { \"50055\": { number: 50144 } } }` and `password_expired: true` at the user, then refresh"
                };
                cure: "The user chooses a new password in the on-premises directory, or by self-service reset.";
            }

            /// The account is locked after too many wrong passwords, or the address is one of attackers.
            AccountLocked = 50053, "invalid_grant", NONE, 400, uri, no_claims {
                "The account is locked because of too many sign-in attempts with an incorrect user name or password, or the sign-in came from an address with malicious activity.",
                source: Documented, "B11";
                seen: [Token, Page];
                how: {
                    set: [User("ada", "locked: true")],
                    ask: Silent("mail/Mail.Read"), scenario: "locked",
                    provoke: "`locked: true` at the user, then refresh or sign in"
                };
                cure: "Time, as a lock ends by itself; or an administrator unlocks the account, or trusts the address.";
            }

            /// The user object is not in the directory any more.
            UserNotInDirectory = 51004, "invalid_grant", Some("bad_token"), 400, uri, no_claims {
                "The user account {user} does not exist in the directory {tenant}.",
                source: Documented, "B10";
                seen: [Token, Page];
                how: {
                    set: [Switches("errors: { \"50034\": { number: 51004 } }"), User("ada", "deleted: true")],
                    ask: Silent("mail/Mail.Read"),
                    provoke: "`switches: { errors: { \"50034\": { number: 51004 } } }` and `deleted: true` at the user, then refresh"
                };
                cure: "The user takes another account or another tenant, or an administrator restores or invites the account.";
            }

            /// The application is for assigned users only, and this one is not.
            NotAssigned = 50105, "invalid_grant", NONE, 400, uri, claims {
                "The signed in user '{user}' is not assigned to a role for the application '{client}'({client_name}).",
                source: Documented, "E1; no suberror: open question 2";
                seen: [Token, Page, Redirect];
                how: {
                    set: [Application("desktop", "assignment_required: true")],
                    ask: Silent("mail/Mail.Read"), scenario: "not-assigned",
                    provoke: "`assignment_required: true` at the application, then ask as a user who is not in its `assigned`"
                };
                cure: "An administrator assigns the user, or a group of hers, to the application, or demands no assignment.";
            }

            /// The account is of the wrong kind for this endpoint.
            WrongAccountType = 500208, "invalid_grant", NONE, 400, uri, no_claims {
                "Accounts of this domain are of another type than the one that may sign in here.",
                source: Documented, "E2";
                seen: [Page];
                how: { fault: "authorize" };
                cure: "The user takes a work or school account, or the registration's audience allows personal ones.";
            }

            /// The account of another tenant has to be added here before it can do multifactor authentication.
            ExternalUserMfa = 90072, "invalid_grant", NONE, 400, uri, no_claims {
                "The external account is not in this tenant, so it cannot do the multifactor authentication that the tenant asks for. Add it as an external user first.",
                source: Documented, "E2";
                seen: [Token, Page];
                how: { fault: "token" };
                cure: "An administrator adds the account to the tenant as an external user; then it can register a method there.";
            }

            /// The home tenant does not let its users go there.
            OutboundBlocked = 500212, "access_denied", NONE, 400, uri, no_claims {
                "An outbound policy of the user's home tenant forbids access to the resource tenant.",
                source: Documented, "E3";
                seen: [Page];
                how: { fault: "authorize" };
                cure: "An administrator of the home tenant allows outbound access to the other tenant.";
            }

            /// The tenant does not let users of that home in.
            InboundBlocked = 500213, "access_denied", NONE, 400, uri, no_claims {
                "An inbound policy of the resource tenant forbids access to users of this home tenant.",
                source: Documented, "E3";
                seen: [Page];
                how: { fault: "authorize" };
                cure: "An administrator of the resource tenant allows inbound access from the home tenant.";
            }

            /// A proxy of the user's network allows sign-ins to other tenants only.
            TenantRestricted = 500021, "access_denied", NONE, 400, uri, no_claims {
                "Access to the tenant '{tenant}' is denied.",
                source: Documented, "E4";
                seen: [Page];
                how: {
                    set: [],
                    ask: Raw,
                    provoke: "send the header `Restrict-Access-To-Tenants: fabrikam.test` with a sign-in to contoso"
                };
                cure: "The user leaves the network whose proxy restricts tenants, or the proxy's administrator adds the tenant.";
            }

            /// As 500021, by the second version of tenant restrictions.
            TenantRestrictedByPolicy = 500022, "access_denied", NONE, 400, uri, no_claims {
                "Access to the tenant '{tenant}' is denied by the policy of the network.",
                source: Documented, "E4";
                seen: [Page];
                how: { fault: "authorize" };
                cure: "As for 500021: another network, or the tenant on the network's list.";
            }

            /// The user is not in the directory.
            UserUnknown = 50034, "invalid_grant", Some("bad_token"), 400, uri, no_claims {
                "The user account {user} does not exist in the directory {tenant}. To sign in to this application, the account must be added to the directory.",
                source: Recorded, "B10";
                seen: [Token, Page];
                how: {
                    set: [User("ada", "deleted: true")],
                    ask: Silent("mail/Mail.Read"), scenario: "deleted",
                    provoke: "`deleted: true` at the user, then refresh; or sign in as nobody@contoso.test"
                };
                cure: "The user takes another account, or an administrator restores or adds this one.";
            }

            /// User name or password is wrong.
            WrongPassword = 50126, "invalid_grant", NONE, 400, uri, no_claims {
                "Error validating credentials due to invalid username or password.",
                source: Documented, "2.1; wire 4.1";
                seen: [Page, Token];
                how: {
                    set: [],
                    ask: Raw, scenario: "password-grant",
                    provoke: "type a wrong password, or send one with `grant_type=password`"
                };
                cure: "The user types the right user name and password, or resets the password.";
            }

            /// The second factor failed.
            SecondFactorFailed = 50074, "invalid_grant", NONE, 400, uri, no_claims {
                "Strong authentication is necessary, and the user has not passed it.",
                source: Documented, "D5";
                seen: [Page];
                how: {
                    set: [],
                    ask: Raw, scenario: "second-factor-fails",
                    provoke: "type a wrong one-time code"
                };
                cure: "The user tries the second factor again, or takes another method.";
            }

            /// `prompt=none` and nobody is signed in.
            NoSession = 50058, "login_required", NONE, 400, uri, no_claims {
                "A silent sign-in request was sent but no user is signed in.",
                source: Documented, "G2";
                seen: [Redirect];
                how: {
                    set: [],
                    ask: Raw, scenario: "prompt-none-no-session",
                    provoke: "send prompt=none to /authorize without a browser session"
                };
                cure: "The user signs in on the pages; a request with prompt=none works afterwards.";
            }

            /// `prompt=none` and several users are signed in.
            SeveralSessions = 16000, "interaction_required", NONE, 400, uri, no_claims {
                "Several user identities are available for the current request and none was chosen.",
                source: Documented, "E5, G3, E2";
                seen: [Redirect, Page];
                how: {
                    set: [],
                    ask: Raw, scenario: "several-sessions",
                    provoke: "sign in two users in one browser, then send prompt=none without a login_hint"
                };
                cure: "The application names the account (login_hint), or the user picks one (prompt=select_account).";
            }

            /// The account that was picked is none that this request can use.
            SessionNotChosen = 16001, "interaction_required", NONE, 400, uri, no_claims {
                "The selected account is not among those that this request can use. Choose another, or sign in with a different account.",
                source: Documented, "E5";
                seen: [Redirect, Page];
                how: { fault: "authorize" };
                cure: "The user picks another of the signed-in accounts, or signs in with the one wanted.";
            }

            /// The user of a guest tenant is not invited.
            NotInTenant = 50020, "invalid_grant", NONE, 400, uri, no_claims {
                "User account '{user}' from identity provider '{home}' does not exist in tenant '{tenant}' and cannot access the application '{client}' in that tenant.",
                source: Documented, "E2; open question 2";
                seen: [Token, Page];
                how: {
                    set: [],
                    ask: Raw, scenario: "not-a-guest",
                    provoke: "sign in to contoso as a user of another tenant who is no guest"
                };
                cure: "An administrator invites the user as a guest, or the user takes another account or tenant.";
            }
        } }
    };
}
