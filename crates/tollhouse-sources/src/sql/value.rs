//! Values on their way into a statement and out of it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rusqlite::types::{Value as Sql, ValueRef};
use serde_json::{Number, Value};
use tollhouse_core::{Fault, fail};

/// An argument as a value to bind. Lists and objects are bound as JSON text, for `json_each` and the like.
pub(super) fn bind(name: &str, value: &Value) -> Result<Sql, Fault> {
    Ok(match value {
        Value::Null => Sql::Null,
        Value::Bool(is) => Sql::Integer((*is).into()),
        Value::Number(number) => match (number.as_i64(), number.is_u64(), number.as_f64()) {
            (Some(integer), ..) => Sql::Integer(integer),
            (None, false, Some(real)) => Sql::Real(real),
            _ => {
                return Err(fail(format!(
                    "`{name}` is larger than the database can hold."
                )));
            }
        },
        Value::String(text) => Sql::Text(text.clone()),
        Value::Array(_) | Value::Object(_) => Sql::Text(value.to_string()),
    })
}

/// A value to bind, if its text is not longer than that.
pub(super) fn within(name: &str, value: Sql, bytes_max: usize) -> Result<Sql, Fault> {
    match &value {
        Sql::Text(text) if text.len() > bytes_max => Err(fail(format!(
            "`{name}` has {} bytes, and this takes {bytes_max} at most. Send a shorter one.",
            text.len()
        ))),
        _ => Ok(value),
    }
}

/// A whole number as one: some writers of JSON write 2.0 for 2, which JSON Schema takes for a whole number too.
pub(super) fn whole(value: Sql) -> Sql {
    match value {
        Sql::Real(real) if real.fract() == 0.0 && real.abs() <= INTEGER_MAX as f64 => {
            Sql::Integer(real as i64)
        }
        other => other,
    }
}

/// A value as a number of rows; none if it is nothing. Some writers of JSON write 2.0 for 2.
pub(super) fn rows(name: &str, value: &Sql) -> Result<Option<usize>, Fault> {
    let rows = match *value {
        Sql::Null => return Ok(None),
        Sql::Integer(rows) => usize::try_from(rows).ok(),
        // What is too large for the type becomes its largest value.
        Sql::Real(rows) if rows >= 0.0 && rows.fract() == 0.0 => Some(rows as usize),
        Sql::Real(_) | Sql::Text(_) | Sql::Blob(_) => None,
    };
    let told = || {
        fail(format!(
            "`{name}` is how many rows to return: a whole number, 0 or more."
        ))
    };
    rows.map(Some).ok_or_else(told)
}

/// A value as JSON. What JSON readers would round is given as text; bytes are base64.
pub(super) fn read(value: ValueRef<'_>, is_json: bool) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(integer) if integer.unsigned_abs() > INTEGER_MAX => {
            Value::String(integer.to_string())
        }
        ValueRef::Integer(integer) => integer.into(),
        ValueRef::Real(real) => {
            Number::from_f64(real).map_or_else(|| Value::String(real.to_string()), Value::Number)
        }
        ValueRef::Text(text) => {
            let parsed = is_json.then(|| serde_json::from_slice(text).ok()).flatten();
            parsed.unwrap_or_else(|| Value::String(String::from_utf8_lossy(text).into_owned()))
        }
        ValueRef::Blob(bytes) => Value::String(STANDARD.encode(bytes)),
    }
}

/// How many bytes a value takes as JSON, or a little less. Asked before it is copied.
pub(super) fn json_bytes(value: ValueRef<'_>) -> usize {
    match value {
        ValueRef::Null => 4,
        ValueRef::Integer(_) | ValueRef::Real(_) => 8,
        ValueRef::Text(text) => 2 + text.iter().map(|&byte| escaped_bytes(byte)).sum::<usize>(),
        ValueRef::Blob(bytes) => 2 + bytes.len().div_ceil(3) * 4,
    }
}

const fn escaped_bytes(byte: u8) -> usize {
    match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' => 2,
        0..0x20 => 6,
        _ => 1,
    }
}

/// The largest integer that every reader of JSON takes exactly.
const INTEGER_MAX: u64 = (1 << 53) - 1;

#[cfg(test)]
mod tests {
    use rusqlite::types::{Value as Sql, ValueRef};
    use serde_json::json;

    use super::{bind, json_bytes, read};

    #[test]
    fn nothing_is_rounded() {
        let exact = (1_i64 << 53) - 1;
        assert_eq!(read(ValueRef::Integer(exact), false), json!(exact));
        assert_eq!(
            read(ValueRef::Integer(-exact - 1), false),
            json!("-9007199254740992")
        );
        assert_eq!(
            read(ValueRef::Integer(i64::MIN), false),
            json!("-9223372036854775808")
        );
        assert_eq!(read(ValueRef::Real(0.1), false), json!(0.1));
        assert_eq!(read(ValueRef::Real(f64::INFINITY), false), json!("inf"));
    }

    #[test]
    fn bytes_are_base64_and_broken_text_stays_text() {
        assert_eq!(read(ValueRef::Blob(&[0, 255]), false), json!("AP8="));
        assert_eq!(read(ValueRef::Text(b"a\xff"), false), json!("a\u{fffd}"));
        assert_eq!(read(ValueRef::Null, false), json!(null));
    }

    #[test]
    fn json_columns_are_parsed_and_kept_as_text_where_they_are_none() {
        assert_eq!(read(ValueRef::Text(b"[1,{}]"), true), json!([1, {}]));
        assert_eq!(read(ValueRef::Text(b"[1,"), true), json!("[1,"));
        assert_eq!(read(ValueRef::Text(b"[1]"), false), json!("[1]"));
    }

    #[test]
    fn sizes_count_what_is_escaped() {
        for text in ["plain", "a\"b\\c\n", "\u{1}\u{2}", "ä→"] {
            let written = json!(text).to_string().len();
            assert_eq!(json_bytes(ValueRef::Text(text.as_bytes())), written);
        }
    }

    #[test]
    fn arguments_keep_their_type() {
        assert_eq!(bind("x", &json!(7)).unwrap(), Sql::Integer(7));
        assert_eq!(bind("x", &json!(7.5)).unwrap(), Sql::Real(7.5));
        assert_eq!(bind("x", &json!(true)).unwrap(), Sql::Integer(1));
        assert_eq!(bind("x", &json!("7")).unwrap(), Sql::Text("7".into()));
        assert_eq!(bind("x", &json!([1])).unwrap(), Sql::Text("[1]".into()));
        assert!(bind("x", &json!(u64::MAX)).is_err());
    }
}
