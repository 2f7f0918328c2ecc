//! What a configuration means: names lead somewhere, variables have values, parameters are schemas.
//!
//! It takes whatever was said and makes the best of it, so that one mistake does not hide the next. What it
//! gives is served only if there was no error.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use tollhouse_sources::sql::SqlTool;

pub(crate) use param::is_name;

use super::{
    codes::Code,
    expand::{World, expand},
    files::{Said, Span},
    problem::{Problem, Problems, instead},
    raw,
};

mod description;
mod param;
mod rules;
mod tool;

/// A server, ready to be put together.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) server: Identity,
    pub(crate) sources: Vec<Source>,
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
    pub(crate) listen: Option<SocketAddr>,
}

/// A database and its tools.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) name: Said<String>,
    /// Its file. None if that was not said in a way that can be understood.
    pub(crate) path: Option<Said<PathBuf>>,
    pub(crate) tools: Vec<Tool>,
}

/// A tool, and where its parts were said.
#[derive(Debug)]
pub(crate) struct Tool {
    pub(crate) name: Said<String>,
    pub(crate) offered: SqlTool,
    pub(crate) sql: Said<String>,
    /// None if it was missing or of no use, which was told.
    pub(crate) description: Option<Span>,
    pub(crate) params: Vec<Said<String>>,
    pub(crate) patterns: Vec<Span>,
    pub(crate) effect: Option<Span>,
    pub(crate) not_found: Option<Span>,
    pub(crate) json: Vec<Said<String>>,
}

/// Finds out what a file means. `name` is the server's name if it says none.
pub(crate) fn resolve(
    file: raw::File,
    name: &str,
    world: &World<'_>,
    problems: &mut Problems,
) -> Resolved {
    if let Some(version) = &file.version
        && version.value != 1
    {
        let text = format!(
            "this program does not know version {} of the format",
            version.value
        );
        problems.add(Code::Version, version.span, text, "write version = 1");
    }
    let server = identity(file.server.unwrap_or_default(), name, world, problems);
    let mut sources: Vec<Source> = file
        .sources
        .into_iter()
        .map(|(name, said)| source(name, &said, world, problems))
        .collect();
    let mut first_scope = None;
    for (name, said) in file.tools {
        let scope = said.scope.as_ref().map(|scope| scope.span);
        first_scope = first_scope.or(scope);
        place(name, said, &mut sources, problems);
    }
    if let Some(span) = first_scope {
        let text = "nobody signs in, so that nobody is asked for scopes";
        let fix =
            "serve only people who may do everything; HTTP is loopback only until people sign in";
        problems.add(Code::Unscoped, span, text, fix);
    }
    // Where something is wrong, what is missing may be what is wrong.
    if !problems.has_errors() {
        unused(&sources, problems);
    }
    Resolved { server, sources }
}

/// Tells of what stands there for nothing.
fn unused(sources: &[Source], problems: &mut Problems) {
    for source in sources.iter().filter(|source| source.tools.is_empty()) {
        let text = format!("no tool uses the source `{}`", source.name.value);
        let fix = "add a tool for it, or take it out";
        problems.add(Code::NoTools, source.name.span, text, fix);
    }
    if sources.iter().all(|source| source.tools.is_empty()) {
        problems.push(Problem {
            code: Code::NoTools,
            span: None,
            text: "there is no tool to serve".to_owned(),
            fix: "add a [tools.NAME]".to_owned(),
        });
    }
}

fn identity(said: raw::Server, name: &str, world: &World<'_>, problems: &mut Problems) -> Identity {
    let mut text =
        |said: Option<Said<String>>| said.and_then(|said| expand(&said, world, problems));
    let named = text(said.name);
    let listen = text(said.listen);
    let [title, version, description, website, instructions] = [
        said.title,
        said.version,
        said.description,
        said.website,
        said.instructions,
    ]
    .map(|said| text(said).map(|said| said.value));
    Identity {
        name: named.map_or_else(|| name.to_owned(), |said| said.value),
        title,
        version,
        description,
        website,
        instructions,
        listen: listen.and_then(|said| address(&said, problems)),
    }
}

fn address(said: &Said<String>, problems: &mut Problems) -> Option<SocketAddr> {
    match crate::arguments::address(&said.value) {
        Ok(address) if address.ip().is_loopback() => Some(address),
        Ok(address) => {
            let text = format!(
                "{address} can be reached from other machines, and nobody would have to sign in"
            );
            let fix = format!("write listen = \"127.0.0.1:{}\"", address.port());
            problems.add(Code::Reachable, said.span, text, fix);
            None
        }
        Err(why) => {
            let text = format!("`{}` is no address", said.value);
            problems.add(Code::Malformed, said.span, text, why);
            None
        }
    }
}

fn source(
    name: Said<String>,
    said: &raw::Source,
    world: &World<'_>,
    problems: &mut Problems,
) -> Source {
    let path = said
        .path
        .as_ref()
        .and_then(|path| expand(path, world, problems));
    let url = said
        .url
        .as_ref()
        .and_then(|url| expand(url, world, problems));
    if let (Some(_), Some(url)) = (&said.path, &said.url) {
        let fix = "keep `path` or `url`";
        problems.add(
            Code::Conflict,
            url.span,
            "`path` and `url` say the same thing",
            fix,
        );
    }
    let from_url = url.and_then(|url| match url.value.strip_prefix("sqlite:") {
        // With and without the slashes that other URLs have.
        Some(path) => Some(url.with(path.strip_prefix("//").unwrap_or(path).to_owned())),
        None => {
            let kind = url.value.split(':').next().unwrap_or_default();
            let text = format!("`{kind}` is no kind of database that this program serves");
            problems.add(Code::NotAllowed, url.span, text, "write sqlite:FILE");
            None
        }
    });
    let path = path.or(from_url).filter(|_| !said.is_odd);
    Source {
        path: path.map(|path| path.with(world.files.beside(path.span, &path.value))),
        name,
        tools: Vec::new(),
    }
}

/// Gives a tool to its source.
fn place(name: Said<String>, said: raw::Tool, sources: &mut [Source], problems: &mut Problems) {
    let wanted = said.source.clone();
    let tool = tool::tool(name, said, problems);
    let Some(wanted) = wanted else { return };
    let names: Vec<String> = sources
        .iter()
        .map(|source| source.name.value.clone())
        .collect();
    let found = sources
        .iter_mut()
        .find(|source| source.name.value == wanted.value);
    match (found, tool) {
        (Some(source), Some(tool)) => source.tools.push(tool),
        (Some(_), None) => {}
        (None, _) => {
            let known: Vec<&str> = names.iter().map(String::as_str).collect();
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
        }
    }
}

/// `500ms`, `5s`, `1m`.
fn duration(said: &Said<String>, problems: &mut Problems) -> Option<Duration> {
    let digits = said
        .value
        .trim_end_matches(|unit: char| unit.is_ascii_alphabetic());
    let unit = said.value.get(digits.len()..).unwrap_or_default();
    let number: Option<u64> = digits.parse().ok();
    let found = match (number, unit) {
        (Some(number), "ms") => Some(Duration::from_millis(number)),
        (Some(number), "s") => Some(Duration::from_secs(number)),
        (Some(number), "m") => number.checked_mul(60).map(Duration::from_secs),
        _ => None,
    };
    let found = found.filter(|found| !found.is_zero() && *found <= DEADLINE_MAX);
    if found.is_none() {
        let text = format!("`{}` is no time that a call may take", said.value);
        let fix = "write a number and ms, s or m, at most an hour: \"5s\"";
        problems.add(Code::Malformed, said.span, text, fix);
    }
    found
}

const DEADLINE_MAX: Duration = Duration::from_secs(60 * 60);
