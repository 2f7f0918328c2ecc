//! Reads JSON objects, and nothing else in their place.

use std::{fmt, marker::PhantomData};

use bytes::Bytes;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::{Error, value::RawValue};

/// An object. By itself a derived type would also take an array of its members' values in their order.
#[derive(Debug, Default)]
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_map(OnlyMaps(PhantomData))
    }
}

struct OnlyMaps<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OnlyMaps<T> {
    type Value = Object<T>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// Reads an object.
pub(crate) fn object<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, Error> {
    serde_json::from_str(json).map(|Object(read)| read)
}

/// The items of an array, each as the text that it came as, or what is wrong with it.
pub(crate) fn array(body: &Bytes) -> Result<Vec<Bytes>, String> {
    let text = std::str::from_utf8(body).map_err(|error| error.to_string())?;
    let items: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| told(&error))?;
    let items = items.into_iter().map(|item| item.get().as_bytes());
    Ok(items.map(|item| body.slice_ref(item)).collect())
}

/// What the parser says of an error, without the rest of a long text that it quotes.
pub(crate) fn told(error: &Error) -> String {
    let mut text = error.to_string();
    if let Some((end, _)) = text.char_indices().nth(TEXT_CHARS_MAX) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// Of an id, and of a progress token, which is repeated in every event.
pub(crate) const ID_BYTES_MAX: usize = 256;
const TEXT_CHARS_MAX: usize = 200;
