//! Tools that cannot end before their caller has answered (MCP 2026-07-28, "Multi Round-Trip Requests").

use serde_json::{Value, json};
use tollhouse::{Answer, Builder, Capability, Ctx, tool};

pub(crate) fn add(builder: Builder) -> Builder {
    let elicitation = tool(
        "test_input_required_result_elicitation",
        "Asks the user for a name.",
        greet,
    );
    let sampling = tool(
        "test_input_required_result_sampling",
        "Asks the user's model for a capital.",
        async |ctx: Ctx| capital(&ctx).await,
    );
    let roots = tool(
        "test_input_required_result_list_roots",
        "Asks which folders the user works in.",
        async |ctx: Ctx| format!("Roots: {}", roots(&ctx).await),
    );
    let state = tool(
        "test_input_required_result_request_state",
        "Asks for a yes and checks the state that comes back; answers state-ok.",
        confirm,
    );
    let several = tool(
        "test_input_required_result_multiple_inputs",
        "Asks the user, the user's model and the client at once.",
        several,
    );
    let steps = tool(
        "test_input_required_result_multi_round",
        "Asks for a name, then for a colour.",
        steps,
    );
    let tampered = tool(
        "test_input_required_result_tampered_state",
        "Asks for a yes, and refuses a state that was changed on the way.",
        confirm,
    );
    let able = tool(
        "test_input_required_result_capabilities",
        "Asks only for what the client can do.",
        what_the_client_can,
    );
    builder
        .tool(elicitation.read_only())
        .tool(sampling.read_only())
        .tool(roots.read_only())
        .tool(state.read_only())
        .tool(several.read_only())
        .tool(steps.read_only())
        .tool(tampered.read_only())
        .tool(able.read_only())
}

async fn greet(ctx: Ctx) -> String {
    match name(&ctx).await {
        Some(name) => format!("Hello, {name}!"),
        None => "Hello, whoever you are!".to_owned(),
    }
}

async fn confirm(ctx: Ctx) -> &'static str {
    match form(&ctx, "confirm", "Go on?", "ok", "boolean").await {
        Some(Value::Bool(true)) => "state-ok: confirmed",
        Some(_) | None => "state-ok: not confirmed",
    }
}

async fn several(ctx: Ctx) -> String {
    let greeting = ctx.sample("greeting", "Say a friendly greeting.", 50);
    let (name, greeting, roots) = tokio::join!(name(&ctx), greeting, roots(&ctx));
    let name = name.unwrap_or_default();
    format!("{greeting} Name: {name}. Roots: {roots}.")
}

async fn steps(ctx: Ctx) -> String {
    let name = text(&ctx, "step1", "Step 1: What is your name?", "name").await;
    let colour = text(
        &ctx,
        "step2",
        "Step 2: What is your favorite color?",
        "color",
    );
    let (name, colour) = (name.unwrap_or_default(), colour.await.unwrap_or_default());
    format!("{name} likes {colour}.")
}

async fn what_the_client_can(ctx: Ctx) -> String {
    let asked = async {
        match ctx.can(Capability::Form) {
            true => name(&ctx).await,
            false => None,
        }
    };
    let sampled = async {
        match ctx.can(Capability::Sampling) {
            true => Some(capital(&ctx).await),
            false => None,
        }
    };
    let (name, capital) = tokio::join!(asked, sampled);
    let unknown = || "unknown".to_owned();
    format!(
        "Name: {}. Capital: {}",
        name.unwrap_or_else(unknown),
        capital.unwrap_or_else(unknown)
    )
}

async fn name(ctx: &Ctx) -> Option<String> {
    text(ctx, "user_name", "What is your name?", "name").await
}

async fn capital(ctx: &Ctx) -> String {
    let question = "What is the capital of France?";
    ctx.sample("capital_question", question, 100).await
}

async fn roots(ctx: &Ctx) -> String {
    let roots = ctx.roots("client_roots").await;
    let names: Vec<String> = roots
        .into_iter()
        .map(|root| root.name.unwrap_or(root.uri))
        .collect();
    names.join(", ")
}

async fn text(ctx: &Ctx, key: &str, message: &str, field: &str) -> Option<String> {
    let value = form(ctx, key, message, field, "string").await?;
    value.as_str().map(str::to_owned)
}

/// A form of one required field; nothing if the user did not fill it in.
async fn form(ctx: &Ctx, key: &str, message: &str, field: &str, kind: &str) -> Option<Value> {
    let schema = json!({
        "type": "object",
        "properties": {field: {"type": kind}},
        "required": [field],
    });
    match ctx.form(key, message, schema).await {
        Answer::Accept(content) => content.get(field).cloned(),
        Answer::Decline | Answer::Cancel => None,
    }
}
