//! What `WWW-Authenticate` asks for (RFC 9110, 11.6.1; RFC 6750; RFC 9728, 5.1).

use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};

/// What a server asks of who wants to come in with a bearer.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Challenge {
    /// Where it says who vouches for its callers.
    pub(super) metadata: Option<String>,
    pub(super) scopes: Vec<String>,
}

/// The challenge for a bearer, among all that there are.
pub(super) fn bearer(headers: &HeaderMap) -> Option<Challenge> {
    let values = headers.get_all(WWW_AUTHENTICATE).iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    texts.into_iter().find_map(read)
}

fn read(text: &str) -> Option<Challenge> {
    let mut found: Option<Challenge> = None;
    let mut is_bearer = false;
    for item in items(text) {
        // A scheme begins a challenge; its first parameter may follow it.
        let (scheme, parameter) = match item.split_once([' ', '\t']) {
            Some((scheme, rest)) if !scheme.contains('=') => (Some(scheme), rest.trim()),
            None if !item.contains('=') => (Some(item), ""),
            _ => (None, item),
        };
        if let Some(scheme) = scheme {
            is_bearer = scheme.eq_ignore_ascii_case("bearer");
            if is_bearer {
                found.get_or_insert_default();
            }
        }
        let Some(challenge) = found.as_mut().filter(|_| is_bearer) else {
            continue;
        };
        let Some((name, value)) = parameter.split_once('=') else {
            continue;
        };
        let value = unquoted(value.trim());
        match name.trim().to_ascii_lowercase().as_str() {
            "resource_metadata" => challenge.metadata = Some(value),
            "scope" => challenge.scopes = value.split_whitespace().map(str::to_owned).collect(),
            _ => {}
        }
    }
    found
}

/// What stands between commas that are not part of a quoted text.
fn items(text: &str) -> Vec<&str> {
    let (mut items, mut start, mut is_quoted, mut is_escaped) = (Vec::new(), 0, false, false);
    for (place, letter) in text.char_indices() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => {
                items.extend(text.get(start..place));
                start = place + 1;
            }
            _ => {}
        }
    }
    items.extend(text.get(start..));
    let items = items.into_iter().map(str::trim);
    items.filter(|item| !item.is_empty()).collect()
}

fn unquoted(value: &str) -> String {
    let Some(inner) = value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'))
    else {
        return value.to_owned();
    };
    let mut plain = String::new();
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        plain.extend(if letter == '\\' {
            letters.next()
        } else {
            Some(letter)
        });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{Challenge, read};

    fn challenge(metadata: &str, scopes: &[&str]) -> Option<Challenge> {
        Some(Challenge {
            metadata: (!metadata.is_empty()).then(|| metadata.to_owned()),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        })
    }

    #[test]
    fn the_bearer_is_found_among_others() {
        for (text, expected) in [
            ("Bearer", challenge("", &[])),
            ("bearer realm=\"a, b\"", challenge("", &[])),
            (
                "Bearer resource_metadata=\"https://a.example/x\", scope=\"a b\"",
                challenge("https://a.example/x", &["a", "b"]),
            ),
            (
                "Basic realm=\"x\", Bearer error=\"a\\\",b\",resource_metadata=https://a.example/x",
                challenge("https://a.example/x", &[]),
            ),
            (
                "Bearer scope=a, DPoP scope=\"b\", resource_metadata=\"y\"",
                challenge("", &["a"]),
            ),
            ("Basic realm=\"Bearer\"", None),
            ("", None),
            (",,", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
