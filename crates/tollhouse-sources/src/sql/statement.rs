//! A statement that has been checked, and how it runs.

use rusqlite::{Connection, types::Value as Sql};
use serde_json::{Value, json};
use tollhouse_core::{Fault, Principal, fail};

use super::{
    answer::{self, Answer, Column, Wanted},
    caller::Caller,
    offers::{Caps, Returns, Statement},
    placeholder, value,
};

/// A statement that fits the database and its arguments.
#[derive(Debug, PartialEq)]
pub(super) struct Checked {
    pub(super) declared: Statement,
    /// The text that the database gets.
    pub(super) sql: String,
    pub(super) parameters: Vec<Parameter>,
    pub(super) caps: Caps,
}

/// A parameter of a statement.
#[derive(Debug, PartialEq)]
pub(super) enum Parameter {
    /// What the caller sends.
    Argument { name: String, default: Value },
    /// Who the caller is.
    Caller(Caller),
}

impl Parameter {
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
    /// The values of the parameters for these arguments and this caller.
    pub(super) fn bind(&self, args: &Value, principal: &Principal) -> Result<Values, Fault> {
        let argument = |parameter: &Parameter| match parameter {
            Parameter::Argument { name, default } => {
                value::bind(name, args.get(name).unwrap_or(default))
            }
            Parameter::Caller(caller) => caller.bind(principal),
        };
        let values = self
            .parameters
            .iter()
            .map(argument)
            .collect::<Result<Vec<_>, Fault>>()?;
        Ok(Values {
            wanted: self.wanted(&values),
            values,
        })
    }

    fn wanted(&self, values: &[Sql]) -> Option<Wanted> {
        let name = self.declared.limit.as_ref()?;
        let mut both = self.parameters.iter().zip(values);
        let rows = both.find_map(|(parameter, value)| match value {
            Sql::Integer(rows) if parameter.is_argument(name) => usize::try_from(*rows).ok(),
            _ => None,
        });
        Some(Wanted {
            argument: name.clone(),
            rows: rows?,
        })
    }

    /// Runs it. The connection keeps it compiled.
    pub(super) fn run(&self, connection: &Connection, values: Values) -> rusqlite::Result<Answer> {
        let mut statement = connection.prepare_cached(&self.sql)?;
        for (place, value) in values.values.into_iter().enumerate() {
            statement.raw_bind_parameter(place + 1, value)?;
        }
        if statement.column_count() == 0 {
            let changed = statement.raw_execute()?;
            let missed = changed == 0 && !self.declared.returns.is_list();
            return Ok(if missed {
                Answer::Miss
            } else {
                Answer::Data(json!({"changed": changed}))
            });
        }
        let columns: Vec<Column> = statement
            .column_names()
            .map(|name| self.column(name))
            .collect();
        let mut rows = statement.raw_query();
        match self.declared.returns {
            Returns::One => answer::one(&mut rows, &columns, self.caps),
            Returns::Many => answer::many(&mut rows, &columns, self.caps, values.wanted.as_ref()),
            Returns::Table => answer::table(&mut rows, &columns, self.caps, values.wanted.as_ref()),
            Returns::Text => answer::text(&mut rows, self.caps),
        }
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

    /// What the caller reads when the result is over the cap.
    pub(super) fn too_large(&self) -> Fault {
        let limit = self.caps.bytes_max / 1024;
        fail(format!(
            "The result is larger than {limit} KiB, the most that one call gives. Nothing was changed."
        ))
    }
}
