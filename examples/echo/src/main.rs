//! The smallest server: `echo` answers the text it is given.
//!
//! Serves `http://127.0.0.1:PORT/mcp` (8080), or a pipe with `--stdio`. `TOOLS` lists that many copies of
//! the tool; `JOURNAL` names a file for the records of calls.

use std::{net::Ipv4Addr, str::FromStr};

use anyhow::{Context as _, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use tollhouse::{Builder, Limits, Rest, Rules, Server, Shape, tool};

use journal::FileJournal;

mod journal;

#[derive(Deserialize, JsonSchema)]
struct Echo {
    /// The text to answer
    text: String,
}

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match variable("JOURNAL") {
            None => serve(server()?.build()?).await,
            Some(path) => {
                let (journal, writer) = FileJournal::open(path.as_ref())?;
                let server = server()?.journal(journal).build()?;
                // The writer ends when the server, and the journal in it, is gone.
                let write = async { writer.run().await.context("the journal cannot be written") };
                tokio::try_join!(serve(server), write).map(drop)
            }
        }
    })
}

fn server() -> Result<Builder> {
    // It is called as often as a machine can, to be measured.
    let mut builder = Server::builder("tollhouse-echo")
        .version(env!("CARGO_PKG_VERSION"))
        .rules(Rules {
            limits: Limits::NONE,
            // What it is given is given back whole, up to the most that clients read.
            tokens: Shape::TOKENS_MAX,
            rest: Rest {
                has_tool: false,
                ..Rest::default()
            },
            ..Rules::default()
        });
    for number in 1..=number("TOOLS", 1)? {
        let name = match number {
            1 => "echo".to_owned(),
            more => format!("echo_{more}"),
        };
        let echo = tool(&name, "Answers the text it is given.", echo);
        builder = builder.tool(echo.read_only());
    }
    Ok(builder)
}

async fn echo(given: Echo) -> String {
    given.text
}

async fn serve(server: Server) -> Result<()> {
    if std::env::args().any(|argument| argument == "--stdio") {
        tollhouse::serve_stdio(&server).await?;
    } else {
        let port = number("PORT", 8080)?;
        tollhouse::serve_http(server, (Ipv4Addr::LOCALHOST, port).into()).await?;
    }
    Ok(())
}

fn number<N: FromStr>(name: &str, default: N) -> Result<N> {
    match variable(name) {
        None => Ok(default),
        Some(text) => text
            .parse()
            .ok()
            .with_context(|| format!("{name} is not a number: {text}")),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a program of its own, and its environment is its configuration"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
