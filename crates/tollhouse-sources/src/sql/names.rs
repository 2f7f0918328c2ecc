//! The names that a database has, to tell which one is meant by a name that it has not.

use rusqlite::Connection;

/// The name that is nearest to the one that a failed statement names, if one is near enough to be meant.
pub(super) fn meant(connection: &Connection, message: &str) -> Option<String> {
    let (what, missing) = message.split_once(": ")?;
    let tables = || tables(connection).ok();
    let (missing, known) = match (what, missing.rsplit_once('.')) {
        ("no such table", None) => (missing, tables()?),
        ("no such column", None) => (missing, columns(connection).ok()?),
        ("no such column", Some((table, column))) => {
            let tables = tables()?;
            if tables.iter().any(|known| known == table) {
                (column, columns(connection).ok()?)
            } else {
                (table, tables)
            }
        }
        _ => return None,
    };
    near(missing, known)
}

/// The known name that is nearest to a missing one, if it is near enough to be meant.
pub(super) fn near(missing: &str, known: impl IntoIterator<Item = String>) -> Option<String> {
    let far = |name: &String| strsim::damerau_levenshtein(missing, name);
    let best = known.into_iter().min_by_key(far)?;
    (far(&best) <= missing.chars().count().div_ceil(3)).then_some(best)
}

fn tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name";
    let mut statement = connection.prepare(sql)?;
    let names = statement.query_map([], |row| row.get(0))?;
    names.take(TABLES_MAX).collect()
}

fn columns(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut all = Vec::new();
    for table in tables(connection)? {
        // A table-valued pragma would say it too, but guarded connections have none.
        let sql = format!("SELECT * FROM \"{}\"", table.replace('"', "\"\""));
        if let Ok(statement) = connection.prepare(&sql) {
            all.extend(statement.column_names().map(str::to_owned));
        }
    }
    Ok(all)
}

const TABLES_MAX: usize = 500;
