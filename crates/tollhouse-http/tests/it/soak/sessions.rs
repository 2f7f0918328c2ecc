//! Sessions that nobody comes back to: what they held is given back.

use std::{
    net::{Ipv4Addr, SocketAddr},
    pin::Pin,
    time::Duration,
};

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tollhouse_core::{
    Care, Ctx, Effect, Fault, Limits, Offers, Output, Permit, Server, Source, Target, Tool, fail,
    testing::Hands,
};
use tollhouse_http::{Options, listen, serve};

use super::report;
use crate::language::{Book, PATIENCE, Peer, Request, Watch, descriptors, resident_bytes, within};

/// In one thread, so that time can be made to pass.
#[tokio::test]
#[ignore = "takes a quarter of a minute, and needs the memory of a process to itself"]
async fn soak_r18_forgotten_sessions() {
    let town = Town::open();
    let mut sizes = Vec::new();
    for _ in 0..12 {
        town.wave(1000, &WAYS).await;
        town.an_hour_passes().await;
        sizes.push(resident_bytes());
    }
    town.emptied().await;
    town.close().await;
    assert_flat("forgotten for an hour", sizes.get(3..).unwrap());
}

/// More than the server has seats for, within its patience.
#[tokio::test]
#[ignore = "takes half a minute, and needs the memory of a process to itself"]
async fn soak_r18_too_many_sessions() {
    let town = Town::open();
    let mut sizes = Vec::new();
    for _ in 0..24 {
        town.wave(1000, &[Way::Stream]).await;
        sizes.push(resident_bytes());
    }
    town.emptied().await;
    town.close().await;
    assert_flat("beyond the bound", sizes.get(12..).unwrap());
}

#[tokio::test]
async fn r18_what_a_forgotten_session_runs_is_ended() {
    let town = Town::open();
    for _ in 0..4 {
        town.wave(250, &WAYS).await;
        town.an_hour_passes().await;
    }
    town.close().await;
}

fn assert_flat(title: &str, sizes: &[u64]) {
    let kibibytes: Vec<u64> = sizes.iter().map(|size| size / 1024).collect();
    report(&format!(
        "sessions {title}: {kibibytes:?} KiB resident after each further thousand"
    ));
    let (first, last) = (sizes.first().unwrap(), sizes.last().unwrap());
    let grown = last.saturating_sub(*first);
    assert!(grown <= 3 * GROWTH_BYTES_MAX, "the server grows");
}

/// How a client leaves.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// After the handshake.
    Idle,
    /// While it reads the session's stream.
    Stream,
    /// While it waits for this tool.
    Call(&'static str),
}

/// A server, its clock, and what runs in it.
struct Town {
    address: SocketAddr,
    book: Book,
    clock: Hands,
    stop: CancellationToken,
    serving: JoinSet<()>,
    /// How many descriptors are open while nobody is there.
    descriptors: usize,
}

impl Town {
    fn open() -> Self {
        let (book, clock) = (Book::default(), Hands::default());
        let server = Server::builder("proof")
            .limits(Limits::NONE)
            .clock(clock.clone())
            .source(Waits(book.clone()))
            .build()
            .unwrap();
        let listener = listen((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let serving = serve(server, listener, Options::default(), stopped);
        let serving = async { serving.await.unwrap() };
        Self {
            address,
            book,
            clock,
            stop,
            serving: JoinSet::from_iter([serving]),
            descriptors: descriptors(),
        }
    }

    /// Opens sessions and forgets them, each in the next of these ways.
    async fn wave(&self, sessions: usize, ways: &[Way]) {
        for way in ways.iter().cycle().take(sessions) {
            let guest = Guest::arrive(self.address).await;
            let guest = match way {
                Way::Idle => guest,
                Way::Stream => guest.stream().await,
                Way::Call(tool) => guest.call(tool, &self.book).await,
            };
            guest.peer.reset();
        }
    }

    /// Longer than anything is kept or waited for.
    async fn an_hour_passes(&self) {
        tokio::time::pause();
        self.clock.turn(HOUR);
        tokio::time::advance(HOUR).await;
        tokio::time::resume();
        self.book.until(|page| page.gone == page.begun).await;
        // The next client makes the server look around.
        Guest::arrive(self.address).await.peer.reset();
    }

    /// Waits until every connection is gone on both sides.
    async fn emptied(&self) {
        let closed = async {
            while descriptors() > self.descriptors {
                tokio::task::yield_now().await;
            }
        };
        within(PATIENCE, closed).await;
    }

    /// Stops; nothing is left to wait for.
    async fn close(mut self) {
        let watch = Watch::default();
        self.stop.cancel();
        let served = within(PATIENCE, self.serving.join_next()).await;
        served.unwrap().unwrap();
        watch.assert_within(Duration::from_secs(1));
    }
}

/// A client in a session.
struct Guest {
    peer: Peer,
    session: String,
}

impl Guest {
    async fn arrive(address: SocketAddr) -> Self {
        let mut peer = Peer::connect(address).await;
        let initialize = json!({
            "jsonrpc": "2.0", "id": 1, "method": "initialize",
            "params": {
                "protocolVersion": REVISION,
                "capabilities": {"elicitation": {}},
                "clientInfo": {"name": "guest", "version": "1"},
            },
        });
        let opened = peer.say(&Request::message(&initialize)).await;
        let session = opened.head.header("mcp-session-id").unwrap().to_owned();
        let mut guest = Self { peer, session };
        let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        let initialized = guest.within_session(Request::message(&initialized));
        assert_eq!(guest.peer.say(&initialized).await.status(), 202);
        guest
    }

    /// Opens the stream of the session.
    async fn stream(mut self) -> Self {
        let stream = Request::bare("GET", "/mcp").with("Accept", "text/event-stream");
        let stream = self.within_session(stream);
        self.peer.send(stream.wire()).await;
        assert_eq!(self.peer.head().await.status, 200);
        self
    }

    /// Calls a tool that will not answer, and waits until it runs.
    async fn call(mut self, tool: &str, book: &Book) -> Self {
        let begun = book.read(|page| page.begun);
        let call = json!({
            "jsonrpc": "2.0", "id": 2, "method": "tools/call",
            "params": {"name": tool, "arguments": {}},
        });
        let call = self.within_session(Request::message(&call));
        self.peer.send(call.wire()).await;
        book.until(|page| page.begun > begun).await;
        assert_eq!(self.peer.head().await.status, 200);
        self
    }

    fn within_session(&self, request: Request) -> Request {
        request
            .header("Mcp-Session-Id", &self.session)
            .header("MCP-Protocol-Version", REVISION)
    }
}

/// Tools that never answer. Nothing but the end of a call ends them, however many of them run or came too late before.
#[derive(Debug)]
struct Waits(Book);

impl Source for Waits {
    fn offers(&self) -> Offers {
        let tool = |name: &str, description: &str| Tool {
            effect: Effect::Read,
            ..Tool::new(name, description, json!({"type": "object"}))
        };
        Offers {
            tools: vec![
                tool("wait", "Wait for ever."),
                tool("ask", "Ask for a colour."),
            ],
            care: Care {
                concurrent: 10_000,
                failures: 0,
                ..Care::EACH
            },
            ..Offers::default()
        }
    }

    fn call<'a>(
        &'a self,
        permit: &'a Permit<'a>,
        ctx: &'a Ctx,
    ) -> Pin<Box<dyn Future<Output = Result<Output, Fault>> + Send + 'a>> {
        Box::pin(async move {
            let running = self.0.begin();
            match permit.target() {
                Target::Tool(name) if name == "ask" => {
                    drop(ctx.elicit::<Colour>("colour", "Which colour?").await);
                }
                _ => std::future::pending().await,
            }
            running.finish();
            Err(fail("Nobody waits any more."))
        })
    }
}

#[derive(Deserialize, JsonSchema)]
struct Colour {
    /// Any.
    #[serde(rename = "colour")]
    _colour: String,
}

const REVISION: &str = "2025-11-25";
const HOUR: Duration = Duration::from_secs(60 * 60 + 1);
const WAYS: [Way; 4] = [Way::Idle, Way::Stream, Way::Call("wait"), Way::Call("ask")];
/// What the allocator may still lose once tables have found their size.
const GROWTH_BYTES_MAX: u64 = 256 * 1024;
