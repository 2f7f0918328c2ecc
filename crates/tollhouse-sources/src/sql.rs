//! Tools and resources made of SQL statements, over an SQLite file.
//!
//! Arguments are bound, never put into the text. What only reads runs on connections that cannot write,
//! what writes runs on one other connection, each call in one transaction. Statements run on threads for
//! blocking work, on as many connections as the source allows itself; when the road drops a call, its
//! statement is interrupted, and a transaction that has not been committed is rolled back.
//!
//! `offers` is what is declared, `check` compares it with the database when the source opens, `session` is a
//! guarded connection, `pool` has them and runs work on them, `statement` runs there, `answer` makes JSON of
//! rows.

use std::{collections::BTreeMap, fmt, num::NonZero, path::Path, sync::Arc, thread};

use futures_util::future::BoxFuture;
use rusqlite::{Connection, TransactionBehavior};
use serde_json::Value;
use tollhouse_core::{
    Change, Completion, Contents, Ctx, Effect, Fault, Offers, Output, Permit, Reported, Source,
    Target, fail,
};

mod answer;
mod caller;
mod check;
mod error;
mod lookup;
mod names;
mod offers;
mod placeholder;
mod pool;
mod problem;
mod seed;
mod session;
mod statement;
mod tokens;
mod value;

pub use error::SqlError;
pub use lookup::SqlLookup;
pub use offers::{
    Caps, Exists, Expose, Hint, Returns, SqlOffers, SqlResource, SqlSuggestion, SqlTemplate,
    SqlTool, Statement,
};
pub use problem::{SqlProblem, Trouble};
pub use seed::{SeedError, seed};

use crate::suggest::{Suggestions, Wanted};
use answer::Answer;
use check::Desk;
use pool::Pool;
use session::{Access, Session};
use statement::{Checked, Values};

/// A database whose statements are tools and resources.
pub struct SqlSource {
    offers: Offers,
    entries: BTreeMap<String, Entry>,
    lookups: BTreeMap<String, Arc<Checked>>,
    readers: Arc<Pool>,
    writer: Arc<Pool>,
}

/// What stands behind one name.
#[derive(Debug)]
struct Entry {
    main: Arc<Checked>,
    unless: Option<Arc<Checked>>,
    changes: Vec<String>,
    access: Access,
    mime_type: Option<String>,
    hints: BTreeMap<String, Hint>,
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
            &offers,
        );
        let (offers, entries, lookups) = entries(offers, desk)?;
        let readers = thread::available_parallelism().map_or(READERS_MIN, NonZero::get);
        let readers = readers.clamp(READERS_MIN, READERS_MAX);
        Ok(Self {
            offers,
            entries,
            lookups,
            readers: Pool::new(path, Access::Read, readers, Some(reader)),
            writer: Pool::new(path, Access::Write, 1, writer),
        })
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

    async fn read(&self, entry: &Entry, permit: &Permit<'_>) -> Result<Answer, Fault> {
        let main = Arc::clone(&entry.main);
        let values = main.bind(permit.args(), permit.principal())?;
        self.readers
            .run(move |session| main.run(&session.connection, values))
            .await
    }

    async fn write(&self, entry: &Entry, permit: &Permit<'_>, ctx: &Ctx) -> Result<Answer, Fault> {
        let (args, principal) = (permit.args(), permit.principal());
        let main = Arc::clone(&entry.main);
        let values = main.bind(args, principal)?;
        let condition = match &entry.unless {
            Some(unless) => Some((Arc::clone(unless), unless.bind(args, principal)?)),
            None => None,
        };
        ctx.effect();
        let changed: Vec<String> = entry
            .changes
            .iter()
            .map(|uri| placeholder::fill_uri(uri, args))
            .collect();
        let ctx = ctx.clone();
        self.writer
            .run(move |session| {
                let answer = transact(session, condition, |connection| {
                    main.run(connection, values)
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
    fn offers(&self) -> Offers {
        self.offers.clone()
    }

    /// Whether the file can be opened and read now.
    fn is_ready(&self) -> bool {
        self.readers.is_ready()
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

impl Entry {
    fn reading(main: Checked, mime_type: Option<&str>) -> Self {
        Self {
            main: Arc::new(main),
            unless: None,
            changes: Vec::new(),
            access: Access::Read,
            mime_type: mime_type.map(str::to_owned),
            hints: BTreeMap::new(),
        }
    }

    /// As a tool's result. The road says data as text too.
    fn report(&self, answer: Answer, args: &Value) -> Result<Output, Fault> {
        match answer {
            Answer::Data(data) => Ok(Output::Tool(Reported {
                structured: Some(data),
                ..Reported::default()
            })),
            Answer::Text(text) => Ok(Output::Tool(Reported::text(text))),
            Answer::Miss => Err(fail(self.main.not_found(args))),
            Answer::Declined(why) => Err(fail(why)),
            Answer::TooLarge => Err(self.main.too_large()),
        }
    }

    /// As what stands in a resource.
    fn contents(&self, uri: &str, answer: Answer) -> Result<Output, Fault> {
        let text = match answer {
            Answer::Data(data) => data.to_string(),
            Answer::Text(text) => text,
            Answer::Miss => return Err(Fault::NotFound),
            Answer::Declined(why) => return Err(fail(why)),
            Answer::TooLarge => return Err(self.main.too_large()),
        };
        let mut contents = Contents::text(uri, "", text);
        contents.mime_type = self.mime_type.clone();
        Ok(Output::Resource(vec![contents]))
    }
}

/// What is listed, what stands behind each name, and what can be asked for suggestions.
type Checks = (
    Offers,
    BTreeMap<String, Entry>,
    BTreeMap<String, Arc<Checked>>,
);

/// Checks all that is declared, and tells every problem at once.
fn entries(offers: SqlOffers, mut desk: Desk<'_>) -> Result<Checks, SqlError> {
    let mut listed = Offers::default();
    let mut entries = BTreeMap::new();
    for offered in offers.tools {
        let (main, unless) = desk.tool(&offered);
        let SqlTool { tool, changes, .. } = offered;
        if let Some(main) = main {
            let entry = Entry {
                unless: unless.map(Arc::new),
                changes,
                access: Access::of(tool.effect),
                ..Entry::reading(main, None)
            };
            entries.insert(tool.name.clone(), entry);
        }
        listed.tools.push(tool);
    }
    for SqlResource {
        resource,
        statement,
    } in offers.resources
    {
        if let Some(main) = desk.resource(&resource.uri, &statement) {
            let entry = Entry::reading(main, resource.mime_type.as_deref());
            entries.insert(resource.uri.clone(), entry);
        }
        listed.resources.push(resource);
    }
    for SqlTemplate {
        mut template,
        statement,
        suggestions: hints,
    } in offers.templates
    {
        template.completes = hints.keys().cloned().collect();
        if let Some(main) = desk.resource(&template.uri_template, &statement) {
            let entry = Entry {
                hints,
                ..Entry::reading(main, template.mime_type.as_deref())
            };
            entries.insert(template.uri_template.clone(), entry);
        }
        listed.templates.push(template);
    }
    let mut lookups = BTreeMap::new();
    for lookup in offers.lookups {
        if let Some(main) = desk.lookup(&lookup) {
            lookups.insert(lookup.name, Arc::new(main));
        }
    }
    desk.finish()?;
    Ok((listed, entries, lookups))
}

/// Runs a write in one transaction. Only what succeeded is committed, and only if it is still wanted.
fn transact(
    session: &mut Session,
    condition: Option<(Arc<Checked>, Values)>,
    work: impl FnOnce(&Connection) -> rusqlite::Result<Answer>,
) -> rusqlite::Result<Answer> {
    let brake = session.brake();
    let transaction = session
        .connection
        .transaction_with_behavior(TransactionBehavior::Immediate)?;
    if let Some((unless, values)) = condition {
        match unless.run(&transaction, values)? {
            Answer::Miss => {}
            Answer::Text(why) => return Ok(Answer::Declined(why)),
            other => return Ok(other),
        }
    }
    let answer = work(&transaction)?;
    if answer.is_success() {
        brake.check()?;
        transaction.commit()?;
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
