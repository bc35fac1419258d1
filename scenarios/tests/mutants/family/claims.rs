//! What is handed on of claims and capabilities.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use scenarios::Seat;
use serde_json::{Map, Value, json};

use super::{Caught, Made, Mutant, on_wire};
use crate::seam::{Window, Wire, change};

pub(super) const ALL: &[Mutant] = &[
    Mutant {
        name: "drops-claims",
        does: "forgets the claims of a failure or challenge",
        caught: Caught { scenario: "main-03", assertion: "claims_forwarded_unmodified", because: "carried no claims" },
        make: |seat| rewriting(seat, |claims| split(claims).capabilities.as_ref().map(in_access_token)),
    },
    Mutant {
        name: "encodes-claims-again",
        does: "sends the claims as base64, as the challenge has them",
        caught: Caught {
            scenario: "main-03",
            assertion: "claims_forwarded_unmodified",
            because: "claims that are no JSON object",
        },
        make: |seat| {
            rewriting(seat, |claims| {
                Some(if split(claims).others.is_empty() { claims.to_owned() } else { STANDARD.encode(claims) })
            })
        },
    },
    Mutant {
        name: "writes-claims-anew",
        does: "parses the claims and writes them in its own order and spacing",
        caught: Caught { scenario: "main-03", assertion: "claims_forwarded_byte_for_byte", because: "but other bytes" },
        make: |seat| {
            rewriting(seat, |claims| {
                let claims: Value = serde_json::from_str(claims).ok()?;
                serde_json::to_string_pretty(&claims).ok()
            })
        },
    },
    Mutant {
        name: "loses-capabilities",
        does: "lets the claims of a failure take the place of its own capabilities",
        caught: Caught {
            scenario: "main-05",
            assertion: "capabilities_kept",
            because: "left out the client's capability cp1",
        },
        make: |seat| {
            rewriting(seat, |claims| {
                let parts = split(claims);
                if parts.others.is_empty() { Some(claims.to_owned()) } else { Some(in_access_token(&parts.others)) }
            })
        },
    },
];

/// Another `claims` wherever the client sends one.
fn rewriting(mut seat: Seat, rewrite: fn(&str) -> Option<String>) -> Made {
    Window::in_front_of(&mut seat, move |parameters| change(parameters, "claims", rewrite));
    let form = Box::new(move |form: &mut _| change(form, "claims", rewrite));
    let wire = Wire { form, ..Wire::of(&seat.http) };
    on_wire(&seat, wire)
}

/// What the client declares, and what it was told to demand.
struct Parts {
    capabilities: Option<Map<String, Value>>,
    others: Map<String, Value>,
}

fn split(claims: &str) -> Parts {
    let claims: Value = serde_json::from_str(claims).unwrap_or_default();
    let mut others = claims["access_token"].as_object().cloned().unwrap_or_default();
    let capabilities = others.remove_entry("xms_cc").map(|entry| Map::from_iter([entry]));
    Parts { capabilities, others }
}

fn in_access_token(members: &Map<String, Value>) -> String {
    json!({ "access_token": members }).to_string()
}
