//! Where a statement lets an argument meet a column: compares them, or puts one into the other.
//!
//! Only what can be told from the text for sure is told. Whoever wants to be left alone writes an expression
//! around the argument.

use super::tokens::{self, Token};

/// An argument and the column that it meets.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Meeting {
    pub(super) argument: String,
    pub(super) column: Met,
    pub(super) how: How,
}

/// The column of a meeting.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Met {
    /// By its name, in one of the tables of the statement.
    Named(String),
    /// By its name in this table.
    Of(String, String),
    /// By its place in this table.
    Nth(String, usize),
}

/// How they meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    Compared,
    /// As one of the values of an `IN (…)`.
    Listed,
    Assigned,
}

/// All meetings of a statement.
pub(super) fn meetings(sql: &str) -> Vec<Meeting> {
    let all: Vec<Token<'_>> = tokens::tokens(sql).map(|(_, token)| token).collect();
    // What is called like a column may be made up there.
    if all.iter().any(|token| token.is_word("with")) {
        return Vec::new();
    }
    let mut found = inserted(&all).unwrap_or_default();
    for at in 0..all.len() {
        let (before, rest) = all.split_at(at);
        let [name, rest @ ..] = rest else { continue };
        let Some(column) = name.name().filter(|_| begins(before)) else {
            continue;
        };
        if is_made_up(&all, &column) {
            continue;
        }
        let (how, arguments) = met(before, rest);
        found.extend(arguments.into_iter().map(|argument| Meeting {
            argument,
            column: Met::Named(column.clone()),
            how,
        }));
    }
    found
}

/// Whether what follows these tokens begins an expression of its own. A table's name before it belongs to it.
fn begins(before: &[Token<'_>]) -> bool {
    let before = match before {
        [before @ .., table, Token::Other(".")] if table.name().is_some() => before,
        _ => before,
    };
    match before.last() {
        None | Some(Token::Other("(" | ",")) => true,
        // In `BETWEEN 1 AND x = :y` it is not.
        Some(word) if word.is_word("and") => !before.iter().any(|token| token.is_word("between")),
        Some(word) => BEGINNINGS.iter().any(|beginning| word.is_word(beginning)),
    }
}

/// Whether an expression is given this name somewhere, so that it may not be the column.
fn is_made_up(all: &[Token<'_>], column: &str) -> bool {
    all.windows(2).any(|pair| {
        let [before, name] = pair else { return false };
        if !name.names(column) {
            return false;
        }
        match before {
            Token::Word(word) => !BEFORE_NAMES
                .iter()
                .chain(&BEGINNINGS)
                .any(|known| word.eq_ignore_ascii_case(known)),
            Token::Placeholder(_) => true,
            Token::Other(text) => text.starts_with(['\'', '"', '`', '[', ')']),
        }
    })
}

/// How the column before these tokens meets which arguments.
fn met(before: &[Token<'_>], rest: &[Token<'_>]) -> (How, Vec<String>) {
    let (is_in, list) = match rest {
        [is_in, list @ ..] if is_in.is_word("in") => (true, list),
        [not, is_in, list @ ..] if not.is_word("not") && is_in.is_word("in") => (true, list),
        _ => (false, rest),
    };
    if is_in {
        let inside = tokens::inside(list).unwrap_or_default();
        let arguments = items(inside).into_iter().filter_map(|item| match item {
            [only] => argument(*only),
            _ => None,
        });
        return (How::Listed, arguments.collect());
    }
    let after = match rest {
        [Token::Other("="), Token::Other("="), after @ ..]
        | [Token::Other("<" | ">" | "!"), Token::Other("="), after @ ..]
        | [Token::Other("<"), Token::Other(">"), after @ ..]
        | [Token::Other("=" | "<" | ">"), after @ ..] => after,
        [is, not, after @ ..] if is.is_word("is") && not.is_word("not") => after,
        [is, after @ ..] if is.is_word("is") => after,
        _ => return (How::Compared, Vec::new()),
    };
    let [first, after @ ..] = after else {
        return (How::Compared, Vec::new());
    };
    let arguments = argument(*first).filter(|_| ends(after));
    let how = if is_assignment(before)
        && matches!(rest, [Token::Other("="), Token::Placeholder(_), ..])
    {
        How::Assigned
    } else {
        How::Compared
    };
    (how, Vec::from_iter(arguments))
}

/// Whether an expression ends before these tokens.
fn ends(after: &[Token<'_>]) -> bool {
    match after.first() {
        None | Some(Token::Other(")" | "," | ";")) => true,
        Some(word) => ENDS.iter().any(|end| word.is_word(end)),
    }
}

/// Whether the last clause that these tokens begin is a `SET`.
fn is_assignment(before: &[Token<'_>]) -> bool {
    let mut depth = 0_usize;
    for token in before.iter().rev() {
        match token {
            Token::Other(")") => depth += 1,
            Token::Other("(") if depth == 0 => return false,
            Token::Other("(") => depth -= 1,
            Token::Word(word) if depth == 0 => {
                if word.eq_ignore_ascii_case("set") {
                    return true;
                }
                if CLAUSES
                    .iter()
                    .any(|clause| word.eq_ignore_ascii_case(clause))
                {
                    return false;
                }
            }
            _ => {}
        }
    }
    false
}

/// What `INSERT INTO table (columns) VALUES (…), (…)` puts where.
fn inserted(all: &[Token<'_>]) -> Option<Vec<Meeting>> {
    let into = all.iter().position(|token| token.is_word("into"))?;
    let (table, rest) = match all.get(into + 1..)? {
        [_, Token::Other("."), table, rest @ ..] | [table, rest @ ..] => (table.name()?, rest),
        [] => return None,
    };
    let (columns, rest) = match tokens::inside(rest) {
        Some(columns) => (Some(columns), rest.get(columns.len() + 2..)?),
        None => (None, rest),
    };
    let (values, mut rows) = rest.split_first()?;
    if !values.is_word("values") {
        return None;
    }
    let names: Option<Vec<String>> = match columns {
        Some(columns) => Some(
            columns
                .split(is_comma)
                .map(only_name)
                .collect::<Option<_>>()?,
        ),
        None => None,
    };
    let mut found = Vec::new();
    while let Some(row) = tokens::inside(rows) {
        for (at, item) in items(row).into_iter().enumerate() {
            let column = match &names {
                Some(names) => Met::Of(table.clone(), names.get(at)?.clone()),
                None => Met::Nth(table.clone(), at),
            };
            if let [only] = item
                && let Some(argument) = argument(*only)
            {
                found.push(Meeting {
                    argument,
                    column,
                    how: How::Assigned,
                });
            }
        }
        rows = match rows.get(row.len() + 2..) {
            Some([Token::Other(","), more @ ..]) => more,
            _ => break,
        };
    }
    Some(found)
}

/// What stands between the commas that are in no parentheses.
fn items<'a, 't>(row: &'a [Token<'t>]) -> Vec<&'a [Token<'t>]> {
    let mut depth = 0_usize;
    let is_end = |token: &Token<'_>| {
        match token {
            Token::Other("(") => depth += 1,
            Token::Other(")") => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && is_comma(token)
    };
    row.split(is_end).collect()
}

fn is_comma(token: &Token<'_>) -> bool {
    *token == Token::Other(",")
}

fn only_name(item: &[Token<'_>]) -> Option<String> {
    match item {
        [only] => only.name(),
        _ => None,
    }
}

/// The argument that a placeholder stands for.
fn argument(token: Token<'_>) -> Option<String> {
    let Token::Placeholder(text) = token else {
        return None;
    };
    let name = text.strip_prefix(':')?;
    (!name.contains('.')).then(|| name.to_owned())
}

/// Words after which an expression begins, `AND` apart.
const BEGINNINGS: [&str; 10] = [
    "where", "or", "on", "not", "set", "when", "having", "select", "then", "else",
];
/// Words after which a name stands that is there already.
const BEFORE_NAMES: [&str; 14] = [
    "and",
    "by",
    "distinct",
    "all",
    "in",
    "is",
    "like",
    "glob",
    "between",
    "case",
    "returning",
    "into",
    "update",
    "from",
];
/// Words before which an expression ends.
const ENDS: [&str; 19] = [
    "and",
    "or",
    "order",
    "group",
    "limit",
    "returning",
    "where",
    "then",
    "else",
    "end",
    "having",
    "union",
    "intersect",
    "except",
    "from",
    "window",
    "join",
    "left",
    "inner",
];
const CLAUSES: [&str; 7] = [
    "where",
    "on",
    "having",
    "select",
    "from",
    "when",
    "returning",
];

#[cfg(test)]
mod tests {
    use super::{How, Meeting, Met, meetings};

    fn told(sql: &str) -> Vec<(String, String, How)> {
        let tell = |meeting: Meeting| {
            let column = match meeting.column {
                Met::Named(name) => name,
                Met::Of(table, name) => format!("{table}.{name}"),
                Met::Nth(table, place) => format!("{table}.{place}"),
            };
            (meeting.argument, column, meeting.how)
        };
        meetings(sql).into_iter().map(tell).collect()
    }

    #[test]
    fn what_meets_is_found() {
        for (sql, argument, column, how) in [
            ("SELECT 1 FROM t WHERE a = :x", "x", "a", How::Compared),
            (
                "SELECT 1 FROM t WHERE (:x IS NULL OR t.`a` >= :x)",
                "x",
                "a",
                How::Compared,
            ),
            (
                "SELECT 1 FROM t WHERE a <> :x ORDER BY a",
                "x",
                "a",
                How::Compared,
            ),
            (
                "SELECT 1 FROM t WHERE b AND a IS NOT :x",
                "x",
                "a",
                How::Compared,
            ),
            (
                "SELECT 1 FROM t WHERE a NOT IN ('b', :x)",
                "x",
                "a",
                How::Listed,
            ),
            ("UPDATE t SET a = :x", "x", "a", How::Assigned),
            (
                "UPDATE t SET b = (1), a = :x WHERE b",
                "x",
                "a",
                How::Assigned,
            ),
            ("UPDATE t SET b = 1 WHERE a = :x", "x", "a", How::Compared),
            ("UPDATE t SET b = 1 WHERE a == :x", "x", "a", How::Compared),
            (
                "INSERT INTO t (b, \"a\") VALUES (1, :x)",
                "x",
                "t.a",
                How::Assigned,
            ),
            (
                "INSERT INTO main.t VALUES (max(1, 2), :x) RETURNING a",
                "x",
                "t.1",
                How::Assigned,
            ),
            (
                "INSERT OR IGNORE INTO t (a) VALUES (1), (:x)",
                "x",
                "t.a",
                How::Assigned,
            ),
        ] {
            let expected = (argument.to_owned(), column.to_owned(), how);
            assert_eq!(told(sql), [expected], "{sql}");
        }
    }

    #[test]
    fn what_only_looks_like_it_is_not() {
        for sql in [
            "SELECT 1 FROM t WHERE a = :x || 'y'",
            "SELECT 1 FROM t WHERE a + b = :x",
            "SELECT 1 FROM t WHERE lower(a) = :x",
            "SELECT 1 FROM t WHERE a = lower(:x)",
            "SELECT 1 FROM t WHERE a LIKE :x",
            "SELECT 1 FROM t WHERE a -> :x",
            "SELECT 1 FROM t WHERE 'a' = :x",
            "SELECT 1 FROM t WHERE b BETWEEN 1 AND a = :x",
            "SELECT b + 1 AS a FROM t WHERE a = :x",
            "SELECT count(*) a FROM t WHERE a = :x",
            "WITH u (a) AS (SELECT 1) SELECT 1 FROM u WHERE a = :x",
            "SELECT 1 FROM t WHERE a = :user.id",
            "SELECT 1 FROM t WHERE a = ':x' -- a = :x",
            "INSERT INTO t (a) VALUES (lower(:x))",
            "INSERT INTO t (a) SELECT :x",
        ] {
            assert_eq!(told(sql), [], "{sql}");
        }
    }
}
