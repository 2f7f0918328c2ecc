//! Sets of names as the database keeps them: a JSON array in one column.

use rusqlite::{Row, types::Type};

pub(crate) fn stored(names: &[String]) -> String {
    serde_json::Value::from(names.to_vec()).to_string()
}

/// `None` where nothing was said of them.
pub(crate) fn column(row: &Row<'_>, name: &str) -> rusqlite::Result<Option<Vec<String>>> {
    let text: Option<String> = row.get(name)?;
    text.map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error)))
}
