//! Prompts: plain, with arguments and suggestions, with a resource, with a picture, with a question.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use tollhouse::{Answer, Builder, Content, Contents, Ctx, Message, prompt};

use crate::media;

#[derive(Deserialize, JsonSchema)]
struct Two {
    /// The first argument
    arg1: String,
    /// The second argument
    arg2: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Embedded {
    /// URI of the resource to embed
    resource_uri: String,
}

pub(crate) fn add(builder: Builder) -> Builder {
    let simple = prompt(
        "test_simple_prompt",
        "A fixed text.",
        async || "This is a simple prompt for testing.",
    );
    let arguments = prompt(
        "test_prompt_with_arguments",
        "A text with two arguments in it.",
        async |two: Two| {
            let Two { arg1, arg2 } = two;
            format!("Prompt with arguments: arg1='{arg1}', arg2='{arg2}'")
        },
    );
    let embedded = prompt(
        "test_prompt_with_embedded_resource",
        "A resource and what to do with it.",
        embedded,
    );
    let image = prompt(
        "test_prompt_with_image",
        "A picture and what to do with it.",
        async || {
            let question = Message::user("Please analyze the image above.");
            vec![Message::user(media::image()), question]
        },
    );
    let asking = prompt(
        "test_input_required_result_prompt",
        "Asks the user what it should be about.",
        asking,
    );
    builder
        .prompt(simple)
        .prompt(arguments.complete("arg1", suggestions))
        .prompt(embedded)
        .prompt(image)
        .prompt(asking)
}

async fn embedded(given: Embedded) -> Vec<Message> {
    let text = "Embedded resource content for testing.";
    let resource = Contents::text(&given.resource_uri, "text/plain", text);
    vec![
        Message::user(Content::Embedded(resource)),
        Message::user("Please process the embedded resource above."),
    ]
}

async fn asking(ctx: Ctx) -> String {
    let schema = json!({
        "type": "object",
        "properties": {"context": {"type": "string"}},
        "required": ["context"],
    });
    let message = "What context should the prompt use?";
    let context = match ctx.form("user_context", message, schema).await {
        Answer::Accept(content) => content
            .get("context")
            .and_then(|context| context.as_str())
            .unwrap_or_default()
            .to_owned(),
        Answer::Decline | Answer::Cancel => "none".to_owned(),
    };
    format!("Use this context: {context}")
}

async fn suggestions(typed: String, _: Ctx) -> Vec<String> {
    let known = ["testValue1", "testValue2", "other"];
    let fitting = known.into_iter().filter(|value| value.starts_with(&typed));
    fitting.map(str::to_owned).collect()
}
