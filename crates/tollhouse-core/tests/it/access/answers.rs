//! Whoever answers a question in a session is judged by what they may do then, and not when the call began.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use serde_json::{Value, json};
use tollhouse_core::{
    Ctx, Exchange, Frame, Known, Principal, Received, Refusal, Server, Session, tool,
};
use tollhouse_wire_check::Revision;

use super::{
    Caller,
    caller::{told, words},
};

#[tokio::test]
async fn case33_a17_a_right_that_is_lost_while_a_question_is_open_is_lost_for_the_call() {
    for revision in Revision::ALL.into_iter().filter(|one| !one.is_modern()) {
        for (roles, runs) in [(&["keeper"][..], 1), (&[], 0)] {
            let opened = Arc::new(AtomicUsize::new(0));
            let server = vault(&opened);
            let call = Asked::begin(&server, revision).await;
            call.answer(&server, &ana().in_roles(words(roles)));
            let hidden = Some(Refusal::UnknownTool("vault".to_owned()));
            assert_eq!(call.end().await, hidden.filter(|_| runs == 0));
            assert_eq!(opened.load(Ordering::Relaxed), runs);
        }
    }
}

/// A call that waits for an answer.
struct Asked {
    session: Session,
    exchange: Box<Exchange>,
    question: Value,
}

impl Asked {
    async fn begin(server: &Server, revision: Revision) -> Self {
        let keeper = Caller::new(server, revision, &ana().in_roles(words(&["keeper"])));
        let params = json!({"protocolVersion": revision.name(), "capabilities": {"roots": {}},
            "clientInfo": {"name": "proof", "version": "1"}});
        let hello = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params});
        let Received::Opened(session, _) = keeper.receive(&hello, None, None) else {
            unreachable!("no session");
        };
        let call = keeper.message("tools/call", json!({"name": "vault", "arguments": {}}));
        let Received::Exchange(mut exchange) = keeper.receive(&call, None, Some(&session)) else {
            unreachable!("no call");
        };
        let Some(Frame::Question(question)) = exchange.next().await else {
            unreachable!("no question");
        };
        Self {
            session,
            exchange,
            question: serde_json::from_slice(&question).unwrap(),
        }
    }

    fn answer(&self, server: &Server, who: &Principal) {
        let answer = json!({"jsonrpc": "2.0", "id": self.question["id"], "result": {"roots": []}});
        let body = Bytes::from(answer.to_string());
        let received = server.receive(&body, None, who, Known::Session(&self.session));
        assert!(matches!(received, Received::Accepted), "{received:?}");
    }

    async fn end(mut self) -> Option<Refusal> {
        let Some(Frame::Last(last)) = self.exchange.next().await else {
            unreachable!("no answer");
        };
        told(last).refusal
    }
}

fn ana() -> Principal {
    Principal::new("ana", [])
}

fn vault(opened: &Arc<AtomicUsize>) -> Server {
    let opened = Arc::clone(opened);
    let vault = tool("vault", "Opens the vault.", move |ctx: Ctx| {
        let opened = Arc::clone(&opened);
        async move {
            ctx.roots("roots").await;
            opened.fetch_add(1, Ordering::Relaxed);
            "gold"
        }
    });
    let builder = Server::builder("vault").tool(vault.roles(["keeper"]));
    builder.build().unwrap()
}
