//! What is said at the start: where the server is, what it costs, and what to try.

use std::{env, net::SocketAddr, path::Path};

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::{
    arguments::Pack,
    catalogue::{self, Cost, VERSION},
    wire::Wired,
};

/// The one line over stdio, where a client shows it, if at all, as a log.
pub(crate) fn piped(pack: Pack, data: &Path) -> String {
    format!(
        "tollhouse {} serves {} over stdio, data in {}",
        env!("CARGO_PKG_VERSION"),
        pack.name(),
        data.display()
    )
}

/// Over HTTP, for whoever started it at a terminal.
pub(crate) async fn listening(pack: Pack, wired: &Wired, address: SocketAddr) -> Result<String> {
    let url = format!("http://{address}/mcp");
    let costs = catalogue::costs(&wired.server).await?;
    let program = env::current_exe().context("the program does not know where it is")?;
    let name = pack.name();
    Ok(format!(
        "\
tollhouse {version}

  url      {url}
  sign-in  none: loopback only
  data     {data}
  tools    {tools}

Try it
  1. from a shell:
     {curl}
  2. in Claude Code:
     claude mcp add {name} --transport http {url}
  3. in a client that starts its servers itself:
     {entry}
  Then ask: What's the status of order ord_abc123?
",
        version = env!("CARGO_PKG_VERSION"),
        data = wired.data.display(),
        tools = tools(&costs),
        curl = curl(&url),
        entry = entry(pack, &program, &wired.data),
    ))
}

fn tools(costs: &[Cost]) -> String {
    let each = costs
        .iter()
        .map(|cost| format!("{} {}", cost.name, cost.tokens));
    let total: usize = costs.iter().map(|cost| cost.tokens).sum();
    format!(
        "{}; {total} tokens in all",
        each.collect::<Vec<_>>().join(", ")
    )
}

/// A call by hand. What it repeats in headers lets proxies route without reading bodies.
fn curl(url: &str) -> String {
    let body = json!({
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {
            "name": "get_order",
            "arguments": {"order_id": "ord_abc123"},
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": VERSION,
                "io.modelcontextprotocol/clientCapabilities": {}
            }
        }
    });
    format!(
        "curl -s {url} -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \
         -H 'MCP-Protocol-Version: {VERSION}' -H 'Mcp-Method: tools/call' -H 'Mcp-Name: get_order' -d '{body}'"
    )
}

/// An entry for a client's configuration. Clients start servers anywhere, so its paths are full ones.
fn entry(pack: Pack, program: &Path, data: &Path) -> String {
    let folder = data.parent().unwrap_or(data);
    let name = pack.name();
    let command = json!({
        "command": program.to_string_lossy(),
        "args": ["run", name, "--stdio", "--data", folder.to_string_lossy()]
    });
    json!({"mcpServers": {name: command}}).to_string()
}
