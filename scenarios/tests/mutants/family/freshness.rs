//! What must be new with each sign-in, and what must be compared.

use desktop_client::Randomness;
use scenarios::Seat;

use super::{Caught, Made, Mutant, by_verbs, on_wire};
use crate::seam::{Form, Relay, Wire, change};

pub(super) const ALL: &[Mutant] = &[
    Mutant {
        name: "reuses-state",
        does: "sends the same state with every sign-in",
        caught: fresh("used the state of exchange"),
        make: |seat| reusing(seat, 0),
    },
    Mutant {
        name: "reuses-nonce",
        does: "sends the same nonce with every sign-in",
        caught: fresh("used the nonce of exchange"),
        make: |seat| reusing(seat, 1),
    },
    Mutant {
        name: "reuses-verifier",
        does: "has one PKCE verifier for all sign-ins",
        caught: fresh("used the PKCE challenge of exchange"),
        make: |seat| reusing(seat, 2),
    },
    Mutant {
        name: "accepts-foreign-state",
        does: "redeems an answer whose state it did not send",
        caught: Caught {
            scenario: "state-differs",
            assertion: "outcome",
            because: "expected the error state_mismatch",
        },
        make: |mut seat| {
            let relay = Relay::in_front_of(&mut seat);
            let form = Box::new(move |form: &mut Form| change(form, "redirect_uri", |_| relay.redirect_uri()));
            let wire = Wire { form, ..Wire::of(&seat.http) };
            on_wire(&seat, wire)
        },
    },
];

const fn fresh(because: &'static str) -> Caught {
    Caught { scenario: "main-03", assertion: "fresh_state_nonce_pkce", because }
}

/// The values of a sign-in are drawn in this order, 32 bytes each; what else is drawn is shorter.
const DRAWN: usize = 3;

/// The value that comes at `place` is the same each time.
fn reusing(mut seat: Seat, place: usize) -> Made {
    let mut drawn = 0;
    let mut count = 0_u64;
    seat.randomness = Randomness::from_fn(move |bytes| {
        count += 1;
        bytes.fill(0);
        if bytes.len() == 32 {
            let is_reused = drawn % DRAWN == place;
            drawn += 1;
            if is_reused {
                return;
            }
        }
        bytes[..8].copy_from_slice(&count.to_be_bytes());
    });
    by_verbs(&seat, ())
}
