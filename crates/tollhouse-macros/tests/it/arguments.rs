//! Parameters as arguments: their schemas, defaults, and what is told of those that do not fit.

use serde_json::json;
use tollhouse::{Server, testing::TestServer, tool};

use crate::client;

/// Which come first.
#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Sorting {
    Newest,
    Dearest,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Span {
    from: u32,
    to: u32,
}

/// Search orders.
#[tool]
async fn search(
    /// Part of the e-mail
    /// address
    email: Option<String>,
    /// At most this many
    #[default(10)]
    #[schema(minimum = 1, maximum = 50)]
    limit: u32,
    /// Which come first
    #[default("newest")]
    sorting: Sorting,
    /// Prices
    span: Option<Span>,
    /// A word that Rust has, too
    r#type: Vec<String>,
) -> String {
    let span = span.map(|span| (span.from, span.to));
    format!("{email:?} {limit} {sorting:?} {span:?} {type:?}", type = r#type)
}

fn server() -> TestServer {
    client(Server::builder("orders").tool(search::tool().no_key()))
}

#[tokio::test]
async fn the_schema_is_that_of_a_struct_with_these_fields() {
    let list = server().request("tools/list", json!({})).await;
    let expected = json!({
        "type": "object",
        "properties": {
            "email": {"type": ["string", "null"], "description": "Part of the e-mail\naddress"},
            "limit": {
                "type": "integer",
                "minimum": 1,
                "maximum": 50,
                "default": 10,
                "description": "At most this many",
            },
            "sorting": {
                "$ref": "#/$defs/Sorting",
                "default": "newest",
                "description": "Which come first",
            },
            "span": {
                "anyOf": [{"$ref": "#/$defs/Span"}, {"type": "null"}],
                "description": "Prices",
            },
            "type": {
                "type": "array",
                "items": {"type": "string"},
                "description": "A word that Rust has, too",
            },
        },
        "required": ["type"],
        "$defs": {
            "Sorting": {
                "type": "string",
                "enum": ["newest", "dearest"],
                "description": "Which come first.",
            },
            "Span": {
                "type": "object",
                "properties": {
                    "from": {"type": "integer", "minimum": 0},
                    "to": {"type": "integer", "minimum": 0},
                },
                "required": ["from", "to"],
                "additionalProperties": false,
            },
        },
        "additionalProperties": false,
    });
    assert_eq!(
        list.result().pointer("/tools/0/inputSchema"),
        Some(&expected)
    );
}

#[tokio::test]
async fn what_is_left_out_has_its_default() {
    let server = server();
    let reply = server.call("search", json!({"type": ["a"]})).await;
    assert_eq!(reply.text(), r#"None 10 Newest None ["a"]"#);
    let all = json!({
        "email": "x", "limit": 3, "sorting": "dearest", "span": {"from": 1, "to": 2}, "type": [],
    });
    let reply = server.call("search", all).await;
    assert_eq!(reply.text(), r#"Some("x") 3 Dearest Some((1, 2)) []"#);
}

#[tokio::test]
async fn case_58_bad_arguments_name_every_problem_and_nothing_runs() {
    let bad = json!({"emial": "x", "limit": 500, "sorting": "newset"});
    let reply = server().call("search", bad).await;
    assert!(reply.is_error());
    let text = reply.text();
    for told in [
        "`type` is missing",
        "`emial` is not known",
        "`limit`",
        "\"newest\"",
    ] {
        assert!(text.contains(told), "{text}");
    }
}

#[test]
fn a_default_that_does_not_fit_its_type_is_told_when_the_server_is_built() {
    /// Sorts.
    #[tool]
    async fn sort(
        /// How
        #[default("oldest")]
        sorting: Sorting,
    ) -> String {
        format!("{sorting:?}")
    }

    let error = Server::builder("orders").tool(sort::tool()).build();
    let error = error.unwrap_err().to_string();
    let expected = "tool `sort`: the default of `sorting` does not fit";
    assert!(error.starts_with(expected), "{error}");
}

#[tokio::test]
async fn many_parameters_are_no_problem() {
    /// Sums.
    #[tool]
    #[expect(clippy::too_many_arguments, reason = "that is what is tried")]
    async fn sum(
        /// 1
        a: u8,
        /// 2
        b: u8,
        /// 3
        c: u8,
        /// 4
        d: u8,
        /// 5
        e: u8,
        /// 6
        #[default(6)]
        f: u8,
    ) -> u8 {
        a + b + c + d + e + f
    }

    let server = client(Server::builder("sums").tool(sum::tool()));
    let sum = server
        .call("sum", json!({"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}))
        .await;
    assert_eq!(sum.text(), "21");
}
