//! Keys that stand in somebody's own database: a query finds whom each is for.

use std::{fmt, path::Path, sync::Arc};

use futures_util::future::BoxFuture;
use serde_json::{Map, Value, json};
use tollhouse_core::{Directory, Fault, NoAnswer, OutsideKey, Principal};

use super::{
    SqlError,
    answer::Answer,
    check::Desk,
    offers::{Caps, SqlOffers},
    pool::Pool,
    schema::Survey,
    session::{Access, Session},
    statement::Checked,
};

/// A query that finds the holder of a key in a database, which it only reads.
///
/// `:key_sha256` is the key's SHA-256 in lower-case hexadecimal, `:key` the key itself. Its columns are `subject`, and
/// if there are such, `scopes`, `roles`, `tenant`, `client` and `expires_at`. No row means that there is no such key.
pub struct SqlDirectory {
    statement: Arc<Checked>,
    readers: Arc<Pool>,
}

impl SqlDirectory {
    /// Opens the database and checks the query against it.
    ///
    /// # Errors
    ///
    /// The file cannot be opened, or the query does not fit it: all problems at once.
    pub fn open(path: &Path, sql: &str) -> Result<Self, SqlError> {
        let reader = Session::open(path, Access::Read)?;
        reader.look()?;
        let caps = Caps {
            rows_max: ROWS_MAX,
            ..Caps::default()
        };
        let offers = SqlOffers {
            caps,
            ..SqlOffers::default()
        };
        let mut desk = Desk::new(&reader.connection, None, Survey::open(path)?, &offers);
        let checked = desk.directory(sql);
        desk.finish()?;
        // A query that could not be checked is a problem, and those were told.
        let statement = checked.ok_or_else(|| SqlError::Statements(Vec::new()))?;
        Ok(Self {
            statement: Arc::new(statement),
            readers: Pool::new(path, Access::Read, READERS, Some(reader)),
        })
    }

    async fn ask(&self, key: &OutsideKey) -> Result<Option<Map<String, Value>>, NoAnswer> {
        let args = json!({KEY: key.secret, SHA256: key.sha256});
        let statement = Arc::clone(&self.statement);
        // Nobody is known yet: that is what is being asked.
        let values = statement.bind(&args, &Principal::anonymous());
        let values = values.map_err(no_answer)?;
        let answer = self
            .readers
            .run(move |session| statement.run(&session.connection, values))
            .await
            .map_err(no_answer)?;
        match answer {
            Answer::Data(table) => holder(&table),
            Answer::Unfit => Err(NoAnswer(
                "the query no longer fits the database; mend one of them".into(),
            )),
            Answer::Miss
            | Answer::Text(_)
            | Answer::Before(_)
            | Answer::Declined(_)
            | Answer::TooLarge => Err(NoAnswer("the query gave no row that can be read".into())),
        }
    }
}

/// The one row.
fn holder(table: &Value) -> Result<Option<Map<String, Value>>, NoAnswer> {
    let listed = |name: &str| table.get(name).and_then(Value::as_array);
    let (Some(columns), Some(rows)) = (listed("columns"), listed("rows")) else {
        return Err(NoAnswer("the query gave no rows".into()));
    };
    let is_cut = table.get("truncated") == Some(&Value::Bool(true));
    match rows.as_slice() {
        [] if !is_cut => Ok(None),
        [Value::Array(row)] if !is_cut => {
            let names = columns.iter().filter_map(Value::as_str).map(str::to_owned);
            Ok(Some(names.zip(row.iter().cloned()).collect()))
        }
        _ => Err(NoAnswer(
            "the query gave more than one row for one key; a key has one holder".into(),
        )),
    }
}

fn no_answer(fault: Fault) -> NoAnswer {
    NoAnswer(match fault {
        Fault::Internal(error) => error,
        Fault::Fail(text) => text.into(),
        _ => "the database gave no answer".into(),
    })
}

impl Directory for SqlDirectory {
    fn find<'a>(
        &'a self,
        key: &'a OutsideKey,
    ) -> BoxFuture<'a, Result<Option<Map<String, Value>>, NoAnswer>> {
        Box::pin(self.ask(key))
    }
}

impl fmt::Debug for SqlDirectory {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SqlDirectory")
    }
}

/// The parameter that is the key.
pub(super) const KEY: &str = "key";
/// The parameter that is the key's digest.
pub(super) const SHA256: &str = "key_sha256";
/// The column without which nobody is found.
pub(super) const SUBJECT: &str = "subject";
/// All columns that are read.
pub(super) const COLUMNS: [&str; 6] =
    [SUBJECT, "scopes", "roles", "tenant", "client", "expires_at"];
/// One more than there may be.
const ROWS_MAX: usize = 2;
const READERS: usize = 4;
