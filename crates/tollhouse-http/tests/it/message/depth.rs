//! Nesting without end is refused at once, and costs nothing.

use std::time::Duration;

use serde_json::json;

use crate::language::{House, Request, processor_time, resident_bytes};

#[tokio::test]
async fn case11_a_million_brackets_cost_nothing() {
    let house = House::open().await;
    let open = "[".repeat(1_000_000);
    let closed = format!("{}{}", "[".repeat(500_000), "]".repeat(500_000));
    let objects = format!("{}1{}", "{\"a\":".repeat(150_000), "}".repeat(150_000));
    let bodies: Vec<(Request, &str)> = [&open, &closed, &objects]
        .into_iter()
        .flat_map(|deep| {
            let inside = |pointer: &str, what| (around(pointer, deep), what);
            [
                (Request::bytes(deep.as_bytes()), "body"),
                inside("/params/arguments", "arguments"),
                inside("/params/arguments/text", "argument"),
                inside("/params/_meta", "_meta"),
                inside("/params", "params"),
                inside("/id", "id"),
                inside("/method", "method"),
            ]
        })
        .collect();
    // The figure is promised for a build that is optimised. What others take of the machine does not count.
    let slower = if cfg!(debug_assertions) { 5 } else { 1 };
    let promised = Duration::from_millis(100) * slower;
    house
        .say(&Request::call("echo", json!({"text": "hi"})))
        .await;
    for (request, what) in bodies {
        let before = resident_bytes();
        let begun = processor_time();
        let response = house.say(&request).await;
        let took = processor_time() - begun;
        assert!(took <= promised * 3, "{what}: {took:?} of the processor");
        assert_eq!(response.status(), 400, "{what}: {}", response.told());
        let grown = resident_bytes().saturating_sub(before);
        assert!(grown <= 16 << 20, "{what}: {grown} bytes more");
    }
    assert_eq!(house.effects(), 1);
}

/// A call with this text in the place of one value.
fn around(pointer: &str, deep: &str) -> Request {
    let call = Request::call("echo", json!({"text": "hi"})).put(pointer, json!("DEEP"));
    let text = String::from_utf8(call.wire()).unwrap();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    call.body(body.replace("\"DEEP\"", deep))
}
