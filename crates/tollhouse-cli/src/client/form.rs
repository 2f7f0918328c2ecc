//! The form that a tool asks to be filled in: its fields, and values for them.

use serde_json::{Map, Value};

use super::{
    given::parse,
    plain,
    schema::{Shape, bare},
    signature::{is_required, parameters, required},
};

/// A form.
pub(super) struct Form<'a> {
    schema: &'a Value,
}

/// One field of it.
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    pub(super) is_required: bool,
    pub(super) proposed: Option<&'a Value>,
    property: &'a Value,
    schema: &'a Value,
}

impl<'a> Form<'a> {
    /// The form in the parameters of a question.
    pub(super) fn of(params: &'a Value) -> Self {
        Self {
            schema: params.get("requestedSchema").unwrap_or(&Value::Null),
        }
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = Field<'a>> {
        let schema = self.schema;
        parameters(schema).map(move |(name, property)| Field {
            name,
            is_required: is_required(schema, name),
            proposed: property.get("default"),
            property,
            schema,
        })
    }

    /// What the form proposes itself, and yes to what can be answered so.
    pub(super) fn proposed(&self) -> Result<Map<String, Value>, String> {
        let mut content = Map::new();
        for field in self.fields() {
            let shape = Shape::of(field.schema, field.property);
            let value = match field.proposed {
                Some(proposed) => proposed.clone(),
                None if shape.may_be("boolean") => true.into(),
                None if !field.is_required => continue,
                None => return Err(format!("--yes has no value for {}", field.name)),
            };
            content.insert(field.name.to_owned(), value);
        }
        Ok(content)
    }

    /// Whether these values fit into the form, as far as names go.
    pub(super) fn fits(&self, content: &Map<String, Value>) -> Result<(), String> {
        let is_known = |name: &str| self.fields().any(|field| field.name == name);
        if let Some(name) = content.keys().find(|name| !is_known(name)) {
            return Err(format!("the form has no field {name}"));
        }
        match required(self.schema).find(|name| !content.contains_key(*name)) {
            Some(name) => Err(format!("the form needs {name}")),
            None => Ok(()),
        }
    }

    /// An answer to be changed, of what has to be answered.
    pub(super) fn sample(&self) -> Value {
        let needed = self.fields().filter(|field| field.is_required);
        let sample = |field: Field<'_>| (field.name.to_owned(), field.sample());
        needed.map(sample).collect::<Map<_, _>>().into()
    }
}

impl Field<'_> {
    /// `status (open|paid) [open]`.
    pub(super) fn label(&self) -> String {
        let words = Shape::of(self.schema, self.property).words(self.schema);
        let proposed = self
            .proposed
            .map_or_else(String::new, |value| format!(" [{}]", bare(value)));
        let optional = if self.is_required {
            ""
        } else {
            ", may be left out"
        };
        let about = self
            .property
            .get("description")
            .or_else(|| self.property.get("title"));
        let about = about
            .and_then(Value::as_str)
            .map_or_else(String::new, |about| format!(" – {about}"));
        plain::line(&format!(
            "{}{about} ({words}{optional}){proposed}",
            self.name
        ))
    }

    /// A value of what was typed; none if nothing was.
    pub(super) fn parse(&self, typed: &str) -> Result<Option<Value>, String> {
        if typed.is_empty() {
            return match self.proposed {
                Some(proposed) => Ok(Some(proposed.clone())),
                None if self.is_required => Err("is needed".to_owned()),
                None => Ok(None),
            };
        }
        let shape = Shape::of(self.schema, self.property);
        if shape.may_be("boolean") {
            match typed.to_ascii_lowercase().as_str() {
                "y" | "yes" => return Ok(Some(true.into())),
                "n" | "no" => return Ok(Some(false.into())),
                _ => {}
            }
        }
        if let (true, Some(items), false) =
            (shape.may_be("array"), shape.items, typed.starts_with('['))
        {
            let item = Shape::of(self.schema, items);
            let parts = typed
                .split(',')
                .map(|part| choose(part.trim(), &item, self.schema));
            return parts
                .collect::<Result<Vec<_>, _>>()
                .map(|list| Some(list.into()));
        }
        choose(typed, &shape, self.schema).map(Some)
    }

    fn sample(&self) -> Value {
        let shape = Shape::of(self.schema, self.property);
        if let Some(value) = self.proposed.or_else(|| shape.values.first().copied()) {
            return value.clone();
        }
        match shape.types.first() {
            Some(&"boolean") => true.into(),
            Some(&"integer" | &"number") => 1.into(),
            Some(&"array") => Vec::<Value>::new().into(),
            _ => "…".into(),
        }
    }
}

/// One of the listed values, if some are listed.
fn choose(typed: &str, shape: &Shape<'_>, schema: &Value) -> Result<Value, String> {
    let is_listed =
        shape.values.is_empty() || shape.values.iter().any(|value| bare(value) == typed);
    if is_listed {
        parse(typed, shape, schema)
    } else {
        Err(format!("is {}, and not {typed}", shape.words(schema)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Form;

    fn question() -> Value {
        json!({"message": "?", "requestedSchema": {"type": "object", "properties": {
            "sure": {"type": "boolean"},
            "kind": {"type": "string", "oneOf": [{"const": "a", "title": "A"}, {"const": "b", "title": "B"}]},
            "many": {"type": "array", "items": {"enum": ["x", "y"]}},
            "age": {"type": "integer", "default": 30}
        }, "required": ["sure"]}})
    }

    #[test]
    fn what_is_typed_is_read_as_the_field_says() {
        let question = question();
        let form = Form::of(&question);
        let typed = |name: &str, text: &str| {
            let field = form.fields().find(|field| field.name == name).unwrap();
            field.parse(text)
        };
        assert_eq!(typed("sure", "Y"), Ok(Some(json!(true))));
        assert_eq!(typed("sure", "false"), Ok(Some(json!(false))));
        assert!(typed("sure", "").is_err() && typed("sure", "perhaps").is_err());
        assert_eq!(typed("kind", "b"), Ok(Some(json!("b"))));
        assert!(typed("kind", "c").is_err());
        assert_eq!(typed("kind", ""), Ok(None));
        assert_eq!(typed("many", "x, y"), Ok(Some(json!(["x", "y"]))));
        assert!(typed("many", "z").is_err());
        assert_eq!(typed("age", ""), Ok(Some(json!(30))));
        assert_eq!(typed("age", "7"), Ok(Some(json!(7))));
    }

    #[test]
    fn answers_that_were_prepared_have_to_fit() {
        let question = question();
        let form = Form::of(&question);
        let fits = |content: Value| form.fits(content.as_object().unwrap());
        assert_eq!(fits(json!({"sure": true})), Ok(()));
        assert_eq!(
            fits(json!({"sure": true, "shure": 1})),
            Err("the form has no field shure".to_owned())
        );
        assert_eq!(
            fits(json!({"age": 1})),
            Err("the form needs sure".to_owned())
        );
        assert_eq!(
            Value::from(form.proposed().unwrap()),
            json!({"sure": true, "age": 30})
        );
        assert_eq!(form.sample(), json!({"sure": true}));
    }
}
