//! The exchanges that a log keeps: the newest as they are, those before them packed in blocks, since a log is long, repeats
//! itself, and is seldom read back far. It packs and unpacks; what is kept how long is the log's to say.

use std::{collections::VecDeque, sync::Arc};

use super::Exchange;

/// So many of the newest are packed only on demand.
const RECENT: usize = 256;

/// So many are packed together.
const BLOCK: usize = 128;

/// Exchanges in the order in which they were added. A clone is a picture of the moment and costs little.
#[derive(Clone, Debug, Default)]
pub(super) struct Shelf {
    packed: VecDeque<Block>,
    recent: VecDeque<Arc<Exchange>>,
    /// Of all of them.
    weight: usize,
}

#[derive(Clone, Debug)]
struct Block {
    /// Those that are still kept: the last ones of what is packed.
    kept: VecDeque<Kept>,
    /// All of them, as JSON under LZ4.
    bytes: Arc<[u8]>,
}

/// What has to be known of an exchange without unpacking it.
#[derive(Clone, Copy, Debug)]
struct Kept {
    number: u64,
    weight: usize,
}

impl Shelf {
    pub(super) fn len(&self) -> usize {
        self.packed.iter().map(|block| block.kept.len()).sum::<usize>() + self.recent.len()
    }

    /// How many bytes they have of what clients sent.
    pub(super) fn weight(&self) -> usize {
        self.weight
    }

    pub(super) fn push(&mut self, exchange: Arc<Exchange>) {
        self.weight += exchange.weight();
        self.recent.push_back(exchange);
        if self.recent.len() >= RECENT + BLOCK {
            self.pack_oldest(BLOCK);
        }
    }

    /// Packs all but the newest.
    pub(super) fn pack(&mut self) {
        while self.recent.len() > 1 {
            self.pack_oldest(BLOCK.min(self.recent.len() - 1));
        }
        self.recent.shrink_to_fit();
    }

    fn pack_oldest(&mut self, count: usize) {
        let oldest: Vec<_> = self.recent.drain(..count).collect();
        self.packed.push_back(Block::of(&oldest));
    }

    /// Forgets the oldest; says whether there was one.
    pub(super) fn pop_oldest(&mut self) -> bool {
        let gone = match self.packed.front_mut() {
            Some(block) => block.kept.pop_front().map(|kept| kept.weight),
            None => self.recent.pop_front().map(|exchange| exchange.weight()),
        };
        if self.packed.front().is_some_and(|block| block.kept.is_empty()) {
            self.packed.pop_front();
        }
        self.weight -= gone.unwrap_or_default();
        gone.is_some()
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The number of the newest.
    pub(super) fn last_number(&self) -> Option<u64> {
        // Packing leaves the newest.
        self.recent.back().map(|exchange| exchange.number)
    }

    /// The numbers in their order.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u64> + '_ {
        let packed = self.packed.iter().flat_map(|block| block.kept.iter().map(|kept| kept.number));
        packed.chain(self.recent.iter().map(|exchange| exchange.number))
    }

    /// All behind the first `skip`. Unpacks block by block, and only those that are read.
    pub(super) fn behind(&self, skip: usize) -> impl DoubleEndedIterator<Item = Arc<Exchange>> + '_ {
        let mut left = skip;
        let mut skipped = |length: usize| {
            let here = left.min(length);
            left -= here;
            here
        };
        let blocks: Vec<_> = self.packed.iter().map(|block| (block, skipped(block.kept.len()))).collect();
        let packed = blocks.into_iter().filter(|(block, skip)| *skip < block.kept.len());
        let packed = packed.flat_map(|(block, skip)| block.unpacked().into_iter().skip(skip));
        packed.chain(self.recent.range(skipped(self.recent.len())..).cloned())
    }

    /// Those that can be had at once behind the first `skip`: the rest of a block, or the next one.
    pub(super) fn next(&self, skip: usize) -> VecDeque<Arc<Exchange>> {
        let mut left = skip;
        for block in &self.packed {
            if left < block.kept.len() {
                return block.unpacked().split_off(left).into();
            }
            left -= block.kept.len();
        }
        self.recent.get(left).cloned().into_iter().collect()
    }
}

impl Block {
    fn of(exchanges: &[Arc<Exchange>]) -> Self {
        // Neither writing them nor reading what was written can fail: the control API does both with each.
        let json = serde_json::to_vec(exchanges).unwrap_or_default();
        let bytes = lz4_flex::compress_prepend_size(&json).into();
        let kept = |exchange: &Arc<Exchange>| Kept { number: exchange.number, weight: exchange.weight() };
        Self { kept: exchanges.iter().map(kept).collect(), bytes }
    }

    /// Those that are still kept.
    fn unpacked(&self) -> Vec<Arc<Exchange>> {
        let json = lz4_flex::decompress_size_prepended(&self.bytes).unwrap_or_default();
        let mut all: Vec<Arc<Exchange>> = serde_json::from_slice(&json).unwrap_or_default();
        all.split_off(all.len().saturating_sub(self.kept.len()))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use crate::recorder::tests::exchange;

    use super::*;

    const MANY: usize = RECENT + 3 * BLOCK;

    fn shelf() -> (Shelf, Vec<Arc<Exchange>>) {
        let exchanges: Vec<_> = (1..=MANY as u64).map(|number| Arc::new(Exchange { number, ..exchange() })).collect();
        let mut shelf = Shelf::default();
        exchanges.iter().for_each(|exchange| shelf.push(exchange.clone()));
        (shelf, exchanges)
    }

    #[test]
    fn what_was_packed_comes_back_as_it_was_from_either_end() {
        let (shelf, exchanges) = shelf();
        assert!(shelf.packed.len() >= 2 && shelf.len() == MANY);
        for skip in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, MANY - 1, MANY, MANY + 1] {
            let wanted = exchanges.get(skip..).unwrap_or_default();
            assert_eq!(shelf.behind(skip).collect::<Vec<_>>(), wanted, "{skip}");
            let mut back: Vec<_> = shelf.behind(skip).rev().collect();
            back.reverse();
            assert_eq!(back, wanted, "{skip}, from the end");
            let next = shelf.next(skip);
            assert_eq!(next.front(), wanted.first(), "{skip}");
            assert!(next.iter().eq(wanted.iter().take(next.len())), "{skip}");
        }
        assert!(shelf.numbers().eq(1..=MANY as u64));
    }

    #[rstest]
    #[case::as_it_comes(false)]
    #[case::packed_on_demand(true)]
    fn the_oldest_goes_first_out_of_a_block_as_well(#[case] on_demand: bool) {
        let (mut shelf, exchanges) = shelf();
        if on_demand {
            shelf.pack();
            assert_eq!((shelf.recent.len(), shelf.last_number()), (1, Some(MANY as u64)));
            assert_eq!(shelf.behind(0).collect::<Vec<_>>(), exchanges);
        }
        for gone in 1..=MANY {
            assert!(shelf.pop_oldest());
            if gone % 61 == 0 || gone + 2 > MANY {
                assert_eq!(shelf.behind(0).collect::<Vec<_>>(), exchanges[gone..]);
                assert_eq!(shelf.next(0).front(), exchanges.get(gone));
                assert_eq!(
                    (shelf.len(), shelf.numbers().next()),
                    (MANY - gone, exchanges.get(gone).map(|kept| kept.number))
                );
            }
        }
        assert!(!shelf.pop_oldest());
        assert_eq!((shelf.len(), shelf.last_number(), shelf.weight()), (0, None, 0));
    }
}
