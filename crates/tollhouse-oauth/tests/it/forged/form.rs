//! Text that has not the form of a token, or has it nearly.

use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::json;
use tollhouse_oauth::{Rules, Token};

use super::{House, parts};
use crate::forge::{ISSUER, Signer, encode, key_set, payload, payload_with, verify};

#[test]
fn w14_parts_that_are_too_few_too_many_or_empty() {
    let house = House::new();
    let (header, body, signature) = house.parts();
    let good = house.rsa.token(&payload());
    let long = payload_with("x", json!("x".repeat(16 * 1024)));
    let forged = [
        ("nothing", String::new()),
        ("dots", "..".to_owned()),
        ("one part", header.clone()),
        ("two parts", format!("{header}.{body}")),
        ("four parts", format!("{good}.{signature}")),
        ("five parts, as a JWE", format!("{good}.{body}.{signature}")),
        ("a detached payload", format!("{header}..{signature}")),
        ("no header", format!(".{body}.{signature}")),
        ("a stripped signature", format!("{header}.{body}.")),
        ("longer than 16 KiB", house.rsa.token(&long)),
        ("a space before", format!(" {good}")),
        ("a line end behind", format!("{good}\n")),
        ("a space within", format!("{header}. {body}.{signature}")),
    ];
    house.refuses("Malformed", &forged);
}

#[test]
fn w14_other_spellings_of_base64() {
    let house = House::new();
    let (header, body, signature) = house.parts();
    // A signature of 256 bytes leaves four bits in its last letter, which have to be zero.
    let last = signature.bytes().last().unwrap();
    let rest = &signature[..signature.len() - 1];
    let left_over = format!("{rest}{}", char::from(last + 1));
    let standard = loop {
        let (header, body, signature) = parts(&house.ec.token(&payload()));
        if signature.contains(['-', '_']) {
            let signature = signature.replace('-', "+").replace('_', "/");
            break format!("{header}.{body}.{signature}");
        }
    };
    let padded = |part: &str| format!("{part}{}", "=".repeat((4 - part.len() % 4) % 4));
    let spaces = " ".repeat(4 - payload().to_string().len() % 3);
    let body_padded = padded(&encode(payload().to_string() + &spaces));
    assert!(body_padded.ends_with("==") && padded(&signature).ends_with("=="));
    let forged = [
        ("bits left over", format!("{header}.{body}.{left_over}")),
        ("the standard alphabet", standard),
        (
            "a padded signature",
            format!("{header}.{body}.{}", padded(&signature)),
        ),
        (
            "a padded payload, signed so",
            house.rsa.token_of_parts(&header, &body_padded),
        ),
        (
            "an escaped pad",
            format!("{header}.{body}.{signature}%3D%3D"),
        ),
        (
            "a line end within",
            format!("{header}.{body}.{rest}\n{}", char::from(last)),
        ),
    ];
    house.refuses("Malformed", &forged);
}

#[test]
fn w14_parts_that_are_no_objects() {
    let house = House::new();
    let nested = house.forger.token(&payload());
    let header = br#"{"alg":"RS256"}"#.as_slice();
    let forged = [
        ("a header that is a list", house.rsa.token_of(b"[]", b"{}")),
        (
            "a payload that is text",
            house.rsa.token_of(header, b"\"{}\""),
        ),
        (
            "a payload that is nothing",
            house.rsa.token_of(header, b"null"),
        ),
        (
            "another token as payload",
            house.rsa.token_of(header, nested.as_bytes()),
        ),
        (
            "not UTF-8",
            house.rsa.token_of(header, b"{\"sub\":\"\xff\"}"),
        ),
        (
            "not UTF-8 in a name",
            house.rsa.token_of(header, b"{\"\xc0\xae\":1}"),
        ),
        (
            "a mark of byte order",
            house
                .rsa
                .token_of(b"\xef\xbb\xbf{\"alg\":\"RS256\"}", b"{}"),
        ),
        (
            "two objects",
            house.rsa.token_of(br#"{"alg":"RS256"}{}"#, b"{}"),
        ),
    ];
    house.refuses("Malformed", &forged);
}

#[test]
fn w14_members_twice_and_nested_without_end() {
    let house = House::new();
    let usual = r#"{"alg":"RS256","kid":"rsa"}"#;
    let body = payload().to_string();
    let header = |header: &str| house.rsa.token_of(header.as_bytes(), body.as_bytes());
    let more = |more: &str| {
        let body = body.strip_suffix('}').unwrap();
        house
            .rsa
            .token_of(usual.as_bytes(), format!("{body},{more}}}").as_bytes())
    };
    let deep = format!("\"x\":{}1{}", "[".repeat(200), "]".repeat(200));
    let endless = "{\"a\":".repeat(2000);
    let forged = [
        ("alg twice", header(r#"{"alg":"none","alg":"RS256"}"#)),
        (
            "alg twice, escaped",
            header(r#"{"alg":"RS256","\u0061lg":"none"}"#),
        ),
        (
            "kid twice",
            header(r#"{"alg":"RS256","kid":"rsa","kid":"rsa"}"#),
        ),
        ("sub twice", more(r#""sub":"admin""#)),
        ("aud twice", more(r#""aud":"https://evil.test""#)),
        ("exp twice, escaped", more(r#""\u0065xp":9999999999"#)),
        (
            "a claim twice within",
            more(r#""a":{"roles":[],"roles":["admin"]}"#),
        ),
        ("a claim twice in a list", more(r#""a":[{"b":1,"b":2}]"#)),
        ("a number that is none", more(r#""x":1e999"#)),
        ("half a character", more(r#""x":"\ud800""#)),
        ("200 lists", more(&deep)),
        (
            "2000 objects, none of which ends",
            house.rsa.token_of(usual.as_bytes(), endless.as_bytes()),
        ),
    ];
    house.refuses("Malformed", &forged);
}

#[test]
fn w14_no_text_at_all_makes_the_reader_fall() {
    let texts = prop_oneof![
        "\\PC{0,80}",
        "[A-Za-z0-9_-]{0,60}\\.[A-Za-z0-9_-]{0,60}\\.[A-Za-z0-9_-]{0,60}",
    ];
    let json = "[\\[\\]{}\":,0-9a-z\\\\ue+.-]{0,60}";
    let keys = key_set(&[]);
    let rules = Rules::of(ISSUER);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(1000));
    runner
        .run(&(texts, json), |(text, json)| {
            prop_assert!(verify(&text, &rules, &keys).is_err());
            let header = encode(r#"{"alg":"RS256"}"#);
            let token = format!("{header}.{}.AAAA", encode(json));
            prop_assert!(verify(&token, &rules, &keys).is_err());
            Ok(())
        })
        .unwrap();
}

#[test]
fn w17_the_form_of_a_token_is_told_from_other_credentials() {
    let good = Signer::ed("key").token(&payload());
    assert!(Token::resembles(&good));
    for token in ["eyJub25lIjoxfQ.e30.", "eyJ..", "eyJ9.e30=.AA=="] {
        assert!(Token::resembles(token), "{token}");
    }
    for other in [
        "",
        "th_abc",
        "eyJ",
        "eyJ.a",
        "eyJ.a.b.c",
        "abc.def.ghi",
        "eyJ.a .b",
        "eyJ.a.\u{fc}",
    ] {
        assert!(!Token::resembles(other), "{other}");
    }
    assert!(!format!("{:?}", Token::parse(&good).unwrap()).contains("user-1"));
}
