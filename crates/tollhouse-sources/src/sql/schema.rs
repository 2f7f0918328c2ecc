//! What a database is made of: its tables and views, their columns, and which values these take.

use std::path::Path;

use rusqlite::{
    Connection,
    hooks::{AuthAction, AuthContext, Authorization},
};
use serde_json::Value;

use super::{
    choices,
    session::{Access, Session},
};

/// All tables and views that are not the database's own.
#[derive(Debug, Default)]
pub(super) struct Schema {
    pub(super) tables: Vec<Table>,
}

/// A table or a view.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) columns: Vec<Column>,
}

/// What a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Stored,
    View,
    /// What a module makes up, such as a full-text index.
    Virtual,
}

/// A column.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    /// Its type, as it was declared; may be empty.
    pub(super) declared: String,
    pub(super) nullable: bool,
    /// Whether it is the primary key or a part of it.
    pub(super) is_key: bool,
    pub(super) origin: Origin,
    /// The column, in another table, in which its values stand.
    pub(super) references: Option<(String, Option<String>)>,
    /// The only values that it takes, if a rule of the table says so.
    pub(super) choices: Option<Choices>,
}

/// Where a column's values come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// From statements.
    Given,
    /// From other columns.
    Computed,
}

/// The only values that a column takes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Choices {
    pub(super) values: Vec<Value>,
    /// Whether no other rule of the table is about the column.
    pub(super) are_all: bool,
}

/// How a column keeps values (SQLite, "Datatypes", 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Affinity {
    Integer,
    Text,
    Blob,
    Real,
    Numeric,
}

impl Schema {
    /// Reads it, on a connection that may look at the schema and must do nothing else.
    pub(super) fn read(connection: &Connection) -> rusqlite::Result<Self> {
        let mut list = connection.prepare(TABLES)?;
        let tables = list.query_map([], |row| {
            let name: String = row.get(0)?;
            let kind = match row.get_ref(1)?.as_str()? {
                "view" => Kind::View,
                "virtual" => Kind::Virtual,
                _ => Kind::Stored,
            };
            Ok((name, kind, row.get(2)?, row.get(3)?))
        })?;
        let mut schema = Self::default();
        for table in tables.take(TABLES_MAX) {
            let (name, kind, has_no_rowid, made): (_, _, bool, Option<String>) = table?;
            // A view whose tables are gone has no columns to speak of, and nobody can read it.
            let Ok(mut columns) = columns(connection, &name, has_no_rowid) else {
                continue;
            };
            if kind == Kind::Stored {
                choices::fill(made.as_deref().unwrap_or_default(), &mut columns);
                references(connection, &name, &mut columns)?;
            }
            schema.tables.push(Table {
                name,
                kind,
                columns,
            });
        }
        Ok(schema)
    }

    pub(super) fn table(&self, name: &str) -> Option<&Table> {
        let mut tables = self.tables.iter();
        tables.find(|table| table.name.eq_ignore_ascii_case(name))
    }
}

impl Table {
    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        let mut columns = self.columns.iter();
        columns.find(|column| column.name.eq_ignore_ascii_case(name))
    }

    /// The primary key, if it is one column.
    pub(super) fn key(&self) -> Option<&Column> {
        let mut keys = self.columns.iter().filter(|column| column.is_key);
        keys.next().filter(|_| keys.next().is_none())
    }
}

impl Column {
    pub(super) fn affinity(&self) -> Affinity {
        let declared = self.declared.to_ascii_uppercase();
        let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
        match () {
            () if has(&["INT"]) => Affinity::Integer,
            () if has(&["CHAR", "CLOB", "TEXT"]) => Affinity::Text,
            () if declared.is_empty() || has(&["BLOB"]) => Affinity::Blob,
            () if has(&["REAL", "FLOA", "DOUB"]) => Affinity::Real,
            () => Affinity::Numeric,
        }
    }
}

/// A connection that says what a database is made of and what a statement touches, and runs no statement.
pub(super) struct Survey {
    pub(super) schema: Schema,
    session: Session,
}

impl Survey {
    pub(super) fn open(path: &Path) -> rusqlite::Result<Self> {
        let mut session = Session::open(path, Access::Read)?;
        session.connection.authorizer(Some(looks))?;
        let schema = Schema::read(&session.connection)?;
        Ok(Self { schema, session })
    }

    /// Whether a statement is one.
    pub(super) fn takes(&self, sql: &str) -> bool {
        self.session.connection.prepare(sql).is_ok()
    }

    /// The columns that a statement itself names, each with its table; what triggers and views do is not its.
    pub(super) fn touched(&mut self, sql: &str) -> Vec<(String, String)> {
        let (tell, told) = std::sync::mpsc::channel();
        let record = move |context: AuthContext<'_>| {
            let (AuthAction::Read {
                table_name,
                column_name,
            }
            | AuthAction::Update {
                table_name,
                column_name,
            }) = context.action
            else {
                return Authorization::Allow;
            };
            if context.accessor.is_none() {
                // The other end waits below for all of them.
                let _sent = tell.send((table_name.to_owned(), column_name.to_owned()));
            }
            Authorization::Allow
        };
        let connection = &mut self.session.connection;
        if connection.authorizer(Some(record)).is_err() || connection.prepare(sql).is_err() {
            return Vec::new();
        }
        told.try_iter().collect()
    }
}

/// A name as SQL takes it. Backticks, because a name in double quotes that is not there is a text to SQLite.
pub(super) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

fn looks(context: AuthContext<'_>) -> Authorization {
    match context.action {
        // Views are looked into by compiling what they select.
        AuthAction::Select
        | AuthAction::Read { .. }
        | AuthAction::Recursive
        | AuthAction::Function { .. } => Authorization::Allow,
        AuthAction::Pragma { pragma_name, .. } if PRAGMAS.contains(&pragma_name) => {
            Authorization::Allow
        }
        _ => Authorization::Deny,
    }
}

fn columns(
    connection: &Connection,
    table: &str,
    has_no_rowid: bool,
) -> rusqlite::Result<Vec<Column>> {
    let mut statement = connection.prepare_cached(COLUMNS)?;
    let columns = statement.query_map([table], |row| {
        let (is_key, hidden): (bool, i64) = (row.get(3)?, row.get(4)?);
        let not_null: bool = row.get(2)?;
        Ok(Column {
            name: row.get(0)?,
            declared: row.get(1)?,
            nullable: !(not_null || is_key && has_no_rowid),
            is_key,
            origin: match hidden {
                0 => Origin::Given,
                _ => Origin::Computed,
            },
            references: None,
            choices: None,
        })
    })?;
    let mut columns: Vec<Column> = columns.take(COLUMNS_MAX).collect::<Result<_, _>>()?;
    let keys = columns.iter().filter(|column| column.is_key).count();
    for column in &mut columns {
        // Such a key is the row's number.
        if column.is_key && keys == 1 && column.declared.eq_ignore_ascii_case("INTEGER") {
            column.nullable = false;
        }
    }
    Ok(columns)
}

fn references(
    connection: &Connection,
    table: &str,
    columns: &mut [Column],
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(REFERENCES)?;
    let mut rows = statement.query([table])?;
    while let Some(row) = rows.next()? {
        let from: String = row.get(0)?;
        let to = (row.get(1)?, row.get(2)?);
        let mut columns = columns.iter_mut();
        if let Some(column) = columns.find(|column| column.name.eq_ignore_ascii_case(&from)) {
            column.references = Some(to);
        }
    }
    Ok(())
}

const TABLES: &str = "SELECT list.name, list.type, list.wr, made.sql FROM pragma_table_list AS list \
    JOIN sqlite_schema AS made ON made.name = list.name AND made.type IN ('table', 'view') \
    WHERE list.schema = 'main' AND list.type <> 'shadow' AND list.name NOT LIKE 'sqlite!_%' ESCAPE '!' \
    ORDER BY list.name";
const COLUMNS: &str = "SELECT name, type, `notnull`, pk > 0, hidden FROM pragma_table_xinfo(?1) WHERE hidden <> 1 ORDER BY cid";
const REFERENCES: &str = "SELECT `from`, `table`, `to` FROM pragma_foreign_key_list(?1)";
const PRAGMAS: [&str; 3] = ["table_list", "table_xinfo", "foreign_key_list"];
/// More than people look at; it only ends what has no end.
const TABLES_MAX: usize = 5000;
const COLUMNS_MAX: usize = 2000;
