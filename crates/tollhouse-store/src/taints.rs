//! Who has read what is not trusted, in SQLite.

use futures_util::future::BoxFuture;
use rusqlite::{OptionalExtension as _, params};
use tollhouse_core::{
    StoreError,
    taints::{Holder, Taint, Tainted, Taints},
};

use crate::{State, time};

impl Taints for State {
    fn mark(&self, taint: Taint) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(self.write(move |state| {
            let until = time::stored(taint.until_ms);
            let row = params![taint.holder.0, taint.by, until];
            state.prepare_cached(MARK)?.execute(row)?;
            let now = [time::stored(taint.now_ms)];
            state.prepare_cached(FORGET_OVER)?.execute(now)?;
            Ok(())
        }))
    }

    fn look(
        &self,
        holder: Holder,
        now_ms: u64,
    ) -> BoxFuture<'_, Result<Option<Tainted>, StoreError>> {
        Box::pin(self.look_up(move |state| {
            let row = params![holder.0, time::stored(now_ms)];
            let mut select = state.prepare_cached(LOOK)?;
            let found = select.query_row(row, |row| {
                Ok(Tainted {
                    until_ms: time::read(row.get("until_ms")?),
                    by: row.get("source")?,
                })
            });
            found.optional()
        }))
    }

    fn forget(&self, holder: Holder) -> BoxFuture<'_, Result<bool, StoreError>> {
        Box::pin(self.write(move |state| {
            let gone = state.prepare_cached(FORGET)?.execute([holder.0])?;
            Ok(gone > 0)
        }))
    }

    fn sweep(&self, now_ms: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        Box::pin(self.write(move |state| {
            let mut forget = state.prepare_cached(FORGET_OVER)?;
            Ok(forget.execute([time::stored(now_ms)])? as u64)
        }))
    }
}

const MARK: &str = "INSERT INTO taints (holder, source, until_ms) VALUES (?1, ?2, ?3)
    ON CONFLICT (holder) DO UPDATE SET source = excluded.source, until_ms = excluded.until_ms
        WHERE excluded.until_ms > until_ms";
const LOOK: &str = "SELECT source, until_ms FROM taints WHERE holder = ?1 AND until_ms > ?2";
const FORGET: &str = "DELETE FROM taints WHERE holder = ?1";
const FORGET_OVER: &str = "DELETE FROM taints WHERE until_ms <= ?1";
