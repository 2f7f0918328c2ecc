//! JSON-RPC 2.0 envelopes: parsed once, borrowing; written straight into a buffer.

use std::borrow::Cow;

use bytes::Bytes;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{error::Category, value::RawValue};

use super::{
    Rejected,
    types::{
        params::{Params, Text},
        read::{ID_BYTES_MAX, Object, object, told},
    },
};
use crate::Refusal;

/// A request's id: a string or an integer, kept as the JSON it came as.
///
/// Two ids are equal if they are the same value: strings are kept in their plain form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id(Bytes);

impl Id {
    /// Stands where there is no request.
    pub(crate) const NONE: Self = Self(Bytes::from_static(b"null"));

    /// The id's JSON.
    #[must_use]
    pub fn json(&self) -> &[u8] {
        &self.0
    }

    /// The same, shared.
    pub(crate) fn shared(&self) -> Bytes {
        self.0.clone()
    }

    /// Reads an id; `None` for anything but a string or an integer of a sensible length.
    ///
    /// It is copied: a stream lives long, and a slice would keep the whole message in memory.
    pub(crate) fn read(raw: &RawValue) -> Option<Self> {
        let text = raw.get();
        if text.len() > ID_BYTES_MAX {
            return None;
        }
        match text.as_bytes().first()? {
            b'"' if text.contains('\\') => {
                let plain: String = serde_json::from_str(text).ok()?;
                Some(Self(Bytes::from(serde_json::to_vec(&plain).ok()?)))
            }
            b'"' => Some(Self(Bytes::copy_from_slice(text.as_bytes()))),
            b'-' | b'0'..=b'9' if !text.contains(['.', 'e', 'E']) => {
                Some(Self(Bytes::copy_from_slice(text.as_bytes())))
            }
            _ => None,
        }
    }
}

/// One message.
#[derive(Debug)]
pub(crate) struct Envelope<'a> {
    /// A notification has none.
    pub(crate) id: Option<Id>,
    pub(crate) method: Cow<'a, str>,
    pub(crate) params: Params<'a>,
}

/// A client's reply to a request of ours.
#[derive(Debug)]
pub(crate) struct Response<'a> {
    pub(crate) id: Option<Id>,
    /// The result, or the error.
    pub(crate) result: Result<&'a RawValue, &'a RawValue>,
}

/// What a client sends.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every message is of the large kind"
)]
pub(crate) enum Message<'a> {
    /// A request or a notification.
    Call(Envelope<'a>),
    /// A reply.
    Response(Response<'a>),
}

/// Parses one message. A key that stands twice, an array or anything else is refused.
pub(crate) fn parse(body: &Bytes) -> Result<Message<'_>, Rejected> {
    let text = std::str::from_utf8(body)
        .map_err(|error| Rejected::new(None, Refusal::Unreadable(error.to_string())))?;
    let wire: Wire<'_> = match object(text) {
        Ok(wire) => wire,
        Err(error) => return explain(text, &error).map(Message::Call),
    };
    let id = match wire.id {
        None => None,
        Some(raw) => Some(Id::read(raw).ok_or_else(|| {
            let why = "`id` must be a string or an integer, of at most 256 bytes";
            Rejected::new(None, Refusal::NotAMessage(why.to_owned()))
        })?),
    };
    let refuse = |why: &str| {
        let refusal = Refusal::NotAMessage(why.to_owned());
        Err(Rejected::new(id.clone(), refusal))
    };
    if wire.jsonrpc != "2.0" {
        return refuse("`jsonrpc` must be \"2.0\"");
    }
    match (wire.method, wire.result, wire.error) {
        (Some(Text(method)), ..) => Ok(Message::Call(Envelope {
            id,
            method,
            params: wire.params.unwrap_or_default().0,
        })),
        (None, Some(result), None) => Ok(Message::Response(Response {
            id,
            result: Ok(result),
        })),
        (None, None, Some(error)) => Ok(Message::Response(Response {
            id,
            result: Err(error),
        })),
        (None, ..) => refuse("`method` is missing"),
    }
}

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow)]
    jsonrpc: Cow<'a, str>,
    // RawValue keeps `null` apart from an absent id.
    #[serde(borrow, default, deserialize_with = "present")]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    method: Option<Text<'a>>,
    // Parsed in the same pass, so that a large argument is walked once.
    #[serde(borrow)]
    params: Option<Object<Params<'a>>>,
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    error: Option<&'a RawValue>,
}

fn present<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(input).map(Some)
}

/// Says what is wrong with a text that is no envelope, under its id if one can be found.
///
/// A notification gets no answer, so one whose parameters nobody understands is one without parameters.
fn explain<'a>(text: &'a str, error: &serde_json::Error) -> Result<Envelope<'a>, Rejected> {
    #[derive(Default, Deserialize)]
    struct Outline<'a> {
        #[serde(borrow, default, deserialize_with = "present")]
        id: Option<&'a RawValue>,
        #[serde(borrow)]
        method: Option<&'a RawValue>,
        #[serde(borrow)]
        params: Option<&'a RawValue>,
    }
    let refuse = |id, refusal| Err(Rejected::new(id, refusal));
    // A wrong type may be found before the place where the text breaks off.
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        return refuse(None, Refusal::Unreadable(told(&error)));
    }
    let Outline { id, method, params } = object(text).unwrap_or_default();
    let in_params = params.and_then(|raw| object::<Params<'_>>(raw.get()).err());
    let method = method.and_then(|raw| serde_json::from_str(raw.get()).ok());
    if let (None, Some(Text(method)), Some(_)) = (id, method, &in_params) {
        return Ok(Envelope {
            id: None,
            method,
            params: Params::default(),
        });
    }
    let refusal = match (error.classify(), in_params) {
        (Category::Data, Some(error)) => {
            Refusal::BadEnvelope(format!("`params`: {}", told(&error)))
        }
        (Category::Data, None) if text.trim_ascii_start().starts_with('[') => {
            Refusal::NotAMessage("send one message at a time, not an array".to_owned())
        }
        (Category::Data, None) => Refusal::NotAMessage(told(error)),
        // Nested deeper than the parser goes.
        (Category::Io | Category::Syntax | Category::Eof, _) => Refusal::Unreadable(told(error)),
    };
    refuse(id.and_then(Id::read), refusal)
}
