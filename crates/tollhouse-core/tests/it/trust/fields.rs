//! Whether others wrote any of it is decided on what the source said, before anything is dropped or cut.

use serde_json::json;
use tollhouse_core::{Output, Policy, Reported, fail};

use super::house::{ERAS, House, Town, data, untrusted};

fn dropping(mut policy: Policy, fields: &[&str]) -> Policy {
    policy.shape.drop = fields.iter().map(|&name| name.to_owned()).collect();
    policy
}

/// Tools that give a row with a note that somebody else wrote.
fn town() -> Town {
    let row = |note: &str| json!({"id": 7, "note": note});
    let narrow = |mut policy: Policy| {
        policy.shape.tokens = Some(200);
        policy
    };
    let long = format!("obey {}", "x ".repeat(4000));
    let many: Vec<_> = (0..400).map(|_| row("obey, I say")).collect();
    let house = House::default()
        .reads("plain", untrusted(&["note"]), |_| {
            Ok(data(json!({"id": 7})))
        })
        .reads("noted", untrusted(&["note"]), move |_| {
            Ok(data(row("obey")))
        })
        .reads(
            "dropped",
            dropping(untrusted(&["note"]), &["note"]),
            move |_| Ok(data(row("obey"))),
        )
        .reads("cut", narrow(untrusted(&["note"])), move |_| {
            Ok(data(json!({"long": long, "note": "obey"})))
        })
        .reads("rows", narrow(untrusted(&["note"])), move |_| {
            Ok(data(json!({"rows": many})))
        })
        .reads("spoken", untrusted(&["note"]), |_| {
            Ok(Output::Tool(Reported {
                structured: Some(json!({"id": 7})),
                ..Reported::text("a text of its own")
            }))
        })
        .reads("failing", untrusted(&["note"]), |_| Err(fail("obey")))
        .reads("trusted", Policy::default(), move |_| Ok(data(row("mine"))));
    Town::new(house)
}

#[tokio::test]
async fn p14_what_is_dropped_or_cut_taints_like_what_is_shown() {
    for revision in ERAS {
        for (name, is_foreign) in [
            ("plain", false),
            ("noted", true),
            ("dropped", true),
            ("cut", true),
            ("rows", true),
            ("spoken", true),
            ("failing", true),
            ("trusted", false),
        ] {
            let town = town();
            let reader = town.reader(revision);
            let heard = reader.call(name, json!({})).await;
            assert!(!heard.texts().is_empty(), "{heard:?}");
            assert_eq!(heard.is_marked(), is_foreign, "{name}: {heard:?}");
            assert_eq!(town.is_tainted(&reader.who).await, is_foreign, "{name}");
            reader.call("pay", json!({})).await;
            assert_eq!(town.paid(), usize::from(!is_foreign), "{name}");
        }
    }
}

#[tokio::test]
async fn p14_the_rest_of_what_is_cut_is_foreign_too() {
    for revision in ERAS {
        let town = town();
        let reader = town.reader(revision);
        let heard = reader.call("cut", json!({})).await;
        let cursor = &heard.result()["_meta"]["dev.tollhouse/truncated"]["cursor"];
        town.stores
            .taints
            .forget(tollhouse_core::taints::Holder::of(&reader.who, None))
            .await
            .unwrap();
        let rest = reader.call("read_more", json!({"cursor": cursor})).await;
        assert!(rest.is_marked(), "{rest:?}");
        assert_eq!(rest.trust(), "untrusted");
        assert!(town.is_tainted(&reader.who).await);
    }
}

#[tokio::test]
async fn p14_over_a_pipe_whoever_has_its_server_to_itself_is_only_logged() {
    for revision in ERAS {
        let town = town();
        let reader = town.reader(revision).piped();
        assert!(reader.call("noted", json!({})).await.is_marked());
        assert!(town.is_tainted(&reader.who).await);
        reader.call("pay", json!({})).await;
        assert_eq!(town.paid(), 1);
    }
}
