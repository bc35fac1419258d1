//! Where chance comes in: everything that is drawn for a case, from its seed and its number.

use rand::{Rng as _, SeedableRng as _, rngs::ChaCha12Rng};

/// What is drawn for one case.
pub(super) struct Choice(ChaCha12Rng);

impl Choice {
    /// The same for the same seed and number, whatever was drawn for other cases.
    pub(super) fn of(seed: u64, case: u64) -> Self {
        let mut whole = [0; 32];
        whole[..8].copy_from_slice(&seed.to_le_bytes());
        whole[8..16].copy_from_slice(&case.to_le_bytes());
        Self(ChaCha12Rng::from_seed(whole))
    }

    /// A number below `end`; 0 if there is none.
    pub(super) fn below(&mut self, end: usize) -> usize {
        // What the remainder makes a little likelier does not matter here.
        let drawn = self.0.next_u64() % (end.max(1) as u64);
        usize::try_from(drawn).unwrap_or_default()
    }

    /// True once in `times`.
    pub(super) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of `list`.
    ///
    /// # Panics
    ///
    /// Never: a list that is written down has something in it.
    pub(super) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    /// Some of `list` in its order, at most `most`, perhaps none.
    pub(super) fn some<T: Copy>(&mut self, list: &[T], most: usize) -> Vec<T> {
        let wanted = self.below(most + 1);
        let mut left: Vec<usize> = (0..list.len()).collect();
        let mut taken: Vec<usize> = Vec::new();
        while taken.len() < wanted && !left.is_empty() {
            taken.push(left.swap_remove(self.below(left.len())));
        }
        taken.sort_unstable();
        taken.into_iter().map(|index| list[index]).collect()
    }
}
