//! A server with tools that ask, fail and show things, served over HTTP by the test itself.

use std::{
    net::SocketAddr,
    sync::mpsc,
    thread::{self, JoinHandle},
};

use serde_json::json;
use tokio::sync::oneshot;
use tollhouse::{Answer, Content, Contents, Ctx, Fault, Limits, Server, fail, http, tool};

/// A server that ends with the test.
pub(super) struct Peer {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Peer {
    pub(super) fn start(options: http::Options) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = mpsc::channel();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let _entered = runtime.enter();
            let listener = http::listen(([127, 0, 0, 1], 0).into()).unwrap();
            tell.send(listener.local_addr().unwrap()).unwrap();
            let stopped = async { drop(stopped.await) };
            let serving = http::serve(server(), listener, options, stopped);
            runtime.block_on(serving).unwrap();
        });
        Self {
            address: told.recv().unwrap(),
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/mcp", self.address)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn server() -> Server {
    Server::builder("peer")
        .limits(Limits::NONE)
        .version("1.2.3")
        .title("A peer")
        .instructions("Ask it.\nIt answers.")
        .tool(greet::tool())
        .tool(book::tool())
        // Other servers send whatever they were given.
        .tool(show::tool().keep_unicode())
        .tool(come_back::tool())
        .tool(never::tool())
        .build()
        .unwrap()
}

/// Greet somebody. Asks for a name.
#[tool(read_only)]
async fn greet(
    ctx: Ctx,
    /// How many times
    #[default(1)]
    times: u32,
) -> String {
    let form =
        json!({"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]});
    match ctx.form("name", "What is your name?", form).await {
        Answer::Accept(content) => {
            let name = content["name"].as_str().unwrap_or_default().to_owned();
            vec![format!("Hello, {name}!"); times as usize].join(" ")
        }
        Answer::Decline => "Hello, stranger!".to_owned(),
        Answer::Cancel => "Goodbye.".to_owned(),
    }
}

/// Book a table. Asks whether that is meant.
#[tool]
async fn book(
    ctx: Ctx,
    /// For how many
    people: u32,
    /// Where to sit
    place: Option<String>,
) -> Result<String, Fault> {
    let form = json!({"type": "object", "properties": {"sure": {"type": "boolean"}}, "required": ["sure"]});
    let answer = ctx.form("sure", &format!("Book for {people}?"), form).await;
    let place = place.unwrap_or_else(|| "inside".to_owned());
    match answer {
        Answer::Accept(content) if content["sure"] == json!(true) => Ok(format!("Booked {place}.")),
        _ => Err(fail("Nothing was booked.")),
    }
}

/// Show a picture and a file.
#[tool(title = "Pictures", read_only)]
async fn show(ctx: Ctx) -> Vec<Content> {
    ctx.progress(1.0, Some(2.0), Some("half way"));
    vec![
        Content::from("a\u{1b}[31mred"),
        Content::Embedded(Contents::blob("test://picture", "image/png", vec![0; 3000])),
    ]
}

/// Let the caller hang up, and answer whoever comes back.
#[tool(read_only)]
async fn come_back(ctx: Ctx) -> &'static str {
    ctx.hang_up();
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    "You came back."
}

/// Never answer.
#[tool(read_only)]
async fn never() -> &'static str {
    std::future::pending().await
}
