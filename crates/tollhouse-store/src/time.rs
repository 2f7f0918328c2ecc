//! Times as the database keeps them.

use rusqlite::Row;

/// SQLite's integers have a sign; whatever is beyond them is as good as never.
pub(crate) fn stored(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

pub(crate) fn read(ms: i64) -> u64 {
    u64::try_from(ms).unwrap_or(0)
}

/// A time that may not be there.
pub(crate) fn column(row: &Row<'_>, name: &str) -> rusqlite::Result<Option<u64>> {
    Ok(row.get::<_, Option<i64>>(name)?.map(read))
}
