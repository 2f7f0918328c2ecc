//! A query that gives suggestions: the first column of its rows.

use std::{fmt, sync::Arc};

use futures_util::future::BoxFuture;
use serde_json::{Map, Value};
use tollhouse_core::Fault;

use super::{answer::Answer, pool::Pool, statement::Checked};
use crate::suggest::{Suggest, Wanted};

/// A query on an open database that can be asked for suggestions. It reads only.
#[derive(Clone)]
pub struct SqlLookup {
    name: Arc<str>,
    statement: Arc<Checked>,
    readers: Arc<Pool>,
}

impl SqlLookup {
    pub(super) fn new(name: &str, statement: Arc<Checked>, readers: &Arc<Pool>) -> Self {
        Self {
            name: name.into(),
            statement,
            readers: Arc::clone(readers),
        }
    }

    async fn ask(&self, wanted: Wanted<'_>) -> Result<Vec<String>, Fault> {
        let mut args = match wanted.filled {
            Value::Object(filled) => filled.clone(),
            _ => Map::new(),
        };
        args.insert(TYPED.to_owned(), wanted.value.into());
        let statement = Arc::clone(&self.statement);
        let values = statement.bind(&args.into(), wanted.principal)?;
        let answer = self
            .readers
            .run(move |session| statement.run(&session.connection, values))
            .await?;
        let Answer::Data(table) = answer else {
            return Ok(Vec::new());
        };
        let rows = table.get("rows").and_then(Value::as_array);
        let firsts = rows.into_iter().flatten().filter_map(|row| row.get(0));
        Ok(firsts.filter_map(text).collect())
    }
}

impl Suggest for SqlLookup {
    fn suggest<'a>(&'a self, wanted: Wanted<'a>) -> BoxFuture<'a, Result<Vec<String>, Fault>> {
        Box::pin(self.ask(wanted))
    }
}

impl fmt::Debug for SqlLookup {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SqlLookup({})", self.name)
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// The parameter that stands for what has been typed.
pub(super) const TYPED: &str = "value";
