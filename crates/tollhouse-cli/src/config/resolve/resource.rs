//! A resource: a text, a file, or what a query gives.

use tollhouse::{Policy, Resource, Template};
use tollhouse_sources::{
    sql::{SqlResource, SqlTemplate, Statement},
    texts::{Blanks, Text},
};

use super::{
    access::{Callers, Demand},
    argument::{self, Owner},
    media,
    policy::Trusting,
    source::{Offered, Reading, Source, Written},
};
use crate::config::{
    codes::Code,
    expand::World,
    files::Said,
    problem::Problems,
    raw::{self, Returns},
};

/// A resource that is a text.
#[derive(Debug)]
pub(crate) struct TextResource {
    pub(crate) name: Said<String>,
    pub(crate) offered: Resource,
    pub(crate) text: Text,
}

/// The body of a resource: exactly one was said.
enum Body {
    Text(Text),
    Query(Said<String>, Said<String>),
}

/// Reads a resource. One that is a query goes to its source, another one is given back.
pub(super) fn resource(
    name: Said<String>,
    mut said: raw::Resource,
    sources: &mut [Source],
    (world, callers): (&World<'_>, Callers<'_>),
    problems: &mut Problems,
) -> Option<TextResource> {
    let body = body(&said, world, problems);
    let trust = Trusting::whole(&said.untrusted, &said.unicode, &said.link_hosts);
    let trust = trust.over(&super::usual(said.source.as_ref(), sources), problems);
    let demand = Demand {
        scope: said.scope.take(),
        roles: said.roles.take(),
        clients: said.clients.take(),
    };
    let owner = format!("the resource `{}`", name.value);
    let access = demand.access((&owner, name.span), callers, problems);
    let uri = said.uri.take()?;
    // What a pattern may have in its braces before a name says only how much the name stands for.
    let blanks = Blanks::read(&uri.value.replace("{+", "{"));
    let variables: Vec<String> = blanks.names().map(str::to_owned).collect();
    let offered = Resource {
        uri: uri.value.clone(),
        name: name.value.clone(),
        title: said.title.take().map(|title| title.value),
        description: said
            .description
            .take()
            .map(|text| text.value.trim().to_owned()),
        mime_type: said.mime_type.take().map(|said| said.value),
        policy: Policy {
            access,
            trust,
            ..Policy::default()
        },
        ..Resource::default()
    };
    match body? {
        Body::Text(text) => {
            only_fixed(&uri, &said, &variables, problems);
            let mime_type = offered.mime_type.or_else(|| media::of(&text));
            let offered = Resource {
                mime_type,
                ..offered
            };
            Some(TextResource {
                name,
                offered,
                text,
            })
        }
        Body::Query(source, sql) => {
            let said = Query {
                uri,
                said,
                source,
                sql,
            };
            query(offered, &variables, said, sources, problems);
            None
        }
    }
}

/// A resource that a query gives, as it was said.
struct Query {
    uri: Said<String>,
    said: raw::Resource,
    source: Said<String>,
    sql: Said<String>,
}

/// Gives a resource, or the resources under a pattern, to its source.
fn query(
    offered: Resource,
    variables: &[String],
    Query {
        uri,
        said,
        source,
        sql,
    }: Query,
    sources: &mut [Source],
    problems: &mut Problems,
) {
    let owner = Owner {
        title: format!("resources.{}", offered.name),
        names: variables,
        home: Some(&source),
    };
    let name = Said::new(offered.name.clone(), said.span);
    let statement = statement(&said, &sql);
    let mime_type = offered.mime_type.or_else(|| Some(media_of(&statement)));
    let offered = Resource {
        mime_type,
        ..offered
    };
    let suggestions = argument::hints(&owner, said.args, sources, problems);
    let offered = if variables.is_empty() {
        Offered::Resource(SqlResource {
            resource: offered,
            statement,
        })
    } else {
        let template = pattern(offered);
        Offered::Template(SqlTemplate {
            template,
            statement,
            suggestions,
        })
    };
    let written = Written {
        params: variables
            .iter()
            .map(|name| uri.with(name.clone()))
            .collect(),
        json: said.json.unwrap_or_default(),
        ..Written::query(uri.value, name, sql)
    };
    if let Some(home) = super::find(&source, sources, problems) {
        home.readings.push(Reading { written, offered });
    }
}

fn body(said: &raw::Resource, world: &World<'_>, problems: &mut Problems) -> Option<Body> {
    let given = [
        ("text", &said.text),
        ("file", &said.file),
        ("sql", &said.sql),
    ];
    let mut given = given
        .into_iter()
        .filter_map(|(key, said)| Some((key, said.as_ref()?)));
    let (first, second) = (given.next(), given.next());
    if let (Some((one, _)), Some((other, text))) = (first, second) {
        let said = format!("`{one}` and `{other}` both say what stands in the resource");
        problems.add(Code::Conflict, text.span, said, "keep one of them");
    }
    if let (Some(source), None) = (&said.source, &said.sql) {
        let fix = "add sql = \"SELECT …\", or take it out";
        problems.add(
            Code::Conflict,
            source.span,
            "`source` says nothing without `sql`",
            fix,
        );
    }
    match first {
        Some(("text", text)) => Some(Body::Text(Text::Written(text.value.clone()))),
        Some(("file", file)) => {
            let path = world.files.beside(file.span, &file.value);
            if !path.is_file() && world.files.read(&path).is_err() {
                let text = format!("there is no file `{}`", file.value);
                let fix = format!("make {}, or name the file that you mean", path.display());
                problems.add(Code::MissingFile, file.span, text, fix);
            }
            Some(Body::Text(Text::File(path)))
        }
        Some((_, sql)) => {
            let Some(source) = &said.source else {
                let fix = "add source = \"NAME\", the name of a source";
                problems.add(
                    Code::MissingKey,
                    said.span,
                    "`source` is missing beside `sql`",
                    fix,
                );
                return None;
            };
            Some(Body::Query(source.clone(), sql.clone()))
        }
        None => {
            let fix = "add text = \"…\", file = \"FILE\", or source and sql";
            problems.add(
                Code::MissingKey,
                said.span,
                "nothing says what stands in the resource",
                fix,
            );
            None
        }
    }
}

/// A text stands under one URI, and a query's rules are not for it.
fn only_fixed(
    uri: &Said<String>,
    said: &raw::Resource,
    variables: &[String],
    problems: &mut Problems,
) {
    if let Some(name) = variables.first() {
        let text = format!("a text is the same for every `{name}`");
        let fix = "take the variable out of `uri`, or give the resource a source and sql";
        problems.add(Code::Conflict, uri.span, text, fix);
    }
    let for_queries = [
        ("returns", said.returns.as_ref().map(|said| said.span)),
        (
            "json",
            said.json.as_ref().and_then(|all| Some(all.first()?.span)),
        ),
        ("args", said.args.first().map(|(name, _)| name.span)),
    ];
    for (key, span) in for_queries {
        if let Some(span) = span {
            let text = format!("`{key}` is for resources that a query gives");
            problems.add(Code::Conflict, span, text, "take it out");
        }
    }
}

fn statement(said: &raw::Resource, sql: &Said<String>) -> Statement {
    let returns = said
        .returns
        .as_ref()
        .map_or(Returns::Many, |said| said.value);
    let mut statement = match returns {
        Returns::One => Statement::one(&sql.value),
        Returns::Many => Statement::many(&sql.value),
        Returns::Table => Statement::table(&sql.value),
        Returns::Text => Statement::text(&sql.value),
    };
    let json = said.json.iter().flatten();
    statement.json_columns = json.map(|said| said.value.clone()).collect();
    statement
}

fn media_of(statement: &Statement) -> String {
    let is_text = statement.returns == tollhouse_sources::sql::Returns::Text;
    if is_text {
        "text/plain"
    } else {
        "application/json"
    }
    .to_owned()
}

fn pattern(resource: Resource) -> Template {
    Template {
        uri_template: resource.uri,
        name: resource.name,
        title: resource.title,
        description: resource.description,
        mime_type: resource.mime_type,
        policy: resource.policy,
        ..Template::default()
    }
}
