//! Names of fields that say that their value is a secret.

use serde_json::Value;

/// Globs of names, in small letters.
#[derive(Debug, Default)]
pub(super) struct Names(Vec<String>);

impl Names {
    /// These besides the usual ones.
    pub(super) fn with(globs: &[String]) -> Self {
        Self(globs.iter().map(|glob| glob.to_ascii_lowercase()).collect())
    }

    /// Whether what stands under this name is masked.
    pub(super) fn hides(&self, name: &str, value: &Value) -> bool {
        if matches!(value, Value::Null) {
            return false;
        }
        let name = name.to_ascii_lowercase();
        let is_named = self
            .0
            .iter()
            .any(|glob| fits(glob.as_bytes(), name.as_bytes()));
        let is_usual = || USUAL.iter().any(|part| name.contains(part)) || WHOLE.contains(&&*name);
        // How many tokens something has is no secret.
        let is_token = || name.contains(TOKEN) && !value.is_number() && !value.is_boolean();
        is_named || is_usual() || is_token()
    }
}

/// Whether a name fits a glob, in which `*` stands for anything.
fn fits(glob: &[u8], name: &[u8]) -> bool {
    // Where to go on if what follows the last star does not fit.
    let (mut at, mut place) = (0, 0);
    let mut again: Option<(usize, usize)> = None;
    while place < name.len() {
        match glob.get(at) {
            Some(b'*') => {
                again = Some((at + 1, place));
                at += 1;
            }
            Some(byte) if name.get(place) == Some(byte) => {
                at += 1;
                place += 1;
            }
            _ => {
                let Some((star, from)) = again else {
                    return false;
                };
                again = Some((star, from + 1));
                at = star;
                place = from + 1;
            }
        }
    }
    glob.iter().skip(at).all(|byte| *byte == b'*')
}

/// Parts of names.
pub(super) const USUAL: [&str; 14] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "authorization",
    "api_key",
    "apikey",
    "api-key",
    "access_key",
    "accesskey",
    "private_key",
    "privatekey",
    "credential",
    "set-cookie",
];
/// The same, of which numbers are none.
pub(super) const TOKEN: &str = "token";
const WHOLE: [&str; 6] = ["pwd", "pin", "cvv", "cvc", "cookie", "auth"];

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Names, fits};

    #[test]
    fn p10_names_that_say_it_hide_their_values() {
        let names = Names::with(&["*_ssn".to_owned(), "Diagnosis".to_owned()]);
        let some = Value::from("x");
        for name in [
            "password",
            "dbPassword",
            "X-Api-Key",
            "client_secret",
            "accessToken",
            "my_ssn",
            "diagnosis",
            "PIN",
        ] {
            assert!(names.hides(name, &some), "{name}");
        }
        for name in ["name", "pass", "ssn_kind", "spin", "author", "diagnoses"] {
            assert!(!names.hides(name, &some), "{name}");
        }
        assert!(!names.hides("max_tokens", &json!(500)));
        assert!(names.hides("password", &json!(500)));
        assert!(names.hides("credentials", &json!({"user": "a"})));
        assert!(!names.hides("password", &Value::Null));
    }

    #[test]
    fn globs_are_whole_names() {
        for (glob, name) in [
            ("a*c", "abbc"),
            ("*", ""),
            ("a*b*c", "axxbybzc"),
            ("abc", "abc"),
            ("a**", "a"),
        ] {
            assert!(fits(glob.as_bytes(), name.as_bytes()), "{glob} {name}");
        }
        for (glob, name) in [("a*c", "abb"), ("", "a"), ("abc", "abcd"), ("*b", "a")] {
            assert!(!fits(glob.as_bytes(), name.as_bytes()), "{glob} {name}");
        }
    }
}
