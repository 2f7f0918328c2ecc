//! What developers write becomes what clients can show, or is told.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Value, json};
use tollhouse_wire_check::check_reply;

use super::{form, problems};

/// The schema that `Ctx::elicit` makes of a type.
fn schema_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    settings
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}

/// Whether the protocol lets a form have this schema and no member that it does not name.
fn is_legal(schema: &Value) {
    let params = json!({"mode": "form", "message": "?", "requestedSchema": schema});
    let asks = json!({"a": {"method": "elicitation/create", "params": params}});
    let result = json!({"resultType": "input_required", "inputRequests": asks});
    check_reply(
        "tools/call",
        &json!({"jsonrpc": "2.0", "id": 1, "result": result}),
    );
}

fn field(property: &Value) -> Value {
    let schema = json!({"type": "object", "properties": {"f": property}});
    assert_eq!(problems(&schema), [""; 0], "{property}");
    let form = form(&schema);
    is_legal(&form);
    form["properties"]["f"].clone()
}

fn problem(property: &Value) -> String {
    let schema = json!({"type": "object", "properties": {"f": property}});
    is_legal(&form(&schema));
    let problems = problems(&schema);
    assert_eq!(problems.len(), 1, "{property}: {problems:?}");
    problems.concat()
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is of interest")]
enum Plain {
    Red,
    Green,
}

/// A colour
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is of interest")]
enum Told {
    /// The red one
    Red,
    Green,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is of interest")]
struct Everything {
    /// Your name
    #[schemars(length(min = 1, max = 9))]
    name: String,
    nick: Option<String>,
    #[schemars(email)]
    mail: String,
    #[schemars(regex(pattern = "^[A-Z]+$"))]
    code: String,
    id: Id,
    big: i64,
    #[schemars(range(min = 1, max = 5))]
    small: Option<u8>,
    share: f32,
    is_ready: Option<bool>,
    #[serde(default)]
    count: u32,
    plain: Plain,
    maybe_plain: Option<Plain>,
    told: Told,
    maybe_told: Option<Told>,
    several: Vec<Plain>,
    maybe_several: Option<Vec<Told>>,
}

#[derive(JsonSchema)]
#[schemars(transparent)]
#[expect(dead_code, reason = "only its schema is of interest")]
struct Id(#[schemars(extend("format" = "uuid"))] String);

#[test]
fn t91_what_is_derived_is_a_form() {
    let schema = schema_of::<Everything>();
    assert_eq!(problems(&schema), [""; 0]);
    let form = form(&schema);
    is_legal(&form);
    let titled =
        json!([{"const": "Green", "title": "Green"}, {"const": "Red", "title": "The red one"}]);
    let expected = json!({
        "name": {"type": "string", "description": "Your name", "minLength": 1, "maxLength": 9},
        "nick": {"type": "string"},
        "mail": {"type": "string", "format": "email"},
        "code": {"type": "string", "pattern": "^[A-Z]+$"},
        "id": {"type": "string"},
        "big": {"type": "integer"},
        "small": {"type": "integer", "minimum": 1, "maximum": 5},
        "share": {"type": "number"},
        "is_ready": {"type": "boolean"},
        "count": {"type": "integer", "minimum": 0, "default": 0},
        "plain": {"type": "string", "enum": ["Red", "Green"]},
        "maybe_plain": {"type": "string", "enum": ["Red", "Green"]},
        "told": {"type": "string", "description": "A colour", "oneOf": titled},
        "maybe_told": {"type": "string", "description": "A colour", "oneOf": titled},
        "several": {"type": "array", "items": {"type": "string", "enum": ["Red", "Green"]}},
        "maybe_several": {"type": "array", "items": {"anyOf": titled}},
    });
    assert_eq!(form["properties"], expected);
    let optional = [
        "nick",
        "small",
        "is_ready",
        "count",
        "maybe_plain",
        "maybe_told",
        "maybe_several",
    ];
    let required = form["required"].as_array().unwrap();
    assert_eq!(
        required.len() + optional.len(),
        expected.as_object().unwrap().len()
    );
    assert!(
        required
            .iter()
            .all(|name| !optional.contains(&name.as_str().unwrap()))
    );
}

#[test]
fn t91_what_a_field_may_have_is_kept() {
    for property in [
        json!({"type": "string", "title": "T", "description": "D", "minLength": 1, "maxLength": 2, "pattern": "a", "format": "date-time", "default": "x"}),
        json!({"type": "number", "title": "T", "minimum": 0.5, "maximum": 2, "default": 1}),
        json!({"type": "integer", "default": 1}),
        json!({"type": "boolean", "default": false}),
        json!({"type": "string", "enum": ["a", "b"], "default": "a"}),
        json!({"type": "string", "oneOf": [{"const": "a", "title": "A"}], "default": "a"}),
        json!({"type": "array", "items": {"type": "string", "enum": ["a"]}, "minItems": 1, "maxItems": 2, "default": ["a"]}),
        json!({"type": "array", "items": {"anyOf": [{"const": "a", "title": "A"}]}, "default": []}),
    ] {
        assert_eq!(field(&property), property);
    }
}

#[test]
fn t91_names_beside_choices_are_kept() {
    let old = json!({"type": "string", "enum": ["a", "b"], "enumNames": ["A", "B"]});
    assert_eq!(field(&old), old);
}

#[test]
fn t91_too_few_names_beside_choices_become_titles() {
    let old = json!({"type": "string", "enum": ["a", "b"], "enumNames": ["A"]});
    let titled = json!([{"const": "a", "title": "A"}, {"const": "b", "title": "b"}]);
    assert_eq!(field(&old), json!({"type": "string", "oneOf": titled}));
}

#[test]
fn what_only_the_check_needs_is_left_out() {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:x", "title": "T", "description": "D", "additionalProperties": false,
        "type": "object", "$defs": {"a": {"type": "string", "format": "uuid"}},
        "properties": {"f": {"$ref": "#/$defs/a", "title": "F", "default": null, "examples": ["x"]}},
        "required": ["f"],
    });
    assert_eq!(problems(&schema), [""; 0]);
    assert_eq!(
        form(&schema),
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
            "properties": {"f": {"type": "string", "title": "F"}}, "required": ["f"],
        })
    );
    let several = json!({"type": ["array", "null"], "uniqueItems": true, "items": {"const": "a"}});
    assert_eq!(
        field(&several),
        json!({"type": "array", "items": {"type": "string", "enum": ["a"]}})
    );
}

#[test]
fn what_a_form_cannot_say_is_told() {
    for (property, told) in [
        (
            json!({"type": "object", "properties": {}}),
            "a form is flat",
        ),
        (
            json!({"type": "array", "items": {"type": "string"}}),
            "choice of several given texts",
        ),
        (json!({"type": "array"}), "choice of several given texts"),
        (json!(true), "anything at all"),
        (json!({}), "say one of text"),
        (json!({"type": ["string", "number"]}), "say one of text"),
        (json!({"enum": [1, 2]}), "the choice 1 is not a text"),
        (
            json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
            "more than one form",
        ),
        (json!({"$ref": "#/$defs/gone"}), "is not in the schema"),
        (json!({"$ref": "#/properties/f"}), "refers to itself"),
        (
            json!({"$ref": "https://example.com/a.json"}),
            "is not in the schema",
        ),
        (
            json!({"type": "string", "format": "password"}),
            "never asks for secrets",
        ),
    ] {
        let text = problem(&property);
        assert!(text.starts_with("field `f`: "), "{text}");
        assert!(text.contains(told), "{text}");
    }
}

#[test]
fn t94_secrets_are_not_asked_for() {
    for name in [
        "password",
        "newPassword",
        "api_key",
        "API-Key",
        "card_number",
    ] {
        let schema = json!({"type": "object", "properties": {name: {"type": "string"}}});
        assert_eq!(problems(&schema).len(), 1, "{name}");
    }
    for name in ["password_hint", "token_count", "key", "name"] {
        let schema = json!({"type": "object", "properties": {name: {"type": "string"}}});
        assert_eq!(problems(&schema), [""; 0], "{name}");
    }
}

#[test]
fn the_root_is_a_list_of_fields() {
    for (schema, told) in [
        (json!({"type": "string"}), "\"type\": \"object\""),
        (json!(true), "\"type\": \"object\""),
        (
            json!({"type": "object", "anyOf": [{}]}),
            "`anyOf` at the root",
        ),
        (
            json!({"type": "object", "required": ["gone"]}),
            "`gone`, which is no field",
        ),
    ] {
        let problems = problems(&schema).concat();
        assert!(problems.contains(told), "{problems}");
        is_legal(&form(&schema));
    }
    assert_eq!(problems(&json!({"type": "object"})), [""; 0]);
}
