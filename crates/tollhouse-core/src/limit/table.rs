//! Cells by what they count, no more than there is room for.
//!
//! A cell whose time has come says nothing and goes. While every cell says something, whoever is new shares one cell
//! with all others who are new: they are counted together, and nobody's own count is forgotten for them.

use std::collections::BTreeMap;

/// What a cell counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Key,
    Tool,
    Session,
    Rows,
}

/// Some cells.
#[derive(Debug, Default)]
pub(super) struct Table {
    cells: BTreeMap<u64, u64>,
    /// The shared cells of those for whom there is no room.
    crowd: BTreeMap<Kind, u64>,
    /// When it was last swept.
    swept_ns: u64,
}

impl Table {
    /// The cell of this id.
    pub(super) fn cell(&mut self, (kind, id): (Kind, u64), now_ns: u64) -> &mut u64 {
        let is_full = self.cells.len() >= CELLS_MAX;
        let rest_ns = if is_full { FULL_REST_NS } else { REST_NS };
        if now_ns.saturating_sub(self.swept_ns) >= rest_ns {
            self.swept_ns = now_ns;
            self.cells
                .retain(|_, used_until_ns| *used_until_ns > now_ns);
        }
        if self.cells.len() >= CELLS_MAX && !self.cells.contains_key(&id) {
            return self.crowd.entry(kind).or_default();
        }
        self.cells.entry(id).or_default()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.cells.len() + self.crowd.len()
    }
}

pub(super) const CELLS_MAX: usize = 4_096;
/// How long it goes unswept: a minute, and a second while it is full.
const REST_NS: u64 = 60 * 1_000_000_000;
const FULL_REST_NS: u64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::{CELLS_MAX, FULL_REST_NS, Kind, Table};

    #[test]
    fn case_66_a_flood_of_strangers_is_counted_together_and_nobody_is_forgotten() {
        let mut table = Table::default();
        let far = 10 * FULL_REST_NS;
        *table.cell((Kind::Key, u64::MAX), 1) = far;
        for id in 0..200_000 {
            let cell = table.cell((Kind::Key, id), 1);
            *cell = (*cell).max(far) + 1;
        }
        assert_eq!(table.len(), CELLS_MAX + 1);
        assert_eq!(*table.cell((Kind::Key, u64::MAX), 1), far);
        let shared = *table.cell((Kind::Key, 200_001), 1);
        assert_eq!(shared, far + 200_001 - CELLS_MAX as u64);
    }

    #[test]
    fn what_says_nothing_any_more_makes_room() {
        let mut table = Table::default();
        for id in 0..CELLS_MAX as u64 {
            *table.cell((Kind::Tool, id), 0) = 5 + id % 2 * FULL_REST_NS * 9;
        }
        *table.cell((Kind::Tool, u64::MAX), FULL_REST_NS) = u64::MAX;
        assert_eq!(table.len(), CELLS_MAX / 2 + 1);
    }
}
