//! How answers are read: what is taken for "a person must act", and what is not.

use desktop_client::Throttling;
use scenarios::Seat;
use serde_json::json;

use super::{Caught, Made, Mutant, on_wire};
use crate::seam::{Reply, Wire, client};

pub(super) const ALL: &[Mutant] = &[
    Mutant {
        name: "prompts-at-50196",
        does: "opens the window when the server says that it loops",
        caught: Caught { scenario: "loop-no-prompt", assertion: "prompts", because: "expected no sign-in window" },
        make: |seat| reading(&seat, |reply| reply.code() == 50196),
    },
    Mutant {
        name: "prompts-at-blocks",
        does: "opens the window although a policy blocks",
        caught: Caught {
            scenario: "blocked",
            assertion: "no_prompt_at_a_block",
            because: "of which the user is to be told",
        },
        make: |seat| reading(&seat, |reply| reply.text("suberror") == "message_only"),
    },
    Mutant {
        name: "prompts-at-device-errors",
        does: "opens the window although the device does not meet a policy",
        caught: Caught { scenario: "unmanaged-device", assertion: "prompts", because: "expected no sign-in window" },
        make: |seat| reading(&seat, |reply| reply.text("suberror") == "additional_action" || reply.code() == 50097),
    },
    Mutant {
        name: "prompts-at-outages",
        does: "opens the window when the server is down, busy or out of reach",
        caught: Caught {
            scenario: "outage",
            assertion: "no_prompt_where_none_helps",
            because: "which no sign-in settles",
        },
        make: |seat| reading(&seat, is_outage),
    },
    Mutant {
        name: "ignores-retry-after",
        does: "asks again at once although the server wants to be left alone",
        caught: Caught { scenario: "throttled", assertion: "outcome", because: "expected the error request_throttled" },
        make: |seat| Ok(client(seat.builder()?.throttling(Throttling::Off).build()?, ())),
    },
    Mutant {
        name: "prompts-at-every-error",
        does: "opens the window whatever went wrong",
        caught: Caught { scenario: "main-09", assertion: "prompts", because: "expected no sign-in window" },
        make: |seat| reading(&seat, Reply::is_error),
    },
    Mutant {
        name: "prompts-at-no-error",
        does: "takes no failure for one that a person could settle",
        caught: Caught { scenario: "main-02", assertion: "outcome", because: "expected UI required" },
        make: |seat| {
            let reply = Box::new(|_: &_, reply: &mut Reply| {
                if ["invalid_grant", "interaction_required"].contains(&reply.text("error")) {
                    reply.body["error"] = json!("invalid_request");
                }
            });
            let wire = Wire { reply, ..Wire::of(&seat.http) };
            on_wire(&seat, wire)
        },
    },
];

fn is_outage(reply: &Reply) -> bool {
    reply.status == 0 || reply.status == 429 || reply.status >= 500 || reply.text("error") == "temporarily_unavailable"
}

/// Takes these answers for "UI required".
fn reading(seat: &Seat, as_ui_required: fn(&Reply) -> bool) -> Made {
    let reply = Box::new(move |_: &_, reply: &mut Reply| {
        if as_ui_required(reply) {
            reply.read_as_ui_required();
        }
    });
    let wire = Wire { reply, ..Wire::of(&seat.http) };
    on_wire(seat, wire)
}
