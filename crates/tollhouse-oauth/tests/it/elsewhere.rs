//! Keys that another system knows, asked over HTTP.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tollhouse_core::Unauthenticated;
use tollhouse_oauth::{Elsewhere, Secret, Verified, WebDirectory};
use tollhouse_outbound::{Options, Outbound};

use crate::{
    forge::NOW_S,
    hands::Hands,
    stub::{Answer, Stub},
};

/// A system that answers at one address, and the clock of whoever asks.
struct House {
    stub: Stub,
    hands: Arc<Hands>,
    elsewhere: Arc<Elsewhere>,
}

impl House {
    async fn new() -> Self {
        Self::keeping(Duration::from_secs(1), None).await
    }

    async fn keeping(kept: Duration, token: Option<Secret>) -> Self {
        let stub = Stub::new().await;
        let at = stub.url.trim_start_matches("http://");
        let outbound = Outbound::new(Options {
            exceptions: vec![at.parse().unwrap()],
            ..Options::default()
        });
        let url = format!("{}{PATH}", stub.url);
        let directory = WebDirectory::new(&url, token, outbound.unwrap()).unwrap();
        let hands = Hands::new();
        let elsewhere = Elsewhere::new(Arc::new(directory), kept, hands.clone());
        Self {
            stub,
            hands,
            elsewhere: Arc::new(elsewhere),
        }
    }

    fn tell(&self, answer: Answer) {
        self.stub.tell(PATH, answer);
    }

    async fn ask(&self, key: &str) -> Result<Arc<Verified>, Unauthenticated> {
        self.elsewhere.holder(key).await
    }
}

fn ann() -> Value {
    json!({
        "subject": "ann", "scopes": ["orders:read"], "roles": "admin clerk", "tenant": "red",
        "client": "app", "expires_at": NOW_S + 60, "and": "more",
    })
}

fn status(status: u16) -> Answer {
    Answer::Text(status, b"no".to_vec())
}

#[tokio::test]
async fn a15_key_user_and_roles_as_the_other_system_says_them() {
    let token = Secret::of(|| Some("ours".to_owned()));
    let house = House::keeping(Duration::from_secs(1), Some(token)).await;
    house.tell(Answer::Json(ann()));
    let found = house.ask("a\"key'").await.unwrap();
    assert_eq!(found.subject, "ann");
    assert_eq!(found.scopes.as_deref().unwrap(), ["orders:read"]);
    assert_eq!(found.roles.as_deref().unwrap(), ["admin", "clerk"]);
    assert_eq!(found.tenant.as_deref(), Some("red"));
    assert_eq!(found.client.as_deref(), Some("app"));
    assert_eq!(found.expires_at_ms, (NOW_S + 60) * 1000);
    assert_eq!(found.recheck_at_ms, Some((NOW_S + 1) * 1000));
    let asked = house.stub.asked(PATH).remove(0);
    assert_eq!(asked.method, "POST");
    assert_eq!(asked.authorization.as_deref(), Some("Bearer ours"));
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    assert_eq!(body, json!({"key": "a\"key'"}));
    // Nothing said of scopes is not the same as none, and a key need not end.
    house.tell(Answer::Json(
        json!({"subject": 7, "roles": [], "expires_at": null}),
    ));
    let found = house.ask("other").await.unwrap();
    assert_eq!(found.subject, "7");
    assert_eq!(found.scopes, None);
    assert_eq!(found.roles, Some(Vec::new()));
    assert_eq!(found.expires_at_ms, u64::MAX);
    let shown = format!("{:?} {found:?}", house.elsewhere);
    assert!(
        !shown.contains("other") && !shown.contains("ours"),
        "{shown}"
    );
}

#[tokio::test]
async fn a15_what_is_no_plain_yes_lets_nobody_in() {
    let house = House::new().await;
    let unknown = Unauthenticated::UnknownKey;
    let nobody_says = Unauthenticated::Unavailable;
    let with = |name: &str, value: Value| {
        let mut said = ann();
        said[name] = value;
        Answer::Json(said)
    };
    let text = |text: &str| Answer::Text(200, text.as_bytes().to_vec());
    let elsewhere = format!("{}/elsewhere", house.stub.url);
    house.stub.tell("/elsewhere", Answer::Json(ann()));
    for (number, (answer, expected)) in [
        (status(401), unknown),
        (status(403), unknown),
        (status(404), unknown),
        (with("expires_at", json!(NOW_S)), unknown),
        (with("expires_at", json!("2020-01-01T00:00:00Z")), unknown),
        (status(400), nobody_says),
        (status(429), nobody_says),
        (status(500), nobody_says),
        (status(201), nobody_says),
        (status(204), nobody_says),
        (Answer::Redirect(elsewhere), nobody_says),
        (text(""), nobody_says),
        (text("true"), nobody_says),
        (text("<html>"), nobody_says),
        (text(r#"{"subject":"ann","subject":"root"}"#), nobody_says),
        (text("{}"), nobody_says),
        (with("subject", Value::Null), nobody_says),
        (with("subject", json!("key:1")), nobody_says),
        (with("scopes", json!(7)), nobody_says),
        (with("expires_at", json!("soon")), nobody_says),
        (Answer::Text(200, vec![b' '; 2 << 20]), nobody_says),
    ]
    .into_iter()
    .enumerate()
    {
        house.tell(answer.clone());
        let got = house.ask(&format!("key{number}")).await;
        assert_eq!(got.unwrap_err(), expected, "{answer:?}");
    }
    assert_eq!(house.stub.count("/elsewhere"), 0);
}

#[tokio::test]
async fn a15_what_cannot_be_a_key_is_not_handed_on() {
    let house = House::new().await;
    house.tell(Answer::Json(ann()));
    for key in ["a key", "k\u{e4}y", "key\n", "\0", &"x".repeat(4097)] {
        let got = house.ask(key).await;
        assert_eq!(got.unwrap_err(), Unauthenticated::UnknownKey, "{key:?}");
    }
    assert_eq!(house.stub.count(PATH), 0);
    house.ask(&"x".repeat(4096)).await.unwrap();
}

#[tokio::test]
async fn w30_an_answer_counts_for_a_second_however_long_it_is_to_be_kept() {
    for kept in [Duration::from_secs(1), Duration::from_secs(3600)] {
        let house = House::keeping(kept, None).await;
        house.tell(Answer::Json(ann()));
        house.ask("key").await.unwrap();
        house.tell(status(404));
        house.hands.pass(Duration::from_millis(999));
        house.ask("key").await.unwrap();
        assert_eq!(house.stub.count(PATH), 1);
        house.hands.pass(Duration::from_millis(1));
        let revoked = house.ask("key").await;
        assert_eq!(revoked.unwrap_err(), Unauthenticated::UnknownKey);
        // That there is none counts no longer than that there is one.
        house.tell(Answer::Json(ann()));
        assert!(house.ask("key").await.is_err());
        assert_eq!(house.stub.count(PATH), 2);
        house.hands.pass(Duration::from_secs(1));
        house.ask("key").await.unwrap();
    }
}

#[tokio::test]
async fn w30_no_answer_is_never_the_one_before() {
    let house = House::new().await;
    house.tell(Answer::Json(ann()));
    house.ask("key").await.unwrap();
    house.tell(status(503));
    house.hands.pass(Duration::from_secs(1));
    let got = house.ask("key").await;
    assert_eq!(got.unwrap_err(), Unauthenticated::Unavailable);
    house.tell(Answer::Json(ann()));
    house.hands.pass(Duration::from_secs(1));
    house.ask("key").await.unwrap();
}

#[tokio::test]
async fn a15_a_key_that_ends_while_its_answer_counts_has_ended() {
    let house = House::new().await;
    let mut soon = ann();
    soon["expires_at"] = json!("2027-01-15T08:00:00.5Z");
    house.tell(Answer::Json(soon));
    let found = house.ask("key").await.unwrap();
    assert_eq!(found.recheck_at_ms, Some(NOW_S * 1000 + 500));
    house.hands.pass(Duration::from_millis(499));
    house.ask("key").await.unwrap();
    house.hands.pass(Duration::from_millis(1));
    let got = house.ask("key").await;
    assert_eq!(got.unwrap_err(), Unauthenticated::UnknownKey);
    assert_eq!(house.stub.count(PATH), 1);
}

#[tokio::test]
async fn a15_a_burst_with_one_key_asks_once() {
    let house = House::new().await;
    let gate = Arc::new(Semaphore::new(0));
    house.tell(Answer::Held(
        Arc::clone(&gate),
        Box::new(Answer::Json(ann())),
    ));
    let all = join_all((0..50).map(|_| house.ask("key")));
    let opened = async {
        house.stub.until(PATH, 1).await;
        gate.add_permits(50);
    };
    let (found, ()) = tokio::join!(all, opened);
    assert!(found.iter().all(Result::is_ok));
    assert_eq!(house.stub.count(PATH), 1);
}

#[tokio::test]
async fn a15_a_flood_of_keys_reaches_the_other_system_a_few_at_a_time() {
    let house = House::new().await;
    let gate = Arc::new(Semaphore::new(0));
    house.tell(Answer::Held(Arc::clone(&gate), Box::new(status(404))));
    let keys: Vec<String> = (0..100).map(|number| format!("key{number}")).collect();
    let all = join_all(keys.iter().map(|key| house.ask(key)));
    let opened = async {
        house.stub.until(PATH, 32).await;
        // All that could be under way is, and the rest waits for one of them.
        assert_eq!(house.stub.count(PATH), 32);
        gate.add_permits(1);
        house.stub.until(PATH, 33).await;
        gate.add_permits(100);
    };
    let (found, ()) = tokio::join!(all, opened);
    let unknown = |got: &Result<_, _>| matches!(got, Err(Unauthenticated::UnknownKey));
    assert!(found.iter().all(unknown));
    assert_eq!(house.stub.count(PATH), 100);
}

#[tokio::test]
async fn a15_without_our_own_token_nobody_is_asked() {
    let house = House::keeping(Duration::from_secs(1), Some(Secret::of(|| None))).await;
    house.tell(Answer::Json(ann()));
    let got = house.ask("key").await;
    assert_eq!(got.unwrap_err(), Unauthenticated::Unavailable);
    assert_eq!(house.stub.count(PATH), 0);
}

/// #51
#[test]
fn a15_an_address_inside_is_refused_before_anything_is_asked() {
    for url in [
        "http://127.0.0.1:9/keys",
        "https://169.254.169.254/",
        "ftp://example.com/",
        "keys",
    ] {
        let outbound = Outbound::new(Options::default()).unwrap();
        assert!(WebDirectory::new(url, None, outbound).is_err(), "{url}");
    }
}

const PATH: &str = "/keys/find";
