//! A statement that has been checked, and how it runs.

use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::{Connection, ErrorCode, types::Value as Sql};
use serde_json::{Value, json};
use tollhouse_core::{Fault, Principal, fail};

use super::{
    answer::{self, Answer, Column, Wanted},
    caller::Caller,
    offers::{Caps, Returns, Statement},
    placeholder, value,
};

/// A statement that fits the database and its arguments.
#[derive(Debug)]
pub(super) struct Checked {
    /// What it is for, as people know it.
    pub(super) title: String,
    pub(super) declared: Statement,
    /// The text that the database gets.
    pub(super) sql: String,
    pub(super) parameters: Vec<Parameter>,
    /// The columns that it had when it was checked.
    pub(super) columns: Vec<String>,
    pub(super) caps: Caps,
    /// Whether the database has changed so that it does not fit any more, which has been told.
    pub(super) is_unfit: AtomicBool,
}

/// A parameter of a statement.
#[derive(Debug)]
pub(super) enum Parameter {
    /// What the caller sends.
    Argument {
        name: String,
        default: Value,
        /// Whether it is a whole number, however it is written.
        is_whole: bool,
        /// How long its text may be, where no rule of its own says so.
        bytes_max: usize,
    },
    /// Who the caller is.
    Caller(Caller),
}

impl Parameter {
    fn bind(&self, args: &Value, principal: &Principal) -> Result<Sql, Fault> {
        match self {
            Self::Argument {
                name,
                default,
                is_whole,
                bytes_max,
            } => {
                let value = value::bind(name, args.get(name).unwrap_or(default))?;
                match is_whole {
                    true => Ok(value::whole(value)),
                    false => value::within(name, value, *bytes_max),
                }
            }
            Self::Caller(caller) => caller.bind(principal),
        }
    }

    fn is_argument(&self, wanted: &str) -> bool {
        matches!(self, Self::Argument { name, .. } if name == wanted)
    }
}

/// The values of one call, in the order of the parameters.
#[derive(Debug)]
pub(super) struct Values {
    values: Vec<Sql>,
    wanted: Option<Wanted>,
}

impl Checked {
    /// The same, for what is read as a resource.
    pub(super) fn of_resource(self) -> Self {
        let caps = self.caps.of_resource();
        Self { caps, ..self }
    }

    /// The values of the parameters for these arguments and this caller.
    pub(super) fn bind(&self, args: &Value, principal: &Principal) -> Result<Values, Fault> {
        let all = self.parameters.iter();
        let values = all.map(|parameter| parameter.bind(args, principal));
        let mut values = values.collect::<Result<Vec<_>, Fault>>()?;
        Ok(Values {
            wanted: self.wanted(&mut values)?,
            values,
        })
    }

    /// How many rows the caller wants, if it can say so. The database is asked for no more than are shown.
    fn wanted(&self, values: &mut [Sql]) -> Result<Option<Wanted>, Fault> {
        let Some(name) = &self.declared.limit else {
            return Ok(None);
        };
        let mut both = self.parameters.iter().zip(values);
        let Some((_, value)) = both.find(|(parameter, _)| parameter.is_argument(name)) else {
            return Ok(None);
        };
        let rows = value::rows(name, value)?;
        let asked = rows.unwrap_or(usize::MAX).min(self.caps.rows_max);
        *value = Sql::Integer(i64::try_from(asked)?);
        Ok(rows.map(|rows| Wanted {
            argument: name.clone(),
            rows,
        }))
    }

    /// Runs it, and sees whether it is still what was checked. The connection keeps it compiled.
    ///
    /// The database compiles a statement anew when the schema has changed, and only then knows its columns. So
    /// what it gave is looked at afterwards: none of it leaves if it does not fit.
    pub(super) fn run(&self, connection: &Connection, values: Values) -> rusqlite::Result<Answer> {
        let mut statement = match connection.prepare_cached(&self.sql) {
            Ok(statement) => statement,
            Err(error) => return self.failed(connection, error),
        };
        let result = self.execute(&mut statement, values);
        let is_other = !statement.column_names().eq(&self.columns);
        if is_other && result.as_ref().map_or_else(is_ours, |_| true) {
            let now: Vec<&str> = statement.column_names().collect();
            return Ok(self.unfit(&format!("its columns are now {}", now.join(", "))));
        }
        drop(statement);
        match result {
            Ok(answer) => {
                if self.is_unfit.swap(false, Ordering::Relaxed) {
                    tracing::info!(of = self.title, "a statement fits the database again");
                }
                Ok(answer)
            }
            Err(error) => self.failed(connection, error),
        }
    }

    fn execute(
        &self,
        statement: &mut rusqlite::Statement<'_>,
        values: Values,
    ) -> rusqlite::Result<Answer> {
        for (place, value) in values.values.into_iter().enumerate() {
            statement.raw_bind_parameter(place + 1, value)?;
        }
        if self.columns.is_empty() {
            let changed = statement.raw_execute()?;
            let missed = changed == 0 && !self.declared.returns.is_list();
            return Ok(if missed {
                Answer::Miss
            } else {
                Answer::Data(json!({"changed": changed}))
            });
        }
        let columns: Vec<Column> = self.columns.iter().map(|name| self.column(name)).collect();
        let mut rows = statement.raw_query();
        match self.declared.returns {
            Returns::One => answer::one(&mut rows, &columns, self.caps),
            Returns::Many => answer::many(&mut rows, &columns, self.caps, values.wanted.as_ref()),
            Returns::Table => answer::table(&mut rows, &columns, self.caps, values.wanted.as_ref()),
            Returns::Text => answer::text(&mut rows, self.caps),
        }
    }

    /// What a failure means: the statement's own, or that the database does not even take it any more.
    fn failed(&self, connection: &Connection, error: rusqlite::Error) -> rusqlite::Result<Answer> {
        let has_no_name = error.sqlite_error_code() == Some(ErrorCode::Unknown);
        match has_no_name.then(|| connection.prepare(&self.sql)) {
            Some(Err(refused)) => Ok(self.unfit(&refused.to_string())),
            Some(Ok(_)) | None => Err(error),
        }
    }

    /// What it means that something beside the statement failed, which it cannot do without.
    pub(super) fn lost(&self, error: rusqlite::Error) -> rusqlite::Result<Answer> {
        match error.sqlite_error_code() {
            Some(ErrorCode::Unknown) => Ok(self.unfit(&error.to_string())),
            _ => Err(error),
        }
    }

    fn unfit(&self, why: &str) -> Answer {
        if !self.is_unfit.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                of = self.title,
                why,
                "a statement no longer fits the database; mend one of them and reload"
            );
        }
        Answer::Unfit
    }

    fn column(&self, name: &str) -> Column {
        Column {
            name: name.to_owned(),
            is_json: self.declared.json_columns.iter().any(|json| json == name),
        }
    }

    pub(super) fn uses(&self, name: &str) -> bool {
        self.parameters
            .iter()
            .any(|parameter| parameter.is_argument(name))
    }

    /// What the caller reads when there is no row.
    pub(super) fn not_found(&self, args: &Value) -> String {
        placeholder::fill(&self.declared.not_found, args)
    }

    /// What the caller reads when the database has changed under the statement.
    pub(super) fn no_longer_fits() -> Fault {
        fail(
            "The statement behind this no longer fits the database, which has changed. Nothing was done. Whoever \
             runs this server can mend it.",
        )
    }

    /// What the caller reads when the result is over the cap.
    pub(super) fn too_large(&self) -> Fault {
        let limit = self.caps.bytes_max / 1024;
        fail(format!(
            "The result is larger than {limit} KiB, the most that one call gives. Nothing was changed."
        ))
    }
}

/// Whether it is not the database that failed, but who read from it.
fn is_ours(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code().is_none()
}
