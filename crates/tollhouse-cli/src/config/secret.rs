//! Secrets that stand in a file as plain text: recognised, told, and never shown.

use crate::secrets::Reference;

use super::{
    codes::Code,
    files::{Said, Span},
    node::{Node, Value},
    problem::Problems,
};

/// Tells of every text that seems to be a secret, and gives them with their places, to hide both.
pub(crate) fn find(node: &Node, problems: &mut Problems) -> Vec<Said<String>> {
    let mut found = Vec::new();
    let own = key_of_all(node);
    node.each_text("", &mut |key, text, span| {
        // What a program is told may be a secret, and nobody can see whether it is.
        if text.starts_with("exec:") && text.contains(' ') {
            found.push(Said::new(text.to_owned(), span));
            return;
        }
        let why = if looks_secret(text) {
            "this looks like a key or a token"
        } else if has_password(text) {
            "this URL has a password in it"
        } else if has_secret_in_query(text) {
            "this URL seems to have a secret in it"
        } else if (is_for_secrets(key) || own == Some(span))
            && !text.is_empty()
            && !text.contains("${")
            && !Reference::is_one(text)
        {
            "this seems to be a secret, by the name of its key"
        } else {
            return;
        };
        found.push(Said::new(text.to_owned(), span));
        let fix = "keep it in the environment, ${NAME}, or in a file of its own, ${file:PATH}";
        problems.add(Code::Secret, span, why, fix);
    });
    found
}

/// Where the key stands of whoever may do everything, whose name is that of much else.
fn key_of_all(root: &Node) -> Option<Span> {
    let inside = |node: &Node, key: &str| match &node.value {
        Value::Table(table) => {
            let mut all = table.0.iter();
            let found = all.find(|(name, _)| name.value == key);
            found.map(|(_, node)| node.clone())
        }
        _ => None,
    };
    inside(&inside(root, "auth")?, "key").map(|node| node.span)
}

/// Whether a text may not be shown, whatever it is the value of.
pub(crate) fn is_secret(text: &str) -> bool {
    looks_secret(text) || has_password(text) || has_secret_in_query(text)
}

/// Whether a line of some file should not be shown to whoever looks over a shoulder.
pub(crate) fn is_suspect(line: &str) -> bool {
    let folded = line.to_ascii_lowercase();
    let is_named = ["authorization", "bearer", "key\"", "key ="]
        .iter()
        .any(|part| folded.contains(part));
    is_named || is_for_secrets(line) || looks_secret(line) || has_password(line)
}

pub(crate) fn is_for_secrets(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    SECRET_KEYS.iter().any(|part| key.contains(part))
}

pub(crate) fn looks_secret(text: &str) -> bool {
    let is_token = |word: &str| {
        word.len() >= TOKEN_BYTES_MIN
            && TOKEN_BEGINNINGS
                .iter()
                .any(|beginning| word.starts_with(beginning))
    };
    let mut words = text.split(|character: char| {
        character.is_whitespace() || ['\'', '"', '=', ','].contains(&character)
    });
    words.any(is_token) || text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----")
}

pub(crate) fn has_password(text: &str) -> bool {
    password(text).is_some_and(|password| !password.contains("${"))
}

/// The password in a URL.
fn password(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (user, _) = authority.rsplit_once('@')?;
    let (_, password) = user.split_once(':')?;
    (!password.is_empty()).then_some(password)
}

fn has_secret_in_query(text: &str) -> bool {
    in_query(text).any(|value| !value.contains("${"))
}

/// What stands in a URL's query under the names of secrets.
fn in_query(url: &str) -> impl Iterator<Item = &str> {
    let rest = url.split_once("://").map(|(_, rest)| rest);
    let query = rest.and_then(|rest| rest.split_once('?'));
    let pairs = query.map_or("", |(_, query)| query).split('&');
    pairs.filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        let is_one = (name == "key" || is_for_secrets(name)) && !value.is_empty();
        is_one.then_some(value)
    })
}

/// What is secret of a text that is or holds one: of a URL its password, and what its query says under names of secrets.
pub(crate) fn secrets_in(text: &str) -> impl Iterator<Item = &str> {
    std::iter::once(text)
        .chain(password(text))
        .chain(in_query(text))
}

const SECRET_KEYS: [&str; 6] = [
    "password",
    "passwd",
    "secret",
    "token",
    "api_key",
    "private_key",
];
/// How the tokens of well-known services begin.
const TOKEN_BEGINNINGS: [&str; 11] = [
    "sk-",
    "ghp_",
    "gho_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "AKIA",
    "AIza",
    "eyJ",
    "npm_",
];
const TOKEN_BYTES_MIN: usize = 16;

#[cfg(test)]
mod tests {
    use super::{has_password, has_secret_in_query, looks_secret};

    #[test]
    fn tokens_and_passwords_are_recognised_and_words_are_not() {
        assert!(looks_secret("Bearer ghp_0123456789abcdefghij"));
        assert!(looks_secret("-----BEGIN RSA PRIVATE KEY-----\nMII"));
        assert!(!looks_secret("sk-short"));
        assert!(!looks_secret(
            "Search the desk-lamps of the last fortnight."
        ));
        assert!(has_password("postgres://shop:hunter2@db/shop"));
        assert!(!has_password("postgres://shop:${PASSWORD}@db/shop"));
        assert!(!has_password("postgres://shop@db:5432/shop"));
        assert!(!has_password("https://example.com/a:b@c"));
        assert!(has_secret_in_query(
            "https://a.example/x?y=1&access_token=4711"
        ));
        assert!(has_secret_in_query("https://a.example/x?key=4711"));
        for plain in [
            "https://a.example/?x=4711",
            "https://a.example/?token=${T}",
            "what?token=1",
        ] {
            assert!(!has_secret_in_query(plain), "{plain}");
        }
    }
}
