//! The keys of an issuer: fetched once for all, renewed behind their back, and never trusted for longer than promised.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tollhouse_oauth::Rejected;

use super::{issuers, said_by, unavailable, verify};
use crate::{
    forge::{NOW_S, Signer, changed},
    hands::Hands,
    stub::{Answer, KEYS, METADATA, Stub},
};

/// What a token says that outlives all of these tests.
fn lasting(stub: &Stub) -> Value {
    changed(said_by(stub), "exp", json!(NOW_S + 1_000_000))
}

#[tokio::test]
async fn w15_all_who_come_first_wait_for_one_fetch() {
    let signer = Signer::ed("a");
    let stub = Stub::publishing(&[signer.jwk()]).await;
    let issuers = issuers(vec![stub.issuer()], &Hands::new());
    let tokens = (0..50).map(|number| {
        let said = changed(said_by(&stub), "jti", json!(number.to_string()));
        signer.token(&said)
    });
    let tokens: Vec<String> = tokens.collect();
    let verified = join_all(tokens.iter().map(|token| verify(&issuers, token))).await;
    assert!(verified.iter().all(Result::is_ok), "{verified:?}");
    assert_eq!((stub.count(METADATA), stub.count(KEYS)), (1, 1));
}

#[tokio::test]
async fn w15_a_storm_of_unknown_keys_costs_one_fetch_in_half_a_minute() {
    let signer = Signer::ed("a");
    let stub = Stub::publishing(&[signer.jwk()]).await;
    let hands = Hands::new();
    let issuers = issuers(vec![stub.issuer()], &hands);
    let good = signer.token(&lasting(&stub));
    verify(&issuers, &good).await.unwrap();

    let storm = async || {
        let forged = (0..200).map(|number| {
            let header = changed(signer.header(), "kid", json!(format!("none-{number}")));
            signer.token_with(&header, &lasting(&stub))
        });
        let forged: Vec<String> = forged.collect();
        let refused = join_all(forged.iter().map(|token| verify(&issuers, token))).await;
        let is_unknown = |it: &Result<_, _>| matches!(it, Err(Rejected::UnknownKey));
        assert!(refused.iter().all(is_unknown), "{refused:?}");
        // Whoever has a good token notices nothing.
        verify(&issuers, &good).await.unwrap();
    };
    for (passed_s, fetched) in [(0, 2), (1, 2), (28, 2), (1, 3), (29, 3)] {
        hands.pass(Duration::from_secs(passed_s));
        storm().await;
        assert_eq!(stub.count(KEYS), fetched);
    }
    assert_eq!(stub.count(METADATA), 1);
}

#[tokio::test]
async fn u3_w15_keys_are_rotated_with_overlap_and_the_old_one_ends() {
    let (old, new) = (Signer::ed("old"), Signer::ec("new", "ES256"));
    let stub = Stub::publishing(&[old.jwk()]).await;
    let hands = Hands::new();
    let issuers = issuers(vec![stub.issuer()], &hands);
    let (old_token, new_token) = (old.token(&lasting(&stub)), new.token(&lasting(&stub)));
    verify(&issuers, &old_token).await.unwrap();

    // Both are published: the new one is found at its first use, and the old one goes on.
    stub.publish(&[old.jwk(), new.jwk()]);
    let mut changes = issuers.changes();
    verify(&issuers, &new_token).await.unwrap();
    verify(&issuers, &old_token).await.unwrap();
    assert_eq!(stub.count(KEYS), 2);
    assert!(changes.has_changed().unwrap());
    changes.mark_unchanged();

    // The old one is withdrawn: the next use after five minutes has the keys renewed, and those after it are refused.
    stub.publish(&[new.jwk()]);
    hands.pass(Duration::from_mins(5));
    verify(&issuers, &old_token).await.unwrap();
    changes.changed().await.unwrap();
    assert_eq!(
        verify(&issuers, &old_token).await,
        Err(Rejected::UnknownKey)
    );
    verify(&issuers, &new_token).await.unwrap();
    // The withdrawn one was asked for once more.
    assert_eq!(stub.count(KEYS), 4);
}

#[tokio::test]
async fn w15_a_verdict_counts_for_a_minute_so_that_somebody_has_the_keys_renewed() {
    let signer = Signer::ed("a");
    let stub = Stub::publishing(&[signer.jwk()]).await;
    let hands = Hands::new();
    let issuers = issuers(vec![stub.issuer()], &hands);
    let token = signer.token(&lasting(&stub));
    for minute in 1..=6 {
        let verified = verify(&issuers, &token).await.unwrap();
        assert_eq!(verified.recheck_at_ms, Some((NOW_S + minute * 60) * 1000));
        hands.pass(Duration::from_mins(1));
    }
    stub.until(KEYS, 2).await;
    let short = signer.token(&changed(said_by(&stub), "exp", json!(NOW_S + 361)));
    let verified = verify(&issuers, &short).await.unwrap();
    assert_eq!(verified.recheck_at_ms, Some((NOW_S + 361) * 1000));
}

#[tokio::test]
async fn w15_slow_keys_hold_nobody_up_who_has_some() {
    let signer = Signer::ed("a");
    let stub = Stub::publishing(&[signer.jwk()]).await;
    let hands = Hands::new();
    let issuers = issuers(vec![stub.issuer()], &hands);
    let (warm, other) = (signer.token(&lasting(&stub)), {
        let said = changed(lasting(&stub), "jti", json!("another"));
        signer.token(&said)
    });
    verify(&issuers, &warm).await.unwrap();

    let gate = Arc::new(Semaphore::new(0));
    let keys = Answer::Json(json!({"keys": [signer.jwk()]}));
    stub.tell(KEYS, Answer::Held(Arc::clone(&gate), Box::new(keys)));
    hands.pass(Duration::from_mins(6));
    verify(&issuers, &warm).await.unwrap();
    verify(&issuers, &other).await.unwrap();
    stub.until(KEYS, 2).await;
    // All of that with one fetch under way, which has not been answered yet.
    for _ in 0..100 {
        verify(&issuers, &warm).await.unwrap();
    }
    assert_eq!(stub.count(KEYS), 2);
    gate.add_permits(1);
}

#[tokio::test]
async fn w15_keys_outlast_an_issuer_that_is_down_for_an_hour_and_no_longer() {
    let signer = Signer::ed("a");
    let stub = Stub::publishing(&[signer.jwk()]).await;
    let hands = Hands::new();
    let issuers = issuers(vec![stub.issuer()], &hands);
    let token = signer.token(&lasting(&stub));
    verify(&issuers, &token).await.unwrap();

    stub.tell(KEYS, Answer::Text(500, b"secret trouble".to_vec()));
    hands.pass(Duration::from_mins(59));
    verify(&issuers, &token).await.unwrap();
    stub.until(KEYS, 2).await;
    hands.pass(Duration::from_mins(1));
    let told = unavailable(&issuers, &token).await;
    assert!(
        told.contains("status 500") && !told.contains("secret"),
        "{told}"
    );

    stub.publish(&[signer.jwk()]);
    hands.pass(Duration::from_mins(1));
    verify(&issuers, &token).await.unwrap();
}

#[tokio::test]
async fn w15_keys_that_are_none_are_not_believed() {
    let signer = Signer::ed("a");
    let canary = Stub::publishing(&[signer.jwk()]).await;
    let many: Vec<Value> = (0..65).map(|_| signer.jwk()).collect();
    for (answer, expected) in [
        (
            Answer::Text(200, vec![b' '; 10 << 20]),
            "more than 65536 bytes",
        ),
        (
            Answer::Text(200, vec![b' '; (64 << 10) + 1]),
            "more than 65536 bytes",
        ),
        (
            Answer::Redirect(format!("{}{KEYS}", canary.url)),
            "redirect",
        ),
        (
            Answer::Text(200, b"<html>secret</html>".to_vec()),
            "no keys",
        ),
        (Answer::Json(json!({"keys": many})), "more than 64 keys"),
        (Answer::Json(json!({"keys": "secret"})), "no keys"),
        (Answer::Text(404, b"secret".to_vec()), "status 404"),
        (Answer::Text(204, Vec::new()), "status 204"),
    ] {
        let stub = Stub::publishing(&[]).await;
        stub.tell(KEYS, answer);
        let mut issuer = stub.issuer();
        // Even if the redirect leads to where we may go.
        issuer.exceptions.extend(canary.issuer().exceptions);
        let issuers = issuers(vec![issuer], &Hands::new());
        let told = unavailable(&issuers, &signer.token(&lasting(&stub))).await;
        assert!(
            told.contains(expected) && !told.contains("secret"),
            "{told}"
        );
    }
    assert_eq!(canary.count(KEYS), 0);
}

#[tokio::test]
async fn w15_an_issuer_that_fails_is_asked_less_and_less() {
    let signer = Signer::ed("a");
    let stub = Stub::publishing(&[]).await;
    stub.tell(KEYS, Answer::Text(500, Vec::new()));
    let hands = Hands::new();
    let issuers = issuers(vec![stub.issuer()], &hands);
    let token = signer.token(&lasting(&stub));
    for (passed_s, fetched) in [
        (0, 1),
        (1, 2),
        (1, 2),
        (1, 3),
        (3, 3),
        (1, 4),
        (60, 5),
        (29, 6),
    ] {
        hands.pass(Duration::from_secs(passed_s));
        for _ in 0..5 {
            unavailable(&issuers, &token).await;
        }
        assert_eq!(stub.count(KEYS), fetched, "after {passed_s} s more");
    }
}

#[tokio::test]
async fn w15_nobody_there_is_told_with_the_address() {
    let stub = Stub::publishing(&[]).await;
    let (issuer, said) = (stub.issuer(), lasting(&stub));
    let at = stub.url.trim_start_matches("http://").to_owned();
    drop(stub);
    let issuers = issuers(vec![issuer], &Hands::new());
    let told = unavailable(&issuers, &Signer::ed("a").token(&said)).await;
    assert!(told.contains(&at), "{told}");
    let reached = issuers.reach().await.unwrap_err();
    assert_eq!(reached.len(), 1);
}
