//! Compares what is declared with the database, once; what passes can run.

use std::{collections::BTreeSet, sync::atomic::AtomicBool};

use rusqlite::Connection;
use serde_json::Value;
use tollhouse_core::Effect;

use super::{
    SqlError,
    caller::{self, Caller},
    fit,
    lookup::TYPED,
    names,
    offers::{Caps, Returns, SqlOffers, SqlSuggestion, SqlTool, Statement},
    placeholder,
    problem::{SqlProblem, Trouble},
    schema::Survey,
    session::Access,
    statement::{Checked, Parameter},
    tokens,
};

mod directory;
mod effects;
mod tables;

/// Checks statements, and keeps every problem for the end.
pub(super) struct Desk<'a> {
    reader: &'a Connection,
    writer: Option<&'a Connection>,
    survey: Survey,
    caps: Caps,
    identity: bool,
    problems: Vec<SqlProblem>,
}

/// What a statement is checked against.
struct Place<'a> {
    /// The tool's name, or the resource's URI.
    of: &'a str,
    /// Where it stands, for whoever reads the problem.
    title: String,
    access: Access,
    arguments: BTreeSet<&'a str>,
    properties: Option<&'a Value>,
}

impl<'a> Desk<'a> {
    pub(super) const fn new(
        reader: &'a Connection,
        writer: Option<&'a Connection>,
        survey: Survey,
        offers: &SqlOffers,
    ) -> Self {
        Self {
            reader,
            writer,
            survey,
            caps: offers.caps,
            identity: offers.identity,
            problems: Vec::new(),
        }
    }

    /// Checks a tool's statement, and the query that can stop it.
    pub(super) fn tool(&mut self, offered: &SqlTool) -> (Option<Checked>, Option<Checked>) {
        let tool = &offered.tool;
        let place = Place::of_tool(offered, "", Access::of(tool.effect));
        for uri in &offered.changes {
            self.placeholders(&place, uri);
        }
        let main = self.statement(&place, &offered.statement);
        let Some(sql) = &offered.unless else {
            self.unused(&place, &[main.as_ref()]);
            return (main, None);
        };
        if tool.effect == Effect::Read {
            self.complain(&place, Trouble::Effect, "`unless` is for tools that write");
        }
        let condition = Place::of_tool(offered, ", `unless`", Access::Read);
        let unless = self.statement(&condition, &Statement::text(sql));
        self.unused(&place, &[main.as_ref(), unless.as_ref()]);
        (main, unless)
    }

    /// Checks what a resource or a pattern of resources reads; its arguments are the pattern's variables.
    pub(super) fn resource(&mut self, uri: &str, statement: &Statement) -> Option<Checked> {
        let names = placeholder::names(uri).map(|name| name.trim_start_matches('+'));
        let place = Place {
            of: uri,
            title: format!("resource `{uri}`"),
            access: Access::Read,
            arguments: names.collect(),
            properties: None,
        };
        self.statement(&place, statement).map(Checked::of_resource)
    }

    /// Checks a query for suggestions.
    pub(super) fn lookup(&mut self, lookup: &SqlSuggestion) -> Option<Checked> {
        let arguments = lookup.arguments.iter().map(String::as_str);
        let place = Place {
            of: &lookup.name,
            title: lookup.name.clone(),
            access: Access::Read,
            arguments: arguments.chain([TYPED]).collect(),
            properties: None,
        };
        self.statement(&place, &Statement::table(&lookup.sql))
    }

    /// The warnings that there were, if there was nothing else.
    pub(super) fn finish(self) -> Result<Vec<SqlProblem>, SqlError> {
        let is_warning = |problem: &SqlProblem| problem.trouble == Trouble::Lacking;
        if self.problems.iter().all(is_warning) {
            Ok(self.problems)
        } else {
            Err(SqlError::Statements(self.problems))
        }
    }

    fn statement(&mut self, place: &Place<'_>, declared: &Statement) -> Option<Checked> {
        let template = declared.sql.find("{{");
        if let Some(start) = template {
            let why = "`{{` in SQL: arguments are bound, write :name";
            let problem = self.complain(place, Trouble::Template, why);
            problem.place = Some(start..start + 2);
        }
        self.placeholders(place, &declared.not_found);
        if self.callers(place, &declared.sql) {
            return None;
        }
        let sql = caller::rewrite(&declared.sql);
        let connection = match place.access {
            Access::Read => self.reader,
            Access::Write => self.writer.unwrap_or(self.reader),
        };
        let statement = match connection.prepare(&sql) {
            Ok(statement) => statement,
            // No database takes a template; that was told.
            Err(_) if template.is_some() => return None,
            Err(error) => {
                self.refused(place, &declared.sql, connection, &error);
                return None;
            }
        };
        self.effect(place, &statement);
        self.columns(place, declared, &statement);
        let checked = Checked {
            title: place.title.clone(),
            declared: declared.clone(),
            columns: statement.column_names().map(str::to_owned).collect(),
            parameters: self.parameters(place, &sql, &statement),
            sql,
            caps: self.caps,
            is_unfit: AtomicBool::new(false),
        };
        self.fits(place, &checked.sql);
        if let Some(limit) = &declared.limit
            && !checked.uses(limit)
        {
            let why = format!("the limit `{limit}` is no parameter: write `LIMIT :{limit} + 1`");
            self.complain(place, Trouble::Argument, &why);
        }
        Some(checked)
    }

    /// Tells what the statement asks about whoever calls and cannot know. True if there is such a thing.
    fn callers(&mut self, place: &Place<'_>, sql: &str) -> bool {
        let before = self.problems.len();
        for (span, written) in tokens::callers(sql) {
            let known = Caller::written(written).is_some();
            let why = match known {
                true if self.identity => continue,
                true => format!("{written} says who calls, and nobody signs in"),
                false => format!(
                    "{written} is not known: of whoever calls there are :user.id, :user.tenant, :user.email and :client.id"
                ),
            };
            let problem = self.complain(place, Trouble::Identity, &why);
            problem.place = Some(span);
            if !known {
                problem.nearest = Some(Caller::nearest(written).to_owned());
            }
        }
        for (_, caller) in Caller::KNOWN {
            if let Some(span) = tokens::place_of(sql, caller.placeholder()) {
                let written = caller.placeholder();
                let why = format!("the parameter {written}: write :name");
                self.complain(place, Trouble::Argument, &why).place = Some(span);
            }
        }
        self.problems.len() > before
    }

    /// A statement that cannot be prepared.
    fn refused(
        &mut self,
        place: &Place<'_>,
        sql: &str,
        connection: &Connection,
        error: &rusqlite::Error,
    ) {
        let denied = Some(rusqlite::ErrorCode::AuthorizationForStatementDenied);
        let trouble = match place.access {
            _ if error.sqlite_error_code() != denied => Trouble::Statement,
            Access::Read => Trouble::Effect,
            Access::Write => Trouble::Forbidden,
        };
        let why = refusal(error, place.access);
        let nearest = names::meant(connection, &why);
        let problem = self.complain(place, trouble, &why);
        problem.nearest = nearest;
        let at = match error {
            rusqlite::Error::SqlInputError { offset, .. } => usize::try_from(*offset).ok(),
            _ => None,
        };
        // Where the database does not say it, a missing table is looked for.
        problem.place = at.map(|at| tokens::at(sql, at)).or_else(|| {
            let table = why.strip_prefix("no such table: ")?;
            tokens::word_in(sql, table)
        });
    }

    fn effect(&mut self, place: &Place<'_>, statement: &rusqlite::Statement<'_>) {
        let problem = match place.access {
            _ if statement.is_explain() != 0 => "EXPLAIN makes no tool",
            Access::Read if !statement.readonly() => "it writes, but is declared to read only",
            Access::Read if statement.column_count() == 0 => "it gives nothing back",
            Access::Write if statement.readonly() => "it only reads, but is declared to write",
            Access::Read | Access::Write => return,
        };
        self.complain(place, Trouble::Effect, problem);
    }

    fn columns(
        &mut self,
        place: &Place<'_>,
        declared: &Statement,
        statement: &rusqlite::Statement<'_>,
    ) {
        let mut seen = BTreeSet::new();
        for column in statement.column_names() {
            if !seen.insert(column) {
                let why = format!("two columns are called `{column}`: rename one with AS");
                self.complain(place, Trouble::Columns, &why);
            }
        }
        for column in &declared.json_columns {
            if !seen.contains(column.as_str()) {
                let why = format!("it has no column `{column}` to hold JSON");
                let problem = self.complain(place, Trouble::Columns, &why);
                problem.subject = Some(column.clone());
            }
        }
        if declared.returns == Returns::Text && statement.column_count() != 1 {
            let why = "a text is made of exactly one column";
            self.complain(place, Trouble::Columns, why);
        }
    }

    fn parameters(
        &mut self,
        place: &Place<'_>,
        sql: &str,
        statement: &rusqlite::Statement<'_>,
    ) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        for index in 1..=statement.parameter_count() {
            let written = statement.parameter_name(index).unwrap_or("?");
            if let Some(caller) = Caller::of_placeholder(written) {
                parameters.push(Parameter::Caller(caller));
                continue;
            }
            let Some(name) = written.strip_prefix(':') else {
                let why = format!("the parameter {written}: write :name");
                let problem = self.complain(place, Trouble::Argument, &why);
                problem.place = tokens::place_of(sql, written);
                continue;
            };
            if !place.arguments.contains(name) {
                let why = format!("there is no argument `{name}` for :{name}");
                let problem = self.complain(place, Trouble::Argument, &why);
                problem.subject = Some(name.to_owned());
                problem.place = tokens::place_of(sql, written);
            }
            parameters.push(Parameter::Argument {
                name: name.to_owned(),
                default: place.default(name),
                is_whole: place.is_whole(name),
                bytes_max: place.bytes_max(name),
            });
        }
        parameters
    }

    fn placeholders(&mut self, place: &Place<'_>, text: &str) {
        for name in placeholder::names(text) {
            if !place.arguments.contains(name) {
                let why = format!("there is no argument `{name}` for {{{name}}} in `{text}`");
                let problem = self.complain(place, Trouble::Text, &why);
                problem.subject = Some(name.to_owned());
            }
        }
    }

    /// An argument that does nothing would mislead whoever sends it.
    fn unused(&mut self, place: &Place<'_>, statements: &[Option<&Checked>]) {
        if statements.iter().any(Option::is_none) {
            return;
        }
        for name in &place.arguments {
            let mut all = statements.iter().flatten();
            if !all.any(|statement| statement.uses(name)) {
                let why = format!("no statement uses the argument `{name}`: write :{name}");
                let problem = self.complain(place, Trouble::Unused, &why);
                problem.subject = Some((*name).to_owned());
            }
        }
    }

    /// Keeps a problem; what is known of it beyond that can be added.
    fn complain(&mut self, place: &Place<'_>, trouble: Trouble, why: &str) -> &mut SqlProblem {
        let mut known = self.problems.iter();
        let same = known.position(|other| other.title == place.title && other.text == why);
        // A problem that is there already is taken out and comes back last.
        let problem = same.map_or_else(
            || SqlProblem::new(place.of, &place.title, trouble, why),
            |same| self.problems.remove(same),
        );
        self.problems.push_mut(problem)
    }
}

impl<'a> Place<'a> {
    fn of_tool(offered: &'a SqlTool, part: &str, access: Access) -> Self {
        let all = offered.arguments.as_ref().unwrap_or(&offered.tool.input);
        let properties = all.get("properties");
        let names = properties.and_then(Value::as_object).into_iter().flatten();
        Self {
            of: &offered.tool.name,
            title: format!("tool `{}`{part}", offered.tool.name),
            access,
            arguments: names.map(|(name, _)| name.as_str()).collect(),
            properties,
        }
    }

    /// What an argument is if it is not given.
    fn default(&self, argument: &str) -> Value {
        let property = self.property(argument);
        let default = property.and_then(|property| property.get("default"));
        default.cloned().unwrap_or_default()
    }

    fn is_whole(&self, argument: &str) -> bool {
        self.property(argument).and_then(fit::kind) == Some("integer")
    }

    fn property(&self, argument: &str) -> Option<&Value> {
        self.properties?.get(argument)
    }

    /// How long the text of an argument may be, which says nothing of it itself.
    fn bytes_max(&self, argument: &str) -> usize {
        let is_bounded = self.property(argument).is_some_and(|property| {
            let mut bounds = BOUNDS.iter();
            bounds.any(|bound| property.get(bound).is_some())
        });
        if is_bounded {
            usize::MAX
        } else {
            TEXT_BYTES_MAX
        }
    }
}

/// What keeps an argument from being of any length.
const BOUNDS: [&str; 5] = ["maxLength", "maxItems", "maxProperties", "enum", "const"];
/// Some functions of the database take as long as the square of a text, and nothing can stop them on the way:
/// at this length it is seconds at worst, and at a megabyte it would be minutes.
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// Why a statement cannot be prepared.
fn refusal(error: &rusqlite::Error, access: Access) -> String {
    match (error, error.sqlite_error_code()) {
        (rusqlite::Error::MultipleStatement, _) => "write one statement, not several".to_owned(),
        (_, Some(rusqlite::ErrorCode::AuthorizationForStatementDenied)) => match access {
            Access::Read => "it does more than select, but is declared to read only".to_owned(),
            Access::Write => {
                "it does more than select, insert, update and delete rows, which is all that a tool may do"
                    .to_owned()
            }
        },
        (rusqlite::Error::SqlInputError { msg, .. }, _) => msg.clone(),
        _ => error.to_string(),
    }
}
