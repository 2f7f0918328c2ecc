//! What was looked up before and stays good until the number of changes moves, so that the state is not asked for
//! every request.

use std::{
    borrow::Borrow,
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Values by what they were looked up with, each with the number that there was before it was.
pub(crate) struct Warm<K, V, N = u64>(Mutex<BTreeMap<K, (N, V)>>);

impl<K: Ord, V: Clone, N: Copy + PartialEq> Warm<K, V, N> {
    /// What was found, if nothing has changed since.
    pub(crate) fn find<Q>(&self, key: &Q, number: N) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let table = self.table();
        let (before, value) = table.get(key)?;
        (*before == number).then(|| value.clone())
    }

    pub(crate) fn keep(&self, key: K, number: N, value: V) {
        let mut table = self.table();
        // Without room somebody goes, whoever that is: what has ended would stay for ever otherwise.
        if table.len() >= KNOWN_MAX && !table.contains_key(&key) {
            table.pop_first();
        }
        table.insert(key, (number, value));
    }

    fn table(&self) -> MutexGuard<'_, BTreeMap<K, (N, V)>> {
        // Nothing that is done under the lock can leave it half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K, V, N> Default for Warm<K, V, N> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

const KNOWN_MAX: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::{KNOWN_MAX, Warm};

    #[test]
    fn what_was_found_is_known_until_the_number_moves() {
        let warm = Warm::default();
        assert_eq!(warm.find("ana", 1), None);
        warm.keep("ana".to_owned(), 1, "clerk");
        assert_eq!(warm.find("ana", 1), Some("clerk"));
        assert_eq!((warm.find("ana", 2), warm.find("ana", 0)), (None, None));
        assert_eq!(warm.find("bob", 1), None);
        warm.keep("ana".to_owned(), 2, "admin");
        assert_eq!(warm.find("ana", 2), Some("admin"));
    }

    #[test]
    fn n5_who_comes_when_there_is_no_room_takes_that_of_somebody_else() {
        let warm = Warm::default();
        for key in 0..=KNOWN_MAX {
            warm.keep(key, 1, ());
        }
        assert_eq!(warm.find(&KNOWN_MAX, 1), Some(()));
        assert_eq!((warm.find(&0, 1), warm.find(&1, 1)), (None, Some(())));
        warm.keep(1, 2, ());
        assert_eq!((warm.find(&1, 2), warm.find(&2, 1)), (Some(()), Some(())));
        assert_eq!(warm.table().len(), KNOWN_MAX);
    }
}
