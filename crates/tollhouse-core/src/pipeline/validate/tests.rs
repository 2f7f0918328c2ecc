//! Headers that repeat an argument, case by case (E45 to E50), and the arguments of prompts.

use serde_json::json;

use super::{check_prompt, compare};
use crate::{Claim, Parameter, Prompt, Refusal, toolset::HeaderParam};

fn param() -> HeaderParam {
    HeaderParam {
        header: "region".into(),
        path: vec!["region".into()],
    }
}

fn claim(value: &str) -> Claim {
    Claim {
        name: "region".into(),
        values: vec![value.into()],
    }
}

#[test]
fn e45_e46_present_in_one_place_only_is_a_mismatch() {
    assert!(compare(&param(), &json!({"region": "eu"}), &[]).is_err());
    assert!(compare(&param(), &json!({}), &[claim("eu")]).is_err());
    assert!(compare(&param(), &json!({"region": null}), &[]).is_ok());
    assert!(compare(&param(), &json!({"region": "eu"}), &[claim("eu")]).is_ok());
    assert!(compare(&param(), &json!({"region": "eu"}), &[claim("EU")]).is_err());
}

#[test]
fn e47_e50_numbers_and_booleans_are_compared_by_value() {
    assert!(compare(&param(), &json!({"region": 42}), &[claim("42.0")]).is_ok());
    assert!(compare(&param(), &json!({"region": 42}), &[claim("43")]).is_err());
    assert!(compare(&param(), &json!({"region": true}), &[claim("true")]).is_ok());
    assert!(compare(&param(), &json!({"region": true}), &[claim("True")]).is_err());
}

#[test]
fn e41_two_values_are_a_mismatch() {
    let twice = Claim {
        name: "region".into(),
        values: vec!["eu".into(), "eu".into()],
    };
    assert!(compare(&param(), &json!({"region": "eu"}), &[twice]).is_err());
}

#[test]
fn p40_a_prompt_tells_null_missing_and_empty_apart() {
    let parameter = |name: &str, required| Parameter {
        name: name.to_owned(),
        required,
        ..Parameter::default()
    };
    let prompt = Prompt {
        name: "greet".to_owned(),
        parameters: vec![parameter("name", true), parameter("tone", false)],
        ..Prompt::default()
    };
    for (given, told) in [
        (json!({}), "`name` is missing"),
        (json!({"name": ""}), "`name` is empty: it has to be given"),
        (json!({"name": null}), "`name` is null, which is no text"),
        (json!({"name": "a", "tone": null}), "`tone` is null"),
        (json!({"name": 7}), "`name` must be a string"),
    ] {
        let Err(Refusal::BadArguments(text)) = check_prompt(&prompt, &given) else {
            panic!("{given}");
        };
        assert!(text.contains(told), "{text}");
    }
    assert!(check_prompt(&prompt, &json!({"name": "a", "tone": ""})).is_ok());
}
