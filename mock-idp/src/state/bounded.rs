//! A map that forgets its oldest entries.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
};

/// At most `limit` entries by name; the oldest goes when one too many comes.
#[derive(Debug)]
pub struct Bounded<T> {
    entries: HashMap<String, T>,
    order: VecDeque<String>,
    limit: usize,
    dropped: u64,
}

impl<T> Bounded<T> {
    /// An empty map for `limit` entries.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { entries: HashMap::new(), order: VecDeque::new(), limit, dropped: 0 }
    }

    /// Adds or replaces.
    pub fn insert(&mut self, name: String, value: T) {
        if self.entries.insert(name.clone(), value).is_none() {
            self.order.push_back(name);
        }
        while self.entries.len() > self.limit
            && let Some(oldest) = self.order.pop_front()
        {
            self.entries.remove(&oldest);
            self.dropped += 1;
        }
    }

    /// How many entries went because there were too many.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Looks up.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&T> {
        self.entries.get(name)
    }

    /// Looks up to change.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.entries.get_mut(name)
    }

    /// Looks up to change; adds the default where there is none.
    pub fn get_or_default(&mut self, name: String) -> &mut T
    where
        T: Default,
    {
        if !self.entries.contains_key(&name) {
            self.insert(name.clone(), T::default());
        }
        self.entries.entry(name).or_default()
    }

    /// Every entry, to change.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.entries.values_mut()
    }

    /// Takes out.
    pub fn remove(&mut self, name: &str) -> Option<T> {
        let removed = self.entries.remove(name);
        if removed.is_some() {
            self.order.retain(|known| known != name);
        }
        removed
    }

    /// Keeps only the entries for which `wanted` holds.
    pub fn retain(&mut self, wanted: impl Fn(&T) -> bool) {
        self.entries.retain(|_, entry| wanted(entry));
        self.order.retain(|name| self.entries.contains_key(name));
        give_back(&mut self.entries);
        self.order.shrink_to(2 * self.order.len());
    }

    /// Forgets the oldest entries as long as `stale` holds for them.
    pub fn prune(&mut self, stale: impl Fn(&T) -> bool) {
        while let Some(oldest) = self.order.front() {
            match self.entries.get(oldest) {
                Some(entry) if !stale(entry) => break,
                _ => {
                    self.entries.remove(oldest);
                    self.order.pop_front();
                }
            }
        }
    }
}

/// Gives back the room of a map most of whose entries are gone.
pub(super) fn give_back<K: Eq + Hash, V>(map: &mut HashMap<K, V>) {
    if is_roomy(map.capacity(), map.len()) {
        map.shrink_to(2 * map.len());
    }
}

/// Whether most of the room of a map is unused.
pub(super) fn is_roomy(capacity: usize, len: usize) -> bool {
    capacity > 64.max(4 * len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_entry_goes_first_and_stale_ones_from_the_front() {
        let mut map = Bounded::new(2);
        for (name, value) in [("a", 1), ("b", 2), ("c", 3)] {
            map.insert(name.to_owned(), value);
        }
        assert_eq!((map.get("a"), map.get("b"), map.get("c")), (None, Some(&2), Some(&3)));
        assert_eq!(map.dropped(), 1);
        map.prune(|value| *value < 3);
        assert_eq!((map.get("b"), map.get("c")), (None, Some(&3)));
        assert_eq!(map.remove("c"), Some(3));
        assert_eq!(map.remove("c"), None);
        assert_eq!(map.dropped(), 1, "what is taken out or stale was not dropped");
    }
}
