//! What is said at the start: where the server is, what it costs, and what to try.

use std::{
    env,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::Path,
};

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::{
    catalogue::{self, Cost, VERSION},
    sample::Sample,
    wire::Wired,
};

/// The one line over stdio, where a client shows it, if at all, as a log.
pub(crate) fn piped(wired: &Wired) -> String {
    format!(
        "tollhouse {} serves {} over stdio, from {}",
        env!("CARGO_PKG_VERSION"),
        wired.name,
        wired.made_of
    )
}

/// Over HTTP, for whoever started it at a terminal.
pub(crate) async fn listening(wired: &Wired, address: SocketAddr) -> Result<String> {
    let url = format!("http://{}/mcp", near(address));
    let key = wired.sign_in.shown_header();
    let costs = catalogue::costs(&wired.server).await?;
    let program = env::current_exe().context("the program does not know where it is")?;
    Ok(format!(
        "\
tollhouse {version}

  url      {url}
  sign-in  {sign_in}
  serves   {made_of}
  tools    {tools}

Try it
  1. from a shell:
     {curl}
  2. in Claude Code:
     claude mcp add {name} --transport http {url}{header}
  3. in a client that starts its servers itself:
     {entry}
  Then ask: {question}
",
        version = env!("CARGO_PKG_VERSION"),
        sign_in = wired.sign_in.shown(),
        made_of = wired.made_of,
        tools = tools(&costs),
        curl = curl(&url, key.as_deref(), wired.sample.as_ref()),
        header = key
            .as_ref()
            .map_or_else(String::new, |key| format!(" --header \"{key}\"")),
        name = word(&wired.name),
        entry = entry(wired, &program),
        question = wired.question,
    ))
}

/// The address from here: no client can call the one that stands for all.
fn near(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
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
fn curl(url: &str, key: Option<&str>, sample: Option<&Sample>) -> String {
    let key = key.map_or_else(String::new, |key| format!("-H \"{key}\" "));
    let (method, name, mut params) = match sample {
        Some(Sample { tool, arguments }) => (
            "tools/call",
            format!("-H 'Mcp-Name: {tool}' "),
            json!({"name": tool, "arguments": arguments}),
        ),
        None => ("tools/list", String::new(), json!({})),
    };
    if let Some(params) = params.as_object_mut() {
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": VERSION,
            "io.modelcontextprotocol/clientCapabilities": {}
        });
        params.insert("_meta".to_owned(), meta);
    }
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
    // What ends the shell's quotes is written as JSON writes it too.
    let body = body.replace('\'', "\\u0027");
    format!(
        "curl -s {url} -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \
         -H 'MCP-Protocol-Version: {VERSION}' -H 'Mcp-Method: {method}' {name}{key}-d '{body}'"
    )
}

/// An entry for a client's configuration. Clients start servers anywhere, so its paths are full ones.
fn entry(wired: &Wired, program: &Path) -> String {
    let command = json!({
        "command": program.to_string_lossy(),
        "args": wired.arguments
    });
    json!({"mcpServers": {word(&wired.name): command}}).to_string()
}

/// A name that a shell and every client take as it is.
pub(crate) fn word(name: &str) -> String {
    let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
    name.chars()
        .map(|letter| if is_allowed(letter) { letter } else { '-' })
        .collect()
}
