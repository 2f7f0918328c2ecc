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
use crate::connect::Unopened;

/// Tells why a source cannot be opened.
pub(crate) fn tell(error: &Unopened, source: &Source, files: &Files, problems: &mut Problems) {
    let Some(path) = &source.path else { return };
    match error {
        Unopened::Sql(SqlError::Statements(all)) => {
            for problem in all {
                let written = source.written().find(|written| written.of == problem.of);
                if let Some(written) = written.filter(|_| !is_told(problem)) {
                    one(problem, written, files, problems);
                }
            }
        }
        Unopened::Seed(SeedError::Refused(_, why)) if source.seed.is_some() => {
            let span = source.seed.as_ref().map_or(path.span, |seed| seed.span);
            let text = format!("the database does not take the seed: {why}");
            let fix = "mend the file; its statements are one transaction already, without BEGIN and COMMIT";
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
            let fix = problem.nearest.as_ref().map_or_else(
                || "serve what is the same for everybody, until people sign in".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            (Code::Identity, statement, fix)
        }
        Trouble::Text => {
            let span = written.not_found.unwrap_or(written.name.span);
            (Code::NoParameter, span, add(subject, ("{", "}"), written))
        }
        Trouble::Unused => {
            let params = written.params.iter().find(|name| name.value == subject);
            let fix = format!("write :{subject} in the statement, or take the parameter out");
            (
                Code::Unused,
                params.map_or(statement, |name| name.span),
                fix,
            )
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
