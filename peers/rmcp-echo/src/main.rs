//! The echo tool served by rmcp: over HTTP with JSON replies, or with sessions, or over stdio.

use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::serve::ListenerExt;
use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::transport::stdio_pipes;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ServerHandler, ServiceExt, schemars, tool, tool_handler, tool_router};

#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
struct EchoParameters {
    /// The text to answer.
    text: String,
}

/// A handler is made for every request, so what it needs is shared.
#[derive(Clone)]
struct Echo {
    tools: Arc<ToolRouter<Self>>,
}

#[tool_router]
impl Echo {
    #[tool(description = "Answers the text it is given.")]
    async fn echo(
        &self,
        Parameters(EchoParameters { text }): Parameters<EchoParameters>,
    ) -> String {
        text
    }

    /// The same tool under `count` names: `echo`, `echo_2`, `echo_3` …
    fn with_copies(count: usize) -> Self {
        let mut tools = Self::tool_router();
        if let Some(original) = tools.map.get("echo").cloned() {
            for number in 2..=count {
                let mut copy = original.clone();
                copy.attr.name = format!("echo_{number}").into();
                tools.add_route(copy);
            }
        }
        Self {
            tools: Arc::new(tools),
        }
    }
}

#[tool_handler(router = self.tools, name = "rmcp-echo", version = "0.1.0")]
impl ServerHandler for Echo {}

#[tokio::main]
async fn main() -> Result<()> {
    let echo = Echo::with_copies(number("TOOLS", 1)?);
    if std::env::args().any(|argument| argument == "--stdio") {
        echo.serve(stdio_pipes()).await?.waiting().await?;
        return Ok(());
    }
    let port = number("PORT", 8080)?;
    // Its defaults are those for sessions; without them JSON replies are the quickest.
    let config = match number("SESSIONS", 0)? {
        0 => StreamableHttpServerConfig::default()
            .with_legacy_session_mode(false)
            .with_json_response(true),
        _ => StreamableHttpServerConfig::default(),
    };
    let service = StreamableHttpService::new(
        move || Ok(echo.clone()),
        LocalSessionManager::default().into(),
        config,
    );
    let router = axum::Router::new().nest_service("/mcp", service);
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    // Events are small writes: without this the second waits for the first's acknowledgement.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, router).await?;
    Ok(())
}

fn number<N: std::str::FromStr>(variable: &str, default: N) -> Result<N> {
    match std::env::var(variable) {
        Ok(text) => text
            .parse()
            .ok()
            .with_context(|| format!("{variable} is not a number: {text}")),
        Err(_) => Ok(default),
    }
}
