//! Calls that wait for a person, in SQLite. What is used once is used by one statement that says so in its condition.

use futures_util::future::BoxFuture;
use rusqlite::{OptionalExtension as _, Row, Transaction, params, types::Type};
use tollhouse_core::{
    StoreError,
    approvals::{
        Answered, Approval, ApprovalId, Approvals, Binding, KEPT_MS, KNOWN_MAX, Nonce, Plea, Stage,
        Standing, WAITING_MAX, Wish,
    },
};

use crate::{State, time};

impl Approvals for State {
    fn open(&self, wish: Wish) -> BoxFuture<'_, Result<Standing, StoreError>> {
        Box::pin(self.write(move |state| open(state, wish)))
    }

    fn redeem<'a>(
        &'a self,
        id: &'a ApprovalId,
        binding: Binding,
        now_ms: u64,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        let id = id.clone();
        Box::pin(self.write(move |state| {
            let row = params![id.as_str(), binding, time::stored(now_ms)];
            Ok(state.prepare_cached(REDEEM)?.execute(row)? == 1)
        }))
    }

    fn look<'a>(
        &'a self,
        id: &'a ApprovalId,
    ) -> BoxFuture<'a, Result<Option<Approval>, StoreError>> {
        let id = id.clone();
        Box::pin(self.look_up(move |state| find(state, &id)))
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<Approval>, StoreError>> {
        Box::pin(self.read(|state| {
            let mut select = state.prepare_cached(LIST)?;
            select.query_map([], approval)?.collect()
        }))
    }

    fn answer<'a>(
        &'a self,
        id: &'a ApprovalId,
        is_allowed: bool,
        now_ms: u64,
    ) -> BoxFuture<'a, Result<Option<Answered>, StoreError>> {
        let id = id.clone();
        Box::pin(self.write(move |state| {
            let (statement, now) = (if is_allowed { ALLOW } else { DENY }, time::stored(now_ms));
            let row = params![id.as_str(), now];
            let counts = state.prepare_cached(statement)?.execute(row)? == 1;
            let found = find(state, &id)?;
            Ok(found.map(if counts {
                Answered::Now
            } else {
                Answered::Before
            }))
        }))
    }

    fn spend(
        &self,
        nonce: Nonce,
        until_ms: u64,
        now_ms: u64,
    ) -> BoxFuture<'_, Result<bool, StoreError>> {
        Box::pin(self.write(move |state| {
            let row = params![nonce, time::stored(until_ms)];
            let is_first = state.prepare_cached(SPEND)?.execute(row)? == 1;
            let now = [time::stored(now_ms)];
            state.prepare_cached(FORGET_SPENT)?.execute(now)?;
            Ok(is_first)
        }))
    }

    fn sweep(&self, now_ms: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        Box::pin(self.write(move |state| {
            let (over, now) = (
                time::stored(now_ms.saturating_sub(KEPT_MS)),
                time::stored(now_ms),
            );
            let calls = state.prepare_cached(FORGET)?.execute([over])?;
            let spent = state.prepare_cached(FORGET_SPENT)?.execute([now])?;
            Ok((calls + spent) as u64)
        }))
    }
}

fn open(state: &Transaction<'_>, wish: Wish) -> rusqlite::Result<Standing> {
    let over = time::stored(wish.now_ms.saturating_sub(KEPT_MS));
    state.prepare_cached(FORGET)?.execute([over])?;
    let mut select = state.prepare_cached(SAME)?;
    let same = select.query_row([wish.binding], approval).optional()?;
    if let Some(same) = same {
        match same.stage(wish.now_ms) {
            Stage::Waiting => return Ok(Standing::Waiting(same)),
            Stage::Allowed => return Ok(Standing::Allowed(same.id)),
            Stage::Used => {}
            stage @ (Stage::Denied | Stage::Expired) => {
                state.prepare_cached(TELL)?.execute([same.id.as_str()])?;
                return Ok(match stage {
                    Stage::Denied => Standing::Denied(same.id),
                    _ => Standing::Expired(same.id),
                });
            }
        }
    }
    begin(state, wish)
}

fn begin(state: &Transaction<'_>, wish: Wish) -> rusqlite::Result<Standing> {
    let now = time::stored(wish.now_ms);
    let count = |statement: &str, given: &[&dyn rusqlite::ToSql]| -> rusqlite::Result<usize> {
        let mut select = state.prepare_cached(statement)?;
        let many: i64 = select.query_row(given, |row| row.get(0))?;
        Ok(usize::try_from(many).unwrap_or(usize::MAX))
    };
    if count(WAITING, &[&wish.owner, &now])? >= WAITING_MAX {
        return Ok(Standing::Full);
    }
    if count(KNOWN, &[])? >= KNOWN_MAX && state.prepare_cached(MAKE_ROOM)?.execute([now])? == 0 {
        return Ok(Standing::Full);
    }
    let plea = &wish.plea;
    let until_ms = wish.now_ms.saturating_add(wish.lasts_ms);
    state.prepare_cached(INSERT)?.execute(params![
        wish.id.as_str(),
        wish.binding,
        wish.owner,
        plea.subject,
        plea.client,
        plea.tenant,
        plea.target,
        plea.definition,
        plea.question,
        plea.arguments,
        time::stored(wish.lasts_ms),
        now,
        time::stored(until_ms),
    ])?;
    Ok(Standing::New(Approval {
        id: wish.id,
        plea: wish.plea,
        stage: Stage::Waiting,
        since_ms: wish.now_ms,
        until_ms,
        answered_at_ms: None,
    }))
}

fn find(state: &Transaction<'_>, id: &ApprovalId) -> rusqlite::Result<Option<Approval>> {
    let mut select = state.prepare_cached(FIND)?;
    select.query_row([id.as_str()], approval).optional()
}

fn approval(row: &Row<'_>) -> rusqlite::Result<Approval> {
    let id: String = row.get("id")?;
    let id = id.parse().map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error))
    })?;
    let stage: i64 = row.get("stage")?;
    Ok(Approval {
        id,
        plea: Plea {
            subject: row.get("subject")?,
            client: row.get("client")?,
            tenant: row.get("tenant")?,
            target: row.get("target")?,
            definition: row.get("definition")?,
            question: row.get("question")?,
            arguments: row.get("arguments")?,
        },
        stage: match stage {
            0 => Stage::Waiting,
            1 => Stage::Allowed,
            3 => Stage::Used,
            _ => Stage::Denied,
        },
        since_ms: time::read(row.get("since_ms")?),
        until_ms: time::read(row.get("until_ms")?),
        answered_at_ms: time::column(row, "answered_at_ms")?,
    })
}

const FIND: &str = "SELECT * FROM approvals WHERE id = ?1";
const LIST: &str = "SELECT * FROM approvals ORDER BY row";
const SAME: &str =
    "SELECT * FROM approvals WHERE binding = ?1 AND is_told = 0 ORDER BY row DESC LIMIT 1";
const TELL: &str = "UPDATE approvals SET is_told = 1 WHERE id = ?1";
const WAITING: &str =
    "SELECT count(*) FROM approvals WHERE owner = ?1 AND stage = 0 AND until_ms > ?2";
const KNOWN: &str = "SELECT count(*) FROM approvals";
const INSERT: &str =
    "INSERT INTO approvals (id, binding, owner, subject, client, tenant, target, definition,
        question, arguments, lasts_ms, since_ms, until_ms)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
const REDEEM: &str =
    "UPDATE approvals SET stage = 3 WHERE id = ?1 AND binding = ?2 AND stage = 1 AND until_ms > ?3";
/// Near the end of time the sum stays an integer.
const ALLOW: &str = "UPDATE approvals SET stage = 1, answered_at_ms = ?2,
        until_ms = ?2 + min(lasts_ms, 9223372036854775807 - ?2)
    WHERE id = ?1 AND stage = 0 AND until_ms > ?2";
const DENY: &str = "UPDATE approvals SET stage = 2, answered_at_ms = ?2 WHERE id = ?1 AND stage = 0 AND until_ms > ?2";
const FORGET: &str = "DELETE FROM approvals WHERE until_ms <= ?1";
/// What is over goes first; what waits, or may still be used, stays.
const MAKE_ROOM: &str = "DELETE FROM approvals WHERE row =
    (SELECT row FROM approvals WHERE stage >= 2 OR until_ms <= ?1 ORDER BY row LIMIT 1)";
const SPEND: &str = "INSERT INTO spent (nonce, until_ms) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
const FORGET_SPENT: &str = "DELETE FROM spent WHERE until_ms <= ?1";
