//! What is read of a kept answer is what was written.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{BYTES_MAX, exact, inexact, parse, read, written};
use crate::{
    Annotations, Content, Contents, Extras, Icon, Reported, Resource, Role, Theme, Trust,
    ctx::Others, ledger::Answer,
};

fn kept(reported: &Reported) -> String {
    match written(reported, (Others::Part, &Trust::default())) {
        Answer::Kept(text) => text,
        Answer::Gone(bytes) => panic!("{bytes} bytes are too many"),
    }
}

fn some(value: &Value) -> Option<Map<String, Value>> {
    value.as_object().cloned()
}

#[test]
fn o2_every_kind_of_content_comes_back_as_it_was() {
    let extras = || Extras {
        annotations: Annotations {
            audience: vec![Role::User, Role::Assistant],
            priority: Some(0.1),
            last_modified: Some("2026-05-03T14:30:00Z".to_owned()),
        },
        meta: some(&json!({"a": 1.5})),
    };
    let link = Resource {
        uri: "a:b".to_owned(),
        name: "b".to_owned(),
        title: Some("B".to_owned()),
        size_bytes: Some(7),
        icons: vec![Icon {
            theme: Some(Theme::Dark),
            sizes: vec!["any".to_owned()],
            ..Icon::new("data:x")
        }],
        ..Resource::default()
    };
    let image = Content::Image {
        data: vec![0, 255, 1].into(),
        mime_type: "image/png".to_owned(),
    };
    let audio = Content::Audio {
        data: vec![9].into(),
        mime_type: "audio/wav".to_owned(),
    };
    let blob = Contents::blob("a:c", "image/png", vec![1, 2]);
    let reported = Reported {
        content: vec![
            Content::from("a \u{1f600} \0 \u{202e}"),
            image.clone(),
            image.noted(extras()),
            audio,
            Content::Link(Box::new(link)).noted(extras()),
            Content::Embedded(Contents::text("a:d", "text/plain", "x").with_meta(Map::new())),
            Content::Embedded(blob).noted(Extras::default()),
        ],
        structured: Some(json!({"n": [0.1, 1e300, -0.0, 7, u64::MAX], "null": null})),
        is_error: true,
        meta: some(&json!({"\0": 0.3})),
    };
    let text = kept(&reported);
    let again = parse(&text).unwrap();
    assert_eq!(again.judged, Some((Others::Part, Trust::default())));
    let again = again.reported;
    assert_eq!(again, reported);
    // Links are equal where their URIs are; what else they say is in the text.
    assert_eq!(kept(&again), text);
}

#[test]
fn o2_an_answer_that_is_too_large_is_a_note_of_its_size() {
    let large = Reported::text("x".repeat(BYTES_MAX));
    let Answer::Gone(bytes) = written(&large, (Others::Nothing, &Trust::default())) else {
        panic!("it was kept");
    };
    let told = read(Answer::Gone(bytes)).unwrap();
    assert!(format!("{told:?}").contains("not done again"), "{told:?}");
    assert!(read(Answer::Kept("{}".to_owned())).is_err());
}

fn data() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let name = prop_oneof!["[a-c]", Just("\0".to_owned())];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..3)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn o2_data_comes_back_to_the_last_digit(value in data()) {
        let text = exact(&value).to_string();
        let again = inexact(&serde_json::from_str(&text).unwrap());
        prop_assert_eq!(again.to_string(), value.to_string());
    }
}
