//! The wrong clients, by what they get wrong. A new one is an entry in one of these lists, or a list of its own and its line
//! here; the matrix is written anew by the command in `main.rs`.

mod cache;
mod claims;
mod escalation;
mod freshness;
mod loops;
mod prompts;
mod reading;

use desktop_client::Error;
use scenarios::{ClientFactory, ClientUnderTest, Seat};

use crate::seam::{Deviation, Window, Wire, client};

/// A client with one mistake.
#[derive(Clone, Copy)]
pub(crate) struct Mutant {
    pub(crate) name: &'static str,
    /// What it does, in the third person.
    pub(crate) does: &'static str,
    /// What must catch it.
    pub(crate) caught: Caught,
    pub(crate) make: fn(Seat) -> Made,
}

pub(crate) type Made = Result<Box<dyn ClientUnderTest>, Error>;

/// A scenario and the assertion in it that a mutant must miss.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caught {
    pub(crate) scenario: &'static str,
    pub(crate) assertion: &'static str,
    /// Words that the sentence has: the reason is the right one.
    pub(crate) because: &'static str,
}

impl Mutant {
    pub(crate) fn factory(&self) -> ClientFactory {
        ClientFactory::new(self.make)
    }
}

/// All of them, in the order of the matrix.
pub(crate) fn family() -> Vec<Mutant> {
    [claims::ALL, prompts::ALL, loops::ALL, cache::ALL, escalation::ALL, freshness::ALL, reading::ALL].concat()
}

/// The reference client behind every seam that mutants use, with no mistake.
pub(crate) fn control() -> ClientFactory {
    ClientFactory::new(|mut seat| {
        Window::watching(&mut seat);
        let wire = Wire::of(&seat.http);
        on_wire(&seat, wire)
    })
}

/// The reference client on another wire.
fn on_wire(seat: &Seat, wire: Wire) -> Made {
    Ok(client(seat.builder()?.http_transport(wire).build()?, ()))
}

/// The reference client with other verbs.
fn by_verbs(seat: &Seat, deviation: impl Deviation + 'static) -> Made {
    Ok(client(seat.builder()?.build()?, deviation))
}
