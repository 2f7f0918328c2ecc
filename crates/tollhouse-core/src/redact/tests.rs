//! What is masked, and what is not.

use std::borrow::Cow;

use base64::{Engine as _, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE};
use proptest::prelude::{any, prop_assert, proptest};
use serde_json::{Value, json};

use super::Redactor;

const SECRET: &str = "pä$$ \"word\" 4711+/";

fn knowing() -> Redactor {
    let redactor = Redactor::default();
    assert!(redactor.learn(SECRET));
    assert!(!redactor.learn("short"));
    redactor
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn p10_case_86_a_known_secret_is_masked_in_every_form() {
    let redactor = knowing();
    let percent = percent_encoding::utf8_percent_encode(SECRET, percent_encoding::NON_ALPHANUMERIC);
    for form in [
        SECRET.to_owned(),
        hex(SECRET),
        hex(SECRET).to_uppercase(),
        percent.to_string(),
        Value::from(SECRET).to_string().trim_matches('"').to_owned(),
    ] {
        let masked = redactor.known(&form);
        assert_eq!(masked, "[…]", "{form}");
        assert_eq!(redactor.known(&format!("a {form} b {form}")), "a […] b […]");
    }
    assert!(matches!(redactor.known("nothing of it"), Cow::Borrowed(_)));
}

proptest! {
    /// Wherever it stands in what was encoded, no more of it is left than its ends.
    #[test]
    fn p10_case_86_base64_hides_no_secret(before in "[a-z:]{0,9}", behind in "[a-z:]{0,9}") {
        let redactor = knowing();
        let whole = format!("{before}{SECRET}{behind}");
        for form in [BASE64_STANDARD.encode(&whole), BASE64_URL_SAFE.encode(&whole)] {
            let masked = redactor.known(&form).into_owned();
            prop_assert!(masked.contains("[…]"), "{form}");
            prop_assert!(masked.len() < form.len() - SECRET.len() + 6, "{masked}");
        }
    }

    #[test]
    fn any_text_can_be_masked(text in any::<String>()) {
        let redactor = knowing();
        let masked = redactor.text(&text).into_owned();
        prop_assert!(!masked.contains(SECRET));
        let written: Value = serde_json::from_str(&redactor.json(&json!({&text: &text}))).unwrap();
        prop_assert!(written.is_object());
    }
}

#[test]
fn p10_what_looks_like_a_secret_is_masked_where_it_is_written_down() {
    let redactor = Redactor::default();
    let key = format!("th_{}", "a1B2".repeat(13));
    for (text, masked) in [
        (
            "Authorization: Bearer abcdef.ghi-jkl",
            "Authorization: Bearer […]",
        ),
        ("use sk_live_0123456789abcdef now", "use […] now"),
        ("id AKIAIOSFODNN7EXAMPLE, ok", "id […], ok"),
        (
            "eyJhbGciOiJ9.eyJzdWIiOiJh.c2ln is a token",
            "[…] is a token",
        ),
        (
            "postgres://ana:hunter2@db:5432/shop",
            "postgres://ana:[…]@db:5432/shop",
        ),
        (
            "{\"password\":\"hunter2\",\"a\":1}",
            "{\"password\":\"[…]\",\"a\":1}",
        ),
        (
            "{\\\"api_key\\\": \\\"hunter2\\\"}",
            "{\\\"api_key\\\": \\\"[…]\\\"}",
        ),
        ("GET /?token=hunter22&page=2", "GET /?token=[…]&page=2"),
        (
            "card 4111 1111 1111 1111 was refused",
            "card […] was refused",
        ),
        ("card 4111-1111-1111-1111.", "card […]."),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- x",
            "[…] x",
        ),
        (&key, "[…]"),
    ] {
        assert_eq!(redactor.text(text), masked);
    }
}

#[test]
fn p10_what_only_resembles_one_is_left() {
    let redactor = Redactor::default();
    for text in [
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "at 2026-11-20T20:43:42.123456Z",
        "4111 1111 1111 1112",
        "unix 1763671234567890",
        "The token: is it valid?",
        "max_tokens=8000",
        "token = \"env:API_TOKEN\"",
        "--header \"Authorization: Bearer KEY\"",
        "risk_live_performance",
        "see https://example.com/a:b@c",
        "th_short",
        "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
    ] {
        assert!(
            matches!(redactor.text(text), Cow::Borrowed(_)),
            "{}",
            redactor.text(text)
        );
    }
}

#[test]
fn p10_fields_that_say_it_are_masked_in_data() {
    let redactor = knowing();
    redactor.mask_fields(&["iban*".to_owned()]);
    let value = json!({
        "user": "ana", "password": "x", "nested": [{"Client-Secret": {"a": 1}, "iban_de": 7}],
        "note": format!("it is {SECRET}"), "card": 4111_1111_1111_1111_u64, "max_tokens": 5, "odd": "a\n\"b\"",
    });
    let said: Value = serde_json::from_str(&redactor.json(&value)).unwrap();
    let masked = json!({
        "user": "ana", "password": "[…]", "nested": [{"Client-Secret": "[…]", "iban_de": "[…]"}],
        "note": "it is […]", "card": "[…]", "max_tokens": 5, "odd": "a\n\"b\"",
    });
    assert_eq!(said, masked);
    let known: Value = serde_json::from_str(&redactor.known_json(&value)).unwrap();
    assert_eq!(
        (&known["password"], &known["note"]),
        (&json!("x"), &json!("it is […]"))
    );
    let mut result = value;
    redactor.mask_known(&mut result);
    assert_eq!(result, known);
}
