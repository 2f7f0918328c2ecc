//! What another system says of the holder of a key, read strictly and forgiving of nothing but its form.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde_json::{Map, Value};

use crate::subject::is_reserved;

/// Whom a key is for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Holder {
    pub(super) subject: String,
    /// `None` if nothing is said of them, which is not the same as none.
    pub(super) scopes: Option<Vec<String>>,
    /// `None` if nothing is said of them.
    pub(super) roles: Option<Vec<String>>,
    pub(super) tenant: Option<String>,
    pub(super) client: Option<String>,
    pub(super) expires_at_ms: Option<u64>,
}

/// What is wrong with what was said. It does not repeat it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` {problem}")]
pub(super) struct NoHolder {
    name: &'static str,
    problem: &'static str,
}

impl Holder {
    /// What is null counts as not said, and what is not known is left out.
    pub(super) fn read(members: &Map<String, Value>) -> Result<Self, NoHolder> {
        let subject = text(members, "subject")?.ok_or(NoHolder {
            name: "subject",
            problem: "is missing; the answer has to say who holds the key",
        })?;
        if is_reserved(&subject) {
            return Err(NoHolder {
                name: "subject",
                problem: "is a name that this server gives itself; put something before it",
            });
        }
        Ok(Self {
            subject,
            scopes: words(members, "scopes")?,
            roles: words(members, "roles")?,
            tenant: text(members, "tenant")?,
            client: text(members, "client")?,
            expires_at_ms: time(members, "expires_at")?,
        })
    }
}

fn said<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    members.get(name).filter(|value| !value.is_null())
}

/// A name or an id; ids are often numbers.
fn text(members: &Map<String, Value>, name: &'static str) -> Result<Option<String>, NoHolder> {
    let wrong = |problem| Err(NoHolder { name, problem });
    let text = match said(members, name) {
        None => return Ok(None),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) if number.is_i64() || number.is_u64() => number.to_string(),
        Some(_) => return wrong("is neither text nor a whole number"),
    };
    if text.is_empty() {
        return wrong("is empty");
    }
    if text.len() > TEXT_BYTES_MAX {
        return wrong("is longer than 256 bytes");
    }
    if text.chars().any(char::is_control) {
        return wrong("has control characters");
    }
    Ok(Some(text))
}

/// Scopes or roles: a list, or text with spaces or commas between them. A column can hold a list as JSON.
fn words(
    members: &Map<String, Value>,
    name: &'static str,
) -> Result<Option<Vec<String>>, NoHolder> {
    let wrong = |problem| Err(NoHolder { name, problem });
    let listed;
    let values = match said(members, name) {
        None => return Ok(None),
        Some(Value::Array(values)) => values,
        Some(Value::String(text)) if text.trim_start().starts_with('[') => {
            match serde_json::from_str(text) {
                Ok(Value::Array(values)) => listed = values,
                Ok(_) | Err(_) => return wrong("begins as a list in JSON and is none"),
            }
            &listed
        }
        Some(Value::String(text)) => {
            let words = text.split([' ', ',']).filter(|word| !word.is_empty());
            listed = words.map(Value::from).collect();
            &listed
        }
        Some(_) => return wrong("is neither a list nor text"),
    };
    if values.len() > WORDS_MAX {
        return wrong("has more than 256 values");
    }
    let mut kept: Vec<String> = Vec::new();
    for value in values {
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
        match value {
            Value::String(word) if word.is_empty() || word.len() > WORD_BYTES_MAX => {
                return wrong("has a value that is empty or longer than 128 bytes");
            }
            Value::String(word) if !word.bytes().all(is_plain) => {
                return wrong("has a value with characters that none may have");
            }
            Value::String(word) if kept.contains(word) => {}
            Value::String(word) => kept.push(word.clone()),
            _ => return wrong("has a value that is no text"),
        }
    }
    Ok(Some(kept))
}

/// Seconds since 1970, or a time as ISO 8601. Without a zone it is UTC, as databases write it.
fn time(members: &Map<String, Value>, name: &'static str) -> Result<Option<u64>, NoHolder> {
    let wrong = Err(NoHolder {
        name,
        problem: "is no time: give seconds since 1970, or text such as 2030-01-31T12:00:00Z",
    });
    let milliseconds = match said(members, name) {
        None => return Ok(None),
        Some(Value::Number(seconds)) => match seconds.as_u64() {
            Some(seconds @ 0..=SECONDS_MAX) => return Ok(Some(seconds * 1000)),
            _ => return wrong,
        },
        Some(Value::String(text)) => match instant(text) {
            Some(instant) => instant.as_millisecond(),
            None => return wrong,
        },
        Some(_) => return wrong,
    };
    // What ended before 1970 has ended.
    Ok(Some(u64::try_from(milliseconds).unwrap_or(0)))
}

fn instant(text: &str) -> Option<Timestamp> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant);
    }
    let local = text.parse::<DateTime>().ok()?;
    let zoned = local.to_zoned(TimeZone::UTC).ok()?;
    Some(zoned.timestamp())
}

/// Longer than any name, id or address.
const TEXT_BYTES_MAX: usize = 256;
/// More scopes or roles than anybody gives one caller.
const WORDS_MAX: usize = 256;
/// Longer than any scope or role.
const WORD_BYTES_MAX: usize = 128;
/// The end of the year 9999: what is later was meant in milliseconds.
const SECONDS_MAX: u64 = 253_402_300_799;

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Holder, NoHolder};

    fn read(said: Value) -> Result<Holder, NoHolder> {
        let Value::Object(members) = said else {
            panic!("{said}");
        };
        Holder::read(&members)
    }

    fn with(name: &str, value: Value) -> Result<Holder, NoHolder> {
        let mut said = json!({"subject": "ann"});
        said[name] = value;
        read(said)
    }

    #[test]
    fn a15_each_form_in_which_systems_say_it() {
        let expected = ["a:read", "b"].map(str::to_owned);
        for scopes in [
            json!(["a:read", "b", "b"]),
            json!("a:read b"),
            json!("a:read, b"),
            json!(r#" ["a:read","b"]"#),
        ] {
            assert_eq!(
                with("scopes", scopes.clone()).unwrap().scopes.unwrap(),
                expected
            );
            assert_eq!(with("roles", scopes).unwrap().roles.unwrap(), expected);
        }
        assert_eq!(with("scopes", Value::Null).unwrap().scopes, None);
        assert_eq!(with("scopes", json!("")).unwrap().scopes.unwrap(), [""; 0]);
        for (time, expected) in [
            (json!(1_800_000_000), Some(1_800_000_000_000)),
            (json!("2027-01-15T08:00:00Z"), Some(1_800_000_000_000)),
            (json!("2027-01-15T09:00:00+01:00"), Some(1_800_000_000_000)),
            (json!("2027-01-15 08:00:00"), Some(1_800_000_000_000)),
            (json!("2027-01-15"), Some(1_799_971_200_000)),
            (json!("1969-01-01"), Some(0)),
            (Value::Null, None),
        ] {
            assert_eq!(with("expires_at", time).unwrap().expires_at_ms, expected);
        }
        assert_eq!(with("subject", json!(42)).unwrap().subject, "42");
        assert_eq!(with("tenant", Value::Null).unwrap().tenant, None);
        assert_eq!(
            with("more", json!({})).unwrap(),
            with("tenant", Value::Null).unwrap()
        );
    }

    #[test]
    fn a15_what_nobody_may_say_is_no_holder() {
        let many: Vec<_> = (0..257).map(|number| format!("s{number}")).collect();
        for (name, value) in [
            ("subject", Value::Null),
            ("subject", json!("")),
            ("subject", json!(1.5)),
            ("subject", json!(["ann"])),
            ("subject", json!("ann\n")),
            ("subject", json!("x".repeat(257))),
            ("subject", json!("anonymous")),
            ("subject", json!("api-key")),
            ("subject", json!("key:1")),
            ("subject", json!("client:1")),
            ("tenant", json!({})),
            ("client", json!("")),
            ("scopes", json!(7)),
            ("scopes", json!("[a")),
            ("scopes", json!(["a", 1])),
            ("scopes", json!(["a b"])),
            ("scopes", json!(many.join(" "))),
            ("roles", json!("\u{7}")),
            ("roles", json!("x".repeat(129))),
            ("expires_at", json!("tomorrow")),
            ("expires_at", json!(-1)),
            ("expires_at", json!(1_800_000_000_000_u64)),
            ("expires_at", json!(true)),
        ] {
            let problem = with(name, value.clone()).unwrap_err();
            assert!(
                problem.to_string().starts_with(&format!("`{name}` ")),
                "{value}"
            );
        }
    }
}
