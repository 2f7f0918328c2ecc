//! JSON of strangers: one object, every member once, and no deeper than anybody means.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Reads one JSON object. Two readers that disagree about which of two members counts are how a forged token
/// passes one of them, so an object that has a member twice is refused, wherever it stands.
pub(crate) fn object(bytes: &[u8]) -> Result<Map<String, Value>, NotPlain> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Plain { depth: 0 }
        .deserialize(&mut reader)
        .map_err(|_| NotPlain)?;
    reader.end().map_err(|_| NotPlain)?;
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(NotPlain),
    }
}

/// It is not one JSON object, or has a member twice, or is too deep. What the parser says is left out: it
/// quotes what it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not one JSON object that has every member once")]
pub(crate) struct NotPlain;

/// A value at a depth.
#[derive(Clone, Copy)]
struct Plain {
    depth: usize,
}

impl Plain {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth == DEPTH_MAX {
            return Err(E::custom("too deep"));
        }
        let depth = self.depth + 1;
        Ok(Self { depth })
    }
}

impl<'de> DeserializeSeed<'de> for Plain {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Plain {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("not a number"))?;
        Ok(Value::Number(number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let deeper = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(deeper)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let deeper = self.deeper()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(deeper)?;
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a member twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

/// Deeper than any claim or key that is known.
const DEPTH_MAX: usize = 16;

#[cfg(test)]
mod tests {
    use super::{DEPTH_MAX, object};

    #[test]
    fn w14_one_object_that_has_every_member_once() {
        for good in [
            "{}",
            " {\"a\":1}\n",
            r#"{"a":{"b":[1,-2,1.5,null,true,"x"]},"b":{"b":1}}"#,
            r#"{"\u0061":1}"#,
        ] {
            assert!(object(good.as_bytes()).is_ok(), "{good}");
        }
        for bad in [
            "",
            "[]",
            "1",
            "null",
            r#""{}""#,
            "{} {}",
            "{},",
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"a":{"b":1,"b":2}}"#,
            r#"{"a":[{"b":1,"b":2}]}"#,
            r#"{"a":1e999}"#,
            r#"{"a":NaN}"#,
            r#"{"a":"\ud800"}"#,
            r#"{"a":1,}"#,
            r"{'a':1}",
            "\u{feff}{}",
            "{/**/}",
        ] {
            assert!(object(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(object(b"{\"a\":\"\xff\"}").is_err());
        assert!(object(b"{\"a\xff\":1}").is_err());
        let nested = |depth: usize| format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
        assert!(object(nested(DEPTH_MAX).as_bytes()).is_ok());
        assert!(object(nested(DEPTH_MAX + 1).as_bytes()).is_err());
        assert!(object("[".repeat(100_000).as_bytes()).is_err());
    }
}
