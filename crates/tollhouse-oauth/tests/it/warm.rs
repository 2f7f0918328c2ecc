//! Tokens that were found good a moment ago.

use std::sync::Arc;

use tollhouse_oauth::{Verified, Warm};

use crate::forge::{ISSUER, NOW_S, RESOURCE, Signer, key_set, payload, verify};

fn verified(expires_at_ms: u64) -> Arc<Verified> {
    Arc::new(Verified {
        issuer: ISSUER.to_owned(),
        subject: "user-1".to_owned(),
        client: None,
        tenant: None,
        email: None,
        roles: None,
        scopes: None,
        grant: None,
        expires_at_ms,
        recheck_at_ms: None,
    })
}

#[test]
fn a_warm_token_is_good_until_its_end_and_for_its_address_alone() {
    let warm = Warm::new(4);
    warm.keep("token", RESOURCE, verified(1000), 7);
    let find = |token, resource, now_ms| warm.find(token, resource, now_ms, |_| Some(7));
    assert_eq!(find("token", RESOURCE, 999).unwrap().subject, "user-1");
    assert!(find("token", "https://mcp.example.com/b/mcp", 999).is_none());
    assert!(find("tokem", RESOURCE, 999).is_none());
    assert!(find("token", RESOURCE, 1000).is_none());
    assert!(warm.is_empty(), "what has ended is forgotten");
}

#[test]
fn w38_a_warm_token_ends_with_the_keys_that_it_was_verified_with() {
    let (old, new) = (Signer::ec("old", "ES256"), Signer::ec("new", "ES256"));
    let before = key_set(&[old.jwk(), new.jwk()]);
    let after = key_set(&[new.jwk()]);
    assert_ne!(before.generation(), after.generation());
    assert_eq!(
        before.generation(),
        key_set(&[old.jwk(), new.jwk()]).generation()
    );

    let token = old.token(&payload());
    let rules = tollhouse_oauth::Rules::of(ISSUER);
    let warm = Warm::new(4);
    let good = Arc::new(verify(&token, &rules, &before).unwrap());
    warm.keep(&token, RESOURCE, good, before.generation());
    let now_ms = NOW_S * 1000;
    let is_warm = |generation| {
        warm.find(&token, RESOURCE, now_ms, |_| generation)
            .is_some()
    };
    assert!(is_warm(Some(before.generation())));
    assert!(!is_warm(Some(after.generation())));
    assert!(
        !is_warm(Some(before.generation())),
        "forgotten, not set aside"
    );
}

#[test]
fn a_warm_token_ends_when_its_issuer_goes_or_wants_to_be_asked_again() {
    let warm = Warm::new(4);
    warm.keep("gone", RESOURCE, verified(1000), 1);
    assert!(warm.find("gone", RESOURCE, 1, |_| None).is_none());
    let mut asked = Verified::clone(&verified(1000));
    asked.recheck_at_ms = Some(500);
    warm.keep("asked", RESOURCE, Arc::new(asked), 1);
    assert!(warm.find("asked", RESOURCE, 499, |_| Some(1)).is_some());
    assert!(warm.find("asked", RESOURCE, 500, |_| Some(1)).is_none());
}

#[test]
fn the_table_is_bounded_and_the_oldest_goes() {
    let warm = Warm::new(3);
    for round in 0..3 {
        for token in 0..100 {
            warm.keep(&format!("token {token}"), RESOURCE, verified(1000), round);
            assert!(warm.len() <= 3);
        }
    }
    let is_warm = |token: usize| {
        let token = format!("token {token}");
        warm.find(&token, RESOURCE, 1, |_| Some(2)).is_some()
    };
    assert!(is_warm(99) && is_warm(98) && is_warm(97) && !is_warm(96));
    // One that is found good again stays one.
    for _ in 0..10 {
        warm.keep("token 97", RESOURCE, verified(1000), 2);
    }
    assert_eq!(warm.len(), 3);
    warm.clear();
    assert!(warm.is_empty());
}
