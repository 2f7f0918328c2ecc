//! The only values that a column takes, where the text of its table says so: `CHECK (status IN ('open', …))`.

use serde_json::Value;

use super::{
    schema::{Choices, Column},
    tokens::{self, Token},
};

/// Fills in what a `CREATE TABLE` says of its columns. What is not understood in full says nothing.
pub(super) fn fill(made: &str, columns: &mut [Column]) {
    let all: Vec<Token<'_>> = tokens::tokens(made).map(|(_, token)| token).collect();
    // Under another order of letters, values that look different may be the same.
    if all.iter().any(|token| token.is_word("collate")) {
        return;
    }
    let rules = rules(&all);
    for column in columns {
        let about = |rule: &&&[Token<'_>]| rule.iter().any(|token| token.names(&column.name));
        let of_it: Vec<_> = rules.iter().filter(about).collect();
        let mut values = of_it.iter().filter_map(|rule| values(rule, &column.name));
        column.choices = values.next().map(|values| Choices {
            values,
            are_all: of_it.len() == 1,
        });
    }
}

/// What stands between the parentheses of each `CHECK`.
fn rules<'a, 't>(all: &'a [Token<'t>]) -> Vec<&'a [Token<'t>]> {
    let mut rules = Vec::new();
    for (at, token) in all.iter().enumerate() {
        let body = all.get(at + 1..).unwrap_or_default();
        if token.is_word("check")
            && let Some(inside) = tokens::inside(body)
        {
            rules.push(inside);
        }
    }
    rules
}

/// The values that a rule allows, if it does nothing but list them.
fn values(rule: &[Token<'_>], column: &str) -> Option<Vec<Value>> {
    let mut found = Vec::new();
    for term in rule.split(|token| token.is_word("or")) {
        match term {
            [name, is, null] if name.names(column) && is.is_word("is") && null.is_word("null") => {}
            [name, Token::Other("="), literal @ ..] if name.names(column) => {
                let literal = literal
                    .strip_prefix(&[Token::Other("=")])
                    .unwrap_or(literal);
                found.push(value(literal)?);
            }
            [name, listed, list @ ..] if name.names(column) && listed.is_word("in") => {
                let inside = tokens::inside(list)?;
                // The list ends the term, or what follows may say more.
                if inside.len() + 2 != list.len() {
                    return None;
                }
                for literal in inside.split(|token| *token == Token::Other(",")) {
                    found.push(value(literal)?);
                }
            }
            _ => return None,
        }
    }
    (!found.is_empty()).then_some(found)
}

fn value(literal: &[Token<'_>]) -> Option<Value> {
    match literal {
        [Token::Other(text)] => {
            let inside = text.strip_prefix('\'')?.strip_suffix('\'')?;
            Some(inside.replace("''", "'").into())
        }
        [Token::Word(number)] => number.parse::<i64>().ok().map(Value::from),
        [Token::Other("-"), Token::Word(number)] => {
            let number = number.parse::<i64>().ok()?;
            Some((-number).into())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{rules, values};
    use crate::sql::tokens;

    fn allowed(rule: &str) -> Option<Value> {
        let made = format!("CREATE TABLE t (x TEXT CHECK ({rule}), y)");
        let all: Vec<_> = tokens::tokens(&made).map(|(_, token)| token).collect();
        let rules = rules(&all);
        assert_eq!(rules.len(), 1, "{rule}");
        values(rules[0], "x").map(Value::from)
    }

    #[test]
    fn lists_are_read_and_nothing_else() {
        for (rule, expected) in [
            ("x IN ('a', 'it''s')", Some(json!(["a", "it's"]))),
            ("\"x\" in (1, -2)", Some(json!([1, -2]))),
            (
                "x = 'a' OR X == 'b' or [x] IN ('c')",
                Some(json!(["a", "b", "c"])),
            ),
            ("x IS NULL OR x IN ('a')", Some(json!(["a"]))),
            ("x IN ('a') AND y > 1", None),
            ("x IN ('a') OR y", None),
            ("x NOT IN ('a')", None),
            ("x IN ('a', NULL)", None),
            ("x IN ('a', \"b\")", None),
            ("x IN ('a' || 'b')", None),
            ("x IN ('a') = y", None),
            ("x = 'a' || 'b'", None),
            ("lower(x) IN ('a')", None),
            ("x IN ()", None),
            ("x > 1", None),
            ("x IS NULL", None),
        ] {
            assert_eq!(allowed(rule), expected, "{rule}");
        }
    }
}
