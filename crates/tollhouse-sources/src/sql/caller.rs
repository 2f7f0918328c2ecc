//! Parameters that say who calls: bound from what the edge found out, never from what a caller sends.

use rusqlite::types::Value as Sql;
use tollhouse_core::{Fault, Principal, fail};

use super::tokens::{self, Token};

/// What a statement can ask about whoever calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// The stable subject.
    User,
    /// The organisation whose data it is about.
    Tenant,
    /// An address that whoever signed the subject in vouches for.
    Email,
    /// The program that calls for the subject.
    Client,
}

impl Caller {
    /// How people write them.
    pub(super) const KNOWN: [(&'static str, Self); 4] = [
        (":user.id", Self::User),
        (":user.tenant", Self::Tenant),
        (":user.email", Self::Email),
        (":client.id", Self::Client),
    ];

    /// What people mean by this.
    pub(super) fn written(written: &str) -> Option<Self> {
        let mut known = Self::KNOWN.into_iter();
        known.find_map(|(text, caller)| (text == written).then_some(caller))
    }

    /// What people may mean by what is not known.
    pub(super) fn nearest(written: &str) -> &'static str {
        let [(user, _), ..] = Self::KNOWN;
        let known = Self::KNOWN.into_iter().map(|(text, _)| text);
        let nearest = known.min_by_key(|text| strsim::damerau_levenshtein(written, text));
        nearest.unwrap_or(user)
    }

    /// What the database calls it. Arguments are written with a colon, so none can have this name; it is as
    /// long as what people write, so that places in the text stay where they are.
    pub(super) const fn placeholder(self) -> &'static str {
        match self {
            Self::User => "@user_id",
            Self::Tenant => "@user_tenant",
            Self::Email => "@user_email",
            Self::Client => "@client_id",
        }
    }

    /// What is meant by a name that the database gives back.
    pub(super) fn of_placeholder(name: &str) -> Option<Self> {
        let mut known = Self::KNOWN.into_iter().map(|(_, caller)| caller);
        known.find(|caller| caller.placeholder() == name)
    }

    /// The value for one call. Nobody is a value: without it, the call is refused.
    pub(super) fn bind(self, principal: &Principal) -> Result<Sql, Fault> {
        if !principal.is_known() {
            return Err(fail(
                "This answers for the person who asks, and nobody is signed in here. Sign in, then ask again.",
            ));
        }
        let (said, lacking) = match self {
            Self::User => (Some(principal.subject()), ""),
            Self::Tenant => (
                principal.tenant(),
                "This answers for an organisation, and nothing says which one you are of. Sign in for one of yours.",
            ),
            Self::Email => (
                principal.email(),
                "This answers for an e-mail address, and nothing vouches for yours. Sign in with one that is verified.",
            ),
            Self::Client => (
                principal.client(),
                "This answers for the program that asks, and yours has no id here. Sign in with one that has.",
            ),
        };
        let value = said.map(|text| Sql::Text(text.to_owned()));
        value.ok_or_else(|| fail(lacking))
    }
}

/// The statement as the database gets it.
pub(super) fn rewrite(sql: &str) -> String {
    let mut rewritten = String::with_capacity(sql.len());
    let mut done = 0;
    for (span, token) in tokens::tokens(sql) {
        let Token::Placeholder(text) = token else {
            continue;
        };
        if let Some(caller) = Caller::written(text) {
            rewritten.push_str(sql.get(done..span.start).unwrap_or_default());
            rewritten.push_str(caller.placeholder());
            done = span.end;
        }
    }
    rewritten.push_str(sql.get(done..).unwrap_or_default());
    rewritten
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, proptest};
    use rusqlite::Connection;

    use super::{Caller, rewrite};

    #[test]
    fn only_what_says_who_calls_is_rewritten_and_nothing_moves() {
        for (written, expected) in [
            (
                "SELECT :user.id, ':user.id', :user, :client.id, :user.tenant, :user.email -- :user.id",
                "SELECT @user_id, ':user.id', :user, @client_id, @user_tenant, @user_email -- :user.id",
            ),
            ("SELECT :user.name", "SELECT :user.name"),
            ("SELECT ä, :user.id", "SELECT ä, @user_id"),
            ("", ""),
        ] {
            assert_eq!(rewrite(written), expected);
        }
        for (written, caller) in Caller::KNOWN {
            assert_eq!(written.len(), caller.placeholder().len());
            assert_eq!(Caller::of_placeholder(caller.placeholder()), Some(caller));
        }
    }

    /// Pieces in which one tokenizer may see something else than another.
    const PIECES: [&str; 26] = [
        ":user.id",
        ":user.tenant",
        ":user.id",
        ":client.id",
        ":x",
        ":user",
        ".id",
        "'",
        "''",
        "\"",
        "`",
        "[",
        "]",
        "--",
        "\n",
        "/*",
        "*/",
        "/",
        ",",
        " ",
        "1",
        "a$b",
        "x'00'",
        "ä",
        "\u{a0}",
        "\u{2028}",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        /// P12, P35: what the database takes for a parameter is what was rewritten, and nothing else was.
        #[test]
        fn p12_the_database_sees_the_same_parameters(
            pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..12),
            quoted in proptest::sample::select(&["", "'", "\"", "/*", "--"][..]),
        ) {
            let inside = pieces.concat();
            // Often enough it is a statement: something is quoted, and the parameter stands behind it.
            let sql = match quoted {
                "'" | "\"" => format!("SELECT 1 AS {quoted}{}{quoted}, :user.id", inside.replace(quoted, &quoted.repeat(2))),
                "/*" => format!("SELECT /*{}*/ :user.id", inside.replace('*', "")),
                "--" => format!("SELECT --{}\n :user.id", inside.replace('\n', "")),
                _ => format!("SELECT {inside}"),
            };
            let connection = Connection::open_in_memory().unwrap();
            if let Ok(statement) = connection.prepare(&rewrite(&sql)) {
                for (written, caller) in Caller::KNOWN {
                    let before = sql.matches(written).count();
                    let is_rewritten = rewrite(&sql).matches(written).count() < before;
                    let names = (1..=statement.parameter_count()).filter_map(|at| statement.parameter_name(at));
                    let is_seen = names.into_iter().any(|name| name == caller.placeholder());
                    assert_eq!(is_rewritten, is_seen, "{sql}");
                }
                assert!(quoted.is_empty() || statement.parameter_count() == 1, "{sql}");
            } else {
                assert!(quoted.is_empty(), "{sql}");
            }
        }
    }
}
