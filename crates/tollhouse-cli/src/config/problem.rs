//! What is wrong with a configuration: collected, so that all of it is told at once.

use super::{
    codes::{Code, Severity},
    files::Span,
};

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) code: Code,
    /// None if it is about no place in particular.
    pub(crate) span: Option<Span>,
    pub(crate) text: String,
    /// What to do about it.
    pub(crate) fix: String,
}

/// All problems so far.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    /// Adds one at a place.
    pub(crate) fn add(
        &mut self,
        code: Code,
        span: Span,
        text: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.push(Problem {
            code,
            span: Some(span),
            text: text.into(),
            fix: fix.into(),
        });
    }

    pub(crate) fn push(&mut self, problem: Problem) {
        if !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    /// Takes out what only seems to be wrong when a part of the text could not be read.
    pub(crate) fn without_echoes(&mut self) {
        let echoes = [Code::MissingKey, Code::UnknownSource];
        if self.0.iter().any(|problem| problem.code == Code::Syntax) {
            self.0.retain(|problem| !echoes.contains(&problem.code));
        }
    }

    /// How many there are of this severity.
    pub(crate) fn count(&self, severity: Severity) -> usize {
        let all = self.0.iter();
        all.filter(|problem| problem.code.severity() == severity)
            .count()
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// All of them, in the order of their places.
    pub(crate) fn in_order(&self) -> Vec<&Problem> {
        let mut all: Vec<&Problem> = self.0.iter().collect();
        all.sort_by_key(|problem| (problem.span.is_some(), problem.span, problem.code));
        all
    }
}

/// The known name that is nearest to a name, if one is near enough to be meant.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let far = |other: &str| strsim::damerau_levenshtein(name, other);
    let best = known.into_iter().min_by_key(|other| far(other))?;
    (far(best) <= name.chars().count().div_ceil(3)).then_some(best)
}

/// What to do about a name that is not known.
pub(crate) fn instead(name: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "take it out".to_owned(),
        None => format!("write one of {}", list(known)),
    }
}

/// Names for a sentence.
pub(crate) fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
