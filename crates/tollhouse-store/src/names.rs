//! Sets of names as the database keeps them: a JSON array in one column.

use rusqlite::{Row, types::Type};

pub(crate) fn stored(names: &[String]) -> String {
    serde_json::Value::from(names.to_vec()).to_string()
}

pub(crate) fn column(row: &Row<'_>, name: &str) -> rusqlite::Result<Vec<String>> {
    let text: String = row.get(name)?;
    serde_json::from_str(&text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error)))
}
