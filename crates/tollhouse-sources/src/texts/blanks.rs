//! A text with places to be filled in: `{name}`. A brace itself is written twice, `{{` or `}}`.

use serde_json::Value;

/// A text with blanks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blanks(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Blank(String),
}

impl Blanks {
    /// Reads a text. Braces around anything but a name (letters, digits and `_`) are taken as they stand.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(place) = rest.find(['{', '}']) {
            let (before, after) = rest.split_at(place);
            literal.push_str(before);
            let (taken, blank) = brace(after);
            match blank {
                Some(name) => {
                    pieces.push(Piece::Text(std::mem::take(&mut literal)));
                    pieces.push(Piece::Blank(name.to_owned()));
                }
                None => literal.extend(after.chars().next()),
            }
            rest = after.get(taken..).unwrap_or_default();
        }
        literal.push_str(rest);
        pieces.push(Piece::Text(literal));
        Self(pieces)
    }

    /// The names, in the order of the text.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Blank(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// The text with these arguments; what is not given leaves nothing.
    #[must_use]
    pub fn fill(&self, args: &Value) -> String {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => text.as_str(),
            Piece::Blank(name) => args.get(name).and_then(Value::as_str).unwrap_or_default(),
        });
        pieces.collect()
    }
}

/// How many bytes a brace at the beginning of a text takes, and the name if it opens a blank.
fn brace(text: &str) -> (usize, Option<&str>) {
    if text.starts_with("{{") || text.starts_with("}}") {
        return (2, None);
    }
    let inside = text
        .strip_prefix('{')
        .and_then(|inside| inside.split_once('}'));
    match inside {
        Some((name, _)) if is_name(name) => (name.len() + 2, Some(name)),
        _ => (1, None),
    }
}

fn is_name(text: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    !text.is_empty() && text.chars().all(is_letter)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};
    use serde_json::json;

    use super::Blanks;

    #[test]
    fn names_in_braces_are_blanks_and_all_else_is_text() {
        let args = json!({"a": "1", "b_2": "{a}"});
        for (text, names, filled) in [
            ("say {a}, {b_2}", vec!["a", "b_2"], "say 1, {a}"),
            ("{{a}} {a}", vec!["a"], "{a} 1"),
            ("{ a } { } {} }{", vec![], "{ a } { } {} }{"),
            ("{gone}!", vec!["gone"], "!"),
            ("{\"json\": [1]}", vec![], "{\"json\": [1]}"),
            ("ä{a}→", vec!["a"], "ä1→"),
        ] {
            let blanks = Blanks::read(text);
            assert_eq!(blanks.names().collect::<Vec<_>>(), names, "{text}");
            assert_eq!(blanks.fill(&args), filled, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_lost(text in any::<String>()) {
            let doubled = text.replace('{', "{{").replace('}', "}}");
            assert_eq!(Blanks::read(&doubled).fill(&json!({})), text);
        }
    }
}
