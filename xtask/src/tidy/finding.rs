//! One broken rule: where, what is wrong, what to do.

use std::fmt;

/// Sorts by place, so that the findings of all rules about a file stand together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    path: String,
    line: usize,
    wrong: String,
    cure: String,
}

impl Finding {
    /// Lines count from 1.
    pub(crate) fn new(
        path: &str,
        line: usize,
        wrong: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self {
            path: path.to_owned(),
            line,
            wrong: wrong.into(),
            cure: cure.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{}:{}: {}: {}",
            self.path, self.line, self.wrong, self.cure
        )
    }
}
