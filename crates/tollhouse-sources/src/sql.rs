//! Tools and resources made of SQL statements, over an SQLite file.
//!
//! Arguments are bound, never put into the text. What only reads runs on connections that cannot write,
//! what writes runs on one other connection, each call in one transaction. Statements run on threads for
//! blocking work, on as many connections as the source allows itself; when the road drops a call, its
//! statement is interrupted, and a transaction that has not been committed is rolled back.
//!
//! `offers` is what is declared, `check` compares it with the database when the source opens (`schema` is what
//! the database is made of, `fit` what arguments are against it), `entry` is what comes of it for each name.
//! `session` is a guarded connection, `pool` has them and runs work on them, `statement` runs there, `answer`
//! makes JSON of rows.
//!
//! A file that is replaced is noticed by the pool before each call, a schema that has changed by the statement
//! after it ran: what no longer is what was checked gives a failure until it fits again.

use std::{collections::BTreeMap, fmt, num::NonZero, path::Path, sync::Arc, thread};

use futures_util::future::BoxFuture;
use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use tollhouse_core::{
    CallKey, Change, Completion, Ctx, Effect, Fault, Offers, Output, Permit, Source, Target, fail,
};

mod answer;
mod caller;
mod check;
mod choices;
mod directory;
mod effects;
mod entry;
mod error;
mod exists;
mod expose;
mod file;
mod fit;
mod lookup;
mod meetings;
mod names;
mod offers;
mod placeholder;
mod pool;
mod problem;
mod rope;
mod schema;
mod seed;
mod session;
mod sketch;
mod statement;
mod tokens;
mod value;

pub use directory::SqlDirectory;
pub use effects::{EFFECTS_TABLE, migrate};
pub use error::SqlError;
pub use lookup::SqlLookup;
pub use offers::{
    Caps, Exists, Expose, Hint, Returns, SqlOffers, SqlResource, SqlSuggestion, SqlTemplate,
    SqlTool, Statement,
};
pub use problem::{SqlProblem, Trouble};
pub use seed::{SeedError, seed};
pub use sketch::{ColumnKind, ColumnSketch, TableSketch, sketch};

use crate::suggest::{Suggestions, Wanted};
use answer::Answer;
use check::Desk;
use entry::{Entries, Entry};
use exists::Needed;
use pool::Pool;
use schema::Survey;
use session::{Access, Brake, Session};
use statement::{Checked, Values};

/// A database whose statements are tools and resources.
pub struct SqlSource {
    offers: Offers,
    entries: BTreeMap<String, Entry>,
    lookups: BTreeMap<String, Arc<Checked>>,
    warnings: Vec<SqlProblem>,
    /// Whether anything has values that must be there.
    looks_up: bool,
    readers: Arc<Pool>,
    writer: Arc<Pool>,
}

impl SqlSource {
    /// Opens the database and checks every statement against it.
    ///
    /// # Errors
    ///
    /// The file cannot be opened, or statements do not fit what is declared: all problems at once.
    pub fn open(path: &Path, offers: impl Into<SqlOffers>) -> Result<Self, SqlError> {
        let offers = offers.into();
        let writes = offers
            .tools
            .iter()
            .any(|tool| tool.tool.effect != Effect::Read);
        // The writer goes last: only it can leave the file without companions.
        let writer = writes
            .then(|| Session::open(path, Access::Write))
            .transpose()?;
        let reader = Session::open(path, Access::Read)?;
        reader.look()?;
        let desk = Desk::new(
            &reader.connection,
            writer.as_ref().map(|writer| &writer.connection),
            Survey::open(path)?,
            &offers,
        );
        let all = Entries::check(offers, desk)?;
        let readers = thread::available_parallelism().map_or(READERS_MIN, NonZero::get);
        let readers = readers.clamp(READERS_MIN, READERS_MAX);
        Ok(Self {
            offers: all.listed,
            looks_up: all.entries.values().any(|entry| !entry.exists.is_empty()),
            entries: all.entries,
            lookups: all.lookups,
            warnings: all.warnings,
            readers: Pool::new(path, Access::Read, readers, Some(reader)),
            writer: Pool::new(path, Access::Write, 1, writer),
        })
    }

    /// What is worth a look and keeps nothing from being served.
    #[must_use]
    pub fn warnings(&self) -> &[SqlProblem] {
        &self.warnings
    }

    /// The suggestion of this name, to be asked by others.
    #[must_use]
    pub fn lookup(&self, name: &str) -> Option<SqlLookup> {
        let statement = self.lookups.get(name)?;
        Some(SqlLookup::new(name, Arc::clone(statement), &self.readers))
    }

    async fn suggest(
        &self,
        entry: &Entry,
        completion: &Completion,
        permit: &Permit<'_>,
    ) -> Result<Output, Fault> {
        let suggestions = match entry.hints.get(&completion.argument) {
            Some(Hint::Listed(values)) => Suggestions::Listed(values.clone()),
            Some(Hint::Asked(name)) => match self.lookup(name) {
                Some(lookup) => Suggestions::Asked(Arc::new(lookup)),
                None => return Err(Fault::NotFound),
            },
            None => Suggestions::Listed(Vec::new()),
        };
        let wanted = Wanted {
            value: &completion.value,
            filled: permit.args(),
            principal: permit.principal(),
        };
        Ok(Output::Completion {
            values: suggestions.suggest(wanted).await?,
            total: None,
        })
    }

    async fn answer(&self, permit: &Permit<'_>, ctx: &Ctx) -> Result<Output, Fault> {
        let Some(entry) = self.entries.get(permit.name()) else {
            return Err(Fault::NotFound);
        };
        if let Target::Completion(completion) = permit.target() {
            return self.suggest(entry, completion, permit).await;
        }
        let args = permit.args();
        let answer = match entry.access {
            Access::Read => self.read(entry, permit).await?,
            Access::Write => self.write(entry, permit, ctx).await?,
        };
        match permit.target() {
            Target::Tool(_) => entry.report(answer, args),
            Target::Resource(uri) => entry.contents(uri, answer),
            Target::Prompt(_) | Target::Completion(_) => Err(Fault::NotFound),
        }
    }

    /// Looks up what must be there, where it was not done already under the same key. A statement that no longer fits is
    /// told when it runs.
    async fn look(&self, entry: &Entry, permit: &Permit<'_>, ctx: &Ctx) -> Result<(), Fault> {
        let needed = Needed::new(&entry.exists, permit.args())?;
        let key = ctx.key().filter(|_| entry.is_remembered).cloned();
        let main = Arc::clone(&entry.main);
        let answer = self.readers.run(move |session| {
            let (connection, brake) = (&session.connection, session.brake());
            if let Some(key) = &key
                && effects::find(connection, key)?.is_some()
            {
                return Ok(Answer::Miss);
            }
            match needed.missing(connection, &brake) {
                Ok(missing) => Ok(missing.map_or(Answer::Miss, Answer::Declined)),
                Err(error) => main.lost(error),
            }
        });
        match answer.await? {
            Answer::Declined(why) => Err(fail(why)),
            _ => Ok(()),
        }
    }

    async fn read(&self, entry: &Entry, permit: &Permit<'_>) -> Result<Answer, Fault> {
        let work = Work::new(entry, permit)?;
        let head = entry.head.clone();
        self.readers
            .run(move |session| {
                let brake = session.brake();
                let answer = work.run(&session.connection, &brake)?;
                match head {
                    Some(head) => head.before(&session.connection, answer),
                    None => Ok(answer),
                }
            })
            .await
    }

    async fn write(&self, entry: &Entry, permit: &Permit<'_>, ctx: &Ctx) -> Result<Answer, Fault> {
        let work = Work::new(entry, permit)?;
        let changed: Vec<String> = entry
            .changes
            .iter()
            .map(|uri| placeholder::fill_uri(uri, permit.args()))
            .collect();
        let key = ctx.key().filter(|_| entry.is_remembered).cloned();
        // Until the commit, whatever ends the call ends it without a trace.
        ctx.unchanged();
        let ctx = ctx.clone();
        self.writer
            .run(move |session| {
                let brake = session.brake();
                let answer = transact(session, Some(&ctx), |connection| match &key {
                    Some(key) => once(connection, key, || work.run(connection, &brake)),
                    None => work.run(connection, &brake),
                })?;
                // Here and not behind the wait: what is committed is told even if the caller has left.
                if answer.is_success() {
                    tell(&ctx, changed);
                }
                Ok(answer)
            })
            .await
    }
}

impl Source for SqlSource {
    fn name(&self) -> &str {
        "sql"
    }

    fn offers(&self) -> Offers {
        self.offers.clone()
    }

    /// Whether the file can be opened and read now.
    fn is_ready(&self) -> bool {
        self.readers.is_ready()
    }

    fn check<'a>(
        &'a self,
        permit: &'a Permit<'a>,
        ctx: &'a Ctx,
    ) -> Option<BoxFuture<'a, Result<(), Fault>>> {
        if !self.looks_up {
            return None;
        }
        let entry = self.entries.get(permit.name())?;
        (!entry.exists.is_empty()).then(|| Box::pin(self.look(entry, permit, ctx)) as _)
    }

    /// Dropping the future interrupts the statement. What a write has not committed by then is rolled back.
    fn call<'a>(
        &'a self,
        permit: &'a Permit<'a>,
        ctx: &'a Ctx,
    ) -> BoxFuture<'a, Result<Output, Fault>> {
        Box::pin(self.answer(permit, ctx))
    }
}

impl fmt::Debug for SqlSource {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("SqlSource")
            .field("entries", &self.entries.keys())
            .finish_non_exhaustive()
    }
}

/// All that one call does with a connection.
struct Work {
    needed: Needed,
    condition: Option<(Arc<Checked>, Values)>,
    main: Arc<Checked>,
    values: Values,
}

impl Work {
    fn new(entry: &Entry, permit: &Permit<'_>) -> Result<Self, Fault> {
        let (args, principal) = (permit.args(), permit.principal());
        let condition = match &entry.unless {
            Some(unless) => Some((Arc::clone(unless), unless.bind(args, principal)?)),
            None => None,
        };
        Ok(Self {
            needed: Needed::new(&entry.exists, args)?,
            condition,
            main: Arc::clone(&entry.main),
            values: entry.main.bind(args, principal)?,
        })
    }

    fn run(self, connection: &Connection, brake: &Brake) -> rusqlite::Result<Answer> {
        // What was there when it was asked for may have gone since.
        match self.needed.missing(connection, brake) {
            Ok(None) => {}
            Ok(Some(why)) => return Ok(Answer::Declined(why)),
            Err(error) => return self.main.lost(error),
        }
        if let Some((unless, values)) = self.condition {
            match unless.run(connection, values)? {
                Answer::Miss => {}
                Answer::Text(why) => return Ok(Answer::Declined(why)),
                other => return Ok(other),
            }
        }
        self.main.run(connection, self.values)
    }
}

/// Runs what has a key, unless it has run before; what comes of it is written beside what it changes.
fn once(
    connection: &Connection,
    key: &CallKey,
    work: impl FnOnce() -> rusqlite::Result<Answer>,
) -> rusqlite::Result<Answer> {
    if let Some(before) = effects::find(connection, key)? {
        return Ok(before);
    }
    let answer = work()?;
    effects::note(connection, key, &answer)?;
    Ok(answer)
}

/// Runs a write in one transaction. Only what succeeded is committed, and only if it is still wanted.
/// The call, if there is one, hears when that begins to count.
fn transact(
    session: &mut Session,
    ctx: Option<&Ctx>,
    work: impl FnOnce(&Connection) -> rusqlite::Result<Answer>,
) -> rusqlite::Result<Answer> {
    let brake = session.brake();
    let transaction = session
        .connection
        .transaction_with_behavior(TransactionBehavior::Immediate)?;
    let answer = work(&transaction)?;
    if answer.is_success() {
        // Said before the last look at the brake: who pulled it and saw no effect can rely on there being none.
        if let Some(ctx) = ctx {
            ctx.effect();
        }
        if let Err(stopped) = brake.check() {
            if let Some(ctx) = ctx {
                ctx.unchanged();
            }
            return Err(stopped);
        }
        if let Err(error) = transaction.commit() {
            // It is taken back whole: by SQLite, or with the transaction.
            let is_refused = matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::ConstraintViolation | ErrorCode::DatabaseBusy)
            );
            if let Some(ctx) = ctx.filter(|_| is_refused) {
                ctx.unchanged();
            }
            return Err(error);
        }
    }
    Ok(answer)
}

/// Tells subscribers which resources are other ones now.
fn tell(ctx: &Ctx, changed: Vec<String>) {
    for uri in changed {
        ctx.changed(&Change::Resource(uri));
    }
}

const READERS_MIN: usize = 4;
const READERS_MAX: usize = 16;

#[cfg(test)]
mod tests;
