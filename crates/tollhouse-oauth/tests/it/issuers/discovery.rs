//! Where an issuer is found, and whom its metadata may speak for.

use serde_json::{Value, json};

use super::{issuers, said_by, unavailable, verify};
use crate::{
    forge::{Signer, changed},
    hands::Hands,
    stub::{Answer, KEYS, METADATA, Stub},
};

const OPENID: &str = "/.well-known/openid-configuration";

fn metadata(stub: &Stub, issuer: &str) -> Value {
    json!({"issuer": issuer, "jwks_uri": format!("{}{KEYS}", stub.url)})
}

#[tokio::test]
async fn n18_as02_metadata_is_found_in_each_of_its_places() {
    let signer = Signer::ed("a");
    for (path, place, asked_before) in [
        ("", METADATA, &[][..]),
        ("", OPENID, &[METADATA]),
        ("/", OPENID, &[METADATA]),
        ("/t", "/.well-known/oauth-authorization-server/t", &[]),
        (
            "/t",
            "/.well-known/openid-configuration/t",
            &["/.well-known/oauth-authorization-server/t"],
        ),
        (
            "/t",
            "/t/.well-known/openid-configuration",
            &[
                "/.well-known/oauth-authorization-server/t",
                "/.well-known/openid-configuration/t",
            ],
        ),
    ] {
        let stub = Stub::new().await;
        let issuer = stub.issuer_at(path);
        let url = issuer.rules.issuer.clone();
        stub.tell(place, Answer::Json(metadata(&stub, &url)));
        stub.publish(&[signer.jwk()]);
        let issuers = issuers(vec![issuer], &Hands::new());
        let token = signer.token(&changed(said_by(&stub), "iss", json!(url)));
        verify(&issuers, &token).await.unwrap();
        for before in asked_before {
            assert_eq!(stub.count(before), 1, "{before}");
        }
        assert_eq!((stub.count(place), stub.count(KEYS)), (1, 1));
        assert_eq!(stub.asked(KEYS)[0].method, "GET");
    }
}

#[tokio::test]
async fn n18_a_page_that_says_politely_that_there_is_nothing_is_passed_over() {
    let signer = Signer::ed("a");
    for answer in [
        Answer::Text(200, b"<html>Sign in</html>".to_vec()),
        Answer::Text(200, b"{}".to_vec()),
        Answer::Text(403, b"{\"issuer\":\"x\"}".to_vec()),
        Answer::Text(500, Vec::new()),
    ] {
        let stub = Stub::new().await;
        stub.tell(METADATA, answer);
        stub.tell(OPENID, Answer::Json(metadata(&stub, &stub.url)));
        stub.publish(&[signer.jwk()]);
        let issuers = issuers(vec![stub.issuer()], &Hands::new());
        let token = signer.token(&said_by(&stub));
        verify(&issuers, &token).await.unwrap();
    }
}

#[tokio::test]
async fn w34_metadata_of_another_issuer_is_not_believed() {
    let signer = Signer::ed("a");
    let stub = Stub::new().await;
    stub.publish(&[signer.jwk()]);
    // What another place says does not mend it.
    stub.tell(OPENID, Answer::Json(metadata(&stub, &stub.url)));
    let token = signer.token(&said_by(&stub));
    for said in [
        json!(format!("{}/", stub.url)),
        json!(stub.url.to_uppercase()),
        json!(stub.url.replace("http:", "https:")),
        json!("https://evil.example\n"),
        json!([stub.url]),
        json!(null),
    ] {
        let document = changed(metadata(&stub, ""), "issuer", json!(""));
        let mut document = document.as_object().unwrap().clone();
        document.insert("issuer".to_owned(), said.clone());
        stub.tell(METADATA, Answer::Json(Value::Object(document)));
        let issuers = issuers(vec![stub.issuer()], &Hands::new());
        let told = unavailable(&issuers, &token).await;
        assert!(told.contains(&format!("expected {}", stub.url)), "{told}");
        assert!(!told.contains('\n'), "{told}");
        if let Some(got) = said.as_str().filter(|got| got.starts_with("http:")) {
            assert!(told.contains(got), "{told}");
        }
    }
    assert_eq!((stub.count(KEYS), stub.count(OPENID)), (0, 0));
}

#[tokio::test]
async fn w34_metadata_that_lead_where_nobody_goes_are_not_followed() {
    let signer = Signer::ed("a");
    let canary = Stub::publishing(&[signer.jwk()]).await;
    for jwks in [
        format!("{}{KEYS}", canary.url),
        "http://169.254.169.254/latest".to_owned(),
        "https://10.0.0.1/keys".to_owned(),
        "file:///etc/passwd".to_owned(),
        "keys".to_owned(),
    ] {
        let stub = Stub::new().await;
        let document = json!({"issuer": stub.url, "jwks_uri": jwks});
        stub.tell(METADATA, Answer::Json(document));
        let issuers = issuers(vec![stub.issuer()], &Hands::new());
        unavailable(&issuers, &signer.token(&said_by(&stub))).await;
    }
    let stub = Stub::new().await;
    stub.tell(METADATA, Answer::Json(json!({"issuer": stub.url})));
    let issuers = issuers(vec![stub.issuer()], &Hands::new());
    let told = unavailable(&issuers, &signer.token(&said_by(&stub))).await;
    assert!(told.contains("`jwks`"), "{told}");
    assert_eq!(canary.count(KEYS), 0);
}

#[tokio::test]
async fn n18_an_address_of_keys_that_is_set_needs_no_metadata() {
    let signer = Signer::ed("a");
    let stub = Stub::publishing(&[signer.jwk()]).await;
    let mut issuer = stub.issuer();
    // Not even a URL that anybody could ask: some issuers call themselves by a name.
    issuer.rules.issuer = "accounts.example.com".to_owned();
    issuer.jwks = Some(format!("{}{KEYS}", stub.url));
    let issuers = issuers(vec![issuer], &Hands::new());
    let said = changed(said_by(&stub), "iss", json!("accounts.example.com"));
    verify(&issuers, &signer.token(&said)).await.unwrap();
    assert_eq!((stub.count(METADATA), stub.count(KEYS)), (0, 1));
}
