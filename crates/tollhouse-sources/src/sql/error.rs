//! What can go wrong: in opening, for whoever starts the server; in a call, for whoever calls.

use rusqlite::{Error, ErrorCode};
use tollhouse_core::{Fault, busy, fail};

use super::problem::SqlProblem;

/// A database that cannot be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SqlError {
    /// It cannot be opened.
    #[error("the database cannot be opened: {0}")]
    Open(#[from] Error),
    /// Statements do not fit what is declared. Each line is one problem.
    #[error("{}", lines(.0))]
    Statements(Vec<SqlProblem>),
}

fn lines(problems: &[SqlProblem]) -> String {
    let lines: Vec<String> = problems.iter().map(SqlProblem::to_string).collect();
    lines.join("\n")
}

/// What a failed statement means to the caller. The database's own words stay in the log.
pub(super) fn fault(error: Error) -> Fault {
    match error.sqlite_error_code() {
        Some(ErrorCode::AuthorizationForStatementDenied | ErrorCode::ReadOnly) => {
            tracing::warn!(%error, "a statement tried what it may not do");
            fail(
                "The statement of this tool tried what it may not do and was refused. Nothing was changed.",
            )
        }
        Some(ErrorCode::ConstraintViolation) => fail(
            "This would break a rule of the data (a value that must be unique, must exist elsewhere or must lie \
             within bounds). Nothing was changed.",
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            tracing::warn!(%error, "the database stayed locked");
            busy("The database is busy and nothing was done. Try again in a moment.")
        }
        Some(ErrorCode::CannotOpen) => {
            tracing::warn!(%error, "the database cannot be opened");
            busy(
                "The database is not there at the moment and nothing was done. Try again in a while.",
            )
        }
        Some(ErrorCode::OutOfMemory) => {
            tracing::warn!(%error, "a statement took too much memory");
            fail(
                "This takes more memory than there is for it. Nothing was changed. Ask more narrowly.",
            )
        }
        Some(ErrorCode::Unknown) => of_values(&error),
        Some(ErrorCode::TypeMismatch) => fail(
            "A value is not of the type that this needs, such as a whole number. Nothing was changed. Check the \
             arguments.",
        ),
        Some(ErrorCode::TooBig) => {
            fail("A value is larger than this server handles. Nothing was changed.")
        }
        _ => Unquoted::from(error).into(),
    }
}

/// What it means that a statement fails which the database takes: most often that it cannot read a value.
fn of_values(error: &Error) -> Fault {
    let text = error.to_string();
    let says = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    if says(&[PATTERN]) {
        return fail("The text to search for is too long. Write a shorter one.");
    }
    if says(&SEARCHES) {
        return fail(
            "This cannot be searched for: signs such as - ' \" * : ( ) and the words AND, OR and NOT mean something \
             in a search. Put double quotes around each word, or leave the signs out.",
        );
    }
    let why = Unquoted(unquoted(&text));
    if says(&["JSON"]) {
        tracing::warn!(%why, "a statement could not read a value");
        return fail(
            "A value, given or in the database, is not the JSON, or not the path into JSON, that this needs. Nothing \
             was changed. Check the arguments.",
        );
    }
    why.into()
}

/// A failure in the database's words, for the log: without what they quote, which may be a value.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unquoted(String);

impl From<Error> for Unquoted {
    fn from(error: Error) -> Self {
        Self(unquoted(&error.to_string()))
    }
}

/// A text with nothing between its outermost quotes: a quote in what is quoted is written in many ways.
fn unquoted(text: &str) -> String {
    let quotes = ['\'', '"', '`'];
    match (text.find(quotes), text.rfind(quotes)) {
        (Some(first), Some(last)) if first < last => {
            let (before, rest) = text.split_at(first);
            let after = rest.get(last - first..).unwrap_or_default();
            format!("{before}'…{after}")
        }
        _ => text.to_owned(),
    }
}

/// What the database says of a LIKE or GLOB that is over the limit.
const PATTERN: &str = "pattern too complex";
/// What full-text search says of a query that it cannot read. It reads it when the statement runs, so a column
/// that is missing by then is one that the query names.
const SEARCHES: [&str; 5] = [
    "fts5",
    "no such column",
    "unterminated string",
    "unknown special query",
    "malformed MATCH",
];

#[cfg(test)]
mod tests {
    use super::unquoted;

    #[test]
    fn p43_what_is_quoted_is_not_repeated() {
        let text = "bad JSON path: '$card''\"41' at 1";
        assert_eq!(unquoted(text), "bad JSON path: '…' at 1");
        for plain in ["integer overflow", "it's", ""] {
            assert_eq!(unquoted(plain), plain);
        }
    }
}
