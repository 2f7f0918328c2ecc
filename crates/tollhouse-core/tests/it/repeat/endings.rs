//! How a call with a key may end, and what the same call hears then.

use std::{future::pending, time::Duration};

use futures_util::FutureExt as _;
use serde_json::json;
use tollhouse_core::{
    Answer, Builder, Ctx, Fault, Reported, State, fail,
    testing::{Hands, TestReply, TestServer},
    tool,
};

use super::{Effects, is_replayed, shop};
use crate::{client, road::Records};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Way {
    /// What it says before.
    says: String,
    /// How it ends.
    ends: String,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Sure {
    sure: bool,
}

/// A tool that ends as it is told.
fn endings(effects: &Effects) -> Builder {
    let end = |way: Way, State(effects): State<Effects>, ctx: Ctx| async move {
        effects.add();
        match way.says.as_str() {
            "changed" => ctx.effect(),
            "unchanged" => {
                ctx.effect();
                ctx.unchanged();
            }
            _ => {}
        }
        match way.ends.as_str() {
            "done" => Ok(Reported::text("done")),
            "told" => Err(fail("told")),
            "error" => Err(Fault::from(std::io::Error::other("inside"))),
            "panic" => Err(fail(way.says.parse::<u8>().unwrap().to_string())),
            _ => pending().await,
        }
    };
    let end = tool("end", "Ends as it is told.", end).deadline(Duration::from_secs(5));
    shop(effects).tool(end)
}

async fn call(client: &TestServer, says: &str, ends: &str) -> TestReply {
    let key = format!("{says} {ends}");
    let args = json!({"says": says, "ends": ends, "clientRequestId": key});
    client.call("end", args).await
}

/// What the same call finds the second time.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Second {
    Runs,
    IsAnswered,
    IsRefused,
}

/// R9, decision 18: the key is free where nothing happened, and nothing runs twice where nobody knows.
#[tokio::test(start_paused = true)]
async fn r9_how_a_call_ended_decides_what_the_same_call_does() {
    use Second::{IsAnswered, IsRefused, Runs};
    for (says, ends, second) in [
        ("nothing", "done", IsAnswered),
        ("changed", "done", IsAnswered),
        ("unchanged", "done", IsAnswered),
        ("nothing", "told", Runs),
        ("changed", "told", IsAnswered),
        ("unchanged", "told", Runs),
        ("nothing", "error", IsRefused),
        ("changed", "error", IsRefused),
        ("unchanged", "error", Runs),
        ("nothing", "panic", IsRefused),
        ("changed", "panic", IsRefused),
        ("unchanged", "panic", Runs),
        ("nothing", "never", IsRefused),
        ("changed", "never", IsRefused),
        ("unchanged", "never", Runs),
    ] {
        let effects = Effects::default();
        let client = client(endings(&effects).build().unwrap());
        let first = call(&client, says, ends).await;
        assert!(!is_replayed(&first));
        assert_eq!(effects.count(), 1, "{says} {ends}");
        let again = call(&client, says, ends).await;
        let found = match (effects.count(), is_replayed(&again)) {
            (2, false) => Runs,
            (1, true) => IsAnswered,
            (1, false) => IsRefused,
            other => panic!("{says} {ends}: {other:?}"),
        };
        assert_eq!(found, second, "{says} {ends}: {}", again.text());
        if second == IsAnswered {
            assert_eq!(first.text(), again.text());
            assert_eq!(first.is_error(), again.is_error());
        }
        if second == IsRefused {
            assert!(again.is_error());
            let text = again.text();
            assert!(
                text.contains("nobody knows") && text.contains("new `clientRequestId`"),
                "{text}"
            );
        }
    }
}

/// R8: a caller who leaves while a call runs leaves nobody in the dark.
#[tokio::test(start_paused = true)]
async fn r8_a_caller_who_left_is_told_that_nobody_knows() {
    let effects = Effects::default();
    let server = endings(&effects).build().unwrap();
    let client = client(server.clone());
    let mut left = Box::pin(call(&client, "changed", "never"));
    while effects.count() == 0 {
        assert!((&mut left).now_or_never().is_none());
    }
    drop(left);
    let again = call(&client, "changed", "never").await;
    assert!(
        again.is_error() && again.text().contains("nobody knows"),
        "{}",
        again.text()
    );
    assert_eq!(effects.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn r12_a_twin_that_still_runs_is_waited_for_and_no_longer_than_a_call_may_take() {
    let effects = Effects::default();
    let records = Records::default();
    let slow = tool(
        "slow",
        "Takes a day.",
        |State(effects): State<Effects>| async move {
            effects.add();
            tokio::time::sleep(Duration::from_secs(4)).await;
            "slept"
        },
    );
    let slow = slow.deadline(Duration::from_secs(5));
    let client = client(
        shop(&effects)
            .journal(records.clone())
            .tool(slow)
            .build()
            .unwrap(),
    );
    let call = || client.call("slow", json!({"clientRequestId": "k"}));
    let (first, second) = tokio::join!(call(), call());
    assert_eq!(
        (first.text().as_str(), second.text().as_str()),
        ("slept", "slept")
    );
    assert!(is_replayed(&first) != is_replayed(&second));
    assert_eq!((effects.count(), records.endings().len()), (1, 2));
}

/// R12: whoever was to run it is gone, and nobody can say what it did.
#[tokio::test(start_paused = true)]
async fn r12_what_runs_for_too_long_is_in_doubt() {
    let (effects, hand) = (Effects::default(), Hands::default());
    let client = client(endings(&effects).clock(hand.clone()).build().unwrap());
    // Held by a process that stopped: it is not polled again.
    let mut stopped = Box::pin(call(&client, "changed", "never"));
    while effects.count() == 0 {
        assert!((&mut stopped).now_or_never().is_none());
    }
    let meanwhile = call(&client, "changed", "never").await;
    assert!(
        meanwhile.text().contains("still running"),
        "{}",
        meanwhile.text()
    );
    hand.turn(Duration::from_secs(16));
    let later = call(&client, "changed", "never").await;
    assert!(
        later.text().contains("began 16 seconds ago"),
        "{}",
        later.text()
    );
    assert_eq!(effects.count(), 1);
}

/// Decision 18: a question holds no key, and what was asked once is not asked of who sends it again.
#[tokio::test]
async fn o2_a_question_claims_nothing() {
    let effects = Effects::default();
    let asking = |State(effects): State<Effects>, ctx: Ctx| async move {
        match ctx.elicit::<Sure>("sure", "Sure?").await {
            Answer::Accept(Sure { sure: true }) => format!("did {}", effects.add()),
            _ => "did not".to_owned(),
        }
    };
    let able = json!({"elicitation": {}});
    let client = client(
        shop(&effects)
            .tool(tool("ask", "Asks.", asking))
            .build()
            .unwrap(),
    );
    let client = client.able(able);
    let args = || json!({"clientRequestId": "k"});
    let asked = client.call("ask", args()).await;
    assert!(asked.result()["inputRequests"].is_object());
    let yes = json!({"action": "accept", "content": {"sure": true}});
    let answering = client.clone().answering("sure", yes);
    let done = answering.call("ask", args()).await;
    assert_eq!(done.text(), "did 1");
    let again = client.call("ask", args()).await;
    assert!(is_replayed(&again));
    assert_eq!((again.text().as_str(), effects.count()), ("did 1", 1));
}
