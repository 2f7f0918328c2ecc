//! Every step by its name.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use rmcp::model::{
    CallToolRequest, CallToolRequestParams, CallToolResult, ClientRequest, JsonObject,
};
use rmcp::service::PeerRequestOptions;

use crate::Client;
use crate::fixture::Cancellation;
use crate::options::Options;

pub(crate) async fn run(name: &str, client: &Client, options: &Options) -> Result<String> {
    match name {
        "discover" => discover(client, options),
        "list" => list(client, options).await,
        "call" => call(client, options).await,
        "error" => error(client, options).await,
        "progress" => progress(client, options).await,
        "elicitation" => elicitation(client, options).await,
        "cancellation" => cancellation(client, options).await,
        _ => bail!("there is no step {name}"),
    }
}

/// Connecting has asked the server already; here is what it said.
fn discover(client: &Client, options: &Options) -> Result<String> {
    let peer = client
        .peer_info()
        .context("nothing is known of the server")?;
    ensure!(peer.capabilities.tools.is_some(), "no tools capability");
    let server = peer
        .server_info
        .as_ref()
        .context("the server does not say what it is")?;
    let version = &options.version;
    Ok(format!("{version}, {} {}", server.name, server.version))
}

async fn list(client: &Client, options: &Options) -> Result<String> {
    let tools = client.list_all_tools().await?;
    for name in &options.fixture.tools {
        let found = tools.iter().find(|tool| tool.name == name.as_str());
        let description = found.and_then(|tool| tool.description.as_deref());
        ensure!(
            description.is_some_and(|words| !words.is_empty()),
            "{name} is not listed with a description"
        );
    }
    Ok(format!("{} tools", tools.len()))
}

async fn call(client: &Client, options: &Options) -> Result<String> {
    for wanted in &options.fixture.call {
        let result = tool(client, &wanted.tool, wanted.arguments.clone()).await?;
        let text = text(&result);
        ensure!(
            result.is_error != Some(true),
            "{} failed: {text}",
            wanted.tool
        );
        ensure!(
            text.contains(&wanted.contains),
            "{} answered {text}",
            wanted.tool
        );
    }
    Ok(format!("{} calls", options.fixture.call.len()))
}

async fn error(client: &Client, options: &Options) -> Result<String> {
    let wanted = &options.fixture.error;
    let result = tool(client, &wanted.tool, wanted.arguments.clone()).await?;
    let text = text(&result);
    ensure!(
        result.is_error == Some(true),
        "{} did not fail",
        wanted.tool
    );
    ensure!(
        text.contains(&wanted.contains),
        "{} answered {text}",
        wanted.tool
    );
    Ok(text)
}

async fn progress(client: &Client, options: &Options) -> Result<String> {
    let wanted = options.fixture.progress.as_ref().context(NO_FIXTURE)?;
    client.service().take_progress();
    let result = tool(client, &wanted.tool, JsonObject::new()).await?;
    ensure!(result.is_error != Some(true), "{}", text(&result));
    let seen = client.service().take_progress();
    let expected: Vec<_> = wanted
        .steps
        .iter()
        .map(|step| (*step, Some(wanted.total)))
        .collect();
    ensure!(seen == expected, "saw {seen:?}");
    Ok(format!("{:?}", wanted.steps))
}

async fn elicitation(client: &Client, options: &Options) -> Result<String> {
    let wanted = options.fixture.elicitation.as_ref().context(NO_FIXTURE)?;
    client.service().take_asked();
    let result = tool(client, &wanted.tool, JsonObject::new()).await?;
    let asked = client.service().take_asked();
    let [(message, schema)] = asked.as_slice() else {
        bail!("asked {} times", asked.len());
    };
    ensure!(*message == wanted.message, "asked {message}");
    let field = schema
        .get("properties")
        .and_then(|all| all.get(&wanted.field));
    ensure!(field.is_some(), "asked for {schema}");
    let text = text(&result);
    ensure!(text == wanted.contains, "answered {text}");
    Ok(text)
}

/// Cancels a call both ways that the library has: by dropping it and by saying so.
async fn cancellation(client: &Client, options: &Options) -> Result<String> {
    let wanted = options.fixture.cancellation.as_ref().context(NO_FIXTURE)?;
    let before = cancellations(client, wanted).await?;
    client.service().take_progress();
    tokio::select! {
        result = tool(client, &wanted.tool, JsonObject::new()) => bail!("ended by itself: {result:?}"),
        () = client.service().progressed() => {}
    }
    reached(client, wanted, before + 1).await?;
    client.service().take_progress();
    let request = CallToolRequest::new(CallToolRequestParams::new(wanted.tool.clone()));
    let request = ClientRequest::CallToolRequest(request);
    let handle = client
        .send_cancellable_request(request, PeerRequestOptions::no_options())
        .await?;
    client.service().progressed().await;
    handle.cancel(Some("enough".to_owned())).await?;
    reached(client, wanted, before + 2).await?;
    Ok("by dropping it and by saying so".to_owned())
}

async fn cancellations(client: &Client, wanted: &Cancellation) -> Result<u64> {
    let result = tool(client, &wanted.count, JsonObject::new()).await?;
    let text = text(&result);
    text.parse().with_context(|| format!("no number: {text}"))
}

async fn reached(client: &Client, wanted: &Cancellation, count: u64) -> Result<()> {
    for _ in 0..50 {
        if cancellations(client, wanted).await? >= count {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("the server did not notice the cancellation within 5 s")
}

async fn tool(client: &Client, name: &str, arguments: JsonObject) -> Result<CallToolResult> {
    let call = CallToolRequestParams::new(name.to_owned()).with_arguments(arguments);
    Ok(client.call_tool(call).await?)
}

fn text(result: &CallToolResult) -> String {
    let texts = result.content.iter().filter_map(|block| block.as_text());
    texts
        .map(|block| block.text.as_str())
        .collect::<Vec<_>>()
        .join("\n")
}

const NO_FIXTURE: &str = "the fixture has nothing for this step";
