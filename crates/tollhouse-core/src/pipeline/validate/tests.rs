//! Headers that repeat an argument, case by case (E45 to E50).

use serde_json::json;

use super::compare;
use crate::{Claim, toolset::HeaderParam};

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
