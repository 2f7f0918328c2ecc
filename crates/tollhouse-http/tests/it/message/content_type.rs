//! A body that does not say that it is JSON is not looked at.

use serde_json::json;

use crate::language::{House, Request};

#[tokio::test]
async fn case4_e39_a_body_of_another_type_has_no_effect() {
    let house = House::open().await;
    let call = Request::call("echo", json!({"text": "hi"}));
    for content_type in [
        "text/plain",
        "text/plain;charset=application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=application/json",
        "application/jsonx",
        "application/json-seq",
        "application/json, text/plain",
        "text/plain, application/json",
        "application/xml",
        "*/*",
        "json",
        "",
        ";application/json",
    ] {
        let response = house
            .say(&call.clone().with("Content-Type", content_type))
            .await;
        response.assert(415, -32600);
    }
    house
        .say(&call.clone().without("Content-Type"))
        .await
        .assert(415, -32600);
    for second in ["text/plain", "application/json"] {
        let twice = call.clone().header("Content-Type", second);
        house.say(&twice).await.assert(415, -32600);
    }
    assert_eq!(house.effects(), 0);
}

#[tokio::test]
async fn case4_json_may_be_said_with_parameters_and_in_any_case() {
    let house = House::open().await;
    for content_type in [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "application/json ; x=y",
    ] {
        let call = Request::call("echo", json!({"text": "hi"})).with("Content-Type", content_type);
        assert_eq!(house.say(&call).await.told(), "hi", "{content_type}");
    }
}
