//! What arguments mean is asked of their source before anybody is asked for a yes, and under all that guards a call.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use tollhouse_core::{
    Care, Ctx, Effect, Ending, Fault, Offers, Output, Permit, Policy, Principal, Prompt, Refusal,
    Reported, Resource, Server, Source, Target, Tool, busy, fail, testing::TestServer,
};

use crate::road::Records;

/// What a source says of arguments.
#[derive(Clone, Copy, Debug)]
enum Mood {
    Well,
    Wrong,
    Breaks,
    Hangs,
    /// Busy so many times, then well.
    Busy(usize),
}

/// A source that is asked, and counts its calls.
#[derive(Clone, Debug)]
struct Asked {
    mood: Arc<Mutex<Mood>>,
    looks: Arc<AtomicUsize>,
    calls: Arc<AtomicUsize>,
}

impl Asked {
    fn is(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    fn seen(&self) -> (usize, usize) {
        let count = |counter: &AtomicUsize| counter.swap(0, Ordering::SeqCst);
        (count(&self.looks), count(&self.calls))
    }

    async fn say(&self) -> Result<(), Fault> {
        self.looks.fetch_add(1, Ordering::SeqCst);
        let mood = *self.mood.lock().unwrap();
        match mood {
            Mood::Well => Ok(()),
            Mood::Wrong => Err(fail("There is no such thing.")),
            Mood::Breaks => Err(std::io::Error::other("password=hunter2").into()),
            Mood::Hangs => std::future::pending().await,
            Mood::Busy(0) => Ok(()),
            Mood::Busy(left) => {
                self.is(Mood::Busy(left - 1));
                Err(busy("It is busy."))
            }
        }
    }
}

impl Source for Asked {
    fn offers(&self) -> Offers {
        let tool = |name: &str, effect| Tool {
            effect,
            policy: Policy {
                deadline: Duration::from_secs(2),
                ..Policy::default()
            },
            ..Tool::new(name, "Does it.", json!({"type": "object"}))
        };
        Offers {
            tools: vec![
                tool("look", Effect::Read),
                tool("write", Effect::Write),
                tool("wipe", Effect::Destroy),
            ],
            prompts: vec![Prompt {
                name: "greet".to_owned(),
                ..Prompt::default()
            }],
            resources: vec![Resource {
                uri: "asked://it".to_owned(),
                name: "It".to_owned(),
                ..Resource::default()
            }],
            care: Care {
                failures: 3,
                ..Care::USUAL
            },
            ..Offers::default()
        }
    }

    fn check<'a>(
        &'a self,
        _: &'a Permit<'a>,
        _: &'a Ctx,
    ) -> Option<BoxFuture<'a, Result<(), Fault>>> {
        Some(Box::pin(self.say()))
    }

    fn call<'a>(&'a self, _: &'a Permit<'a>, _: &'a Ctx) -> BoxFuture<'a, Result<Output, Fault>> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        Box::pin(async { Ok(Output::Tool(Reported::text("done"))) })
    }
}

fn open() -> (TestServer, Asked, Records) {
    let (server, asked, records) = served();
    (crate::client(server), asked, records)
}

fn served() -> (Server, Asked, Records) {
    let records = Records::default();
    let asked = Asked {
        mood: Arc::new(Mutex::new(Mood::Well)),
        looks: Arc::default(),
        calls: Arc::default(),
    };
    let server = Server::builder("asked")
        .source(asked.clone())
        .journal(records.clone())
        .build()
        .unwrap();
    (server, asked, records)
}

fn refusal(records: &Records) -> Refusal {
    match records.last().ending {
        Ending::Refused(refusal) => refusal,
        other => Refusal::BadParams(format!("{other:?}")),
    }
}

#[tokio::test]
async fn a4_what_means_nothing_ends_the_call_before_anybody_is_asked() {
    let (client, asked, records) = open();
    let forms = client.clone().able(json!({"elicitation": {"form": {}}}));
    asked.is(Mood::Wrong);
    let keyed = json!({"clientRequestId": "k"});
    for client in [&client, &forms] {
        for (tool, arguments) in [
            ("look", json!({})),
            ("write", keyed.clone()),
            ("wipe", keyed.clone()),
        ] {
            let reply = client.call(tool, arguments).await;
            assert!(reply.is_error(), "{}", reply.message);
            assert_eq!(reply.text(), "There is no such thing.");
            let refusal = refusal(&records);
            assert_eq!(
                (refusal.step(), refusal.name()),
                ("validate", "bad_meaning")
            );
            assert!(!records.last().trail.is_intended);
        }
    }
    assert_eq!(asked.seen(), (6, 0));
    // The key was not used up.
    asked.is(Mood::Well);
    assert_eq!(client.call("write", keyed.clone()).await.text(), "done");
    // What was done is answered again, whatever is there now.
    asked.is(Mood::Wrong);
    assert_eq!(client.call("write", keyed).await.text(), "done");
    assert_eq!(asked.seen(), (1, 1));
}

#[tokio::test]
async fn a4_prompts_and_resources_have_a_meaning_too_and_suggestions_have_none() {
    let (client, asked, records) = open();
    asked.is(Mood::Wrong);
    for (method, params) in [
        ("prompts/get", json!({"name": "greet"})),
        ("resources/read", json!({"uri": "asked://it"})),
    ] {
        let reply = client.request(method, params).await;
        assert_eq!(reply.code(), -32602, "{}", reply.message);
        assert_eq!(refusal(&records).name(), "bad_meaning");
    }
    assert_eq!(asked.seen(), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn a4_a_look_is_stopped_tried_again_and_left_alone_like_a_call() {
    let (client, asked, records) = open();
    asked.is(Mood::Busy(1));
    assert_eq!(client.call("write", json!({})).await.text(), "done");
    assert_eq!(asked.seen(), (2, 1));
    asked.is(Mood::Breaks);
    let reply = client.call("look", json!({})).await;
    assert!(
        reply.text().starts_with("internal error (id "),
        "{}",
        reply.text()
    );
    assert!(!reply.message.to_string().contains("hunter2"));
    asked.is(Mood::Hangs);
    // One that failed inside, and two that hang.
    for _ in 0..2 {
        assert!(client.call("look", json!({})).await.is_error());
        assert_eq!(refusal(&records), Refusal::TimedOut);
    }
    assert_eq!(asked.seen(), (3, 0));
    client.call("look", json!({})).await;
    assert_eq!(refusal(&records).name(), "unavailable");
    assert_eq!(asked.seen(), (0, 0));
}

#[tokio::test]
async fn o18_explain_tells_what_means_nothing() {
    let (server, asked, _) = served();
    let ana = Principal::new("ana", []);
    let wipe = || Target::Tool("wipe".to_owned());
    asked.is(Mood::Wrong);
    let told = server.explain(&ana, wipe(), json!({})).await;
    let last = told.steps.last().unwrap();
    assert_eq!((last.step, last.rule), ("validate", Some("params")));
    assert_eq!(
        told.refusal().map(Refusal::text),
        Some("There is no such thing.".to_owned())
    );
    asked.is(Mood::Well);
    let told = server
        .explain(&ana, wipe(), Value::Object(serde_json::Map::new()))
        .await;
    let steps: Vec<&str> = told.steps.iter().map(|step| step.step).collect();
    let looked = steps.iter().rposition(|step| *step == "validate");
    let confirm = steps.iter().position(|step| *step == "confirm");
    assert!(
        told.refusal().is_none() && looked < confirm && looked > Some(2),
        "{steps:?}"
    );
    assert_eq!(asked.seen(), (2, 0));
}
