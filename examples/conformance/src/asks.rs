//! Tools that ask and repeat what was answered, and one that does not start without a capability.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tollhouse::{Answer, Builder, Capability, Ctx, tool};

#[derive(Deserialize, JsonSchema)]
struct Sampling {
    /// What to ask the model
    prompt: String,
}

#[derive(Deserialize, JsonSchema)]
struct Elicitation {
    /// What to ask the user
    message: String,
}

pub(crate) fn add(builder: Builder) -> Builder {
    let capability = tool(
        "test_missing_capability",
        "Needs a client that can ask its user's model.",
        async |ctx: Ctx| ctx.sample("answer", "Say anything.", 100).await,
    );
    let streaming = tool(
        "test_streaming_elicitation",
        "Asks the user in its result, never in the middle of a stream.",
        |ctx: Ctx| elicit(ctx, "Who are you?".to_owned(), "User response", person()),
    );
    let sampling = tool(
        "test_sampling",
        "Asks the user's model and repeats its answer.",
        async |given: Sampling, ctx: Ctx| {
            let answer = ctx.sample("answer", &given.prompt, 100).await;
            format!("LLM response: {answer}")
        },
    );
    let elicitation = tool(
        "test_elicitation",
        "Asks the user who they are and repeats the answer.",
        |given: Elicitation, ctx: Ctx| elicit(ctx, given.message, "User response", person()),
    );
    let defaults = tool(
        "test_elicitation_sep1034_defaults",
        "Shows a form whose fields have defaults.",
        |ctx: Ctx| elicit(ctx, REVIEW.to_owned(), "Elicitation completed", defaults()),
    );
    let choices = tool(
        "test_elicitation_sep1330_enums",
        "Shows a form with every kind of choice.",
        |ctx: Ctx| elicit(ctx, REVIEW.to_owned(), "Elicitation completed", choices()),
    );
    builder
        .tool(capability.read_only().needs(Capability::Sampling))
        .tool(streaming.read_only())
        .tool(sampling.read_only())
        .tool(elicitation.read_only())
        .tool(defaults.read_only())
        .tool(choices.read_only())
}

async fn elicit(ctx: Ctx, message: String, told: &'static str, schema: Value) -> String {
    let (action, content) = match ctx.form("answer", &message, schema).await {
        Answer::Accept(content) => ("accept", content),
        Answer::Decline => ("decline", json!({})),
        Answer::Cancel => ("cancel", json!({})),
    };
    format!("{told}: action={action}, content={content}")
}

fn person() -> Value {
    json!({
        "type": "object",
        "properties": {
            "username": {"type": "string", "description": "User's response"},
            "email": {"type": "string", "description": "User's email address"},
        },
        "required": ["username", "email"],
    })
}

fn defaults() -> Value {
    json!({
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "Name", "default": "John Doe"},
            "age": {"type": "integer", "description": "Age", "default": 30},
            "score": {"type": "number", "description": "Score", "default": 95.5},
            "status": {
                "type": "string",
                "description": "Status",
                "enum": ["active", "inactive", "pending"],
                "default": "active",
            },
            "verified": {"type": "boolean", "description": "Verified", "default": true},
        },
        "required": [],
    })
}

fn choices() -> Value {
    let titled = |titles: [&str; 3]| -> Vec<Value> {
        let values = ["value1", "value2", "value3"].into_iter().zip(titles);
        values
            .map(|(value, title)| json!({"const": value, "title": title}))
            .collect()
    };
    let plain = ["option1", "option2", "option3"];
    let options = titled(["First Option", "Second Option", "Third Option"]);
    let picks = titled(["First Choice", "Second Choice", "Third Choice"]);
    json!({
        "type": "object",
        "properties": {
            "untitledSingle": {"type": "string", "enum": plain},
            "titledSingle": {"type": "string", "oneOf": options},
            "legacyEnum": {
                "type": "string",
                "enum": ["opt1", "opt2", "opt3"],
                "enumNames": ["Option One", "Option Two", "Option Three"],
            },
            "untitledMulti": {"type": "array", "items": {"type": "string", "enum": plain}},
            "titledMulti": {"type": "array", "items": {"anyOf": picks}},
        },
        "required": [],
    })
}

const REVIEW: &str = "Please review the form.";
