//! What a database says against a statement, at the place in the file where it was written.

use std::{ops::Range, path::Path};

use tollhouse_sources::sql::{SeedError, SqlError, SqlProblem, Trouble};

use super::{
    codes::Code,
    files::{Files, Said, Span},
    problem::{Problems, nearest},
    raw::Effect,
    resolve::{Source, Written},
};

/// Why a database is not there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unopened {
    /// It cannot be made.
    #[error(transparent)]
    Seed(#[from] SeedError),
    /// It cannot be opened, or does not fit.
    #[error(transparent)]
    Sql(#[from] SqlError),
    /// There is no place for one that is only looked at.
    #[error("there is no place for a trial: {0}")]
    Folder(#[from] std::io::Error),
}

/// Tells why a source cannot be opened.
pub(crate) fn tell(error: &Unopened, source: &Source, files: &Files, problems: &mut Problems) {
    let Some(path) = &source.path else { return };
    match error {
        Unopened::Sql(SqlError::Statements(all)) => remark(all, source, files, problems),
        Unopened::Seed(SeedError::Refused(_, why)) if source.seed.is_some() => {
            let span = source.seed.as_ref().map_or(path.span, |seed| seed.span);
            let text = format!("the database does not take the seed: {why}");
            let fix = "mend the file; its statements are one transaction already, without BEGIN and COMMIT, and reach no other file";
            problems.add(Code::Database, span, text, fix);
        }
        other => {
            let (text, mut fix) = unopened(&path.value, other);
            if files.is_pack() {
                "move it away, or keep the data elsewhere with --data FOLDER".clone_into(&mut fix);
            }
            problems.add(Code::Database, path.span, text, fix);
        }
    }
}

/// Tells what a source has against what is declared, be it enough to refuse it or not.
pub(crate) fn remark(all: &[SqlProblem], source: &Source, files: &Files, problems: &mut Problems) {
    for problem in all {
        match source.written().find(|written| written.of == problem.of) {
            Some(_) if is_told(problem) => {}
            Some(written) if problem.trouble == Trouble::Effects => {
                let fix = format!("make it: tollhouse migrate {}", source.name.value);
                problems.add(Code::Effects, written.sql.span, problem.to_string(), fix);
            }
            Some(written) => one(problem, written, files, problems),
            None => of_source(problem, source, problems),
        }
    }
}

/// What is not about one statement.
fn of_source(problem: &SqlProblem, source: &Source, problems: &mut Problems) {
    let expose = source.expose.as_ref().map(|said| said.span);
    let (code, span) = match problem.trouble {
        Trouble::Expose => (Code::Exposed, expose),
        _ => (Code::Sql, None),
    };
    let span = span.unwrap_or(source.name.span);
    let fix = meant(problem, "name what is there, or take it out");
    problems.add(code, span, problem.to_string(), fix);
}

/// A parameter that no statement can name was told when it was read.
fn is_told(problem: &SqlProblem) -> bool {
    let name = problem.subject.as_deref().unwrap_or_default();
    problem.trouble == Trouble::Unused && !super::resolve::is_name(name)
}

fn effect(written: &Written, statement: Span) -> (Code, Span, String) {
    let span = written.effect.as_ref().map_or(statement, |said| said.span);
    let fix = match written.effect.as_ref().map(|said| said.value) {
        None | Some(Effect::Read) => {
            "if it is to change rows, write effect = \"write\" (can be changed back) or \"destructive\""
        }
        Some(Effect::Write | Effect::Destructive) => "take `effect` out",
    };
    (Code::Effect, span, fix.to_owned())
}

fn columns(subject: &str, written: &Written, statement: Span) -> (Code, Span, String) {
    match written.json.iter().find(|name| name.value == subject) {
        Some(name) => {
            let fix = format!("select a column AS {subject}, or take it out of `json`");
            (Code::Columns, name.span, fix)
        }
        None => {
            let fix = "select the columns that are wanted, each under a name of its own";
            (Code::Columns, statement, fix.to_owned())
        }
    }
}

fn unopened(path: &Path, error: &Unopened) -> (String, String) {
    let shown = path.display();
    // There is none since none can be made.
    match error {
        Unopened::Seed(_) if !path.is_file() => {
            let fix = "let this user write into its folder, or name another one";
            return (error.to_string(), fix.to_owned());
        }
        Unopened::Folder(_) => {
            let fix = "let TMPDIR name a folder that this user may write into";
            return (error.to_string(), fix.to_owned());
        }
        _ => {}
    }
    if path.is_file() {
        let fix = format!("see that {shown} is an SQLite database and that you may read it");
        return (error.to_string(), fix);
    }
    let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let fix = format!("make {}, or name the file that you mean", full.display());
    (format!("there is no database {shown}"), fix)
}

fn one(problem: &SqlProblem, written: &Written, files: &Files, problems: &mut Problems) {
    let is_condition = problem.part() == Some("unless");
    let sql = written.unless.as_ref().filter(|_| is_condition);
    let sql = sql.unwrap_or(&written.sql);
    let place = problem.place.clone();
    let statement = place.map_or(sql.span, |place| within(files, sql, place));
    let subject = problem.subject.as_deref().unwrap_or_default();
    let (code, span, fix) = match problem.trouble {
        Trouble::Argument => (
            Code::NoParameter,
            statement,
            add(subject, (":", ""), written),
        ),
        Trouble::Identity => {
            let otherwise = "let callers show keys, [auth] mode = \"keys\", or say whose machine it is, [server] local_user = \"ana\"";
            (Code::Identity, statement, meant(problem, otherwise))
        }
        Trouble::Text => {
            let span = written.not_found.unwrap_or(written.name.span);
            (Code::NoParameter, span, add(subject, ("{", "}"), written))
        }
        Trouble::Unused => {
            let fix = format!("write :{subject} in the statement, or take the parameter out");
            let span = parameter(subject, written).unwrap_or(statement);
            (Code::Unused, span, fix)
        }
        Trouble::Effect => effect(written, statement),
        Trouble::Forbidden => (
            Code::Forbidden,
            statement,
            "do this outside of tools".to_owned(),
        ),
        Trouble::Columns => columns(subject, written, statement),
        Trouble::Template => {
            let fix = "write :name; values are bound and never become part of the statement";
            (Code::Template, statement, fix.to_owned())
        }
        Trouble::Type | Trouble::Choice | Trouble::Lacking | Trouble::Exists => {
            unfitting(problem, written, statement)
        }
        _ => {
            let otherwise = "mend the statement at this place";
            (Code::Sql, statement, meant(problem, otherwise))
        }
    };
    problems.add(code, span, problem.to_string(), fix);
}

/// A parameter that does not fit the tables.
fn unfitting(problem: &SqlProblem, written: &Written, statement: Span) -> (Code, Span, String) {
    let subject = problem.subject.as_deref().unwrap_or_default();
    let mut looked_up = written.exists_in.iter();
    let exists = looked_up.find(|(argument, _)| argument == subject);
    let span = parameter(subject, written).unwrap_or(statement);
    match (problem.trouble, &problem.nearest) {
        (Trouble::Exists, _) => {
            let span = exists.map_or(span, |(_, span)| *span);
            let fix = meant(problem, "name a column that is there, as table.column");
            (Code::LookedUp, span, fix)
        }
        (Trouble::Lacking, _) => {
            let fix = "add what is missing to `enum`";
            (Code::Lacking, span, fix.to_owned())
        }
        (Trouble::Choice, _) => {
            let otherwise = "take it out of `enum`, or write it as the column has it";
            (Code::ColumnValue, span, meant(problem, otherwise))
        }
        (_, Some(kind)) => {
            let fix = format!("write type = \"{kind}\", or CAST the parameter in the statement");
            (Code::ColumnType, span, fix)
        }
        (_, None) => {
            let fix = "compare each element: IN (SELECT value FROM json_each(:name))";
            (Code::ColumnType, span, fix.to_owned())
        }
    }
}

/// The name that may be meant, or what else to do.
fn meant(problem: &SqlProblem, otherwise: &str) -> String {
    problem.nearest.as_ref().map_or_else(
        || otherwise.to_owned(),
        |near| format!("did you mean `{near}`?"),
    )
}

fn parameter(subject: &str, written: &Written) -> Option<Span> {
    let mut params = written.params.iter();
    Some(params.find(|name| name.value == subject)?.span)
}

fn add(subject: &str, (before, after): (&str, &str), written: &Written) -> String {
    let known = written.params.iter().map(|name| name.value.as_str());
    match nearest(subject, known) {
        Some(near) => format!("did you mean {before}{near}{after}?"),
        None if subject.is_empty() => "write :name".to_owned(),
        None => format!("add params.{subject} = {{ type = \"string\" }} to the tool"),
    }
}

/// The place of a part of a statement, or of the whole if it is not written as it is read.
fn within(files: &Files, sql: &Said<String>, part: Range<usize>) -> Span {
    let written = files.text_at(sql.span);
    let Some(start) = written.find(&sql.value) else {
        return sql.span;
    };
    let start = sql.span.start + start;
    let length = sql.value.len();
    Span {
        file: sql.span.file,
        start: start + part.start.min(length),
        end: start + part.end.min(length),
    }
}
