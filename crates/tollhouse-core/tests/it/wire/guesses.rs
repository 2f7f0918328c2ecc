//! Cursors and states that were not made here are refused, whatever they are.

use proptest::{prelude::*, sample};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use tollhouse_core::{Ctx, Server, tool};

use super::Client;

/// A server with two tools that ask, and more tools than a page holds.
fn client() -> Client {
    let ask = |name: &'static str| {
        tool(
            name,
            "Asks which folders there are.",
            move |ctx: Ctx| async move { format!("{name} {}", ctx.roots("roots").await.len()) },
        )
    };
    let mut server = Server::builder("guessed").tool(ask("one")).tool(ask("two"));
    for n in 0..300 {
        server = server.tool(tool(&format!("filler{n}"), "Fills.", || async {}));
    }
    Client::new(server.build().unwrap()).able(json!({"roots": {}}))
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().build().unwrap()
}

/// A call with this state, and with answers that would let it go on.
fn resumed(tool: &str, state: &Value) -> Value {
    let answers = json!({"roots": {"roots": []}});
    json!({"name": tool, "requestState": state, "inputResponses": answers})
}

async fn code(client: &Client, method: &str, params: Value) -> i64 {
    client
        .send(method, &client.message(method, params))
        .await
        .code()
}

/// A cursor and a state that are good.
async fn good(client: &Client) -> (String, String) {
    let list = client.request("tools/list", json!({})).await;
    let first = client.call("one").await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (
        text(&list.result()["nextCursor"]),
        text(&first.result()["requestState"]),
    )
}

/// The text with one place changed, dropped, doubled, or cut off there.
fn bent(text: &str, at: &sample::Index, change: u8, letter: char) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let at = at.index(letters.len());
    match change {
        0 => letters[at] = letter,
        1 => drop(letters.remove(at)),
        2 => letters.insert(at, letter),
        _ => letters.truncate(at),
    }
    letters.into_iter().collect()
}

#[test]
fn t56_t80_what_is_good_in_one_place_is_good_nowhere_else() {
    runtime().block_on(async {
        let client = client();
        let (cursor, state) = good(&client).await;
        let (cursor, state) = (json!(cursor), json!(state));
        assert_eq!(
            code(&client, "tools/list", json!({"cursor": cursor})).await,
            0
        );
        assert_eq!(code(&client, "tools/call", resumed("one", &state)).await, 0);
        for (method, params) in [
            ("tools/list", json!({"cursor": state})),
            ("tools/call", resumed("one", &cursor)),
            ("tools/call", resumed("two", &state)),
            ("tools/call", resumed("filler0", &state)),
        ] {
            assert_eq!(
                code(&client, method, params.clone()).await,
                -32602,
                "{params}"
            );
        }
        for wrong in [json!(5), json!({}), json!([state])] {
            assert_eq!(
                code(&client, "tools/call", resumed("one", &wrong)).await,
                -32602
            );
            assert_eq!(
                code(&client, "tools/list", json!({"cursor": wrong})).await,
                -32602
            );
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn t54_t80_arbitrary_text_is_neither_cursor_nor_state(texts in prop::collection::vec(".{0,200}", 8)) {
        runtime().block_on(async {
            let client = client();
            for text in texts {
                let text = json!(text);
                let params = json!({"cursor": text});
                assert_eq!(code(&client, "tools/list", params).await, -32602);
                assert_eq!(code(&client, "tools/call", resumed("one", &text)).await, -32602);
            }
        });
    }

    #[test]
    fn t54_t80_one_changed_letter_spoils_them(
        places in prop::collection::vec((any::<sample::Index>(), 0..4_u8, "[A-Za-z0-9_-]"), 8),
    ) {
        runtime().block_on(async {
            let client = client();
            let (cursor, state) = good(&client).await;
            for (at, change, letter) in places {
                let letter = letter.chars().next().unwrap();
                let bend = |text: &str| bent(text, &at, change, letter);
                let (bent_cursor, bent_state) = (bend(&cursor), bend(&state));
                if bent_cursor != cursor {
                    let params = json!({"cursor": bent_cursor});
                    assert_eq!(code(&client, "tools/list", params).await, -32602);
                }
                if bent_state != state {
                    let params = resumed("one", &json!(bent_state));
                    assert_eq!(code(&client, "tools/call", params).await, -32602);
                }
            }
        });
    }
}
