//! Under strain: clients that stand still, send too much, come all at once, or are in the middle of it when the server stops.
//! `RACES=10000` says how many races are run; by default as many as take no time.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod limits;
mod races;
mod stop;
mod wire;
