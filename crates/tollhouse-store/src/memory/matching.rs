//! What the full-text index is asked: made of quoted words only, so that no text of a user is syntax.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::words;

/// The owner as one word that FTS5 neither cuts nor bends.
pub(super) fn owner_word(owner: &str) -> String {
    let digest = Sha256::digest(owner.as_bytes());
    let mut word = "o".to_owned();
    for byte in digest.iter().take(OWNER_BYTES) {
        // Writing to a string cannot fail.
        let _ = write!(word, "{byte:02x}");
    }
    word
}

/// The expression that finds the owner's memories with at least one of the query's words.
pub(super) fn expression(owner: &str, words: &[String]) -> String {
    let terms: Vec<String> = terms(words).iter().map(|term| quoted(term)).collect();
    let owner = quoted(&owner_word(owner));
    format!("owner : {owner} AND words : ({})", terms.join(" OR "))
}

/// Words to look for. Of a row of characters that stand alone, each pair: one of them says little, and a whole
/// row is seldom written the same way twice.
fn terms(words: &[String]) -> Vec<String> {
    let is_alone = |word: &String| word.chars().all(words::stands_alone);
    let rows = words.chunk_by(|one, next| is_alone(one) && is_alone(next));
    let terms = |row: &[String]| match row {
        [word] => vec![word.clone()],
        row => row.windows(2).map(|pair| pair.join(" ")).collect(),
    };
    rows.flat_map(terms).collect()
}

/// As FTS5 writes a string: the only character that means something in it is doubled.
fn quoted(term: &str) -> String {
    format!("\"{}\"", term.replace('"', "\"\""))
}

const OWNER_BYTES: usize = 16;

#[cfg(test)]
mod tests {
    use proptest::{prelude::any, prop_assert, proptest};

    use super::{expression, owner_word, terms};
    use crate::memory::words::words;

    fn terms_of(query: &str) -> Vec<String> {
        terms(&words(query))
    }

    #[test]
    fn words_are_terms_and_characters_that_stand_alone_are_pairs() {
        assert_eq!(terms_of("Tea, AND \"cups\"*"), ["tea", "and", "cups"]);
        assert_eq!(terms_of("喝咖啡 tea 茶"), ["喝 咖", "咖 啡", "tea", "茶"]);
        assert_eq!(terms_of("?! -- ()"), [""; 0]);
    }

    #[test]
    fn an_expression_is_quoted_words_between_our_own() {
        let owner = owner_word("ana\" OR \"bob");
        assert!(owner.chars().all(char::is_alphanumeric), "{owner}");
        assert_eq!(
            expression("ana\" OR \"bob", &words("OR tea")),
            format!("owner : \"{owner}\" AND words : (\"or\" OR \"tea\")")
        );
    }

    proptest! {
        /// Outside of its quotes an expression says the same for every text.
        #[test]
        fn no_text_stands_outside_of_quotes(owner in any::<String>(), query in any::<String>()) {
            let words = words(&query);
            let made = expression(&owner, &words);
            let outside: String = made.split('"').step_by(2).collect();
            let ors = " OR ".repeat(terms(&words).len().saturating_sub(1));
            prop_assert!(outside == format!("owner :  AND words : ({ors})"), "{made}");
            prop_assert!(!made.contains('\0'));
        }
    }
}
