//! Users in SQLite.

use futures_util::future::BoxFuture;
use rusqlite::{OptionalExtension as _, Row, Transaction, params};
use tollhouse_core::{StoreError, User, UserChange, Users};

use crate::{State, names, time};

impl Users for State {
    fn set<'a>(
        &'a self,
        subject: &'a str,
        change: UserChange,
        now_ms: u64,
    ) -> BoxFuture<'a, Result<User, StoreError>> {
        self.alter(subject, now_ms, |mut user| {
            user.roles = change.roles.of(user.roles);
            user.tenant = change.tenant.of(user.tenant);
            user
        })
    }

    fn block<'a>(
        &'a self,
        subject: &'a str,
        now_ms: u64,
    ) -> BoxFuture<'a, Result<User, StoreError>> {
        self.alter(subject, now_ms, move |mut user| {
            user.blocked_at_ms = user.blocked_at_ms.or(Some(now_ms));
            user
        })
    }

    fn unblock<'a>(
        &'a self,
        subject: &'a str,
        now_ms: u64,
    ) -> BoxFuture<'a, Result<Option<User>, StoreError>> {
        let subject = subject.to_owned();
        Box::pin(self.write(move |state| {
            let Some(mut user) = find(state, &subject)?.filter(User::is_blocked) else {
                return Ok(None);
            };
            user.blocked_at_ms = None;
            user.changed_at_ms = now_ms;
            keep(state, &user)?;
            Ok(Some(user))
        }))
    }

    fn user<'a>(&'a self, subject: &'a str) -> BoxFuture<'a, Result<Option<User>, StoreError>> {
        let subject = subject.to_owned();
        Box::pin(self.look_up(move |state| find(state, &subject)))
    }

    fn users(&self) -> BoxFuture<'_, Result<Vec<User>, StoreError>> {
        Box::pin(self.read(|state| {
            let mut select = state.prepare_cached(LIST)?;
            select.query_map([], user)?.collect()
        }))
    }
}

impl State {
    /// Changes a user who is kept, or will be.
    fn alter(
        &self,
        subject: &str,
        now_ms: u64,
        change: impl FnOnce(User) -> User + Send + 'static,
    ) -> BoxFuture<'_, Result<User, StoreError>> {
        let subject = subject.to_owned();
        Box::pin(self.write(move |state| {
            let before = find(state, &subject)?.unwrap_or(User {
                subject,
                roles: None,
                tenant: None,
                blocked_at_ms: None,
                created_at_ms: now_ms,
                changed_at_ms: now_ms,
            });
            let after = User {
                changed_at_ms: now_ms,
                ..change(before)
            };
            keep(state, &after)?;
            Ok(after)
        }))
    }
}

fn find(state: &Transaction<'_>, subject: &str) -> rusqlite::Result<Option<User>> {
    let mut select = state.prepare_cached(FIND)?;
    select.query_row([subject], user).optional()
}

fn keep(state: &Transaction<'_>, user: &User) -> rusqlite::Result<()> {
    let row = params![
        user.subject,
        user.roles.as_deref().map(names::stored),
        user.tenant,
        user.blocked_at_ms.map(time::stored),
        time::stored(user.created_at_ms),
        time::stored(user.changed_at_ms),
    ];
    state.prepare_cached(KEEP)?.execute(row).map(drop)
}

fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        subject: row.get("subject")?,
        roles: names::column(row, "roles")?,
        tenant: row.get("tenant")?,
        blocked_at_ms: time::column(row, "blocked_at_ms")?,
        created_at_ms: time::read(row.get("created_at_ms")?),
        changed_at_ms: time::read(row.get("changed_at_ms")?),
    })
}

const FIND: &str = "SELECT * FROM users WHERE subject = ?1";
const LIST: &str = "SELECT * FROM users ORDER BY subject";
/// No replacement, which would remove the row first and move the number of changes twice.
const KEEP: &str =
    "INSERT INTO users (subject, roles, tenant, blocked_at_ms, created_at_ms, changed_at_ms)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT (subject) DO UPDATE SET roles = excluded.roles, tenant = excluded.tenant,
        blocked_at_ms = excluded.blocked_at_ms, changed_at_ms = excluded.changed_at_ms";
