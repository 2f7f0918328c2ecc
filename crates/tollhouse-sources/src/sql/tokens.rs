//! A statement cut into tokens, each with its place: what comments and literals hide is not looked at.

use std::ops::Range;

/// A token that something hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A word outside of quotes: a keyword, a name, a number.
    Word(&'a str),
    /// `:name` and its like, with the sign that it begins with.
    Placeholder(&'a str),
    /// A literal, a quoted name, an operator.
    Other(&'a str),
}

impl Token<'_> {
    /// Whether it is this word, in letters of any size, outside of quotes.
    pub(super) fn is_word(self, word: &str) -> bool {
        matches!(self, Self::Word(text) if text.eq_ignore_ascii_case(word))
    }

    /// Whether it can be this name, quoted or not.
    pub(super) fn names(self, name: &str) -> bool {
        self.name()
            .is_some_and(|own| own.eq_ignore_ascii_case(name))
    }

    /// The name that it can be. A text in single quotes is none.
    pub(super) fn name(self) -> Option<String> {
        let Self::Other(text) = self else {
            return match self {
                Self::Word(text) => Some(text.to_owned()),
                Self::Placeholder(_) | Self::Other(_) => None,
            };
        };
        let open = text
            .chars()
            .next()
            .filter(|open| matches!(open, '"' | '`' | '['))?;
        let close = if open == '[' { ']' } else { open };
        let inside = text.strip_prefix(open)?.strip_suffix(close)?;
        Some(inside.replace(&format!("{close}{close}"), &close.to_string()))
    }
}

/// What stands between the parenthesis that these begin with and the one that closes it.
pub(super) fn inside<'a, 't>(tokens: &'a [Token<'t>]) -> Option<&'a [Token<'t>]> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Other("(") => depth += 1,
            Token::Other(")") => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return tokens.get(1..at);
        }
    }
    None
}

/// The tokens of a statement, without spaces and comments.
pub(super) fn tokens(sql: &str) -> impl Iterator<Item = (Range<usize>, Token<'_>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = sql.get(at..).filter(|rest| !rest.is_empty())?;
            let (length, kind) = next(rest);
            let span = at..at + length;
            at = span.end;
            let text = rest.get(..length)?;
            match kind {
                Kind::Nothing => {}
                Kind::Word => return Some((span, Token::Word(text))),
                Kind::Placeholder => return Some((span, Token::Placeholder(text))),
                Kind::Other => return Some((span, Token::Other(text))),
            }
        }
    })
}

/// Where a placeholder stands, signs and all.
pub(super) fn place_of(sql: &str, placeholder: &str) -> Option<Range<usize>> {
    tokens(sql)
        .find(|(_, token)| *token == Token::Placeholder(placeholder))
        .map(|(span, _)| span)
}

/// The parameters that say who calls, as `:user.id` does.
pub(super) fn callers(sql: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    tokens(sql).filter_map(|(span, token)| match token {
        Token::Placeholder(text) if text.contains('.') => Some((span, text)),
        _ => None,
    })
}

/// Where a word stands, quoted or not.
pub(super) fn word_in(sql: &str, word: &str) -> Option<Range<usize>> {
    tokens(sql)
        .find(|(_, token)| token.names(word))
        .map(|(span, _)| span)
}

/// The token at a byte.
pub(super) fn at(sql: &str, byte: usize) -> Range<usize> {
    let mut spans = tokens(sql).map(|(span, _)| span);
    spans
        .find(|span| span.end > byte)
        .unwrap_or(sql.len()..sql.len())
}

/// The name in a `LIMIT :name` that ends a statement, if it stands there only, and where it ends.
pub(super) fn final_limit(sql: &str) -> Option<(&str, usize)> {
    let mut all: Vec<_> = tokens(sql).collect();
    while all
        .pop_if(|(_, token)| *token == Token::Other(";"))
        .is_some()
    {}
    let (span, Token::Placeholder(placeholder)) = all.pop()? else {
        return None;
    };
    let (_, Token::Word(word)) = all.last()? else {
        return None;
    };
    let elsewhere = all
        .iter()
        .any(|(_, token)| *token == Token::Placeholder(placeholder));
    let name = placeholder.strip_prefix(':')?;
    (word.eq_ignore_ascii_case("limit") && !elsewhere).then_some((name, span.end))
}

enum Kind {
    Nothing,
    Word,
    Placeholder,
    Other,
}

/// How long the token at the beginning is, in bytes, and what it is.
fn next(rest: &str) -> (usize, Kind) {
    let first = rest.chars().next().unwrap_or_default();
    let quoted = |close| (quoted(rest, close), Kind::Other);
    match first {
        _ if first.is_whitespace() => (first.len_utf8(), Kind::Nothing),
        '-' if rest.starts_with("--") => (rest.find('\n').unwrap_or(rest.len()), Kind::Nothing),
        '/' if rest.starts_with("/*") => {
            let inside = rest.get(2..).unwrap_or_default();
            let end = inside.find("*/").map_or(rest.len(), |end| end + 4);
            (end, Kind::Nothing)
        }
        '\'' | '"' | '`' => quoted(first),
        '[' => quoted(']'),
        ':' | '@' | '$' | '?' => match word(rest.get(1..).unwrap_or_default()) {
            0 if first == '?' => (1, Kind::Placeholder),
            0 => (1, Kind::Other),
            length => (length + 1 + field(rest, length + 1), Kind::Placeholder),
        },
        _ => match word(rest) {
            0 => (first.len_utf8(), Kind::Other),
            length => (length, Kind::Word),
        },
    }
}

/// What follows a name as `.id`, in a parameter that says who calls.
fn field(rest: &str, from: usize) -> usize {
    let after = rest.get(from..).and_then(|rest| rest.strip_prefix('.'));
    match after.map_or(0, word) {
        0 => 0,
        length => length + 1,
    }
}

fn word(rest: &str) -> usize {
    let is_in = |character: char| {
        character.is_ascii_alphanumeric() || matches!(character, '_' | '$') || !character.is_ascii()
    };
    rest.find(|character| !is_in(character))
        .unwrap_or(rest.len())
}

/// A quote to its end; the closing sign twice stands for itself.
fn quoted(rest: &str, close: char) -> usize {
    let mut at = 1;
    while let Some(found) = rest.get(at..).and_then(|rest| rest.find(close)) {
        at += found + 1;
        let again = rest.get(at..).is_some_and(|rest| rest.starts_with(close));
        if !again || close == ']' {
            return at;
        }
        at += 1;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::{Token, final_limit, place_of, tokens};

    fn placeholders(sql: &str) -> Vec<&str> {
        tokens(sql)
            .filter_map(|(_, token)| match token {
                Token::Placeholder(text) => Some(text),
                Token::Word(_) | Token::Other(_) => None,
            })
            .collect()
    }

    #[test]
    fn only_placeholders_are_placeholders() {
        for (sql, expected) in [
            (
                "SELECT :a, :b_1 FROM t WHERE x=:a",
                &[":a", ":b_1", ":a"][..],
            ),
            ("SELECT ':a', \":b\", `:c`, [:d], 'it''s :e' -- :f", &[]),
            ("SELECT /* :a */ :b /* :c", &[":b"]),
            ("SELECT :user.id, :a. , :b", &[":user.id", ":a", ":b"]),
            ("SELECT ?, ?7, @x, $y", &["?", "?7", "@x", "$y"]),
            ("SELECT a$b, :a$b", &[":a$b"]),
            ("SELECT '", &[]),
            ("SELECT 'ä' || :ä", &[":ä"]),
        ] {
            assert_eq!(placeholders(sql), expected, "{sql}");
        }
        assert_eq!(place_of("SELECT ':a', :a", ":a"), Some(13..15));
    }

    #[test]
    fn a_limit_is_found_where_it_ends_the_statement() {
        assert_eq!(final_limit("SELECT 1 LIMIT :n"), Some(("n", 17)));
        assert_eq!(final_limit("SELECT 1 limit :n ; -- all"), Some(("n", 17)));
        for other in [
            "SELECT :n LIMIT :n",
            "SELECT 1 LIMIT :n OFFSET :o",
            "SELECT 1 LIMIT :n + 1",
            "SELECT 1 LIMIT 5",
            "",
        ] {
            assert_eq!(final_limit(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_is_cut_in_order(sql in any::<String>()) {
            let mut end = 0;
            for (span, _) in tokens(&sql) {
                assert!(span.start >= end && span.end > span.start && span.end <= sql.len());
                end = span.end;
            }
        }
    }
}
