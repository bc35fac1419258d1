//! What can be asserted about a client, from the exchange log alone (contract §8).

use std::sync::Arc;

use crate::recorder::{Endpoint, Exchange};

/// One thing that must hold for a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// So many interactive sign-ins were started.
    Prompts(usize),
}

/// An expectation that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Failure(pub String);

impl Expectation {
    /// Checks it against `exchanges`, oldest first.
    ///
    /// # Errors
    ///
    /// One sentence: what was expected, what was seen.
    pub fn check(&self, exchanges: &[Arc<Exchange>]) -> Result<(), Failure> {
        match self {
            Self::Prompts(expected) => {
                let seen = exchanges.iter().filter(|exchange| exchange.endpoint == Endpoint::Authorize).count();
                if seen == *expected {
                    Ok(())
                } else {
                    Err(Failure(format!("expected {expected} interactive sign-ins, and saw {seen}")))
                }
            }
        }
    }
}
