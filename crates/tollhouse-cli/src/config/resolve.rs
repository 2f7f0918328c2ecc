//! What a configuration means: names lead somewhere, variables have values, parameters are schemas.
//!
//! It takes whatever was said and makes the best of it, so that one mistake does not hide the next. What it
//! gives is served only if there was no error.

use tollhouse::Trust;
use tollhouse_sources::sql::SqlTool;

pub(crate) use self::{
    door::{Door, usual_headers},
    general::{Audit, General, Sink, Webhook},
    issuer::{Issuer, Lookup, Way},
    param::is_name,
    prompt::Prompt,
    resource::TextResource,
    site::{Collector, NAMED, Site, State, UNNAMED},
    source::{Offered, Source, Written},
};

use super::{
    codes::Code,
    expand::{World, expand},
    files::{Said, Span},
    problem::{Problem, Problems, instead},
    raw::{self, Kind},
};
use crate::rights::Rights;
use access::Callers;
use site::Saying;

mod access;
mod argument;
mod description;
mod door;
mod face;
mod general;
mod issuer;
mod media;
mod param;
mod policy;
mod prompt;
mod resource;
mod rights;
mod rules;
mod site;
mod source;
mod time;
mod tool;

/// A server, ready to be put together.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) server: Identity,
    pub(crate) site: Site,
    /// What holds for every call.
    pub(crate) general: General,
    /// What callers may do.
    pub(crate) rights: Rights,
    pub(crate) sources: Vec<Source>,
    pub(crate) texts: Texts,
}

/// Who the server says it is.
#[derive(Debug, Default)]
pub(crate) struct Identity {
    pub(crate) name: String,
    pub(crate) title: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) website: Option<String>,
    pub(crate) instructions: Option<String>,
}

/// Resources and prompts that are texts.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    pub(crate) resources: Vec<TextResource>,
    pub(crate) prompts: Vec<Prompt>,
}

/// A tool, and where its parts were said.
#[derive(Debug)]
pub(crate) struct Tool {
    pub(crate) offered: SqlTool,
    pub(crate) written: Written,
    /// None if it was missing or of no use, which was told.
    pub(crate) description: Option<Span>,
    pub(crate) patterns: Vec<Span>,
}

/// Finds out what a file means. `name` is the server's name if it says none.
pub(crate) fn resolve(
    mut file: raw::File,
    name: &str,
    world: &World<'_>,
    problems: &mut Problems,
) -> Resolved {
    version(&file, problems);
    let mut said = file.server.take().unwrap_or_default();
    let server = identity(&mut said, name, world, problems);
    let auth = file.auth.take().unwrap_or_default();
    let rights = rights::rights(&auth, problems);
    let saying = Saying {
        listen: said.listen,
        public_url: said.public_url.unwrap_or_default(),
        hosts: said.hosts.unwrap_or_default(),
        origins: said.origins.unwrap_or_default(),
        state: said.state,
        local_user: said.local_user,
        auth,
        telemetry: file.telemetry.take().unwrap_or_default(),
    };
    let site = site::site(saying, world, problems);
    let general = general::general(general::Saying::take(&mut file), world, problems);
    let callers = Callers {
        sign_in: site.door.asks(),
        rights: &rights,
    };
    if let (Some(span), false) = (access::first_asked(&file), callers.sign_in) {
        let text = "nobody signs in, so that nobody is asked for scopes";
        let fix = "let callers show keys, [auth] mode = \"keys\", or serve only people who may do everything";
        problems.add(Code::Unscoped, span, text, fix);
    }
    let mut sources: Vec<Source> = file
        .sources
        .into_iter()
        .map(|(name, said)| source::source(name, said, (world, callers), problems))
        .collect();
    for (name, said) in file.tools {
        place(name, said, (&mut sources, callers), problems);
    }
    let mut texts = Texts::default();
    for (name, said) in file.resources {
        let text = resource::resource(name, said, &mut sources, (world, callers), problems);
        texts.resources.extend(text);
    }
    for (name, said) in file.prompts {
        let prompt = prompt::prompt(name, said, &mut sources, (world, callers), problems);
        texts.prompts.extend(prompt);
    }
    // Where something is wrong, what is missing may be what is wrong.
    if !problems.has_errors() {
        unused(&sources, &texts, problems);
    }
    Resolved {
        server,
        site,
        general,
        rights,
        sources,
        texts,
    }
}

fn version(file: &raw::File, problems: &mut Problems) {
    if let Some(version) = &file.version
        && version.value != 1
    {
        let text = format!(
            "this program does not know version {} of the format",
            version.value
        );
        problems.add(Code::Version, version.span, text, "write version = 1");
    }
}

/// Tells of what stands there for nothing.
fn unused(sources: &[Source], texts: &Texts, problems: &mut Problems) {
    for source in sources.iter().filter(|source| !source.is_of_use()) {
        let text = format!("no tool uses the source `{}`", source.name.value);
        let fix = "add a tool for it, or take it out";
        problems.add(Code::NoTools, source.name.span, text, fix);
    }
    let has_texts = !texts.resources.is_empty() || !texts.prompts.is_empty();
    if !has_texts && !sources.iter().any(Source::is_of_use) {
        problems.push(Problem {
            code: Code::NoTools,
            span: None,
            text: "there is no tool to serve".to_owned(),
            fix: "add a [tools.NAME]".to_owned(),
        });
    }
}

fn identity(
    said: &mut raw::Server,
    name: &str,
    world: &World<'_>,
    problems: &mut Problems,
) -> Identity {
    let mut text =
        |said: Option<Said<String>>| said.and_then(|said| expand(&said, world, problems));
    let named = text(said.name.take());
    let [title, version, description, website, instructions] = [
        said.title.take(),
        said.version.take(),
        said.description.take(),
        said.website.take(),
        said.instructions.take(),
    ]
    .map(|said| text(said).map(|said| said.value));
    Identity {
        name: named.map_or_else(|| name.to_owned(), |said| said.value),
        title,
        version,
        description,
        website,
        instructions,
    }
}

/// Gives a tool to its source.
fn place(
    name: Said<String>,
    said: raw::Tool,
    (sources, callers): (&mut [Source], Callers<'_>),
    problems: &mut Problems,
) {
    let wanted = said.source.clone();
    let usual = usual(wanted.as_ref(), sources);
    let tool = tool::tool(name, said, (callers, &usual), problems);
    let Some(wanted) = wanted else { return };
    if let (Some(source), Some(tool)) = (find(&wanted, sources, problems), tool) {
        source.tools.push(tool);
    }
}

/// What the source of this name says of who wrote what it holds.
fn usual(wanted: Option<&Said<String>>, sources: &[Source]) -> Trust {
    let is_wanted = |source: &&Source| wanted.is_some_and(|name| name.value == source.name.value);
    let source = sources.iter().find(is_wanted);
    source
        .map(|source| source.trust.clone())
        .unwrap_or_default()
}

/// The database of this name.
fn find<'a>(
    wanted: &Said<String>,
    sources: &'a mut [Source],
    problems: &mut Problems,
) -> Option<&'a mut Source> {
    let is_wanted = |source: &Source| source.name.value == wanted.value;
    let Some(place) = sources.iter().position(is_wanted) else {
        let known: Vec<&str> = sources
            .iter()
            .map(|source| source.name.value.as_str())
            .collect();
        let text = format!("there is no source `{}`", wanted.value);
        let fix = if known.is_empty() {
            format!(
                "add [sources.{}] with type = \"sqlite\" and its path",
                wanted.value
            )
        } else {
            instead(&wanted.value, &known)
        };
        problems.add(Code::UnknownSource, wanted.span, text, fix);
        return None;
    };
    let source = sources.get_mut(place)?;
    if source.kind != Kind::Sqlite {
        let text = format!(
            "the source `{}` is no database, and brings its own tools",
            wanted.value
        );
        let fix = "name a source with type = \"sqlite\"";
        problems.add(Code::UnknownSource, wanted.span, text, fix);
        return None;
    }
    Some(source)
}
