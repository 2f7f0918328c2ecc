//! What a database says against a statement, at the place in the file where it was written.

use std::{ops::Range, path::Path};

use tollhouse_sources::sql::{SqlError, SqlProblem, Trouble};

use super::{
    codes::Code,
    files::{Files, Said, Span},
    problem::{Problems, nearest},
    resolve::{Source, Tool},
};

/// Tells why a source cannot be opened.
pub(crate) fn tell(error: &SqlError, source: &Source, files: &Files, problems: &mut Problems) {
    let Some(path) = &source.path else { return };
    match error {
        SqlError::Statements(all) => {
            for problem in all {
                let tool = source
                    .tools
                    .iter()
                    .find(|tool| tool.name.value == problem.of);
                if let Some(tool) = tool.filter(|_| !is_told(problem)) {
                    one(problem, tool, files, problems);
                }
            }
        }
        other => {
            let (text, fix) = unopened(&path.value, other);
            problems.add(Code::Database, path.span, text, fix);
        }
    }
}

/// A parameter that no statement can name was told when it was read.
fn is_told(problem: &SqlProblem) -> bool {
    let name = problem.subject.as_deref().unwrap_or_default();
    problem.trouble == Trouble::Unused && !super::resolve::is_name(name)
}

fn effect(tool: &Tool, statement: Span) -> (Code, Span, String) {
    let span = tool.effect.unwrap_or(statement);
    let fix = match tool.offered.tool.effect {
        tollhouse::Effect::Read => {
            "if it is to change rows, write effect = \"write\" (can be changed back) or \"destructive\""
        }
        tollhouse::Effect::Write | tollhouse::Effect::Destroy => "take `effect` out",
    };
    (Code::Effect, span, fix.to_owned())
}

fn columns(subject: &str, tool: &Tool, statement: Span) -> (Code, Span, String) {
    match tool.json.iter().find(|name| name.value == subject) {
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

fn unopened(path: &Path, error: &SqlError) -> (String, String) {
    let shown = path.display();
    if path.is_file() {
        let fix = format!("see that {shown} is an SQLite database and that you may read it");
        return (error.to_string(), fix);
    }
    let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let fix = format!("make {}, or name the file that you mean", full.display());
    (format!("there is no database {shown}"), fix)
}

fn one(problem: &SqlProblem, tool: &Tool, files: &Files, problems: &mut Problems) {
    let statement = problem
        .place
        .clone()
        .map_or(tool.sql.span, |place| within(files, &tool.sql, place));
    let subject = problem.subject.as_deref().unwrap_or_default();
    let (code, span, fix) = match problem.trouble {
        Trouble::Argument => (Code::NoParameter, statement, add(subject, (":", ""), tool)),
        Trouble::Identity => {
            let fix = problem.nearest.as_ref().map_or_else(
                || "serve what is the same for everybody, until people sign in".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            (Code::Identity, statement, fix)
        }
        Trouble::Text => {
            let span = tool.not_found.unwrap_or(tool.name.span);
            (Code::NoParameter, span, add(subject, ("{", "}"), tool))
        }
        Trouble::Unused => {
            let params = tool.params.iter().find(|name| name.value == subject);
            let fix = format!("write :{subject} in the statement, or take the parameter out");
            (
                Code::Unused,
                params.map_or(statement, |name| name.span),
                fix,
            )
        }
        Trouble::Effect => effect(tool, statement),
        Trouble::Forbidden => (
            Code::Forbidden,
            statement,
            "do this outside of tools".to_owned(),
        ),
        Trouble::Columns => columns(subject, tool, statement),
        Trouble::Template => {
            let fix = "write :name; values are bound and never become part of the statement";
            (Code::Template, statement, fix.to_owned())
        }
        _ => {
            let fix = problem.nearest.as_ref().map_or_else(
                || "mend the statement at this place".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            (Code::Sql, statement, fix)
        }
    };
    problems.add(code, span, problem.to_string(), fix);
}

fn add(subject: &str, (before, after): (&str, &str), tool: &Tool) -> String {
    let known = tool.params.iter().map(|name| name.value.as_str());
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
