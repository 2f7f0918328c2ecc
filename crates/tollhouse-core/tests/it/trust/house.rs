//! A house whose things say what a test wants, and a reader of any revision who hears every byte of it.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt as _};
use serde_json::{Value, json};
use tollhouse_core::{
    Builder, Clock as _, Ctx, Effect, Exchange, Fault, Frame, Header, Headers, Known, Limits,
    Offers, Output, Permit, Policy, Principal, Received, Reported, Server, Session, Source, Stores,
    Target, Tool, Trust, Untrusted, taints::Holder, testing::Hands, tool,
};
use tollhouse_wire_check::Revision;

/// What a tool of the house says.
pub(super) type Say = Arc<dyn Fn(&Ctx) -> Result<Output, Fault> + Send + Sync>;

/// Tools that say what they are told to.
#[derive(Clone, Default)]
pub(super) struct House(Vec<(Tool, Say)>);

impl House {
    pub(super) fn with(mut self, tool: Tool, say: Say) -> Self {
        self.0.push((tool, say));
        self
    }

    /// A tool that reads, under these rules.
    pub(super) fn reads(
        self,
        name: &str,
        policy: Policy,
        say: impl Fn(&Ctx) -> Result<Output, Fault> + Send + Sync + 'static,
    ) -> Self {
        let mut tool = Tool::new(name, "Says something.", json!({"type": "object"}));
        tool.effect = Effect::Read;
        tool.policy = policy;
        self.with(tool, Arc::new(say))
    }
}

impl std::fmt::Debug for House {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "House({})", self.0.len())
    }
}

impl Source for House {
    fn offers(&self) -> Offers {
        Offers {
            tools: self.0.iter().map(|(tool, _)| tool.clone()).collect(),
            ..Offers::default()
        }
    }

    fn call<'a>(
        &'a self,
        permit: &'a Permit<'a>,
        ctx: &'a Ctx,
    ) -> BoxFuture<'a, Result<Output, Fault>> {
        async move {
            let Target::Tool(name) = permit.target() else {
                return Err(Fault::NotFound);
            };
            let (_, say) = self.0.iter().find(|(tool, _)| tool.name == *name).unwrap();
            meet().await;
            say(ctx)
        }
        .boxed()
    }
}

/// Waits until everybody who was begun together has come as far: whoever asks the same meets the run.
pub(super) async fn meet() {
    // The road polls what does not answer at once a second time.
    for _ in 0..3 {
        tokio::task::yield_now().await;
    }
}

/// The rules of something that others wrote, whole or in these fields.
pub(super) fn untrusted(fields: &[&str]) -> Policy {
    let untrusted = match fields {
        [] => Untrusted::All,
        names => Untrusted::Fields(names.iter().map(|&name| name.to_owned()).collect()),
    };
    Policy {
        trust: Trust {
            untrusted,
            ..Trust::default()
        },
        ..Policy::default()
    }
}

pub(super) fn data(value: Value) -> Output {
    Output::Tool(Reported {
        structured: Some(value),
        ..Reported::default()
    })
}

/// A server, and what can be seen of it from outside.
#[derive(Clone, Debug)]
pub(super) struct Town {
    pub(super) server: Server,
    pub(super) stores: Stores,
    pub(super) hands: Hands,
    paid: Arc<AtomicUsize>,
}

impl Town {
    /// With these things, and a tool `pay` that only those may use freely who have read nothing that others wrote.
    pub(super) fn new(house: House) -> Self {
        Self::over(Stores::default(), |builder| builder.source(house))
    }

    pub(super) fn over(stores: Stores, with: impl FnOnce(Builder) -> Builder) -> Self {
        let (hands, paid) = (Hands::default(), Arc::new(AtomicUsize::new(0)));
        let counted = Arc::clone(&paid);
        let pay = tool("pay", "Pays.", move || {
            counted.fetch_add(1, Ordering::Relaxed);
            async { "paid" }
        });
        let builder = Server::builder("town")
            .tool(pay.privileged().no_key())
            .limits(Limits::NONE)
            .stores(stores.clone())
            .key([7; 32])
            .clock(hands.clone());
        Self {
            server: with(builder).build().unwrap(),
            stores,
            hands,
            paid,
        }
    }

    pub(super) fn reader(&self, revision: Revision) -> Reader {
        Reader::new(&self.server, revision, &Principal::new("ana", []))
    }

    pub(super) fn paid(&self) -> usize {
        self.paid.load(Ordering::Relaxed)
    }

    /// Whether somebody counts as one who has read what others wrote.
    pub(super) async fn is_tainted(&self, who: &Principal) -> bool {
        let holder = Holder::of(who, None);
        let known = self.stores.taints.look(holder, self.hands.unix_ms());
        known.await.unwrap().is_some()
    }
}

/// Somebody who calls over a network, and keeps every message as it came.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    server: Server,
    pub(super) who: Principal,
    pub(super) revision: Revision,
    session: Option<Session>,
    is_piped: bool,
    /// What the server said of itself when the session was opened.
    pub(super) hello: Bytes,
}

/// All that came for one request.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) raw: Vec<Bytes>,
    pub(super) last: Value,
}

impl Heard {
    pub(super) fn result(&self) -> &Value {
        &self.last["result"]
    }

    /// The texts of a tool's result.
    pub(super) fn texts(&self) -> Vec<&str> {
        let content = self.result()["content"].as_array();
        let texts = content.into_iter().flatten();
        texts.filter_map(|piece| piece["text"].as_str()).collect()
    }

    pub(super) fn trust(&self) -> &str {
        let label = &self.result()["_meta"]["dev.tollhouse/provenance"];
        label["trust"].as_str().unwrap()
    }

    /// What the client was asked, in either era: method and parameters.
    pub(super) fn questions(&self) -> Vec<Value> {
        let mut all = Vec::new();
        for raw in &self.raw {
            let message: Value = serde_json::from_slice(raw).unwrap();
            let asked = message["result"]["inputRequests"].as_object();
            all.extend(asked.into_iter().flat_map(|asked| asked.values().cloned()));
            if message.get("method").is_some() && message.get("id").is_some() {
                all.push(message);
            }
        }
        all
    }

    /// Whether any text stands between marks.
    pub(super) fn is_marked(&self) -> bool {
        self.texts().iter().any(|text| text.contains("<<data id="))
    }
}

impl Reader {
    pub(super) fn new(server: &Server, revision: Revision, who: &Principal) -> Self {
        let mut reader = Self {
            server: server.clone(),
            who: who.clone(),
            revision,
            session: None,
            is_piped: false,
            hello: Bytes::new(),
        };
        if !revision.is_modern() {
            let params = json!({"protocolVersion": revision.name(),
                "capabilities": {"elicitation": {"form": {}, "url": {}}, "sampling": {}}, "clientInfo": {"name": "reader", "version": "1"}});
            let hello =
                json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params});
            let Received::Opened(session, hello) = reader.receive(&hello) else {
                unreachable!("it opens a session");
            };
            reader.hello = hello.body;
            // Under a name, so that it can be told from others.
            let name = server.seal_session(&session, who).unwrap();
            reader.session = server.open_session(&name, who);
            let level = reader.message("logging/setLevel", json!({"level": "debug"}));
            assert!(matches!(reader.receive(&level), Received::Exchange(_)));
        }
        reader
    }

    /// The same over a pipe.
    pub(super) fn piped(mut self) -> Self {
        self.is_piped = true;
        self
    }

    pub(super) async fn call(&self, name: &str, arguments: Value) -> Heard {
        let params = json!({"name": name, "arguments": arguments});
        self.ask("tools/call", params).await
    }

    pub(super) async fn ask(&self, method: &str, params: Value) -> Heard {
        let message = self.message(method, params);
        match self.receive(&message) {
            Received::Exchange(exchange) => {
                let heard = hear(*exchange).await;
                self.revision.check_server(&heard.last);
                heard
            }
            Received::Refused(last) => Heard {
                last: serde_json::from_slice(&last.body).unwrap(),
                raw: vec![last.body],
            },
            other => unreachable!("{other:?}"),
        }
    }

    /// Listens until the first line comes, and hangs up.
    pub(super) async fn hear_one_and_leave(&self, name: &str) {
        let params = json!({"name": name, "arguments": {}});
        let message = self.message("tools/call", params);
        let Received::Exchange(mut exchange) = self.receive(&message) else {
            unreachable!("a call is an exchange");
        };
        assert!(matches!(exchange.next().await, Some(Frame::Event(_))));
    }

    fn message(&self, method: &str, mut params: Value) -> Value {
        let meta = params["_meta"].as_object().cloned().unwrap_or_default();
        params["_meta"] = Value::Object(meta);
        params["_meta"]["progressToken"] = json!("steps");
        if self.revision.is_modern() {
            let capabilities = json!({"elicitation": {"form": {}, "url": {}}, "sampling": {}});
            params["_meta"]["io.modelcontextprotocol/logLevel"] = json!("debug");
            params["_meta"]["io.modelcontextprotocol/protocolVersion"] =
                json!(self.revision.name());
            params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = capabilities;
        }
        json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    }

    fn receive(&self, message: &Value) -> Received {
        let known = self.session.as_ref().map_or(Known::Nothing, Known::Session);
        let body = Bytes::from(message.to_string());
        let method = message["method"].as_str().unwrap();
        let named = ["name", "uri"].map(|key| message["params"][key].as_str());
        let named = named.into_iter().flatten().next();
        let headers = Headers {
            version: Header::One(self.revision.name().as_bytes()),
            method: Header::One(method.as_bytes()),
            name: named.map_or(Header::Absent, |name| Header::One(name.as_bytes())),
            ..Headers::default()
        };
        let headers = (!self.is_piped).then_some(&headers);
        self.server.receive(&body, headers, &self.who, known)
    }
}

/// Everything that an exchange says; nobody answers what it asks.
async fn hear(mut exchange: Exchange) -> Heard {
    let mut heard = Heard::default();
    while let Some(frame) = exchange.next().await {
        match frame {
            Frame::Event(message) => heard.raw.push(message),
            Frame::Question(message) => {
                heard.raw.push(message);
                exchange.give_up_asking();
            }
            Frame::Pause => {}
            Frame::Last(last) => {
                heard.last = serde_json::from_slice(&last.body).unwrap();
                heard.raw.push(last.body);
            }
        }
    }
    heard
}

/// The newest revision of either era.
pub(super) const ERAS: [Revision; 2] = [Revision::R2025_11_25, Revision::R2026_07_28];
