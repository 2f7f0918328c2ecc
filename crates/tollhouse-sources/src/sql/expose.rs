//! Tables and views that can be read as they are: what they are made of, their first rows, and single rows.

use rusqlite::Connection;
use serde_json::{Map, Value, json};
use tollhouse_core::{Policy, Resource, Template};

use super::{
    answer::Answer,
    offers::{Caps, Statement},
    placeholder,
    schema::{Affinity, Column, Kind, Schema, Table, quoted},
};

/// A table as a resource, and its rows as others.
#[derive(Debug)]
pub(super) struct Exposed {
    pub(super) resource: Resource,
    pub(super) rows: Statement,
    pub(super) caps: Caps,
    pub(super) head: Head,
    /// Single rows, if one column tells them apart.
    pub(super) row: Option<(Template, Statement)>,
}

/// What stands before the rows.
#[derive(Debug)]
pub(super) struct Head {
    about: Map<String, Value>,
    /// Counts the rows, where that is cheap.
    count: Option<String>,
}

impl Exposed {
    /// A table of this source, under these rules.
    pub(super) fn new(
        source: &str,
        (schema, table): (&Schema, &Table),
        policy: &Policy,
        caps: Caps,
    ) -> Self {
        let caps = caps.of_resource();
        let uri = uri(source, &table.name);
        let names: Vec<String> = table
            .columns
            .iter()
            .map(|column| quoted(&column.name))
            .collect();
        let select = format!("SELECT {} FROM {}", names.join(", "), quoted(&table.name));
        let head = Head::new(schema, table);
        let bytes = Value::Object(head.about.clone()).to_string().len();
        let mime_type = Some("application/json".to_owned());
        let key = table.key().filter(|key| key.affinity() != Affinity::Blob);
        let row = key.map(|key| {
            let template = Template {
                uri_template: format!("{uri}/{{key}}"),
                name: format!("{}_row", table.name),
                description: Some(format!(
                    "One row of the {} `{}`, by its `{}`.",
                    table.kind.noun(),
                    table.name,
                    key.name
                )),
                mime_type: mime_type.clone(),
                policy: policy.clone(),
                ..Template::default()
            };
            let sql = format!("{select} WHERE {} = :key", quoted(&key.name));
            (template, Statement::one(&sql))
        });
        Self {
            resource: Resource {
                uri,
                name: table.name.clone(),
                description: Some(format!(
                    "The {} `{}`: its columns and its first rows.",
                    table.kind.noun(),
                    table.name
                )),
                mime_type,
                policy: policy.clone(),
                ..Resource::default()
            },
            rows: Statement::many(&select),
            caps: Caps {
                bytes_max: caps.bytes_max.saturating_sub(bytes),
                ..caps
            },
            head,
            row,
        }
    }
}

impl Head {
    fn new(schema: &Schema, table: &Table) -> Self {
        let mut about = Map::new();
        about.insert(table.kind.noun().to_owned(), table.name.clone().into());
        let columns = table.columns.iter().map(|column| describe(schema, column));
        about.insert("columns".to_owned(), columns.collect());
        let from = quoted(&table.name);
        let count = format!("SELECT count(*) FROM (SELECT 1 FROM {from} LIMIT {COUNT_MAX} + 1)");
        Self {
            about,
            count: (table.kind == Kind::Stored).then_some(count),
        }
    }

    /// Puts itself before the rows.
    pub(super) fn before(&self, connection: &Connection, rows: Answer) -> rusqlite::Result<Answer> {
        let Answer::Data(Value::Object(rows)) = rows else {
            return Ok(rows);
        };
        let mut all = self.about.clone();
        if let Some(count) = &self.count {
            let mut statement = connection.prepare_cached(count)?;
            let count: i64 = statement.query_row([], |row| row.get(0))?;
            if count <= COUNT_MAX {
                all.insert("row_count".to_owned(), count.into());
            }
        }
        all.extend(rows);
        Ok(Answer::Data(all.into()))
    }
}

impl Kind {
    const fn noun(self) -> &'static str {
        match self {
            Self::Stored | Self::Virtual => "table",
            Self::View => "view",
        }
    }
}

/// Where a table stands.
fn uri(source: &str, table: &str) -> String {
    let names = json!({"source": source, "table": table});
    placeholder::fill_uri("db://{source}/{table}", &names)
}

fn describe(schema: &Schema, column: &Column) -> Value {
    let mut about = Map::new();
    about.insert("name".to_owned(), column.name.clone().into());
    if !column.declared.is_empty() {
        about.insert("type".to_owned(), column.declared.clone().into());
    }
    about.insert("nullable".to_owned(), column.nullable.into());
    if column.is_key {
        about.insert("key".to_owned(), true.into());
    }
    if let Some((table, to)) = &column.references {
        // A reference that names no column is to the key.
        let key = || Some(schema.table(table)?.key()?.name.clone());
        let to = to.clone().or_else(key);
        let whole = to.map_or_else(|| table.clone(), |to| format!("{table}.{to}"));
        about.insert("references".to_owned(), whole.into());
    }
    if let Some(choices) = &column.choices {
        about.insert("one_of".to_owned(), choices.values.clone().into());
    }
    about.into()
}

/// Counting more would take longer than reading the rows that are shown.
const COUNT_MAX: i64 = 10_000;
