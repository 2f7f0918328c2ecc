//! Which limit is met when, what is said, and that nobody else is the worse for it.

use std::time::Duration;

use serde_json::json;
use tollhouse_core::{Budget, Ending, Limits, Quota, Rate, Refusal, Rules, Server, tool};
use tollhouse_wire_check::Revision::R2026_07_28;

use super::{ALL, Came, House, ana, bob};

#[tokio::test]
async fn case_66_p45_the_call_after_the_last_of_a_key_is_stopped_and_others_are_not() {
    for revision in ALL {
        let house = House::open(Limits::default());
        // By default 100 of all tools, 60 of each.
        for _ in 0..10 {
            let get = ("prompts/get", json!({"name": "greet"}));
            assert_eq!(house.ask(revision, &ana(), get).await, Came::Through);
        }
        assert_eq!(house.through(revision, &ana(), ("search", 50)).await, 50);
        assert_eq!(house.through(revision, &ana(), ("rows", 20)).await, 20);
        assert_eq!(house.through(revision, &ana(), ("write", 20)).await, 20);
        let came = house.call(revision, &ana(), ("search", json!({}))).await;
        let says = match &came {
            Came::Stopped(429, 429, text) if revision.is_modern() => text,
            Came::Told(text) if !revision.is_modern() => text,
            other => panic!("{revision:?}: {other:?}"),
        };
        assert!(
            says.contains("100/min over all tools; retry in 1 s"),
            "{says}"
        );
        let ending = house.records.last().ending;
        let Ending::Refused(Refusal::Limited {
            budget: Budget::Caller,
            retry_s: 1,
            ..
        }) = ending
        else {
            panic!("{ending:?}");
        };
        assert_eq!(
            house.call(revision, &bob(), ("search", json!({}))).await,
            Came::Through
        );
        house.hands.turn(Duration::from_secs(60));
        assert_eq!(
            house.call(revision, &ana(), ("search", json!({}))).await,
            Came::Through
        );
    }
}

#[tokio::test]
async fn t8_a_tool_that_destroys_is_called_less_often_than_one_that_reads() {
    for revision in ALL {
        let house = House::open(Limits::default());
        assert_eq!(house.through(revision, &ana(), ("search", 70)).await, 60);
        let told = "60/min for search; retry in 1 s; batch ids in one call";
        let came = house.call(revision, &ana(), ("search", json!({}))).await;
        assert!(
            matches!(&came, Came::Told(text) if text.contains(told)),
            "{came:?}"
        );
        for _ in 0..5 {
            let came = house
                .call(revision, &ana(), ("delete_user", json!({})))
                .await;
            assert!(
                !matches!(&came, Came::Told(text) if text.contains("/min")),
                "{came:?}"
            );
        }
        let told = "5/min for delete_user; retry in 12 s";
        let came = house
            .call(revision, &ana(), ("delete_user", json!({})))
            .await;
        assert!(
            matches!(&came, Came::Told(text) if text.contains(told)),
            "{came:?}"
        );
    }
}

#[tokio::test]
async fn r20_p5_fifty_identical_calls_in_a_turn_run_twenty_times() {
    for revision in ALL {
        let house = House::open(Limits::default());
        let same = || ("search", json!({"a": 1, "b": [2]}));
        for number in 1..=50 {
            let came = house.call(revision, &ana(), same()).await;
            let told = "search has run 20 times with these arguments in this turn";
            match came {
                Came::Through => assert!(number <= 20),
                Came::Told(text) => assert!(number > 20 && text.contains(told), "{text}"),
                Came::Stopped(..) => panic!("{came:?}"),
            }
        }
        assert_eq!(house.ran(), 20);
        let turned = json!({"b": [2], "a": 1});
        assert!(matches!(
            house.call(revision, &ana(), ("search", turned)).await,
            Came::Told(_)
        ));
        assert_eq!(
            house
                .call(revision, &ana(), ("search", json!({"a": 2})))
                .await,
            Came::Through
        );
        assert_eq!(house.call(revision, &bob(), same()).await, Came::Through);
        house.hands.turn(Duration::from_secs(30));
        assert_eq!(house.call(revision, &ana(), same()).await, Came::Through);
    }
}

#[tokio::test]
async fn r20_p36_of_400_calls_in_12_seconds_the_source_sees_no_more_than_the_budget() {
    for revision in ALL {
        let house = House::open(Limits::default());
        let mut through = 0;
        for number in 0..400 {
            let arguments = json!({"number": number});
            let came = house.call(revision, &ana(), ("search", arguments)).await;
            through += usize::from(came == Came::Through);
            house.hands.turn(Duration::from_millis(30));
        }
        assert_eq!(house.ran(), through);
        assert!((71..=60 + 13).contains(&through), "{through}");
    }
}

#[tokio::test]
async fn o8_prompts_and_resources_count_for_the_key_and_lists_for_nothing() {
    let limits = Limits {
        key: Some(Quota::per_minute(3)),
        ..Limits::NONE
    };
    for revision in ALL {
        let house = House::open(limits.clone());
        let read = || ("resources/read", json!({"uri": "note:hello"}));
        let get = || ("prompts/get", json!({"name": "greet"}));
        assert_eq!(house.ask(revision, &ana(), read()).await, Came::Through);
        assert_eq!(house.ask(revision, &ana(), get()).await, Came::Through);
        assert_eq!(house.ask(revision, &ana(), read()).await, Came::Through);
        let status = if revision.is_modern() { 429 } else { 200 };
        for request in [read(), get()] {
            let came = house.ask(revision, &ana(), request).await;
            let told = "3/min over all tools; retry in 20 s";
            assert!(
                matches!(&came, Came::Stopped(code, 429, text) if *code == status && text.contains(told)),
                "{came:?}"
            );
        }
        for list in ["tools/list", "prompts/list", "resources/list"] {
            let came = house.ask(revision, &ana(), (list, json!({}))).await;
            assert_eq!(came, Came::Through, "{list}");
        }
    }
}

#[tokio::test]
async fn p45_rows_are_charged_and_the_next_call_waits() {
    let limits = Limits {
        rows: Some(Quota::per_minute(10)),
        ..Limits::NONE
    };
    for revision in ALL {
        let house = House::open(limits.clone());
        let rows = || ("rows", json!({}));
        for _ in 0..2 {
            assert_eq!(house.call(revision, &ana(), rows()).await, Came::Through);
            assert_eq!(house.records.last().trail.rows, Some(6));
        }
        let came = house.call(revision, &ana(), rows()).await;
        let told = "10 rows/min are used up; retry in 18 s; ask for fewer";
        assert!(
            matches!(&came, Came::Told(text) if text.contains(told)),
            "{came:?}"
        );
        assert_eq!(house.call(revision, &bob(), rows()).await, Came::Through);
        house.hands.turn(Duration::from_secs(18));
        assert_eq!(house.call(revision, &ana(), rows()).await, Came::Through);
    }
}

#[tokio::test]
async fn o8_a_tool_has_a_limit_and_a_weight_of_its_own() {
    let dear = Rate {
        calls: Some(Quota::per_minute(12)),
        weight: 5,
        ..Rate::default()
    };
    let dear = tool("dear", "Costs much.", || async { "done" }).rate(dear);
    let house = House::built(|builder| builder.tool(dear));
    assert_eq!(house.through(R2026_07_28, &ana(), ("dear", 9)).await, 2);
    // Ten of the hundred are gone.
    let names = [("search", 60, 60), ("write", 60, 30)];
    for (name, calls, through) in names {
        let arguments = name == "search";
        let came = house.through(R2026_07_28, &ana(), (name, calls)).await;
        let most = if arguments { through } else { 20 };
        assert_eq!(came, most, "{name}");
    }
}

#[tokio::test]
async fn o8_new_limits_hold_at_once_and_what_was_counted_stays() {
    let house = House::open(Limits::default());
    assert_eq!(house.through(R2026_07_28, &ana(), ("search", 60)).await, 60);
    let rules = Rules::default();
    house
        .server
        .renew(Server::builder("again").rules(rules))
        .unwrap();
    assert_eq!(house.through(R2026_07_28, &ana(), ("search", 5)).await, 0);
    let rules = Rules {
        limits: Limits::NONE,
        ..Rules::default()
    };
    house
        .server
        .renew(Server::builder("again").rules(rules))
        .unwrap();
    assert_eq!(
        house.through(R2026_07_28, &ana(), ("search", 500)).await,
        500
    );
}

#[tokio::test]
async fn p37_a_turn_of_more_than_fifty_calls_is_counted_once() {
    let house = House::open(Limits::default());
    assert_eq!(house.through(R2026_07_28, &ana(), ("search", 50)).await, 50);
    assert_eq!(house.server.turns_over(), 0);
    house.through(R2026_07_28, &ana(), ("search", 50)).await;
    house.through(R2026_07_28, &bob(), ("search", 10)).await;
    assert_eq!(house.server.turns_over(), 1);
    house.hands.turn(Duration::from_secs(30));
    house.through(R2026_07_28, &ana(), ("search", 50)).await;
    assert_eq!(house.server.turns_over(), 1);
}
