//! What is wrong with what was written, all of it, each where it stands.

use quote::ToTokens;
use syn::Error;

/// The problems found so far.
#[derive(Default)]
pub(crate) struct Problems(Option<Error>);

impl Problems {
    /// Adds one: what is wrong with these tokens, and its mend.
    pub(crate) fn say(&mut self, place: impl ToTokens, text: impl std::fmt::Display) {
        self.push(Error::new_spanned(place, text));
    }

    /// Adds one that is already put into words.
    pub(crate) fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            none => *none = Some(error),
        }
    }

    pub(crate) fn into_error(self) -> Option<Error> {
        self.0
    }
}

/// "`readonly` is not known; nearest: `read_only`", or all there is if nothing is near.
pub(crate) fn unknown(word: &str, known: &[&str]) -> String {
    let distance = |one: &&&str| strsim::damerau_levenshtein(one, word);
    let nearest = known.iter().min_by_key(distance);
    let near = nearest.filter(|one| distance(one) <= word.len() / 3 + 1);
    match near {
        Some(near) => format!("`{word}` is not known; nearest: `{near}`"),
        None => format!("`{word}` is not known; known are `{}`", known.join("`, `")),
    }
}
