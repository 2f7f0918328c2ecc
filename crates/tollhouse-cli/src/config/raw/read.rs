//! What each table's keys are read as.

use super::{
    Approval, Audit, Auth, Expose, File, Kind, Limits, Owner, Prompt, Redact, Resource, Server,
    Source, Taint, Telemetry, Tool,
};
use crate::config::{
    fields::{Choice, Fields},
    files::Said,
    node::{Node, Value},
};

mod auth;
mod rules;
mod texts;
mod tool;

impl File {
    pub(crate) fn read(mut fields: Fields<'_>) -> Self {
        let mut first_only = Vec::new();
        for key in [
            "version",
            "include",
            "server",
            "auth",
            "telemetry",
            "limits",
            "confirm",
            "taint",
            "audit",
            "redact",
        ] {
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
            limits: fields.table("limits", Limits::read),
            confirm: fields.table("confirm", Approval::read),
            taint: fields.table("taint", Taint::read),
            audit: fields.table("audit", Audit::read),
            redact: fields.table("redact", Redact::read),
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
            otlp: fields.text("otlp"),
            headers: fields.values("headers", "a text", |node| match node.value {
                Value::Text(text) => Ok(text),
                _ => Err(node),
            }),
            service: fields.text("service"),
            sample: fields.number("sample"),
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
            concurrent: fields.count("concurrent"),
            failures: fields.count("failures"),
            pause: fields.text("pause"),
            retries: fields.count("retries"),
            zone: fields.text("zone"),
            scope: fields.one_or_more("scope"),
            roles: fields.texts("roles"),
            clients: fields.texts("clients"),
            untrusted: tool::untrusted(&mut fields),
            unicode: fields.choice("unicode"),
            link_hosts: fields.texts("link_hosts"),
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
