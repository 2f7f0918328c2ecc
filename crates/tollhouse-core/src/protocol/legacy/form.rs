//! Forms as older revisions have them.

use serde_json::{Map, Value};

use crate::{Capabilities, Capability, Refusal, protocol::types::revision::Revision};

/// Fits a form to a revision: what only makes it nicer is left out, titles of choices become names beside
/// them.
///
/// # Errors
///
/// A field is a choice of several, which the revision has no words for.
pub(super) fn fit(form: &mut Value, revision: Revision) -> Result<(), Refusal> {
    let Some(form) = form.as_object_mut() else {
        return Ok(());
    };
    let fields = form.get_mut("properties").and_then(Value::as_object_mut);
    for field in fields
        .into_iter()
        .flat_map(|fields| fields.values_mut())
        .filter_map(Value::as_object_mut)
    {
        field.remove("pattern");
        if !revision.has_icons() {
            simplify(field)?;
        }
    }
    if !revision.has_icons() {
        form.remove("$schema");
    }
    Ok(())
}

fn simplify(field: &mut Map<String, Value>) -> Result<(), Refusal> {
    let kind = field.get("type").and_then(Value::as_str);
    if kind == Some("array") {
        return Err(Refusal::MissingCapability(
            Capabilities::NONE.with(Capability::Form),
        ));
    }
    if kind != Some("boolean") {
        field.remove("default");
    }
    if let Some(Value::Array(choices)) = field.remove("oneOf") {
        for (to, from) in [("enum", "const"), ("enumNames", "title")] {
            let told = choices.iter().filter_map(|choice| choice.get(from));
            field.insert(to.to_owned(), told.cloned().collect());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::fit;
    use crate::protocol::types::revision::Revision;

    #[test]
    fn titled_choices_become_names_beside_them() {
        let mut form = json!({"$schema": "x", "type": "object", "properties": {
            "size": {"type": "string", "default": "s", "oneOf": [
                {"const": "s", "title": "Small"}, {"const": "l", "title": "Large"},
            ]},
            "sure": {"type": "boolean", "default": true},
            "code": {"type": "string", "pattern": "^a"},
        }});
        fit(&mut form, Revision::V2025_06_18).unwrap();
        assert_eq!(
            form,
            json!({"type": "object", "properties": {
                "size": {"type": "string", "enum": ["s", "l"], "enumNames": ["Small", "Large"]},
                "sure": {"type": "boolean", "default": true},
                "code": {"type": "string"},
            }})
        );
    }

    #[test]
    fn a_choice_of_several_needs_a_newer_revision() {
        let form = json!({"type": "object", "properties": {
            "sizes": {"type": "array", "items": {"enum": ["s"]}},
        }});
        assert!(fit(&mut form.clone(), Revision::V2025_06_18).is_err());
        let mut form = form;
        assert!(fit(&mut form, Revision::V2025_11_25).is_ok());
    }
}
