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

/// What is to become of a set of names, such as scopes, of which something was said or nothing: first it is put
/// whole, if it is, then some are added, then some are taken away. The default leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// All that there are; [`Setting::Nothing`] says nothing of them any more.
    pub put: Setting<Vec<String>>,
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
            put: Setting::Is(names),
            ..Self::default()
        }
    }

    /// The names after the change, each once, in order. Where the last one is taken away, there is none left, which
    /// is something said.
    #[must_use]
    pub fn of(self, before: Option<Vec<String>>) -> Option<Vec<String>> {
        let names = self.put.of(before);
        if names.is_none() && self.add.is_empty() && self.remove.is_empty() {
            return None;
        }
        let mut names: BTreeSet<_> = names.unwrap_or_default().into_iter().collect();
        names.extend(self.add);
        names.retain(|name| !self.remove.contains(name));
        Some(names.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{Names, Setting};

    const SAME: Setting<&str> = Setting::Same;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn names_are_put_added_and_taken_away_in_this_order() {
        for (put, add, remove, after) in [
            (SAME, "", "", Some("b c")),
            (SAME, "a b", "", Some("a b c")),
            (SAME, "", "b z", Some("c")),
            (SAME, "a", "a b", Some("c")),
            (SAME, "", "b c", Some("")),
            (Setting::Is(""), "", "", Some("")),
            (Setting::Is("z y y"), "x", "y", Some("x z")),
            (Setting::Nothing, "", "", None),
            (Setting::Nothing, "x", "", Some("x")),
        ] {
            let names = Names {
                put: match put {
                    Setting::Same => Setting::Same,
                    Setting::Nothing => Setting::Nothing,
                    Setting::Is(text) => Setting::Is(words(text)),
                },
                add: words(add),
                remove: words(remove),
            };
            assert_eq!(names.of(Some(words("c b b"))), after.map(words));
        }
        let one = Names::exactly(words("a"));
        assert_eq!(one.of(Some(words("b"))), Some(words("a")));
        assert_eq!(Names::default().of(None), None);
    }

    #[test]
    fn a_value_stays_unless_it_is_set_or_taken_away() {
        assert_eq!(Setting::default().of(Some(1)), Some(1));
        assert_eq!(Setting::Nothing.of(Some(1)), None);
        assert_eq!(Setting::Is(2).of(Some(1)), Some(2));
        assert_eq!(Setting::Is(2).of(None), Some(2));
    }
}
