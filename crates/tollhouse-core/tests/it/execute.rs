//! What hangs or fails is stopped, tried again, left alone, and takes nothing along.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::{BoxFuture, join_all};
use serde_json::json;
use tokio::{sync::Notify, time::timeout};
use tokio_util::sync::CancellationToken;
use tollhouse_core::{
    Care, Ctx, Effect, Fault, Limits, Offers, Output, Permit, Policy, Received, Reported, Resource,
    Server, Source, Tool, busy, fail, testing::TestServer, tool,
};

use crate::road::Records;

/// What a source does when it is called.
#[derive(Clone, Copy, Debug)]
enum Mood {
    Well,
    Fails,
    Breaks,
    Hangs,
    /// Busy so many times, then well.
    Busy(usize),
}

/// Something elsewhere that can be away. It counts its calls.
#[derive(Clone, Debug)]
struct Elsewhere {
    name: &'static str,
    care: Care,
    mood: Arc<Mutex<Mood>>,
    calls: Arc<AtomicUsize>,
    /// How many calls hang now, and how many did at most.
    hanging: Arc<AtomicUsize>,
    hung: Arc<AtomicUsize>,
    went: Arc<Notify>,
}

/// A call that hangs, until it is dropped.
struct Hanging(Arc<AtomicUsize>);

impl Drop for Hanging {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Elsewhere {
    fn new(name: &'static str, care: Care) -> Self {
        Self {
            name,
            care,
            mood: Arc::new(Mutex::new(Mood::Well)),
            calls: Arc::default(),
            hanging: Arc::default(),
            hung: Arc::default(),
            went: Arc::default(),
        }
    }

    fn is(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

impl Source for Elsewhere {
    fn offers(&self) -> Offers {
        let offered = |ending: &str, effect| Tool {
            effect,
            policy: Policy {
                deadline: Duration::from_secs(2),
                ..Policy::default()
            },
            ..Tool::new(
                &format!("{}_{ending}", self.name),
                "Asks something elsewhere.",
                json!({"type": "object"}),
            )
        };
        Offers {
            tools: vec![
                offered("read", Effect::Read),
                offered("also", Effect::Read),
                offered("write", Effect::Write),
                offered("late", Effect::Read),
            ],
            resources: vec![Resource {
                uri: format!("{}://it", self.name),
                name: "It".to_owned(),
                ..Resource::default()
            }],
            care: self.care.clone(),
            ..Offers::default()
        }
    }

    fn call<'a>(
        &'a self,
        permit: &'a Permit<'a>,
        ctx: &'a Ctx,
    ) -> BoxFuture<'a, Result<Output, Fault>> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        if permit.name().ends_with("_late") {
            ctx.effect();
        }
        let mood = *self.mood.lock().unwrap();
        Box::pin(async move {
            match mood {
                Mood::Busy(times) if call < times => Err(busy("Elsewhere is busy.")),
                Mood::Well | Mood::Busy(_) => Ok(Output::Tool(Reported::text("well"))),
                Mood::Fails => Err(fail("No such order.")),
                Mood::Breaks => Err(std::io::Error::other("dsn=postgres://u:hunter2@db").into()),
                Mood::Hangs => {
                    let now = self.hanging.fetch_add(1, Ordering::SeqCst) + 1;
                    self.hung.fetch_max(now, Ordering::SeqCst);
                    let _hanging = Hanging(Arc::clone(&self.hanging));
                    self.went.notify_one();
                    std::future::pending().await
                }
            }
        })
    }
}

fn serve(sources: &[&Elsewhere]) -> (TestServer, Records) {
    let records = Records::default();
    let builder = Server::builder("elsewhere")
        .limits(Limits::NONE)
        .journal(records.clone());
    let add = |builder: tollhouse_core::Builder, source: &&Elsewhere| {
        builder.source(Elsewhere::clone(source))
    };
    let builder = sources.iter().fold(builder, add);
    (crate::client(builder.build().unwrap()), records)
}

async fn told(server: &TestServer, name: &str) -> String {
    server.call(name, json!({})).await.text()
}

const CARE: Care = Care {
    failures: 3,
    ..Care::USUAL
};

#[tokio::test(start_paused = true)]
async fn r13_what_fails_in_a_row_is_left_alone_and_tried_by_one_call() {
    let source = Elsewhere::new("shop", CARE);
    let (server, records) = serve(&[&source]);
    source.is(Mood::Breaks);
    for _ in 0..3 {
        let text = told(&server, "shop_read").await;
        assert!(text.starts_with("internal error (id "), "{text}");
    }
    source.is(Mood::Well);
    // All that stands behind it is left alone, not this tool only.
    for name in ["shop_read", "shop_also", "shop_write"] {
        let text = told(&server, name).await;
        assert!(text.contains("Try again in 10 s"), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
    assert_eq!(source.calls(), 3);
    let ending = records.last().ending;
    assert_eq!(ending.name(), "refused");
}

#[tokio::test(start_paused = true)]
async fn r13_what_the_model_got_wrong_opens_nothing() {
    let source = Elsewhere::new("shop", CARE);
    let (server, _) = serve(&[&source]);
    source.is(Mood::Fails);
    for _ in 0..20 {
        assert_eq!(told(&server, "shop_read").await, "No such order.");
    }
    for _ in 0..20 {
        drop(server.call("shop_read", json!([])).await);
    }
    source.is(Mood::Well);
    assert_eq!(told(&server, "shop_read").await, "well");
}

#[tokio::test(start_paused = true)]
async fn r13_callers_who_leave_open_nothing() {
    let source = Elsewhere::new("shop", CARE);
    let (server, _) = serve(&[&source]);
    source.is(Mood::Hangs);
    for _ in 0..20 {
        let call = server.call("shop_read", json!({}));
        tokio::select! {
            reply = call => panic!("{}", reply.text()),
            () = source.went.notified() => {}
        }
    }
    source.is(Mood::Well);
    assert_eq!(told(&server, "shop_read").await, "well");
}

#[tokio::test(start_paused = true)]
async fn r13_what_comes_too_late_opens_and_others_go_on() {
    let (hangs, well) = (Elsewhere::new("slow", CARE), Elsewhere::new("quick", CARE));
    let (server, _) = serve(&[&hangs, &well]);
    hangs.is(Mood::Hangs);
    let slow = join_all((0..200).map(|_| told(&server, "slow_read")));
    let quick = async {
        hangs.went.notified().await;
        for _ in 0..100 {
            let told = timeout(Duration::from_millis(100), told(&server, "quick_read"));
            assert_eq!(told.await.unwrap(), "well");
        }
    };
    let (slow, ()) = tokio::join!(slow, quick);
    assert!(slow.iter().all(|text| text.contains("took too long")));
    assert_eq!(hangs.hung.load(Ordering::SeqCst), Care::USUAL.concurrent);
    assert_eq!(hangs.hanging.load(Ordering::SeqCst), 0);
    assert!(told(&server, "slow_read").await.contains("Try again in"));
    assert_eq!(told(&server, "quick_read").await, "well");
}

#[tokio::test(start_paused = true)]
async fn r13_functions_fail_each_for_itself() {
    let hangs = tool("hangs", "Hangs.", std::future::pending::<String>);
    let well = tool("well", "Is well.", async || "well");
    let server = Server::builder("functions")
        .limits(Limits::NONE)
        .tool(hangs.read_only().deadline(Duration::from_secs(1)))
        .tool(well.read_only())
        .build()
        .unwrap();
    let server = crate::client(server);
    for _ in 0..10 {
        assert!(told(&server, "hangs").await.contains("took too long"));
    }
    assert!(told(&server, "hangs").await.contains("Try again in"));
    assert_eq!(told(&server, "well").await, "well");
}

#[tokio::test(start_paused = true)]
async fn r13_functions_are_left_alone_as_the_builder_says() {
    let hangs = tool("hangs", "Hangs.", std::future::pending::<String>);
    let care = Care {
        failures: 2,
        pause: Duration::from_secs(90),
        ..Care::EACH
    };
    let server = Server::builder("functions")
        .limits(Limits::NONE)
        .care(care)
        .tool(hangs.read_only().deadline(Duration::from_secs(1)));
    let server = crate::client(server.build().unwrap());
    for _ in 0..2 {
        assert!(told(&server, "hangs").await.contains("took too long"));
    }
    assert!(told(&server, "hangs").await.contains("Try again in 90 s"));
}

#[tokio::test(start_paused = true)]
async fn p6_what_reads_is_tried_again_and_what_writes_never() {
    for (name, busy, runs, expected) in [
        ("shop_read", 2, 3, "well"),
        ("shop_read", 9, 3, "Elsewhere is busy."),
        ("shop_write", 1, 1, "Elsewhere is busy."),
        ("shop_late", 1, 1, "Elsewhere is busy."),
    ] {
        let source = Elsewhere::new("shop", Care::USUAL);
        let (server, _) = serve(&[&source]);
        source.is(Mood::Busy(busy));
        assert_eq!(told(&server, name).await, expected);
        assert_eq!(source.calls(), runs, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn p6_tries_end_with_the_deadline() {
    let care = Care {
        retries: u32::MAX,
        ..Care::USUAL
    };
    let source = Elsewhere::new("shop", care);
    let (server, _) = serve(&[&source]);
    source.is(Mood::Busy(usize::MAX));
    assert!(told(&server, "shop_read").await.contains("took too long"));
}

#[tokio::test(start_paused = true)]
async fn p6_a_resource_that_is_away_says_when_to_come_back() {
    let source = Elsewhere::new("shop", Care::USUAL);
    let (server, _) = serve(&[&source]);
    source.is(Mood::Busy(usize::MAX));
    let reply = server
        .request("resources/read", json!({"uri": "shop://it"}))
        .await;
    assert_eq!((reply.status, reply.code()), (200, -32603));
    assert_eq!(reply.text(), "Elsewhere is busy.");
}

/// A thread for blocking work cannot be stopped from outside: it is told, by the token.
#[tokio::test]
async fn p6_blocking_work_is_told_when_its_time_is_up() {
    let seen = Arc::new(Mutex::new(None::<CancellationToken>));
    let kept = Arc::clone(&seen);
    let blocks = tool("blocks", "Blocks.", move |ctx: Ctx| {
        *kept.lock().unwrap() = Some(ctx.cancel().clone());
        std::future::pending::<String>()
    });
    let blocks = blocks.deadline(Duration::from_millis(50));
    let server = Server::builder("blocks").tool(blocks).build().unwrap();
    let server = crate::client(server);
    assert!(told(&server, "blocks").await.contains("took too long"));
    assert!(seen.lock().unwrap().take().unwrap().is_cancelled());
}

#[tokio::test]
async fn p6_blocking_work_is_told_when_its_caller_leaves() {
    let seen = Arc::new(Mutex::new(None::<CancellationToken>));
    let kept = Arc::clone(&seen);
    let blocks = tool("blocks", "Blocks.", move |ctx: Ctx| {
        *kept.lock().unwrap() = Some(ctx.cancel().clone());
        std::future::pending::<String>()
    });
    let server = Server::builder("blocks")
        .tool(blocks)
        .limits(Limits::NONE)
        .build()
        .unwrap();
    let client = crate::client(server.clone());
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "blocks", "_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {}}}});
    for _ in 0..1000 {
        let Received::Exchange(mut exchange) = client.open(&call.to_string()) else {
            panic!("a request is an exchange");
        };
        assert!(futures_util::poll!(Box::pin(exchange.next())).is_pending());
        drop(exchange);
        // Told before the call is seen to be over.
        assert!(seen.lock().unwrap().take().unwrap().is_cancelled());
        tokio::task::yield_now().await;
    }
    timeout(Duration::from_secs(3), server.drain())
        .await
        .unwrap();
    assert_eq!(server.running(), 0);
}
