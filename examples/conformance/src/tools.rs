//! Tools that answer with text, a failure, progress, log lines, or a change that subscribers hear of.

use std::time::Duration;

use tokio::time::sleep;
use tollhouse::{Builder, Change, Ctx, Fault, Level, fail, tool};

pub(crate) fn add(builder: Builder) -> Builder {
    let simple = tool(
        "test_simple_text",
        "Answers a fixed text.",
        async || "This is a simple text response for testing.",
    );
    let error = tool("test_error_handling", "Always fails.", async || {
        Err::<(), Fault>(fail("This tool intentionally returns an error for testing"))
    });
    let progress = tool(
        "test_tool_with_progress",
        "Tells its progress in three steps.",
        tell_progress,
    );
    let logging = tool(
        "test_tool_with_logging",
        "Writes three log lines while it works.",
        write_lines,
    );
    let one_line = tool(
        "test_logging_tool",
        "Writes log lines to callers who asked for them.",
        write_lines,
    );
    let tools = tool(
        "test_trigger_tool_change",
        "Tells subscribers that the list of tools changed.",
        async |ctx: Ctx| ctx.changed(&Change::Tools),
    );
    let prompts = tool(
        "test_trigger_prompt_change",
        "Tells subscribers that the list of prompts changed.",
        async |ctx: Ctx| ctx.changed(&Change::Prompts),
    );
    let reconnection = tool(
        "test_reconnection",
        "Lets the caller hang up, and answers when it has come back.",
        come_back,
    );
    builder
        .tool(simple.read_only())
        .tool(reconnection.read_only())
        .tool(error.read_only())
        .tool(progress.read_only())
        .tool(logging.read_only())
        .tool(one_line.read_only())
        .tool(tools)
        .tool(prompts)
}

async fn tell_progress(ctx: Ctx) -> &'static str {
    ctx.progress(0.0, Some(100.0), Some("begun"));
    sleep(STEP).await;
    ctx.progress(50.0, Some(100.0), Some("half way"));
    sleep(STEP).await;
    ctx.progress(100.0, Some(100.0), Some("finished"));
    // A client that reads the last step and the result at once may forget who waits for steps before it
    // tells the last one: the TypeScript client does.
    sleep(STEP).await;
    "Progress was told in three steps."
}

async fn come_back(ctx: Ctx) -> &'static str {
    ctx.hang_up();
    sleep(STEP * 2).await;
    "Somebody came back for this."
}

async fn write_lines(ctx: Ctx) -> &'static str {
    ctx.log(Level::Info, "Tool execution started");
    sleep(STEP).await;
    ctx.log(Level::Info, "Tool processing data");
    sleep(STEP).await;
    ctx.log(Level::Info, "Tool execution completed");
    "Three lines were logged."
}

/// The suite wants the steps to be apart.
const STEP: Duration = Duration::from_millis(50);
