//! What a tool's keys are read as.

use super::{
    super::{
        Confirm, Confirmer, Description, Effect, Face, Form, Param, Parts, Payloads, RequestId,
        Returns, Rollup, Tool, Type, Unicode, Untrusted,
    },
    rules,
};
use crate::config::{
    fields::{Choice, Fields},
    files::Said,
    node::{Node, Value},
};

impl Tool {
    pub(super) fn read(mut fields: Fields<'_>) -> Self {
        let tool = Self {
            source: fields.text("source"),
            title: fields.text("title"),
            description: description(&mut fields),
            sql: fields.text("sql"),
            params: fields.named("params", Param::read),
            effect: fields.choice("effect"),
            scope: fields.one_or_more("scope"),
            roles: fields.texts("roles"),
            clients: fields.texts("clients"),
            faces: fields.named("for", Face::read),
            returns: fields.choice("returns"),
            unless: fields.text("unless"),
            changes: fields.texts("changes"),
            not_found: fields.text("not_found"),
            json: fields.texts("json"),
            deadline: fields.text("deadline"),
            calls: fields.text("calls"),
            concurrent: rules::amount(&mut fields, "concurrent"),
            weight: fields.count("weight"),
            shared: fields.boolean("shared"),
            confirm: confirm(&mut fields),
            request_id: fields.choice("request_id"),
            request_id_argument: fields.text("request_id_argument"),
            dedupe_window: fields.text("dedupe_window"),
            exactly_once: fields.boolean("exactly_once"),
            result_tokens: fields.count("result_tokens"),
            pick: fields.texts("pick"),
            drop: fields.texts("drop"),
            format: fields.choice("format"),
            rollup: fields.table("rollup", Rollup::read),
            untrusted: untrusted(&mut fields),
            privileged: fields.boolean("privileged"),
            unicode: fields.choice("unicode"),
            link_hosts: fields.texts("link_hosts"),
            audit: fields.table("audit", Payloads::read),
        };
        fields.required(
            "source",
            "source = \"NAME\", the name of a source",
            tool.source.is_some(),
        );
        let example = "description = \"What it does, when to use it, what it gives back.\"";
        fields.required("description", example, tool.description.is_some());
        fields.required("sql", "sql = \"SELECT …\"", tool.sql.is_some());
        fields.finish();
        tool
    }
}

impl Face {
    fn read(mut fields: Fields<'_>) -> Self {
        let face = Self {
            description: description(&mut fields),
            params: fields.named("params", Param::read),
        };
        fields.finish();
        face
    }
}

fn description(fields: &mut Fields<'_>) -> Option<Description> {
    if !fields.holds_table("description") {
        let text = fields.text_or("description", "a text or a table of its parts");
        return text.map(Description::Whole);
    }
    let (key, node) = fields.node("description")?;
    fields
        .enter(&key, node, Parts::read)
        .map(Description::Parts)
}

impl Parts {
    fn read(mut fields: Fields<'_>) -> Self {
        let parts = Self {
            text: fields.text("text"),
            use_when: fields.text("use_when"),
            avoid_when: fields.text("avoid_when"),
            returns: fields.text("returns"),
            examples: fields.texts("examples"),
            span: fields.span(),
        };
        fields.required("text", "text = \"What it does.\"", parts.text.is_some());
        fields.finish();
        parts
    }
}

impl Param {
    fn read(mut fields: Fields<'_>) -> Self {
        let param = Self {
            kind: fields.choice("type"),
            description: fields.text("description"),
            allowed: fields.scalars("enum"),
            min: fields.number("min"),
            max: fields.number("max"),
            min_length: fields.count("min_length"),
            max_length: fields.count("max_length"),
            pattern: fields.text("pattern"),
            default: fields.scalar("default"),
            optional: fields.boolean("optional"),
            exists_in: fields.text("exists_in"),
        };
        fields.finish();
        param
    }
}

impl Rollup {
    fn read(mut fields: Fields<'_>) -> Self {
        let rollup = Self {
            by: fields.texts("by"),
            sum: fields.texts("sum"),
        };
        fields.required("by", "by = [\"FIELD\"]", rollup.by.is_some());
        fields.finish();
        rollup
    }
}

impl Payloads {
    fn read(mut fields: Fields<'_>) -> Self {
        let payloads = Self {
            arguments: fields.choice("arguments"),
            results: fields.choice("results"),
        };
        fields.finish();
        payloads
    }
}

impl Confirm {
    fn read(mut fields: Fields<'_>) -> Self {
        let confirm = Self {
            by: fields.choice("by"),
            ask: fields.text("ask"),
        };
        fields.finish();
        confirm
    }
}

/// One word, or a table with what is asked.
fn confirm(fields: &mut Fields<'_>) -> Option<Confirm> {
    if !fields.holds_table("confirm") {
        let by = fields.choice("confirm");
        return by.map(|by| Confirm {
            by: Some(by),
            ask: None,
        });
    }
    let (key, node) = fields.node("confirm")?;
    fields.enter(&key, node, Confirm::read)
}

/// `true`, `false`, or the names of fields.
pub(super) fn untrusted(fields: &mut Fields<'_>) -> Option<Said<Untrusted>> {
    let name = |item: &Node| match &item.value {
        Value::Text(name) => Some(name.clone()),
        _ => None,
    };
    let kind = "true, or a list of fields";
    fields.typed("untrusted", kind, |node| match &node.value {
        Value::Boolean(all) => Ok(Untrusted::All(*all)),
        Value::List(items) => match items.iter().map(name).collect() {
            Some(names) => Ok(Untrusted::Fields(names)),
            None => Err(node),
        },
        _ => Err(node),
    })
}

impl Choice for Type {
    const ALL: &'static [(&'static str, Self)] = &[
        ("string", Self::String),
        ("integer", Self::Integer),
        ("number", Self::Number),
        ("boolean", Self::Boolean),
    ];
}

impl Choice for Effect {
    const ALL: &'static [(&'static str, Self)] = &[
        ("read", Self::Read),
        ("write", Self::Write),
        ("destructive", Self::Destructive),
    ];
}

impl Choice for Returns {
    const ALL: &'static [(&'static str, Self)] = &[
        ("one", Self::One),
        ("many", Self::Many),
        ("table", Self::Table),
        ("text", Self::Text),
    ];
}

impl Choice for Confirmer {
    const ALL: &'static [(&'static str, Self)] = &[
        ("none", Self::None),
        ("client", Self::Client),
        ("human", Self::Human),
    ];
}

impl Choice for RequestId {
    const ALL: &'static [(&'static str, Self)] = &[
        ("optional", Self::Optional),
        ("required", Self::Required),
        ("none", Self::None),
    ];
}

impl Choice for Form {
    const ALL: &'static [(&'static str, Self)] = &[
        ("json", Self::Json),
        ("markdown", Self::Markdown),
        ("csv", Self::Csv),
    ];
}

impl Choice for Unicode {
    const ALL: &'static [(&'static str, Self)] = &[("clean", Self::Clean), ("keep", Self::Keep)];
}
