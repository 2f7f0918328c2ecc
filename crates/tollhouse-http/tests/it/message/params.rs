//! Arguments that a tool wants repeated in headers.

use serde_json::{Value, json};

use crate::language::{House, Request, wrapped};

#[tokio::test]
async fn e45_a_value_and_its_header_agree() {
    let house = House::open().await;
    let all =
        json!({"region": "eu", "limit": 42, "dry": true, "tenant": {"id": "a b"}, "plain": "x"});
    let call = region(all)
        .header("Mcp-Param-Region", "eu")
        .header("mcp-param-LIMIT", "42")
        .header("Mcp-Param-Dry", "true")
        .header("Mcp-Param-Tenant-Id", "a b");
    assert_eq!(house.say(&call).await.told(), "noted");
    for name in ["Region", "Limit", "Dry", "Tenant-Id"] {
        let name = format!("Mcp-Param-{name}");
        house
            .say(&call.clone().without(&name))
            .await
            .assert(400, -32020);
        house
            .say(&call.clone().with(&name, "other"))
            .await
            .assert(400, -32020);
        house
            .say(&call.clone().header(&name, "eu"))
            .await
            .assert(400, -32020);
    }
    assert_eq!(house.effects(), 1);
}

#[tokio::test]
async fn e45_no_header_is_wanted_for_what_is_absent_or_null() {
    let house = House::open().await;
    assert_eq!(house.say(&region(json!({}))).await.told(), "noted");
    let null = house.say(&region(json!({"region": null}))).await;
    // No header is missed; that null is no text, the schema says.
    assert_eq!(null.at("/result/isError"), json!(true));
}

#[tokio::test]
async fn e46_a_header_without_a_value_is_a_mismatch() {
    let house = House::open().await;
    for header in ["Mcp-Param-Region", "Mcp-Param-Limit", "Mcp-Param-Tenant-Id"] {
        let call = region(json!({"plain": "x"})).header(header, "");
        house.say(&call).await.assert(400, -32020);
        let call = region(json!({"plain": "x"})).header(header, "1");
        house.say(&call).await.assert(400, -32020);
    }
    assert_eq!(house.effects(), 0);
}

#[tokio::test]
async fn e47_e48_values_are_decoded_before_they_are_compared() {
    let house = House::open().await;
    for (value, header, fits) in [
        ("", "".to_owned(), true),
        ("grün", wrapped("grün"), true),
        ("eu", wrapped("eu"), true),
        (" eu ", wrapped(" eu "), true),
        (" eu ", " eu ".to_owned(), false),
        ("=?base64?eA==?=", wrapped("=?base64?eA==?="), true),
        ("=?base64?eA==?=", "=?base64?eA==?=".to_owned(), false),
        ("=?BASE64?eA==?=", "=?BASE64?eA==?=".to_owned(), true),
        ("x", "=?base64?eA?=".to_owned(), false),
        ("x", "=?base64?e!==?=".to_owned(), false),
        ("x", "=?base64?/w==?=".to_owned(), false),
        ("EU", "eu".to_owned(), false),
    ] {
        let call = region(json!({"region": value})).header("Mcp-Param-Region", &header);
        let response = house.say(&call).await;
        if fits {
            assert_eq!(response.told(), "noted", "{value} {header}");
        } else {
            response.assert(400, -32020);
        }
    }
}

#[tokio::test]
async fn e49_a_header_of_other_characters_is_refused() {
    let house = House::open().await;
    let call = region(json!({"region": "grün"})).header("Mcp-Param-Region", "grün");
    house.say(&call).await.assert(400, -32020);
    let latin = region(json!({"region": "gr"})).header("Mcp-Param-Region", b"gr\xfc");
    house.say(&latin).await.assert(400, -32020);
}

#[tokio::test]
async fn e50_integers_are_compared_as_numbers_and_booleans_as_words() {
    let house = House::open().await;
    for (name, value, header, fits) in [
        ("limit", json!(42), "42.0", true),
        ("limit", json!(42.0), "42", true),
        ("limit", json!(-7), "-7", true),
        ("limit", json!(42), "43", false),
        ("limit", json!(42), "forty-two", false),
        ("limit", json!(42), "", false),
        (
            "limit",
            json!(9_007_199_254_740_991_i64),
            "9007199254740991",
            true,
        ),
        (
            "limit",
            json!(9_007_199_254_740_991_i64),
            "9007199254740990",
            false,
        ),
        ("dry", json!(false), "false", true),
        ("dry", json!(false), "False", false),
        ("dry", json!(true), "1", false),
    ] {
        let header_name = format!("Mcp-Param-{name}");
        let call = region(json!({name: value})).header(&header_name, header);
        let response = house.say(&call).await;
        let came = response.told() == "noted";
        assert_eq!(came, fits, "{name} {header} {}", response.told());
    }
}

#[tokio::test]
async fn e51_headers_that_no_tool_knows_are_ignored() {
    let house = House::open().await;
    let call = region(json!({"plain": "x"}))
        .header("Mcp-Param-Plain", "y")
        .header("Mcp-Param-Unknown", b"\xff")
        .header("Mcp-Param-", "");
    assert_eq!(house.say(&call).await.told(), "noted");
    let echo = Request::call("echo", json!({"text": "hi"})).header("Mcp-Param-Text", "other");
    assert_eq!(house.say(&echo).await.told(), "hi");
}

fn region(arguments: Value) -> Request {
    Request::call("region", arguments)
}
