//! Tokens that an issuer is asked about.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tollhouse_oauth::{ClientAuth, Introspection, Issuer, Issuers, Rejected, Secret};

use super::{issuers, said_by, unavailable, verify};
use crate::{
    forge::{NOW_S, RESOURCE, Signer, changed},
    hands::Hands,
    stub::{ASK, Answer, KEYS, Stub},
};

/// An issuer that is asked, by a client whose id and secret have something to be encoded.
fn asked(stub: &Stub) -> Issuer {
    let secret = Secret::of(|| Some("s:cret/ü".to_owned()));
    Issuer {
        introspection: Some(Introspection::by_client("our server", secret)),
        ..stub.issuer()
    }
}

fn active(stub: &Stub) -> Value {
    changed(said_by(stub), "active", json!(true))
}

async fn answering(answer: Answer) -> (Stub, Issuers, Arc<Hands>) {
    let stub = Stub::publishing(&[]).await;
    stub.tell(ASK, answer);
    let hands = Hands::new();
    let issuers = issuers(vec![asked(&stub)], &hands);
    (stub, issuers, hands)
}

#[tokio::test]
async fn n18_a_token_that_says_nothing_is_asked_about_as_the_client_that_is_set() {
    let (stub, issuers, _) = answering(Answer::Text(500, Vec::new())).await;
    stub.tell(ASK, Answer::Json(active(&stub)));
    let verified = verify(&issuers, "opaque+/=~").await.unwrap();
    assert_eq!(verified.subject, "user-1");
    let scopes = ["orders:read", "orders:write"].map(str::to_owned).to_vec();
    assert_eq!(verified.scopes, Some(scopes));
    assert_eq!(verified.expires_at_ms, (NOW_S + 300) * 1000);
    assert_eq!(verified.recheck_at_ms, Some(NOW_S * 1000 + 1000));
    let question = stub.asked(ASK).remove(0);
    assert_eq!(question.method, "POST");
    assert_eq!(
        question.body,
        "token=opaque%2B%2F%3D~&token_type_hint=access_token"
    );
    // The encoding of a form inside that of the header (RFC 6749, 2.3.1).
    let expected = "Basic b3VyJTIwc2VydmVyOnMlM0FjcmV0JTJGJUMzJUJD";
    assert_eq!(question.authorization.as_deref(), Some(expected));

    let mut issuer = asked(&stub);
    let settings = issuer.introspection.as_mut().unwrap();
    settings.client_auth = ClientAuth::Body;
    settings.url = Some(format!("{}{ASK}", stub.url));
    let issuers = super::issuers(vec![issuer], &Hands::new());
    verify(&issuers, "opaque").await.unwrap();
    let question = stub.asked(ASK).remove(1);
    assert_eq!(
        question.body,
        "token=opaque&token_type_hint=access_token&client_id=our%20server&client_secret=s%3Acret%2F%C3%BC"
    );
    assert_eq!(question.authorization, None);
}

#[tokio::test]
async fn w17_a_token_that_is_revoked_is_refused_after_a_second() {
    let (stub, issuers, hands) = answering(Answer::Text(500, Vec::new())).await;
    stub.tell(ASK, Answer::Json(active(&stub)));
    let burst = (0..100).map(|_| verify(&issuers, "opaque"));
    assert!(join_all(burst).await.iter().all(Result::is_ok));
    assert_eq!(stub.count(ASK), 1);

    stub.tell(ASK, Answer::Json(json!({"active": false})));
    hands.pass(Duration::from_millis(999));
    verify(&issuers, "opaque").await.unwrap();
    hands.pass(Duration::from_millis(1));
    assert_eq!(verify(&issuers, "opaque").await, Err(Rejected::Inactive));
    assert_eq!(verify(&issuers, "opaque").await, Err(Rejected::Inactive));
    assert_eq!(stub.count(ASK), 2);
}

#[tokio::test]
async fn w17_an_answer_that_is_late_does_not_count_from_when_it_came() {
    let (stub, issuers, hands) = answering(Answer::Text(500, Vec::new())).await;
    let gate = Arc::new(Semaphore::new(0));
    let yes = Answer::Json(active(&stub));
    stub.tell(ASK, Answer::Held(Arc::clone(&gate), Box::new(yes)));
    let issuers = Arc::new(issuers);
    let first = {
        let issuers = Arc::clone(&issuers);
        let mut first = tokio::task::JoinSet::new();
        first.spawn(async move { verify(&issuers, "opaque").await });
        first
    };
    stub.until(ASK, 1).await;
    // Revoked while the first answer is on its way: whoever comes a second later does not take that.
    stub.tell(ASK, Answer::Json(json!({"active": false})));
    hands.pass(Duration::from_secs(1));
    assert_eq!(verify(&issuers, "opaque").await, Err(Rejected::Inactive));
    gate.add_permits(1);
    assert!(first.join_all().await[0].is_ok());
}

/// Made-up tokens cost their sender a turn, and nobody else.
#[tokio::test]
async fn w37_who_was_let_in_before_does_not_wait_behind_tokens_that_are_made_up() {
    let (stub, issuers, hands) = answering(Answer::Text(500, Vec::new())).await;
    stub.tell(ASK, Answer::Json(active(&stub)));
    verify(&issuers, "opaque").await.unwrap();
    let gate = Arc::new(Semaphore::new(0));
    let no = Answer::Json(json!({"active": false}));
    stub.tell(ASK, Answer::Held(Arc::clone(&gate), Box::new(no)));
    let issuers = Arc::new(issuers);
    let mut flood = tokio::task::JoinSet::new();
    for number in 0..100 {
        let issuers = Arc::clone(&issuers);
        flood.spawn(async move { verify(&issuers, &format!("made-up-{number}")).await });
    }
    stub.until(ASK, 1 + 32).await;
    hands.pass(Duration::from_secs(1));
    stub.tell(ASK, Answer::Json(active(&stub)));
    verify(&issuers, "opaque").await.unwrap();
    assert_eq!(stub.count(ASK), 1 + 32 + 1);
    gate.add_permits(32);
    flood.abort_all();
}

/// Once the issuer answers again, nobody has to wait for as long as its answers count.
#[tokio::test]
async fn w17_trouble_is_no_answer_that_is_kept() {
    let stub = Stub::publishing(&[]).await;
    let mut asked = asked(&stub);
    asked.introspection.as_mut().unwrap().kept = Duration::from_secs(600);
    let hands = Hands::new();
    let issuers = issuers(vec![asked], &hands);
    stub.tell(ASK, Answer::Text(500, Vec::new()));
    unavailable(&issuers, "opaque").await;
    stub.tell(ASK, Answer::Json(active(&stub)));
    hands.pass(Duration::from_millis(999));
    unavailable(&issuers, "opaque").await;
    hands.pass(Duration::from_millis(1));
    verify(&issuers, "opaque").await.unwrap();
    hands.pass(Duration::from_secs(200));
    verify(&issuers, "opaque").await.unwrap();
    assert_eq!(stub.count(ASK), 2);
}

#[tokio::test]
async fn w30_an_answer_that_others_asked_for_does_not_count_from_when_it_was_taken() {
    let (stub, issuers, hands) = answering(Answer::Text(500, Vec::new())).await;
    stub.tell(ASK, Answer::Json(active(&stub)));
    let first = verify(&issuers, "opaque").await.unwrap();
    hands.pass(Duration::from_millis(600));
    let second = verify(&issuers, "opaque").await.unwrap();
    assert_eq!(stub.count(ASK), 1);
    assert_eq!(second.recheck_at_ms, Some(NOW_S * 1000 + 1000));
    assert_eq!(second.recheck_at_ms, first.recheck_at_ms);
}

#[tokio::test]
async fn case86_what_stands_behind_an_address_is_in_no_text_of_trouble() {
    let stub = Stub::publishing(&[]).await;
    let mut asked = asked(&stub);
    let address = format!("{}{ASK}?token=4711", stub.url);
    asked.introspection.as_mut().unwrap().url = Some(address);
    asked.jwks = Some(format!("{}{KEYS}?token=4711", stub.url));
    let issuers = issuers(vec![asked], &Hands::new());
    for status in [401, 500, 200] {
        stub.tell(ASK, Answer::Text(status, Vec::new()));
        stub.tell(KEYS, Answer::Text(status, Vec::new()));
        let token = format!("opaque-{status}");
        let told = unavailable(&issuers, &token).await;
        assert!(told.contains(ASK) && !told.contains("4711"), "{told}");
        let told = format!("{:?}", issuers.reach().await);
        assert!(told.contains(KEYS) && !told.contains("4711"), "{told}");
    }
}

#[tokio::test]
async fn w12_what_an_issuer_says_of_a_token_has_to_be_good_too() {
    let (stub, issuers, hands) = answering(Answer::Text(500, Vec::new())).await;
    for (name, value, expected) in [
        ("aud", json!("https://other.example.com/mcp"), "Audience"),
        ("aud", json!(format!("{RESOURCE}2")), "Audience"),
        ("aud", Value::Null, "Claim"),
        ("iss", json!("https://other.example.com"), "Issuer"),
        ("iss", json!(format!("{}/", stub.url)), "Issuer"),
        ("exp", json!(NOW_S), "Expired"),
        ("exp", json!("9999999999"), "Claim"),
        ("nbf", json!(NOW_S + 1000), "NotYet"),
        ("cnf", json!({"jkt": "x"}), "Bound"),
        ("sub", json!("anonymous"), "Claim"),
        ("sub", json!("client:other"), "Claim"),
    ] {
        stub.tell(ASK, Answer::Json(changed(active(&stub), name, value)));
        hands.pass(Duration::from_secs(1));
        let refused = verify(&issuers, "opaque").await.unwrap_err();
        let shown = format!("{refused:?}");
        assert!(shown.starts_with(expected), "{name}: {shown}");
    }
    // What may be left out (RFC 7662, 2.2); without an end it is good until it has to be asked about again.
    let bare = changed(
        changed(active(&stub), "iss", Value::Null),
        "exp",
        Value::Null,
    );
    stub.tell(ASK, Answer::Json(bare));
    hands.pass(Duration::from_secs(1));
    let verified = verify(&issuers, "opaque").await.unwrap();
    assert!(
        verified
            .recheck_at_ms
            .is_some_and(|at| at < (NOW_S + 60) * 1000)
    );
}

#[tokio::test]
async fn w17_only_a_plain_yes_is_one_and_trouble_is_never_one() {
    let (stub, issuers, hands) = answering(Answer::Text(500, Vec::new())).await;
    let canary = Stub::new().await;
    let with = |value: Value| Answer::Json(changed(active(&stub), "active", value));
    for (answer, expected) in [
        (with(json!("true")), "does not say"),
        (with(json!(1)), "does not say"),
        (with(Value::Null), "does not say"),
        (
            Answer::Text(200, b"{\"active\":false,\"active\":true}".to_vec()),
            "does not say",
        ),
        (Answer::Text(200, b"[true]".to_vec()), "does not say"),
        (Answer::Text(200, b"secret".to_vec()), "does not say"),
        (
            Answer::Text(200, vec![b' '; 1 << 20]),
            "more than 65536 bytes",
        ),
        (Answer::Text(401, b"secret".to_vec()), "`client_secret`"),
        (Answer::Text(403, b"secret".to_vec()), "`client_secret`"),
        (Answer::Text(400, b"secret".to_vec()), "status 400"),
        (Answer::Text(429, b"secret".to_vec()), "status 429"),
        (Answer::Text(503, b"secret".to_vec()), "status 503"),
        (Answer::Redirect(canary.url.clone()), "redirect"),
    ] {
        stub.tell(ASK, answer);
        hands.pass(Duration::from_secs(1));
        let told = unavailable(&issuers, "opaque").await;
        assert!(told.contains(expected), "{told}");
        assert!(
            !told.contains("secret\"") && !told.contains("opaque"),
            "{told}"
        );
    }
    assert_eq!(canary.count("/"), 0);
}

#[tokio::test]
async fn the_secret_is_read_again_each_time() {
    let stub = Stub::publishing(&[]).await;
    stub.tell(ASK, Answer::Json(active(&stub)));
    let known = Arc::new(Mutex::new(Some("first-secret".to_owned())));
    let read = Arc::clone(&known);
    let mut issuer = asked(&stub);
    let secret = Secret::of(move || read.lock().unwrap().clone());
    issuer.introspection = Some(Introspection {
        client_auth: ClientAuth::Body,
        ..Introspection::by_client("c", secret)
    });
    assert!(!format!("{issuer:?}").contains("first-secret"));
    let issuers = issuers(vec![issuer], &Hands::new());
    verify(&issuers, "first").await.unwrap();
    *known.lock().unwrap() = Some("two".to_owned());
    verify(&issuers, "second").await.unwrap();
    *known.lock().unwrap() = None;
    let told = unavailable(&issuers, "third").await;
    assert!(told.contains("`client_secret`"), "{told}");
    let asked = stub.asked(ASK);
    assert!(asked[0].body.ends_with("client_secret=first-secret"));
    assert!(asked[1].body.ends_with("client_secret=two"));
    assert_eq!(asked.len(), 2);
}

#[tokio::test]
async fn what_is_no_token_of_anybody_is_not_asked_about() {
    let (stub, issuers, _) = answering(Answer::Text(500, Vec::new())).await;
    let long = "x".repeat(4097);
    for token in ["", "two words", "tökén", "a\nb", "a&token=b", &long] {
        let refused = verify(&issuers, token).await.unwrap_err();
        assert!(matches!(refused, Rejected::Malformed(_)), "{refused:?}");
    }
    assert_eq!(stub.count(ASK), 0);
}

#[tokio::test]
async fn w17_signed_tokens_are_asked_about_too_if_that_is_set() {
    let signer = Signer::ed("a");
    let stub = Stub::publishing(&[signer.jwk()]).await;
    stub.tell(ASK, Answer::Json(active(&stub)));
    let token = signer.token(&said_by(&stub));
    let hands = Hands::new();
    let by_signature = issuers(vec![asked(&stub)], &hands);
    verify(&by_signature, &token).await.unwrap();
    assert_eq!((stub.count(ASK), stub.count(KEYS)), (0, 1));

    let mut issuer = asked(&stub);
    issuer.introspection.as_mut().unwrap().asks_signed = true;
    let by_question = issuers(vec![issuer], &hands);
    verify(&by_question, &token).await.unwrap();
    stub.tell(ASK, Answer::Json(json!({"active": false})));
    hands.pass(Duration::from_secs(1));
    assert_eq!(verify(&by_question, &token).await, Err(Rejected::Inactive));
    // The other one cannot know before the token ends.
    verify(&by_signature, &token).await.unwrap();
    assert_eq!((stub.count(ASK), stub.count(KEYS)), (2, 1));
}
