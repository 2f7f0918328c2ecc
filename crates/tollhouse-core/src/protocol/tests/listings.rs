//! Lists, what stands in them, and discovery: read into our words, written by our encoder.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    examples::{id, json as parsed},
    reading::{self, text},
    results::encoder,
};
use crate::protocol::{Encoder, Id, List, Page, Revision, types::listing};

pub(super) fn tool(example: &Value) -> Value {
    let mut out = Vec::new();
    listing::tool(&mut out, &reading::tool(example), Revision::NEWEST);
    parsed(&out)
}

pub(super) fn resource(example: &Value) -> Value {
    let mut out = Vec::new();
    listing::resource(&mut out, &reading::resource(example), Revision::NEWEST);
    parsed(&out)
}

pub(super) fn tools(id: &Id, example: &Value) -> Bytes {
    page(id, example, (List::Tools, "tools"), |out, item| {
        listing::tool(out, &reading::tool(item), Revision::NEWEST);
    })
}

pub(super) fn resources(id: &Id, example: &Value) -> Bytes {
    page(id, example, (List::Resources, "resources"), |out, item| {
        listing::resource(out, &reading::resource(item), Revision::NEWEST);
    })
}

pub(super) fn templates(id: &Id, example: &Value) -> Bytes {
    let list = (List::Templates, "resourceTemplates");
    page(id, example, list, |out, item| {
        listing::template(out, &reading::template(item), Revision::NEWEST);
    })
}

pub(super) fn prompts(id: &Id, example: &Value) -> Bytes {
    page(id, example, (List::Prompts, "prompts"), |out, item| {
        listing::prompt(out, &reading::prompt(item), Revision::NEWEST);
    })
}

fn page(
    id: &Id,
    example: &Value,
    (list, name): (List, &str),
    write: fn(&mut Vec<u8>, &Value),
) -> Bytes {
    let mut items = Vec::new();
    for item in example[name].as_array().unwrap() {
        if !items.is_empty() {
            items.push(b',');
        }
        write(&mut items, item);
    }
    let inside = encoder().page(&Page {
        list,
        items: &items,
        next: text(example, "nextCursor").as_deref(),
        public: example["cacheScope"] == "public",
    });
    Encoder::made(id, &inside)
}

pub(super) fn discovery(id: &Id, example: &Value) -> Bytes {
    let encoder = Encoder::new(
        Revision::NEWEST,
        &example["_meta"]["io.modelcontextprotocol/serverInfo"],
    );
    let instructions = text(example, "instructions");
    let inside = encoder.hello(
        &json!({}),
        &example["capabilities"],
        instructions.as_deref(),
    );
    Encoder::made(id, &inside)
}

pub(super) fn capabilities(example: &Value) -> Value {
    let message = discovery(&id(&json!(1)), &json!({"capabilities": example}));
    parsed(&message)["result"]["capabilities"].clone()
}
