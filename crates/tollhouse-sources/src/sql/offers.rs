//! What a database offers, declared as data.

use std::collections::BTreeMap;

use serde_json::Value;
use tollhouse_core::{Care, Doubt, Policy, Resource, Template, Tool};

use super::tokens;

/// All that one database offers.
#[derive(Clone, Debug, Default)]
pub struct SqlOffers {
    /// Its tools.
    pub tools: Vec<SqlTool>,
    /// Its resources with fixed URIs.
    pub resources: Vec<SqlResource>,
    /// Its resources under patterns of URIs; the variables are the arguments.
    pub templates: Vec<SqlTemplate>,
    /// Its queries for suggestions, for whoever asks for them with [`super::SqlSource::lookup`].
    pub lookups: Vec<SqlSuggestion>,
    /// How much one result may hold.
    pub caps: Caps,
    /// Whether callers are known here, so that statements may ask who calls: `:user.id` is the subject,
    /// `:user.tenant` and `:user.email` what is known of it, `:client.id` the program. All are bound from the principal.
    pub identity: bool,
    /// The source's name, with which the URIs of exposed tables begin.
    pub name: String,
    /// The tables that can be read as they are.
    pub expose: Expose,
    /// The rules of what is exposed.
    pub expose_policy: Policy,
    /// How it is kept from taking others along. Each of its targets fails for itself, whatever stands here.
    pub care: Care,
}

/// Tables and views that can be read as resources: `db://SOURCE/TABLE` is what the table is made of and its
/// first rows, `db://SOURCE/TABLE/{key}` one row, if one column is the primary key.
///
/// Which tables there are is found out when the source opens: one that is made later shows after a reload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Expose {
    /// None of them.
    #[default]
    None,
    /// All that are not the database's own.
    All,
    /// These.
    Tables(Vec<String>),
}

impl From<Vec<SqlTool>> for SqlOffers {
    fn from(tools: Vec<SqlTool>) -> Self {
        Self {
            tools,
            ..Self::default()
        }
    }
}

/// A tool that is a statement.
#[derive(Clone, Debug)]
pub struct SqlTool {
    /// The tool. A statement that writes under `Effect::Read`, or only reads under another, is refused.
    pub tool: Tool,
    /// What it runs.
    pub statement: Statement,
    /// For tools that write: a query in the same transaction, before the statement. If it gives a row, the text in
    /// its one column tells the caller why nothing was done.
    pub unless: Option<String>,
    /// URIs of resources that are other ones after a success. `{name}` stands for an argument.
    pub changes: Vec<String>,
    /// What must be there before the statement runs.
    pub exists: Vec<Exists>,
    /// The schema of all arguments that statements may ask for, where some callers have more of them than the tool's
    /// own schema says. Whoever has not sends none, so each of these may be left out.
    pub arguments: Option<Value>,
}

/// A value that must stand in a column, or the statement does not run and the caller reads what comes close.
///
/// An argument that is not given or null is not looked up. Of a list, each element is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exists {
    /// The argument that has the value.
    pub argument: String,
    /// The table or view.
    pub table: String,
    /// The column.
    pub column: String,
}

impl SqlTool {
    /// A tool that runs this statement, without further conditions.
    #[must_use]
    pub const fn new(tool: Tool, statement: Statement) -> Self {
        Self {
            tool,
            statement,
            unless: None,
            changes: Vec::new(),
            exists: Vec::new(),
            arguments: None,
        }
    }

    /// The same, whose calls with a key are remembered by the database itself, in the transaction of what they change:
    /// nobody is ever in doubt how one ended. It needs a table, which [`super::migrate`] makes.
    #[must_use]
    pub const fn exactly_once(mut self) -> Self {
        self.tool.policy.repeat.doubt = Doubt::AskSource;
        self
    }

    /// Whether the database remembers its calls.
    #[must_use]
    pub const fn is_exactly_once(&self) -> bool {
        matches!(self.tool.policy.repeat.doubt, Doubt::AskSource)
    }
}

/// A resource that is what a query gives.
#[derive(Clone, Debug)]
pub struct SqlResource {
    /// The resource.
    pub resource: Resource,
    /// What is read.
    pub statement: Statement,
}

/// Resources under a pattern; the query's parameters are the pattern's variables.
#[derive(Clone, Debug)]
pub struct SqlTemplate {
    /// The pattern.
    pub template: Template,
    /// What is read.
    pub statement: Statement,
    /// What is suggested for the variables, by their names.
    pub suggestions: BTreeMap<String, Hint>,
}

/// What is suggested for a variable.
#[derive(Clone, Debug)]
pub enum Hint {
    /// These, as far as they fit what has been typed.
    Listed(Vec<String>),
    /// What the suggestion of this name gives.
    Asked(String),
}

/// A query for suggestions: what stands in its first column. `:value` is what has been typed.
#[derive(Clone, Debug)]
pub struct SqlSuggestion {
    /// The name under which it is asked for and complained about.
    pub name: String,
    /// The query.
    pub sql: String,
    /// What else it may name: the other arguments of what it is for.
    pub arguments: Vec<String>,
}

/// One SQL statement and the shape of its result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The text. `:name` is the argument of that name: bound, never put into the text. One that is not given
    /// is what the input schema says under `default`, else NULL. `:user.id` and its like are who calls.
    pub sql: String,
    /// What it gives back.
    pub returns: Returns,
    /// What the caller reads when [`Returns::One`] or [`Returns::Text`] finds no row. `{name}` stands for an
    /// argument.
    pub not_found: String,
    /// The columns whose text is JSON, to be given back as such.
    pub json_columns: Vec<String>,
    /// The argument that says how many rows the caller wants. Let the statement look one row further
    /// (`LIMIT :limit + 1`), and the result tells whether there are more.
    pub limit: Option<String>,
}

impl Statement {
    /// A statement that gives one row.
    #[must_use]
    pub fn one(sql: &str) -> Self {
        Self::new(sql, Returns::One)
    }

    /// A statement that gives many rows.
    #[must_use]
    pub fn many(sql: &str) -> Self {
        Self::new(sql, Returns::Many)
    }

    /// A statement that gives one text.
    #[must_use]
    pub fn text(sql: &str) -> Self {
        Self::new(sql, Returns::Text)
    }

    /// A statement that gives many rows, as lists below one list of columns.
    #[must_use]
    pub fn table(sql: &str) -> Self {
        Self::new(sql, Returns::Table)
    }

    /// If it ends with `LIMIT :name`, lets it look one row further and takes `name` for its limit, so that the
    /// result tells whether there are more.
    #[must_use]
    pub fn looking_further(mut self) -> Self {
        if let Some((name, end)) = tokens::final_limit(&self.sql) {
            self.limit = Some(name.to_owned());
            self.sql.insert_str(end, " + 1");
        }
        self
    }

    fn new(sql: &str, returns: Returns) -> Self {
        Self {
            sql: sql.to_owned(),
            returns,
            not_found: "Nothing was found.".to_owned(),
            json_columns: Vec::new(),
            limit: None,
        }
    }
}

/// What a statement gives back. One without columns gives `{"changed": …}`, the number of rows, in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returns {
    /// The first row, as an object with a field per column. No row, or none changed, is a failure.
    One,
    /// All rows within the caps: `{"rows": […], "truncated": …}`.
    Many,
    /// All rows within the caps, as lists: `{"columns": […], "rows": [[…]], "truncated": …}`.
    Table,
    /// The one column of the first row, as text. No row is a failure.
    Text,
}

impl Returns {
    /// Whether it may be empty.
    pub(super) const fn is_list(self) -> bool {
        matches!(self, Self::Many | Self::Table)
    }
}

/// How much one result may hold. A list is cut between rows and says so; anything else fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// Rows; 5,000 if not said, of a resource 500 at most.
    pub rows_max: usize,
    /// Bytes as JSON; 1 MiB if not said, of a resource 64 KiB at most.
    pub bytes_max: usize,
}

impl Default for Caps {
    fn default() -> Self {
        Self {
            rows_max: 5000,
            bytes_max: 1024 * 1024,
        }
    }
}

impl Caps {
    /// What is read as a resource stands in the model's context as it is: nothing on the road cuts it, and nothing keeps
    /// the rest.
    pub(super) fn of_resource(self) -> Self {
        Self {
            rows_max: self.rows_max.min(500),
            bytes_max: self.bytes_max.min(64 * 1024),
        }
    }
}
