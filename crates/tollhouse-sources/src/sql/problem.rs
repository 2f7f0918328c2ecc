//! What is wrong with a statement, for whoever wrote it.

use std::{fmt, ops::Range};

/// A statement that does not fit the database or what is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlProblem {
    /// The tool's name, or the resource's URI.
    pub of: String,
    /// What kind of problem it is.
    pub trouble: Trouble,
    /// The argument or column that it is about.
    pub subject: Option<String>,
    /// The bytes of the statement that it is about.
    pub place: Option<Range<usize>>,
    /// A name in the database that may be meant.
    pub nearest: Option<String>,
    /// What is wrong, and where that is not plain, the mend.
    pub text: String,
    pub(super) title: String,
}

/// What can be wrong with a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trouble {
    /// The database does not take it.
    Statement,
    /// It has a placeholder without an argument.
    Argument,
    /// It asks who calls, and nobody signs in, or it asks what nobody knows.
    Identity,
    /// A text beside it has a placeholder without an argument.
    Text,
    /// An argument does nothing.
    Unused,
    /// It writes and is declared to read, or the other way round.
    Effect,
    /// It does what no tool may do.
    Forbidden,
    /// Its columns do not fit.
    Columns,
    /// It is a template.
    Template,
    /// An argument's type is not that of the column that it is compared with or assigned to.
    Type,
    /// An argument may have a value that the column refuses.
    Choice,
    /// A warning: an argument may not have a value that the column has.
    Lacking,
    /// A table or column in which values must stand is not there.
    Exists,
    /// A table that is to be exposed is not there.
    Expose,
    /// The table that remembers what came of calls is not there, or is another.
    Effects,
}

impl SqlProblem {
    /// The key of the tool that it is about, if it is not about the statement itself: `unless`.
    #[must_use]
    pub fn part(&self) -> Option<&str> {
        self.title
            .strip_suffix('`')?
            .rsplit_once(", `")
            .map(|(_, part)| part)
    }

    pub(super) fn new(of: &str, title: &str, trouble: Trouble, text: &str) -> Self {
        Self {
            of: of.to_owned(),
            trouble,
            subject: None,
            place: None,
            nearest: None,
            text: text.to_owned(),
            title: title.to_owned(),
        }
    }
}

impl fmt::Display for SqlProblem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.title, self.text)
    }
}
