//! What the targets share: a server without a socket that is the same for every input ([`World`]), requests written as text
//! ([`Script`]), and what must be true of every answer ([`judge`]).

mod judge;
mod pace;
mod places;
mod script;
mod world;

pub use pace::{at_pace, timed};
pub use places::places;
pub use script::{Ask, Script, encoded};
pub use world::{Answer, World, now};

/// Sends the requests of `data` to a new server, one after the other, and judges each answer. `is_ours`: the paths that the
/// target is about; without one among them nothing is sent.
pub fn converse(data: &[u8], is_ours: impl Fn(&str) -> bool) {
    let Some(script) = Script::read(data) else { return };
    if script.0.iter().any(|ask| is_ours(&ask.path())) {
        at_pace(World::new, |world| {
            for ask in &script.0 {
                world.ask(ask);
            }
        });
    }
}
