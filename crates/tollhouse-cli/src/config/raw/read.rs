//! What each table's keys are read as.

use super::{
    Auth, Description, Effect, Expose, Face, File, Kind, Owner, Param, Parts, Prompt, Resource,
    Returns, Server, Source, Telemetry, Tool, Type,
};
use crate::config::{
    fields::{Choice, Fields},
    files::Said,
    node::{Node, Value},
};

mod auth;
mod texts;

impl File {
    pub(crate) fn read(mut fields: Fields<'_>) -> Self {
        let mut first_only = Vec::new();
        for key in ["version", "include", "server", "auth", "telemetry"] {
            first_only.extend(
                fields
                    .place_of(key)
                    .map(|span| Said::new(key.to_owned(), span)),
            );
        }
        let file = Self {
            version: fields.count("version"),
            include: fields.texts("include"),
            server: fields.table("server", Server::read),
            auth: fields.table("auth", Auth::read),
            telemetry: fields.table("telemetry", Telemetry::read),
            sources: fields.named("sources", Source::read),
            tools: fields.named("tools", Tool::read),
            resources: fields.named("resources", Resource::read),
            prompts: fields.named("prompts", Prompt::read),
            first_only,
        };
        fields.finish();
        file
    }
}

impl Server {
    fn read(mut fields: Fields<'_>) -> Self {
        let server = Self {
            name: fields.text("name"),
            title: fields.text("title"),
            version: fields.text("version"),
            description: fields.text("description"),
            website: fields.text("website"),
            instructions: fields.text("instructions"),
            listen: fields.text("listen"),
            public_url: fields.one_or_more("public_url"),
            hosts: fields.texts("hosts"),
            origins: fields.texts("origins"),
            state: fields.text("state"),
            local_user: fields.text("local_user"),
        };
        fields.finish();
        server
    }
}

impl Telemetry {
    fn read(mut fields: Fields<'_>) -> Self {
        let telemetry = Self {
            metrics: fields.text("metrics"),
        };
        fields.finish();
        telemetry
    }
}

impl Source {
    fn read(mut fields: Fields<'_>) -> Self {
        let is_typed = fields.place_of("type").is_some();
        let kind = fields.choice("type");
        let source = Self {
            is_odd: is_typed && kind.is_none(),
            kind,
            path: fields.text("path"),
            url: fields.text("url"),
            seed: fields.text("seed"),
            expose_tables: expose(&mut fields),
            owner: fields.choice("owner"),
            zone: fields.text("zone"),
            scope: fields.one_or_more("scope"),
            roles: fields.texts("roles"),
            clients: fields.texts("clients"),
        };
        let is_known = source.kind.is_some() || source.url.is_some();
        fields.required("type", "type = \"sqlite\"", is_known);
        let is_file = matches!(
            &source.kind,
            None | Some(Said {
                value: Kind::Sqlite,
                ..
            })
        );
        let is_there = source.path.is_some() || source.url.is_some() || !is_file;
        fields.required(
            "path",
            "path = \"FILE.db\"",
            is_there || fields.is_refused("url"),
        );
        fields.finish();
        source
    }
}

/// `true`, `false`, or the names of tables.
fn expose(fields: &mut Fields<'_>) -> Option<Said<Expose>> {
    let name = |item: &Node| match &item.value {
        Value::Text(name) => Some(name.clone()),
        _ => None,
    };
    let kind = "true, or a list of tables";
    fields.typed("expose_tables", kind, |node| match &node.value {
        Value::Boolean(all) => Ok(Expose::All(*all)),
        Value::List(items) => match items.iter().map(name).collect() {
            Some(names) => Ok(Expose::Tables(names)),
            None => Err(node),
        },
        _ => Err(node),
    })
}

impl Tool {
    fn read(mut fields: Fields<'_>) -> Self {
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

impl Choice for Kind {
    const ALL: &'static [(&'static str, Self)] = &[
        ("sqlite", Self::Sqlite),
        ("memory", Self::Memory),
        ("date", Self::Date),
    ];
}

impl Choice for Owner {
    const ALL: &'static [(&'static str, Self)] = &[("user", Self::User), ("shared", Self::Shared)];
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
