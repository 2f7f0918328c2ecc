//! API keys in SQLite.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use futures_util::future::BoxFuture;
use rusqlite::{ErrorCode, OptionalExtension as _, Row, Transaction, params};
use tokio::runtime::Handle;
use tollhouse_core::{Key, KeyChange, KeyError, KeyHash, Keys, Presented, StoreError};

use crate::{State, names, time};

impl Keys for State {
    fn create(&self, key: Key, hash: KeyHash) -> BoxFuture<'_, Result<(), KeyError>> {
        Box::pin(async move {
            let is_made = self.write(move |state| create(state, &key, hash)).await?;
            is_made.then_some(()).ok_or(KeyError::NameTaken)
        })
    }

    fn find(&self, hash: KeyHash, now_ms: u64) -> BoxFuture<'_, Result<Presented, StoreError>> {
        Box::pin(async move {
            let found = self.look_up(move |state| {
                let mut select = state.prepare_cached(FIND)?;
                select.query_row([hash.0.as_slice()], key).optional()
            });
            let found = found.await?;
            Ok(found.map_or(Presented::Unknown, |key| key.presented(now_ms)))
        })
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<Key>, StoreError>> {
        Box::pin(self.read(|state| {
            let mut select = state.prepare_cached(LIST)?;
            select.query_map([], key)?.collect()
        }))
    }

    fn revoke<'a>(
        &'a self,
        id_or_name: &'a str,
        now_ms: u64,
    ) -> BoxFuture<'a, Result<Option<Key>, StoreError>> {
        let which = id_or_name.to_owned();
        Box::pin(self.write(move |state| {
            let mut update = state.prepare_cached(REVOKE)?;
            update
                .query_row(params![which, time::stored(now_ms)], key)
                .optional()
        }))
    }

    fn change<'a>(
        &'a self,
        id_or_name: &'a str,
        change: KeyChange,
        now_ms: u64,
    ) -> BoxFuture<'a, Result<Option<Key>, StoreError>> {
        let which = id_or_name.to_owned();
        Box::pin(self.write(move |state| alter(state, &which, change, now_ms)))
    }

    fn changes(&self) -> BoxFuture<'_, Result<u64, StoreError>> {
        Box::pin(self.look_up(|state| {
            let mut select = state.prepare_cached(CHANGES)?;
            select.query_row([], |row| Ok(row.get::<_, i64>(0)?.cast_unsigned()))
        }))
    }

    fn touch(&self, id: &str, now_ms: u64) {
        // Without a runtime nobody serves calls, and there is no use to note.
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        if self.touches.note(id, now_ms) {
            let state = self.clone();
            let waiting = runtime.clone();
            drop(runtime.spawn_blocking(move || waiting.block_on(state.write_touches())));
        }
    }
}

impl State {
    async fn write_touches(&self) {
        while let Some(noted) = self.touches.take() {
            if let Err(error) = self.write(move |state| touch(state, noted)).await {
                tracing::warn!(%error, "the last use of keys was not noted");
            }
        }
    }
}

/// Uses of keys that are not written yet, and when each key's use was written last.
///
/// It knows at most as many ids as there are keys, since only a key that was found is touched.
#[derive(Debug, Default)]
pub(crate) struct Touches(Mutex<Noted>);

#[derive(Debug, Default)]
struct Noted {
    waiting: BTreeMap<String, u64>,
    last_ms: BTreeMap<String, u64>,
    is_being_written: bool,
}

impl Touches {
    /// Whether somebody has to begin to write.
    fn note(&self, id: &str, now_ms: u64) -> bool {
        let mut noted = self.noted();
        let is_fresh = |last: &u64| now_ms.abs_diff(*last) < PAUSE_MS;
        if noted.last_ms.get(id).is_some_and(is_fresh) {
            return false;
        }
        noted.last_ms.insert(id.to_owned(), now_ms);
        noted.waiting.insert(id.to_owned(), now_ms);
        !std::mem::replace(&mut noted.is_being_written, true)
    }

    /// All that waits; nothing if the writer may leave.
    fn take(&self) -> Option<BTreeMap<String, u64>> {
        let mut noted = self.noted();
        let waiting = std::mem::take(&mut noted.waiting);
        noted.is_being_written = !waiting.is_empty();
        noted.is_being_written.then_some(waiting)
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        // What a panic could leave behind is a use that is written once too often or not at all.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// False if a living key has the name.
fn create(state: &Transaction<'_>, key: &Key, hash: KeyHash) -> rusqlite::Result<bool> {
    let created = time::stored(key.created_at_ms);
    state.execute(FREE_NAME, params![key.name, created])?;
    let inserted = state.execute(
        CREATE,
        params![
            key.id,
            hash.0.as_slice(),
            key.name,
            key.subject,
            key.client,
            names::stored(key.scopes.as_deref().unwrap_or_default()),
            key.prefix,
            created,
            key.expires_at_ms.map(time::stored),
            key.roles.as_deref().map(names::stored),
            key.tenant,
            key.scopes.is_some(),
        ],
    );
    match inserted {
        Ok(_) => Ok(true),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            let taken = state.query_row(HAS_NAME, [&key.name], |row| row.get(0))?;
            if taken { Ok(false) } else { Err(error) }
        }
        Err(error) => Err(error),
    }
}

/// The key as it is after the change; nothing if no living key is called so.
fn alter(
    state: &Transaction<'_>,
    which: &str,
    change: KeyChange,
    now_ms: u64,
) -> rusqlite::Result<Option<Key>> {
    let mut select = state.prepare_cached(LIVING)?;
    let found = select.query_row(params![which, time::stored(now_ms)], key);
    let Some(mut key) = found.optional()? else {
        return Ok(None);
    };
    key.scopes = change.scopes.of(key.scopes);
    key.roles = change.roles.of(key.roles);
    key.tenant = change.tenant.of(key.tenant);
    key.expires_at_ms = change.expires_at_ms.of(key.expires_at_ms);
    let after = params![
        key.id,
        names::stored(key.scopes.as_deref().unwrap_or_default()),
        key.scopes.is_some(),
        key.roles.as_deref().map(names::stored),
        key.tenant,
        key.expires_at_ms.map(time::stored),
    ];
    state.prepare_cached(CHANGE)?.execute(after)?;
    Ok(Some(key))
}

fn touch(state: &Transaction<'_>, noted: BTreeMap<String, u64>) -> rusqlite::Result<()> {
    let mut update = state.prepare_cached(TOUCH)?;
    for (id, at_ms) in noted {
        update.execute(params![id, time::stored(at_ms)])?;
    }
    Ok(())
}

fn key(row: &Row<'_>) -> rusqlite::Result<Key> {
    let has_scopes: bool = row.get("has_scopes")?;
    Ok(Key {
        id: row.get("id")?,
        name: row.get("name")?,
        subject: row.get("subject")?,
        client: row.get("client")?,
        scopes: names::column(row, "scopes")?.filter(|_| has_scopes),
        roles: names::column(row, "roles")?,
        tenant: row.get("tenant")?,
        prefix: row.get("prefix")?,
        created_at_ms: time::read(row.get("created_at_ms")?),
        expires_at_ms: time::column(row, "expires_at_ms")?,
        revoked_at_ms: time::column(row, "revoked_at_ms")?,
        last_used_at_ms: time::column(row, "last_used_at_ms")?,
    })
}

const PAUSE_MS: u64 = 60_000;
/// A key that has expired gives its name away; that it was not revoked can be seen from the equal times.
const FREE_NAME: &str = "UPDATE keys SET revoked_at_ms = expires_at_ms
    WHERE name = ?1 AND revoked_at_ms IS NULL AND expires_at_ms <= ?2";
const CREATE: &str = "INSERT INTO keys
    (id, hash, name, subject, client, scopes, prefix, created_at_ms, expires_at_ms, roles, tenant, has_scopes)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
const HAS_NAME: &str =
    "SELECT EXISTS (SELECT 1 FROM keys WHERE name = ?1 AND revoked_at_ms IS NULL)";
const FIND: &str = "SELECT * FROM keys WHERE hash = ?1";
const LIST: &str = "SELECT * FROM keys ORDER BY created_at_ms, id";
const REVOKE: &str = "UPDATE keys SET revoked_at_ms = ?2
    WHERE id = (SELECT id FROM keys WHERE revoked_at_ms IS NULL AND (id = ?1 OR name = ?1)
        ORDER BY id = ?1 DESC LIMIT 1)
    RETURNING *";
const LIVING: &str = "SELECT * FROM keys
    WHERE revoked_at_ms IS NULL AND (expires_at_ms IS NULL OR expires_at_ms > ?2) AND (id = ?1 OR name = ?1)
    ORDER BY id = ?1 DESC LIMIT 1";
const CHANGE: &str =
    "UPDATE keys SET scopes = ?2, has_scopes = ?3, roles = ?4, tenant = ?5, expires_at_ms = ?6
    WHERE id = ?1";
const CHANGES: &str = "SELECT number FROM changes";
const TOUCH: &str =
    "UPDATE keys SET last_used_at_ms = max(coalesce(last_used_at_ms, 0), ?2) WHERE id = ?1";
