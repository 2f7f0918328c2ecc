//! What is sent: families of requests, each spoilt in one kind of place.
//!
//! To add a family: a function that makes a case of it, and its name in `FAMILIES`.

use serde_json::{Value, json};

use crate::dice::Dice;
use crate::era::Era;
use crate::request::Request;

mod body;
mod bytes;
mod envelope;
mod headers;
mod methods;

/// One request, and what is peculiar about it.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) label: String,
    pub(crate) request: Request,
    /// Whether the session must be its own: it may be gone behind it.
    pub(crate) alone: bool,
}

impl Case {
    fn new(label: impl Into<String>, request: Request) -> Self {
        Self {
            label: label.into(),
            request,
            alone: false,
        }
    }

    fn alone(self) -> Self {
        Self {
            alone: true,
            ..self
        }
    }
}

/// The next case.
pub(crate) fn make(dice: &mut Dice, era: Era) -> Case {
    // Half of all cases are good messages with a few other bytes in them.
    if dice.below(2) == 0 {
        return bytes::spoilt(dice, era);
    }
    let family = dice.pick(&FAMILIES).copied().unwrap_or(methods::call);
    family(dice, era)
}

/// One of several parts, with a name for each.
fn choose<T: Clone>(dice: &mut Dice, parts: &[(&'static str, T)]) -> (&'static str, Option<T>) {
    match dice.pick(parts) {
        Some((name, part)) => (name, Some(part.clone())),
        None => ("nothing", None),
    }
}

/// The message of a good call of the tool.
fn call_message(era: Era) -> Value {
    era.message(
        "tools/call",
        &json!({"name": "echo", "arguments": {"text": "hello"}}),
    )
}

/// A good call of the tool.
fn call_request(era: Era) -> Request {
    era.posting(&call_message(era))
}

/// A message with another value somewhere; with none, the member is gone.
fn changed(mut message: Value, pointer: &str, value: Option<Value>) -> Value {
    let (place, name) = pointer.rsplit_once('/').unwrap_or_default();
    // A slash in a name is written so in a pointer.
    let name = name.replace("~1", "/");
    if let Some(Value::Object(members)) = message.pointer_mut(place) {
        match value {
            Some(value) => drop(members.insert(name, value)),
            None => drop(members.remove(&name)),
        }
    }
    message
}

type Family = fn(&mut Dice, Era) -> Case;

const FAMILIES: [Family; 16] = [
    methods::call,
    methods::arguments,
    methods::tool,
    methods::listing,
    methods::other,
    methods::unknown,
    envelope::id,
    envelope::version,
    envelope::params,
    envelope::meta,
    envelope::notification,
    envelope::answer,
    headers::protocol,
    headers::http,
    headers::verb,
    body::body,
];
