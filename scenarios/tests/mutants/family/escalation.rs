//! What the window is asked for after a silent failure.

use super::{Caught, Mutant, on_wire};
use crate::seam::{Parameters, Window, Wire, change};

pub(super) const ALL: &[Mutant] = &[
    Mutant {
        name: "narrows-scopes",
        does: "asks the window for the first of the scopes only",
        caught: Caught {
            scenario: "two-scopes-at-once",
            assertion: "scopes_unchanged_on_escalation",
            because: "was about",
        },
        make: |mut seat| {
            Window::in_front_of(&mut seat, narrow);
            let form = Box::new(|form: &mut Parameters| {
                if form.iter().any(|(_, value)| value == "authorization_code") {
                    narrow(form);
                }
            });
            let wire = Wire { form, ..Wire::of(&seat.http) };
            on_wire(&seat, wire)
        },
    },
    Mutant {
        name: "forgets-account",
        does: "opens the window without naming the account",
        caught: Caught { scenario: "main-03", assertion: "same_account_hinted", because: "named no account" },
        make: |mut seat| {
            Window::in_front_of(&mut seat, |parameters| {
                for name in ["login_hint", "login_req", "domain_req", "X-AnchorMailbox"] {
                    change(parameters, name, |_| None);
                }
            });
            let wire = Wire::of(&seat.http);
            on_wire(&seat, wire)
        },
    },
];

fn narrow(parameters: &mut Parameters) {
    change(parameters, "scope", |scopes| {
        let (mut of_apis, reserved): (Vec<_>, Vec<_>) =
            scopes.split(' ').partition(|scope| !["openid", "profile", "offline_access"].contains(scope));
        of_apis.truncate(1);
        Some([of_apis, reserved].concat().join(" "))
    });
}
