//! Suggestions for one argument of a prompt, or one variable of a resource's URI (MCP, "Completion").

use std::{fmt, sync::Arc};

use futures_util::future::BoxFuture;
use serde_json::Value;
use tollhouse_core::{Fault, Principal};

/// Where suggestions come from.
#[derive(Clone, Debug)]
pub enum Suggestions {
    /// These, as far as they fit what has been typed.
    Listed(Vec<String>),
    /// Whatever is answered each time.
    Asked(Arc<dyn Suggest>),
}

/// What suggestions are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// What has been typed so far.
    pub value: &'a str,
    /// The other arguments, as far as they are filled in: an object of texts.
    pub filled: &'a Value,
    /// Who types.
    pub principal: &'a Principal,
}

/// Something that can be asked for suggestions.
pub trait Suggest: fmt::Debug + Send + Sync {
    /// The best first; more than a hundred are cut.
    ///
    /// # Errors
    ///
    /// As for [`tollhouse_core::Source::call`].
    fn suggest<'a>(&'a self, wanted: Wanted<'a>) -> BoxFuture<'a, Result<Vec<String>, Fault>>;
}

impl Suggestions {
    /// What to suggest.
    ///
    /// # Errors
    ///
    /// Those of whoever is asked.
    pub async fn suggest(&self, wanted: Wanted<'_>) -> Result<Vec<String>, Fault> {
        match self {
            Self::Listed(values) => Ok(fitting(values, wanted.value)),
            Self::Asked(other) => other.suggest(wanted).await,
        }
    }
}

/// The values that begin with what was typed, then those that have it inside.
fn fitting(values: &[String], typed: &str) -> Vec<String> {
    let typed = typed.to_lowercase();
    let place = |value: &String| value.to_lowercase().find(&typed);
    let mut found: Vec<(bool, &String)> = values
        .iter()
        .filter_map(|value| Some((place(value)? > 0, value)))
        .collect();
    found.sort_by_key(|(is_inside, _)| *is_inside);
    found.into_iter().map(|(_, value)| value.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::fitting;

    #[test]
    fn what_begins_with_the_typed_text_comes_first() {
        let values = ["Unpaid", "paid", "shipped", "PAID later"].map(str::to_owned);
        assert_eq!(fitting(&values, "pa"), ["paid", "PAID later", "Unpaid"]);
        assert_eq!(fitting(&values, ""), values);
        assert!(fitting(&values, "x").is_empty());
    }
}
