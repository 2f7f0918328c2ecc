//! Times as the database keeps them.

/// SQLite's integers have a sign; whatever is beyond them is as good as never.
pub(crate) fn stored(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

pub(crate) fn read(ms: i64) -> u64 {
    u64::try_from(ms).unwrap_or(0)
}
