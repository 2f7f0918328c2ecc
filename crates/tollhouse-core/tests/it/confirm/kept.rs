//! A yes is used up by the run that it was for, and by nothing that goes wrong before it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use futures_util::future::{BoxFuture, FutureExt as _, join_all, ready};
use serde_json::{Value, json};
use tollhouse_core::{
    Builder, Confirmation, Intent, Journal, Limits, Record, Repeat, Server, StoreError, Stores,
    ledger::{Bid, End, Ledger, Slot, Standing},
    testing::TestServer,
    tool,
};

use super::{Deleted, accept, asked, delete, is_asked, send, with};

/// A disk that is full until there is room.
#[derive(Clone, Debug, Default)]
struct Disk(Arc<AtomicBool>);

impl Disk {
    fn is_full(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn fill(&self, is_full: bool) {
        self.0.store(is_full, Ordering::Relaxed);
    }
}

impl Journal for Disk {
    fn write(&self, _: Record) {}

    fn intend(&self, _: Intent) -> BoxFuture<'_, Result<(), StoreError>> {
        let written = if self.is_full() {
            Err(StoreError::Busy)
        } else {
            Ok(())
        };
        ready(written).boxed()
    }
}

/// A ledger on that disk: it can be read when it cannot be written.
#[derive(Debug)]
struct Kept(Disk, Arc<dyn Ledger>);

impl Ledger for Kept {
    fn look(
        &self,
        slot: Slot,
        arguments: [u8; 32],
        now_ms: u64,
    ) -> BoxFuture<'_, Result<Standing, StoreError>> {
        self.1.look(slot, arguments, now_ms)
    }

    fn claim(&self, bid: Bid) -> BoxFuture<'_, Result<Standing, StoreError>> {
        if self.0.is_full() {
            return ready(Err(StoreError::Busy)).boxed();
        }
        self.1.claim(bid)
    }

    fn settle(
        &self,
        slot: Slot,
        holder: Arc<str>,
        end: End,
    ) -> BoxFuture<'_, Result<bool, StoreError>> {
        self.1.settle(slot, holder, end)
    }

    fn sweep(&self, now_ms: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.1.sweep(now_ms)
    }
}

fn shop(deleted: &Deleted) -> Builder {
    Server::builder("shop")
        .state(deleted.clone())
        .tool(tool("delete", "Deletes one.", delete).destructive())
        .tool(tool("drop", "Deletes one.", delete).confirm_by(Confirmation::Human))
        .limits(Limits::NONE)
}

fn client(server: &Server) -> TestServer {
    TestServer::new(server.clone())
        .as_user("ana")
        .able(json!({"elicitation": {"form": {}}}))
}

fn keyed(tool: &str, key: &str) -> Value {
    json!({"name": tool, "arguments": {"id": "a", (Repeat::FIELD): key}})
}

async fn allow(server: &Server) {
    let approvals = server.approvals();
    for one in approvals.list().await.unwrap() {
        approvals.answer(&one.id, true, one.since_ms).await.unwrap();
    }
}

#[tokio::test]
async fn o1_a_yes_outlives_a_journal_and_a_ledger_that_cannot_be_written() {
    for is_ledger in [false, true] {
        let (deleted, disk) = (Deleted::default(), Disk::default());
        let mut stores = Stores::default();
        let mut builder = shop(&deleted);
        if is_ledger {
            stores.ledger = Arc::new(Kept(disk.clone(), stores.ledger));
            builder = builder.stores(stores);
        } else {
            builder = builder.journal(disk.clone());
        }
        let server = builder.build().unwrap();
        let client = client(&server);
        let state = asked(&client, keyed("delete", "k")).await;
        let yes = with(keyed("delete", "k"), accept(), &state);
        send(&client, keyed("drop", "k")).await;
        allow(&server).await;
        disk.fill(true);
        for call in [yes.clone(), keyed("drop", "k")] {
            let refused = send(&client, call).await;
            assert!(refused.text().contains("nothing was done"), "{refused:?}");
        }
        disk.fill(false);
        for call in [yes, keyed("drop", "k")] {
            assert_eq!(send(&client, call).await.text(), "deleted a");
        }
        assert_eq!(deleted.0.load(Ordering::Relaxed), 2);
    }
}

/// While a question is open nothing is held: a twin is asked the same, and whoever says yes first has it done.
#[tokio::test]
async fn o1_a_twin_that_comes_while_a_question_is_open_is_asked_too_and_only_one_runs() {
    let deleted = Deleted::default();
    let server = shop(&deleted).build().unwrap();
    let client = client(&server);
    let mut answered = Vec::new();
    for _ in 0..10 {
        let reply = send(&client, keyed("delete", "k")).await;
        assert!(is_asked(&reply), "{reply:?}");
        let state = &reply.result()["requestState"];
        answered.push(with(keyed("delete", "k"), accept(), state));
    }
    let replies = join_all(answered.iter().map(|yes| send(&client, yes.clone()))).await;
    for reply in &replies {
        assert_eq!(reply.text(), "deleted a", "{reply:?}");
    }
    let replayed = replies
        .iter()
        .filter(|reply| reply.result()["_meta"]["dev.tollhouse/replayed"] == json!(true));
    assert_eq!(replayed.count(), 9);
    // And nobody is asked about what was done.
    let again = send(&client, keyed("delete", "k")).await;
    assert_eq!(again.text(), "deleted a");
    assert_eq!(deleted.0.load(Ordering::Relaxed), 1);
}

/// A yes is to the arguments: a retry under a new key is the same call to whoever said yes.
#[tokio::test]
async fn o1_the_key_is_no_part_of_what_somebody_says_yes_to() {
    let deleted = Deleted::default();
    let server = shop(&deleted).build().unwrap();
    let client = client(&server);
    let state = asked(&client, keyed("delete", "one")).await;
    let yes = with(keyed("delete", "two"), accept(), &state);
    assert_eq!(send(&client, yes).await.text(), "deleted a");
    send(&client, keyed("drop", "one")).await;
    allow(&server).await;
    let done = send(&client, keyed("drop", "two")).await;
    assert_eq!(done.text(), "deleted a");
    assert_eq!(deleted.0.load(Ordering::Relaxed), 2);
}
