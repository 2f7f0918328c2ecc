//! Every step by its name.

use std::io::stdin;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use rmcp::model::{
    CallToolRequest, CallToolRequestParams, CallToolResult, ClientRequest, JsonObject,
    SubscriptionFilter,
};
use rmcp::service::PeerRequestOptions;
use tokio::time::timeout;

use crate::fixture::Cancellation;
use crate::options::{Options, Server};
use crate::outcome::Outcome;
use crate::{Client, connect};

pub(crate) async fn run(name: &str, client: &Client, options: &Options) -> Result<Outcome> {
    let detail = match name {
        "connect" => connected(client, options)?,
        "list" => list(client, options).await?,
        "call" => call(client, options).await?,
        "error" => error(client, options).await?,
        "progress" => progress(client, options).await?,
        "elicitation" => elicitation(client, options).await?,
        "cancellation" => cancellation(client, options).await?,
        "list_changed" => list_changed(client, options).await?,
        "reconnect" => return reconnect(client, options).await,
        _ => bail!("there is no step {name}"),
    };
    Ok(Outcome::passed(detail))
}

/// Connecting has asked the server already; here is what it said.
fn connected(client: &Client, options: &Options) -> Result<String> {
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

/// In the modern era a client has to ask for the changes that it hears of.
async fn list_changed(client: &Client, options: &Options) -> Result<String> {
    let trigger = options.fixture.change.as_ref().context(NO_FIXTURE)?;
    let heard = if options.era == "modern" {
        let filter = SubscriptionFilter::builder().tools_list_changed().build();
        let mut subscription = client.listen(filter).await?;
        tool(client, trigger, JsonObject::new()).await?;
        let next = timeout(NOTICE_LIMIT, subscription.next()).await;
        subscription.cancel().await?;
        next.is_ok_and(|notice| matches!(notice, Ok(Some(_))))
    } else {
        tool(client, trigger, JsonObject::new()).await?;
        let changed = client.service().changed();
        timeout(NOTICE_LIMIT, changed).await.is_ok()
    };
    ensure!(heard, "no notification within {NOTICE_LIMIT:?}");
    Ok("told".to_owned())
}

/// Over HTTP the client comes back by itself; over stdio a new one has to start the server anew.
async fn reconnect(client: &Client, options: &Options) -> Result<Outcome> {
    call(client, options).await?;
    restart().await?;
    match (call(client, options).await, &options.server) {
        (Ok(_), Server::Http(_)) => Ok(Outcome::passed("by itself".to_owned())),
        (Err(error), Server::Http(_)) => bail!("not by itself: {error:#}"),
        (Ok(_), Server::Stdio(_)) => bail!("answered by a server that was killed"),
        (Err(error), Server::Stdio(_)) => {
            let anew = connect(options).await?;
            call(&anew, options).await?;
            anew.cancel().await?;
            let detail = format!("a new client connects; not by itself: {error:#}");
            Ok(Outcome::marked("anew", detail))
        }
    }
}

/// Has the server ended and started anew by whoever runs this driver.
async fn restart() -> Result<()> {
    println!("restart");
    let answered = tokio::task::spawn_blocking(|| {
        let mut answer = String::new();
        stdin().read_line(&mut answer).map(|_| answer)
    });
    let answer = answered.await??;
    ensure!(
        answer.trim_end() == "restarted",
        "asked for a restart: {answer}"
    );
    Ok(())
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

const NOTICE_LIMIT: Duration = Duration::from_secs(5);
const NO_FIXTURE: &str = "the fixture has nothing for this step";
