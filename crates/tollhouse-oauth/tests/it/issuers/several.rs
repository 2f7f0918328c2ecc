//! Several issuers, their quirks, and whom each may speak for.

use serde_json::{Value, json};
use tollhouse_oauth::{Introspection, Issuer, Issuers, IssuersError, Rejected, Secret};

use super::{issuers, said_by, verify};
use crate::{
    forge::{RESOURCE, Signer, changed},
    hands::Hands,
    stub::{ASK, Answer, KEYS, Stub},
};

#[tokio::test]
async fn p49_an_issuer_takes_one_setting() {
    let signer = Signer::rsa("a", "RS256");
    let stub = Stub::publishing(&[signer.jwk()]).await;
    let at = stub.url.trim_start_matches("http://");
    let issuer = Issuer {
        // This one only because it is on this machine.
        exceptions: vec![at.parse().unwrap()],
        ..Issuer::new("any", &stub.url)
    };
    let issuers = issuers(vec![issuer], &Hands::new());
    let verified = verify(&issuers, &signer.token(&said_by(&stub)))
        .await
        .unwrap();
    assert_eq!(
        (verified.subject.as_str(), verified.issuer.as_str()),
        ("user-1", stub.url.as_str())
    );
    issuers.reach().await.unwrap();
}

#[tokio::test]
async fn n18_each_quirk_of_a_service_is_a_setting_or_none() {
    let none: Quirk = |_| {};
    let by_client: Quirk = |issuer| issuer.rules.audiences = vec!["client-1".to_owned()];
    for (what, claims, quirk) in [
        ("aud is the address", vec![("aud", json!(RESOURCE))], none),
        (
            "aud is the address among others",
            vec![("aud", json!(["x", RESOURCE]))],
            none,
        ),
        (
            "aud is the client's id",
            vec![("aud", json!("client-1"))],
            by_client,
        ),
        (
            "aud is the client's id, listed",
            vec![("aud", json!(["client-1"]))],
            by_client,
        ),
        (
            "scp is a list",
            vec![
                ("scope", Value::Null),
                ("scp", json!(["orders:read", "orders:write"])),
            ],
            none,
        ),
        (
            "scp is text",
            vec![
                ("scope", Value::Null),
                ("scp", json!("orders:read orders:write")),
            ],
            none,
        ),
        (
            "scope is a list",
            vec![("scope", json!(["orders:read", "orders:write"]))],
            none,
        ),
        (
            "scopes stand elsewhere",
            vec![
                ("scope", Value::Null),
                ("permissions", json!(["orders:read", "orders:write"])),
            ],
            |issuer| {
                issuer.rules.names.scopes = Some("permissions".to_owned());
            },
        ),
    ] {
        let scopes = quirky(claims, quirk).await;
        let expected = ["orders:read", "orders:write"].map(str::to_owned).to_vec();
        assert_eq!(scopes, Ok(expected), "{what}");
    }
}

type Quirk = fn(&mut Issuer);

/// The scopes of a token with other claims than usual, signed by a key that is published without `alg`.
async fn quirky(claims: Vec<(&str, Value)>, quirk: Quirk) -> Result<Vec<String>, Rejected> {
    let signer = Signer::rsa("a", "RS256");
    assert_eq!(signer.jwk().get("alg"), None);
    let stub = Stub::publishing(&[signer.jwk()]).await;
    let mut issuer = stub.issuer();
    quirk(&mut issuer);
    let issuers = issuers(vec![issuer], &Hands::new());
    let mut said = said_by(&stub);
    for (name, value) in claims {
        said = changed(said, name, value);
    }
    let verified = verify(&issuers, &signer.token(&said)).await;
    verified.map(|verified| verified.scopes.clone().unwrap_or_default())
}

#[tokio::test]
async fn w12_a_token_is_of_the_issuer_that_it_names_and_of_no_other() {
    let (signer_a, signer_b) = (Signer::ed("same"), Signer::ed("same"));
    let a = Stub::publishing(&[signer_a.jwk()]).await;
    let b = Stub::publishing(&[signer_b.jwk()]).await;
    let issuer_b = Issuer {
        name: "b".to_owned(),
        subject_prefix: Some("b:".to_owned()),
        ..b.issuer()
    };
    let issuers = issuers(vec![a.issuer(), issuer_b], &Hands::new());
    let subject = async |token: String| {
        let verified = verify(&issuers, &token).await;
        verified.map(|verified| verified.subject.clone())
    };
    assert_eq!(
        subject(signer_a.token(&said_by(&a))).await,
        Ok("user-1".to_owned())
    );
    assert_eq!(
        subject(signer_b.token(&said_by(&b))).await,
        Ok("b:user-1".to_owned())
    );
    // By the key of one, in the name of the other (#29).
    assert_eq!(
        subject(signer_a.token(&said_by(&b))).await,
        Err(Rejected::Signature)
    );
    assert_eq!(
        subject(signer_b.token(&said_by(&a))).await,
        Err(Rejected::Signature)
    );
    // In the name of nobody who is known; nobody is asked about it.
    for issuer in [
        json!("https://evil.example"),
        json!(format!("{}/", a.url)),
        Value::Null,
    ] {
        let said = changed(said_by(&a), "iss", issuer);
        let refused = subject(signer_a.token(&said)).await.unwrap_err();
        assert!(
            matches!(refused, Rejected::UnknownIssuer { .. }),
            "{refused:?}"
        );
    }
    // A name that the other one's people have.
    let said = changed(said_by(&a), "sub", json!("b:user-1"));
    assert!(subject(signer_a.token(&said)).await.is_err());
    assert_eq!((a.count(KEYS), b.count(KEYS)), (1, 1));
}

#[tokio::test]
async fn w39_a_program_with_its_own_token_is_not_a_person_of_its_name() {
    let signer = Signer::ed("a");
    let stub = Stub::publishing(&[signer.jwk()]).await;
    let issuers = issuers(vec![stub.issuer()], &Hands::new());
    for (subject, expected) in [
        (json!("alice"), "alice"),
        (json!("client-1"), "client:client-1"),
        (Value::Null, "client:client-1"),
        (json!("client-1@clients"), "client:client-1"),
    ] {
        let said = changed(said_by(&stub), "sub", subject);
        let verified = verify(&issuers, &signer.token(&said)).await.unwrap();
        assert_eq!(verified.subject, expected);
    }
    for subject in [
        "anonymous",
        "api-key",
        "key:1",
        "client:client-2",
        "a\u{0}b",
    ] {
        let said = changed(said_by(&stub), "sub", json!(subject));
        let refused = verify(&issuers, &signer.token(&said)).await.unwrap_err();
        assert!(matches!(refused, Rejected::Claim { .. }), "{refused:?}");
    }
}

#[tokio::test]
async fn tokens_that_say_nothing_are_asked_about_by_their_beginning() {
    let (a, b) = (Stub::publishing(&[]).await, Stub::publishing(&[]).await);
    for stub in [&a, &b] {
        let yes = changed(said_by(stub), "active", json!(true));
        stub.tell(ASK, Answer::Json(yes));
    }
    let asked = |stub: &Stub, name: &str, prefix: &str| {
        let secret = Secret::of(|| Some("secret".to_owned()));
        Issuer {
            name: name.to_owned(),
            subject_prefix: Some(format!("{name}:")),
            introspection: Some(Introspection {
                token_prefix: Some(prefix.to_owned()),
                ..Introspection::by_client("server", secret)
            }),
            ..stub.issuer()
        }
    };
    let settings = vec![asked(&a, "a", "at_"), asked(&b, "b", "at_b_")];
    let issuers = issuers(settings, &Hands::new());
    for (token, subject) in [("at_1", "a:user-1"), ("at_b_1", "b:user-1")] {
        assert!(issuers.are_for(token));
        assert_eq!(verify(&issuers, token).await.unwrap().subject, subject);
    }
    assert!(!issuers.are_for("other"));
    assert!(matches!(
        verify(&issuers, "other").await,
        Err(Rejected::Malformed(_))
    ));
    // The form of a signed token is never taken for another.
    assert!(issuers.are_for("eyJ.a.b"));
    verify(&issuers, "eyJ.a.b").await.unwrap_err();
    assert_eq!((a.count(ASK), b.count(ASK)), (1, 1));
}

#[test]
fn settings_that_make_no_sense_are_told_with_their_mend() {
    let issuer = |name: &str, url: &str| Issuer::new(name, url);
    let prefixed = |name: &str, url: &str, prefix: &str| Issuer {
        subject_prefix: Some(prefix.to_owned()),
        ..Issuer::new(name, url)
    };
    let asked = |name: &str, url: &str, client: &str| Issuer {
        introspection: Some(Introspection::by_client(client, Secret::of(|| None))),
        ..prefixed(name, url, &format!("{name}:"))
    };
    let (one, two) = ("https://one.example", "https://two.example");
    for (settings, expected) in [
        (vec![issuer("a", "")], "give its URL"),
        (
            vec![issuer("a", one), prefixed("b", one, "b:")],
            "are both https://one.example",
        ),
        (vec![issuer("a", one), issuer("b", two)], "`subject_prefix`"),
        (vec![prefixed("a", one, "client:")], "take another"),
        (vec![prefixed("a", one, "key:x")], "take another"),
        (vec![asked("a", one, "")], "`client_id`"),
        (
            vec![asked("a", one, "c"), asked("b", two, "c")],
            "`token_prefix`",
        ),
        (vec![issuer("a", "http://one.example")], "https://"),
        (vec![issuer("a", "http://127.0.0.1:9001")], "`allow`"),
        (
            vec![issuer("a", "https://user:pass@one.example")],
            "take it out",
        ),
        (vec![issuer("a", "one.example")], "no URL"),
    ] {
        let refused = Issuers::new(settings, Hands::new()).unwrap_err();
        let told = refused.to_string();
        assert!(
            told.contains(expected) && told.contains("[auth.issuers.a]"),
            "{told}"
        );
    }
    let certificates = Issuer {
        certificates: Some(b"nonsense".to_vec()),
        ..issuer("a", one)
    };
    let refused = Issuers::new(vec![certificates], Hands::new()).unwrap_err();
    assert!(
        matches!(refused, IssuersError::Outbound { .. }),
        "{refused:?}"
    );
    Issuers::new(
        vec![issuer("a", one), prefixed("b", two, "b:")],
        Hands::new(),
    )
    .unwrap();
}
