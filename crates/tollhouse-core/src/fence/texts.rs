//! Finds the texts in everything that is sent: each kind of thing names its own here.

use serde_json::{Map, Number, Value};

use crate::{
    Annotations, Ask, Body, Content, Contents, Event, Icon, Offers, Output, Prompt, Question,
    Resource, Template, Tool,
};

/// What is done with texts.
pub(crate) trait See {
    /// Looks at a text, and may change it.
    fn text(&mut self, text: &mut String);

    /// Looks at a URI, and may change it into another.
    fn uri(&mut self, uri: &mut String) {
        self.text(uri);
    }

    /// Looks at the name of a value, and may give another.
    fn name(&mut self, _name: &str) -> Option<String> {
        None
    }

    /// Looks at a number, and may give something else.
    fn number(&mut self, _number: &Number) -> Option<Value> {
        None
    }

    /// Looks at a value by the name of its field, and may give another; what it gives is not looked at again.
    fn field(&mut self, _name: &str, _value: &Value) -> Option<Value> {
        None
    }
}

/// The texts of what a target said.
pub(crate) fn output(output: &mut Output, see: &mut impl See) {
    match output {
        Output::Tool(reported) => {
            for piece in &mut reported.content {
                content(piece, see);
            }
            if let Some(data) = &mut reported.structured {
                value(data, see);
            }
            meta(reported.meta.as_mut(), see);
        }
        Output::Resource(all) => {
            for one in all {
                contents(one, see);
            }
        }
        Output::Prompt {
            description,
            messages,
        } => {
            maybe(description, see);
            for message in messages {
                content(&mut message.content, see);
            }
        }
        Output::Completion { values, .. } => values.iter_mut().for_each(|text| see.text(text)),
    }
}

/// The texts of one piece.
pub(super) fn content(content: &mut Content, see: &mut impl See) {
    if let Content::Noted(noted) = content {
        let (inner, extras) = noted.parts_mut();
        annotations(&mut extras.annotations, see);
        meta(extras.meta.as_mut(), see);
        return self::content(inner, see);
    }
    match content {
        Content::Text(text) => see.text(text),
        Content::Image { mime_type, .. } | Content::Audio { mime_type, .. } => see.text(mime_type),
        Content::Link(link) => resource(link, see),
        Content::Embedded(inner) => contents(inner, see),
        // Never stands inside another of its kind.
        Content::Noted(_) => {}
    }
}

fn contents(contents: &mut Contents, see: &mut impl See) {
    see.uri(&mut contents.uri);
    maybe(&mut contents.mime_type, see);
    if let Body::Text(text) = &mut contents.body {
        see.text(text);
    }
    meta(contents.meta.as_deref_mut(), see);
}

/// The texts of questions.
pub(crate) fn ask(ask: &mut Ask, see: &mut impl See) {
    match &mut ask.question {
        Question::Form { message, schema } => {
            see.text(message);
            value(schema, see);
        }
        Question::Url { message, url } => {
            see.text(message);
            see.uri(url);
        }
        Question::Sampling(params) => value(params, see),
        Question::Roots => {}
    }
}

/// The texts of what is said while a call runs.
pub(crate) fn event(event: &mut Event, see: &mut impl See) {
    match event {
        Event::Progress { message, .. } => maybe(message, see),
        Event::Log { logger, data, .. } => {
            maybe(logger, see);
            value(data, see);
        }
    }
}

/// The texts of all that a source offers.
pub(crate) fn offers(offers: &mut Offers, see: &mut impl See) {
    offers.tools.iter_mut().for_each(|one| tool(one, see));
    let (resources, templates) = (&mut offers.resources, &mut offers.templates);
    resources.iter_mut().for_each(|one| resource(one, see));
    templates.iter_mut().for_each(|one| template(one, see));
    offers.prompts.iter_mut().for_each(|one| prompt(one, see));
}

/// The texts of a tool as it is listed.
pub(super) fn tool(tool: &mut Tool, see: &mut impl See) {
    maybe(&mut tool.title, see);
    see.text(&mut tool.description);
    value(&mut tool.input, see);
    if let Some(schema) = &mut tool.output {
        value(schema, see);
    }
    for face in &mut tool.faces {
        maybe(&mut face.description, see);
        if let Some(schema) = &mut face.input {
            value(schema, see);
        }
    }
    icons(&mut tool.icons, see);
    meta(tool.meta.as_mut(), see);
}

/// The texts of a resource, as it is listed or linked.
pub(super) fn resource(resource: &mut Resource, see: &mut impl See) {
    see.uri(&mut resource.uri);
    see.text(&mut resource.name);
    maybe(&mut resource.title, see);
    maybe(&mut resource.description, see);
    maybe(&mut resource.mime_type, see);
    icons(&mut resource.icons, see);
    annotations(&mut resource.annotations, see);
    meta(resource.meta.as_mut(), see);
}

/// The texts of a template as it is listed.
pub(super) fn template(template: &mut Template, see: &mut impl See) {
    see.text(&mut template.name);
    maybe(&mut template.title, see);
    maybe(&mut template.description, see);
    maybe(&mut template.mime_type, see);
    icons(&mut template.icons, see);
    annotations(&mut template.annotations, see);
    meta(template.meta.as_mut(), see);
}

/// The texts of a prompt as it is listed.
pub(super) fn prompt(prompt: &mut Prompt, see: &mut impl See) {
    maybe(&mut prompt.title, see);
    maybe(&mut prompt.description, see);
    for parameter in &mut prompt.parameters {
        see.text(&mut parameter.name);
        maybe(&mut parameter.title, see);
        maybe(&mut parameter.description, see);
    }
    icons(&mut prompt.icons, see);
    meta(prompt.meta.as_mut(), see);
}

/// The texts of pictures.
pub(super) fn icons(icons: &mut [Icon], see: &mut impl See) {
    for icon in icons {
        see.uri(&mut icon.src);
        maybe(&mut icon.mime_type, see);
        icon.sizes.iter_mut().for_each(|size| see.text(size));
    }
}

fn annotations(annotations: &mut Annotations, see: &mut impl See) {
    maybe(&mut annotations.last_modified, see);
}

/// A text that may be missing.
pub(super) fn maybe(text: &mut Option<String>, see: &mut impl See) {
    if let Some(text) = text {
        see.text(text);
    }
}

fn meta(meta: Option<&mut Map<String, Value>>, see: &mut impl See) {
    if let Some(meta) = meta {
        map(meta, see);
    }
}

/// The texts in a value, names too.
pub(crate) fn value(data: &mut Value, see: &mut impl See) {
    match data {
        Value::String(text) => see.text(text),
        Value::Array(items) => items.iter_mut().for_each(|item| value(item, see)),
        Value::Object(fields) => map(fields, see),
        Value::Number(number) => {
            if let Some(other) = see.number(number) {
                *data = other;
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

fn map(fields: &mut Map<String, Value>, see: &mut impl See) {
    let mut is_renamed = false;
    for (name, inner) in fields.iter_mut() {
        match see.field(name, inner) {
            Some(other) => *inner = other,
            None => value(inner, see),
        }
        is_renamed |= see.name(name).is_some();
    }
    if !is_renamed {
        return;
    }
    // What has its name already comes first, so that nothing that looks the same takes its place.
    let mut renamed = Vec::new();
    for (name, inner) in std::mem::take(fields) {
        match see.name(&name) {
            None => drop(fields.insert(name, inner)),
            Some(other) => renamed.push((other, inner)),
        }
    }
    for (name, inner) in renamed {
        fields.entry(name).or_insert(inner);
    }
}

/// The texts in fields of these names, wherever they stand in a value; whether there is any.
pub(super) fn fields(data: &mut Value, names: &[String], see: &mut impl See) -> bool {
    match data {
        Value::Array(items) => items
            .iter_mut()
            .fold(false, |any, item| fields(item, names, see) | any),
        // A table says the names once, and not beside each value.
        Value::Object(map) if is_table_of(map, names) => {
            let rows = map.get_mut("rows");
            let rows = rows.filter(|rows| rows.as_array().is_some_and(|rows| !rows.is_empty()));
            rows.map(|rows| value(rows, see)).is_some()
        }
        Value::Object(map) => map.iter_mut().fold(false, |any, (name, inner)| {
            let found = if names.iter().any(|one| one == name) {
                let says = !inner.is_null();
                value(inner, see);
                says
            } else {
                fields(inner, names, see)
            };
            found | any
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Whether it is a table that has a column of one of these names.
fn is_table_of(table: &Map<String, Value>, names: &[String]) -> bool {
    let columns = table.get("columns").and_then(Value::as_array);
    let mut columns = columns.into_iter().flatten().filter_map(Value::as_str);
    columns.any(|column| names.iter().any(|name| name == column))
}
