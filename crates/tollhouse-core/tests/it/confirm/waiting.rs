//! Calls that wait for a person: where the client cannot be asked, and where its word is not enough.

use serde_json::json;
use tollhouse_core::{
    Confirmation, Ending,
    approvals::{ApprovalId, WAITING_MAX},
};

use super::{Shop, accept, bob, call, send, with};

#[tokio::test]
async fn p57_a_client_that_shows_no_forms_waits_for_a_person() {
    let shop = Shop::open();
    let (client, item) = (shop.mute(), json!({"id": "a"}));
    let waits = client.call("delete", item.clone()).await;
    let approval = shop.waiting().await;
    let text = waits.text();
    assert!(
        waits.is_error() && text.contains(approval.id.as_str()),
        "{text}"
    );
    assert!(
        text.contains("tollhouse approvals allow apr_") && text.contains(" UTC"),
        "{text}"
    );
    assert_eq!(approval.plea.arguments, r#"{"id":"a"}"#);
    assert_eq!(approval.plea.subject, "ana");
    let Ending::Refused(refusal) = shop.records.last().ending else {
        unreachable!("it waits");
    };
    assert_eq!(refusal.name(), "needs_approval");
    assert_eq!(approved(&shop), Some(approval.id.clone()));
    // However often it is called, it waits once.
    for _ in 0..5 {
        client.call("delete", item.clone()).await;
    }
    assert_eq!(shop.waiting().await.id, approval.id);
    shop.answer(true).await;
    assert_eq!(
        client.call("delete", item.clone()).await.text(),
        "deleted a"
    );
    assert_eq!(shop.records.last().trail.confirmed, Confirmation::Human);
    // Who reads the record of the run finds who was asked.
    assert_eq!(approved(&shop), Some(approval.id.clone()));
    // The next is a new one.
    assert!(client.call("delete", item).await.is_error());
    assert_ne!(shop.waiting().await.id, approval.id);
    assert_eq!(shop.deleted(), 1);
}

/// Under which id a person was asked for the last call, by its record.
fn approved(shop: &Shop) -> Option<ApprovalId> {
    shop.records.last().trail.approval
}

#[tokio::test]
async fn o1_where_a_person_is_needed_the_word_of_a_client_is_none() {
    let shop = Shop::open();
    let client = shop.client().confirming();
    let waits = client.call("drop", json!({"id": "a"})).await;
    assert!(waits.text().contains("apr_"));
    // Not even with a question that it did get, for another tool.
    let asked = super::asked(&client, call("delete", "a")).await;
    let reply = send(&client, with(call("drop", "a"), accept(), &asked)).await;
    assert_eq!(reply.code(), -32602);
    assert_eq!(shop.deleted(), 0);
    shop.answer(true).await;
    assert_eq!(
        client.call("drop", json!({"id": "a"})).await.text(),
        "deleted a"
    );
}

#[tokio::test]
async fn o1_a_yes_is_to_one_call_of_one_caller() {
    let shop = Shop::open();
    let client = shop.mute();
    client.call("drop", json!({"id": "a"})).await;
    shop.answer(true).await;
    assert!(client.call("drop", json!({"id": "b"})).await.is_error());
    assert!(bob(&shop).call("drop", json!({"id": "a"})).await.is_error());
    assert_eq!(shop.deleted(), 0);
    let calls = (0..20).map(|_| client.call("drop", json!({"id": "a"})));
    futures_util::future::join_all(calls).await;
    assert_eq!(shop.deleted(), 1);
}

#[tokio::test]
async fn o1_a_no_and_an_end_are_told_once() {
    let shop = Shop::open();
    let (client, item) = (shop.mute(), json!({"id": "a"}));
    client.call("drop", item.clone()).await;
    shop.answer(false).await;
    let no = client.call("drop", item.clone()).await;
    assert!(no.text().starts_with("A person said no"), "{}", no.text());
    assert!(
        client
            .call("drop", item.clone())
            .await
            .text()
            .contains("waits for a person")
    );
    shop.later(15 * 60 * 1_000);
    let over = client.call("drop", item.clone()).await;
    assert!(
        over.text().starts_with("The time for this call"),
        "{}",
        over.text()
    );
    // A yes that nobody used in time is over too.
    client.call("drop", item.clone()).await;
    shop.answer(true).await;
    shop.later(15 * 60 * 1_000);
    let over = client.call("drop", item).await;
    assert!(
        over.text().starts_with("The time for this call"),
        "{}",
        over.text()
    );
    assert_eq!(shop.deleted(), 0);
}

#[tokio::test]
async fn o1_nobody_drowns_a_person_in_questions() {
    let shop = Shop::open();
    let client = shop.mute().as_user("carl");
    for id in 0..WAITING_MAX {
        let waits = client.call("drop", json!({"id": id.to_string()})).await;
        assert!(waits.text().contains("apr_"), "{}", waits.text());
    }
    let full = client.call("drop", json!({"id": "more"})).await;
    assert!(
        full.text().starts_with("Too many calls wait"),
        "{}",
        full.text()
    );
    let huge = client.call("drop", json!({"id": "x".repeat(70_000)})).await;
    assert!(huge.text().contains("has to read"), "{}", huge.text());
}
