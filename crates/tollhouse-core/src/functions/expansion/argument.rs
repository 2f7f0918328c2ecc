//! One argument: its schema, and how it is read.

use schemars::{JsonSchema, SchemaGenerator};
use serde::{
    de::{DeserializeOwned, Error as _, Visitor},
    forward_to_deserialize_any,
};
use serde_json::{Error, Map, Value};

/// A type that one argument can have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument",
    label = "cannot be read from a call",
    note = "an argument's type derives `serde::Deserialize` and `schemars::JsonSchema`, and is `Send`"
)]
pub trait Argument: Sized + Send {
    /// Its JSON Schema; what it refers to is left with the generator.
    fn property(generator: &mut SchemaGenerator) -> Map<String, Value>;

    /// Reads it; `None` for an argument that was left out.
    ///
    /// # Errors
    ///
    /// It does not fit, or must not be left out.
    fn read(value: Option<&Value>) -> Result<Self, Error>;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema + Send> Argument for T {
    fn property(generator: &mut SchemaGenerator) -> Map<String, Value> {
        let mut schema = generator.subschema_for::<T>();
        std::mem::take(schema.ensure_object())
    }

    fn read(value: Option<&Value>) -> Result<Self, Error> {
        match value {
            Some(value) => T::deserialize(value),
            None => T::deserialize(Absent),
        }
    }
}

/// The number or boolean that a text reads as.
pub(super) fn scalar(text: &str) -> Option<Value> {
    let value: Value = serde_json::from_str(text).ok()?;
    (value.is_number() || value.is_boolean()).then_some(value)
}

/// What is not there: only an `Option` can be read from it, as it is for a field of a struct.
struct Absent;

impl<'de> serde::Deserializer<'de> for Absent {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("it is missing"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_none()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
