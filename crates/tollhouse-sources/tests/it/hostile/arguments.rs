//! Arguments that mean harm, to statements that mean none.

use super::*;

/// What callers try, as texts.
fn texts() -> Vec<String> {
    let mut all: Vec<String> = [
        "' OR 1=1--",
        "' OR '1'='1",
        "'; DROP TABLE orders; --",
        "\"; DELETE FROM orders; --",
        "` OR 1=1 --",
        "ord_1' UNION SELECT name, sql FROM sqlite_schema --",
        "\u{2019} OR 1=1--",
        "\u{ff07} OR 1=1--",
        "\u{2018}; DROP TABLE orders; \u{2019}",
        "ord_1\0' OR 1=1--",
        "\0",
        "",
        "%",
        "*",
        "_____",
        ":user.id",
        "?1",
        "{{id}}",
        "${HOME}",
        "../../etc/passwd",
        "$(reboot)",
        "\u{202e}1=1 RO '",
        "\u{feff}",
        "[\"ord_1\"]",
        "{\"id\": \"ord_1\"}",
        "NULL",
        "1e999",
        "x'00'",
        "\u{10ffff}",
        "\r\n\u{85}\u{2028}",
    ]
    .map(str::to_owned)
    .to_vec();
    all.push("'".repeat(100_000));
    all.push("a".repeat(900_000));
    all
}

fn shop(house: &House) -> TestServer {
    // Longer than any of the texts.
    let text = json!({"id": {"type": "string", "maxLength": 1_000_000}});
    let named = |name: &str, mut tool: SqlTool| {
        tool.tool.name = name.to_owned();
        tool
    };
    house.serve(vec![
        named(
            "get",
            tool(
                Effect::Read,
                &text,
                Statement::many("SELECT id FROM orders WHERE id = :id"),
            ),
        ),
        named(
            "search",
            tool(
                Effect::Read,
                &text,
                Statement::many("SELECT id FROM orders WHERE status LIKE :id"),
            ),
        ),
        named(
            "set",
            tool(
                Effect::Write,
                &text,
                Statement::many("UPDATE orders SET status = 'gone' WHERE id = :id"),
            ),
        ),
    ])
}

/// #45, #58, P12: an argument is a value, whatever stands in it.
#[tokio::test]
async fn p12_an_argument_is_never_more_than_a_value() {
    let house = House::with(SHOP);
    let server = shop(&house);
    let before = checksum(&house);
    for text in texts() {
        let reply = server.call("get", json!({"id": text})).await;
        assert_eq!(
            reply.result()["structuredContent"]["rows"],
            json!([]),
            "{text:.50}"
        );
        let reply = server.call("set", json!({"id": text})).await;
        assert_eq!(
            reply.result()["structuredContent"],
            json!({"changed": 0}),
            "{text:.50}"
        );
        let reply = server.call("search", json!({"id": text})).await;
        let is_long = text.len() > 500;
        assert_eq!(
            reply.is_error(),
            is_long,
            "{text:.50}: {:.200}",
            reply.text()
        );
    }
    assert_eq!(checksum(&house), before);
    let reply = server.call("search", json!({"id": "a".repeat(501)})).await;
    assert_eq!(
        reply.text(),
        "The text to search for is too long. Write a shorter one."
    );
}

/// What is written and read again is the same, byte for byte.
#[tokio::test]
async fn p12_a_text_comes_back_as_it_went_in() {
    let house = House::with(SHOP);
    let properties = json!({"text": {"type": "string", "maxLength": 1_000_000}});
    let sql = "INSERT INTO counted (text) VALUES (:text) RETURNING text = :text AS same, length(CAST(text AS BLOB)) AS bytes";
    let server = house.serve(vec![tool(Effect::Write, &properties, Statement::one(sql))]);
    for text in texts() {
        let reply = server.call("run", json!({"text": text})).await;
        let expected = json!({"same": 1, "bytes": text.len()});
        assert_eq!(reply.result()["structuredContent"], expected, "{text:.50}");
    }
}

/// Numbers that the database cannot hold are refused in words, and none becomes another.
#[tokio::test]
async fn p12_numbers_are_exact_or_refused() {
    let house = House::with(SHOP);
    let properties = json!({"n": {"type": "number"}});
    let sql = "SELECT typeof(:n) AS kind, CAST(:n AS TEXT) AS text";
    let server = house.serve(vec![tool(Effect::Read, &properties, Statement::one(sql))]);
    for (n, expected) in [
        (
            "9223372036854775807",
            json!({"kind": "integer", "text": "9223372036854775807"}),
        ),
        (
            "-9223372036854775808",
            json!({"kind": "integer", "text": "-9223372036854775808"}),
        ),
        ("0.1", json!({"kind": "real", "text": "0.1"})),
        ("9223372036854775808", Value::Null),
        ("18446744073709551615", Value::Null),
    ] {
        let arguments: Value = serde_json::from_str(&format!("{{\"n\": {n}}}")).unwrap();
        let reply = server.call("run", arguments).await;
        assert_eq!(
            reply.result()["structuredContent"],
            expected,
            "{n}: {}",
            reply.text()
        );
    }
}
