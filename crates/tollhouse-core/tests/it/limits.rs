//! How often, and how much at once, in every revision, while the clock stands still.
//!
//! A name says what it proves: `o8`, `p…` and `t8` are lines of the catalogue, `case…` of what is held against
//! attacks, `r…` of the load plan.

mod once;
mod replays;
mod shared;
mod words;

use std::{
    future::{Ready, ready},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::{Value, json};
use tollhouse_core::{
    Builder, Json, Limits, Principal, Server, State, prompt, resource, testing::Hands, tool,
};
use tollhouse_wire_check::Revision::{
    self, R2024_11_05, R2025_03_26, R2025_06_18, R2025_11_25, R2026_07_28,
};

use crate::{
    access::caller::{Caller, Reply},
    road::Records,
};

const ALL: [Revision; 5] = [
    R2024_11_05,
    R2025_03_26,
    R2025_06_18,
    R2025_11_25,
    R2026_07_28,
];

/// A server, and all that can be seen of it from inside.
struct House {
    server: Server,
    hands: Hands,
    records: Records,
    /// How often something ran.
    runs: Runs,
}

/// How often something ran.
type Runs = Arc<AtomicUsize>;

fn run(runs: &Runs) -> Ready<&'static str> {
    runs.fetch_add(1, Ordering::Relaxed);
    ready("done")
}

/// What a call came to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Came {
    Through,
    /// A result that tells the model why not.
    Told(String),
    /// An error, with its status and code.
    Stopped(u16, i64, String),
}

impl House {
    fn open(limits: Limits) -> Self {
        Self::built(|builder| builder.limits(limits))
    }

    fn built(more: impl FnOnce(Builder) -> Builder) -> Self {
        let (hands, records) = (Hands::default(), Records::default());
        let runs = Arc::new(AtomicUsize::new(0));
        let any = json!({"type": "object"});
        let rows = || async { Json(vec!["row"; 6]) };
        let builder = Server::builder("limits")
            .tool(
                tool("search", "Find some.", |_: Value, runs: State<Runs>| {
                    run(&runs)
                })
                .read_only()
                .input_schema(any),
            )
            .tool(tool("write", "Write one.", |runs: State<Runs>| run(&runs)))
            .tool(tool("delete_user", "Delete one.", |runs: State<Runs>| run(&runs)).destructive())
            .tool(tool("rows", "Give six rows.", rows).read_only())
            .prompt(prompt("greet", "Greet.", || async { "hello" }))
            .resource(resource("note:hello", "Greetings", || async { "hello" }))
            .state(Arc::clone(&runs))
            .clock(hands.clone())
            .journal(records.clone());
        let server = more(builder).build().unwrap();
        Self {
            server,
            hands,
            records,
            runs,
        }
    }

    fn ran(&self) -> usize {
        self.runs.load(Ordering::Relaxed)
    }

    async fn ask(
        &self,
        revision: Revision,
        who: &Principal,
        (method, params): (&str, Value),
    ) -> Came {
        let caller = Caller::new(&self.server, revision, who);
        came(&caller.ask(method, params).await)
    }

    async fn call(
        &self,
        revision: Revision,
        who: &Principal,
        (name, arguments): (&str, Value),
    ) -> Came {
        let params = json!({"name": name, "arguments": arguments});
        self.ask(revision, who, ("tools/call", params)).await
    }

    /// How many of so many calls get through, each with other arguments.
    async fn through(
        &self,
        revision: Revision,
        who: &Principal,
        (name, calls): (&str, usize),
    ) -> usize {
        let mut through = 0;
        for number in 0..calls {
            let arguments = if name == "search" {
                json!({"number": number})
            } else {
                json!({})
            };
            let came = self.call(revision, who, (name, arguments)).await;
            through += usize::from(came == Came::Through);
        }
        through
    }
}

fn came(reply: &Reply) -> Came {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (error, result) = (&reply.message["error"], &reply.message["result"]);
    if error.is_object() {
        let code = error["code"].as_i64().unwrap();
        return Came::Stopped(reply.status, code, text(&error["message"]));
    }
    if result["isError"] == json!(true) {
        return Came::Told(text(&result["content"][0]["text"]));
    }
    Came::Through
}

fn ana() -> Principal {
    Principal::new("ana", []).under_grant("key-1")
}

fn bob() -> Principal {
    Principal::new("bob", []).under_grant("key-2")
}
