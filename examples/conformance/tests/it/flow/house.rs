//! The server under trial: the fixtures of the suite, and a shelf with what they lack.

use std::{net::Ipv4Addr, sync::Arc};

use serde_json::json;
use tokio::io::{DuplexStream, ReadHalf, WriteHalf, duplex, split};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tollhouse::{
    Hub, Principal, Server, Source,
    http::{Options, listen, serve},
    stdio,
};
use tollhouse_wire_check::Revision;

use super::{
    Variant, Way,
    client::{Client, person},
    shelf::Shelf,
    wire::{Wire, within},
};

/// A server, and how it is reached.
pub(super) struct House {
    server: Server,
    variant: Variant,
    address: Option<std::net::SocketAddr>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl House {
    pub(super) fn open(variant: Variant) -> Self {
        let server = tollhouse_conformance::server().unwrap();
        server.swap(&[Arc::new(Shelf)]).unwrap();
        let mut house = Self {
            server,
            variant,
            address: None,
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        if variant.way != Way::Stdio {
            house.listen();
        }
        house
    }

    fn listen(&mut self) {
        let listener = listen((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        self.address = Some(listener.local_addr().unwrap());
        let stop = self.stop.clone().cancelled_owned();
        let options = Options::default().http_sse(self.variant.way == Way::Pair);
        let serving = serve(self.server.clone(), listener, options, stop);
        self.tasks.spawn(async { serving.await.unwrap() });
    }

    /// A client who can do all that the revision has, and answers all that the fixtures ask.
    pub(super) fn able_client(&self) -> Client {
        let mut capabilities = json!({"sampling": {}, "roots": {}});
        if self.variant.revision >= Revision::R2025_06_18 {
            capabilities["elicitation"] = json!({});
        }
        let name = person::filled_in(&json!({"name": "Alice"}));
        let visitor = json!({"username": "ada", "email": "ada@example.com"});
        self.client()
            .able(capabilities)
            .answering("What is your name?", name)
            .answering(
                "favorite color",
                person::filled_in(&json!({"color": "blue"})),
            )
            .answering("Go on?", person::filled_in(&json!({"ok": true})))
            .answering(
                "What context",
                person::filled_in(&json!({"context": "tests"})),
            )
            .answering("Who?", person::filled_in(&visitor))
            .answering("Please review", person::filled_in(&json!({})))
            .answering("capital of France", person::said("Paris."))
            .answering("friendly greeting", person::said("Good day."))
            // Asked by the server itself before something is deleted.
            .answering(
                "Without a yes, nothing is done.",
                person::filled_in(&json!({"confirm": true})),
            )
            .answering("Why?", person::said("Because."))
            .answering("Say anything.", person::said("Anything."))
            .answering("roots/list", person::roots())
    }

    /// Another client, who can do nothing and has not said anything.
    pub(super) fn client(&self) -> Client {
        let wire = match self.address {
            Some(address) if self.variant.way == Way::Pair => Wire::pair(address),
            Some(address) => Wire::http(address, self.variant.revision),
            None => Wire::stdio(self.pipe()),
        };
        Client::new(self.variant, wire)
    }

    /// The client's end of a pipe whose other end is served.
    fn pipe(&self) -> (ReadHalf<DuplexStream>, WriteHalf<DuplexStream>) {
        let (ours, theirs) = duplex(PIPE_BYTES);
        let (server, stop) = (self.server.clone(), self.stop.clone());
        self.tasks.spawn(async move {
            let stop = stop.cancelled_owned();
            let served = stdio::serve(&server, Principal::anonymous(), split(theirs), stop);
            served.await.unwrap();
        });
        split(ours)
    }

    /// Puts a source beside what is there.
    pub(super) fn offer(&self, source: Arc<dyn Source>) {
        self.server.swap(&[Arc::new(Shelf), source]).unwrap();
    }

    /// Where changes are told.
    pub(super) fn hub(&self) -> &Hub {
        self.server.hub()
    }

    /// The end: whoever is served is done.
    pub(super) async fn close(self) {
        self.stop.cancel();
        self.tasks.close();
        within(self.tasks.wait()).await;
    }
}

const PIPE_BYTES: usize = 64 * 1024;
