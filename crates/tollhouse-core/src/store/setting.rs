//! What is to be otherwise about something kept: one value of it, or a set of names.

use std::collections::BTreeSet;

/// What is to become of one value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Setting<T> {
    /// It stays.
    #[default]
    Same,
    /// There is none any more.
    Nothing,
    /// It is this.
    Is(T),
}

impl<T> Setting<T> {
    /// The value after the change.
    #[must_use]
    pub fn of(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Same => before,
            Self::Nothing => None,
            Self::Is(value) => Some(value),
        }
    }
}

/// What is to become of a set of names, such as scopes: first it is put whole, if it is, then some are added,
/// then some are taken away. The default leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// All that there are.
    pub put: Option<Vec<String>>,
    /// These too.
    pub add: Vec<String>,
    /// Not these.
    pub remove: Vec<String>,
}

impl Names {
    /// Exactly these.
    #[must_use]
    pub fn exactly(names: Vec<String>) -> Self {
        Self {
            put: Some(names),
            ..Self::default()
        }
    }

    /// The names after the change, each once, in order.
    #[must_use]
    pub fn of(self, before: Vec<String>) -> Vec<String> {
        let mut names: BTreeSet<_> = self.put.unwrap_or(before).into_iter().collect();
        names.extend(self.add);
        names.retain(|name| !self.remove.contains(name));
        names.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Names, Setting};

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn names_are_put_added_and_taken_away_in_this_order() {
        for (put, add, remove, after) in [
            (None, "", "", "b c"),
            (None, "a b", "", "a b c"),
            (None, "", "b z", "c"),
            (None, "a", "a b", "c"),
            (Some(""), "", "", ""),
            (Some("z y y"), "x", "y", "x z"),
        ] {
            let names = Names {
                put: put.map(words),
                add: words(add),
                remove: words(remove),
            };
            assert_eq!(names.of(words("c b b")), words(after));
        }
        assert_eq!(Names::exactly(words("a")).of(words("b")), words("a"));
    }

    #[test]
    fn a_value_stays_unless_it_is_set_or_taken_away() {
        assert_eq!(Setting::default().of(Some(1)), Some(1));
        assert_eq!(Setting::Nothing.of(Some(1)), None);
        assert_eq!(Setting::Is(2).of(Some(1)), Some(2));
        assert_eq!(Setting::Is(2).of(None), Some(2));
    }
}
