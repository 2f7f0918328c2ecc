//! Results and what they are made of: read into our words, written by our encoder.

use bytes::Bytes;
use serde_json::Value;

use super::{
    examples::json,
    reading::{self, list, text},
};
use crate::{
    Outcome, Output, Reported,
    protocol::{Encoder, Id, Revision, types::content},
};

pub(super) fn block(example: &Value) -> Value {
    let mut out = Vec::new();
    content::block(&mut out, &reading::content(example), Revision::NEWEST);
    json(&out)
}

pub(super) fn contents(example: &Value) -> Value {
    let mut out = Vec::new();
    content::contents(&mut out, &reading::contents(example), Revision::NEWEST);
    json(&out)
}

pub(super) fn call(id: &Id, example: &Value) -> Bytes {
    let reported = Reported {
        content: list(example, "content", reading::content),
        structured: example.get("structuredContent").cloned(),
        is_error: example["isError"] == true,
        meta: reading::meta(example),
    };
    done(id, Output::Tool(reported))
}

pub(super) fn read(id: &Id, example: &Value) -> Bytes {
    let contents = list(example, "contents", reading::contents);
    done(id, Output::Resource(contents))
}

pub(super) fn prompt(id: &Id, example: &Value) -> Bytes {
    let output = Output::Prompt {
        description: text(example, "description"),
        messages: list(example, "messages", reading::message),
    };
    done(id, output)
}

pub(super) fn completion(id: &Id, example: &Value) -> Bytes {
    let completion = &example["completion"];
    let output = Output::Completion {
        values: list(completion, "values", |value| {
            value.as_str().unwrap().to_owned()
        }),
        total: completion["total"].as_u64(),
    };
    done(id, output)
}

fn done(id: &Id, output: Output) -> Bytes {
    encoder().outcome(id, &Outcome::Done(output), "{}")
}

pub(super) fn encoder() -> Encoder {
    Encoder::new(
        Revision::NEWEST,
        &serde_json::json!({"name": "examples", "version": "1"}),
    )
}
