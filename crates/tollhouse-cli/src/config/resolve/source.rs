//! A source: a database and what is made of it, or one of those that come with the program.

use std::path::PathBuf;

use tollhouse::{Access, Care, Trust};
use tollhouse_sources::sql::{SqlResource, SqlSuggestion, SqlTemplate};

use super::{
    Tool,
    access::{Callers, Demand},
    policy::Trusting,
    time::{Longest, time},
};
use crate::config::{
    codes::Code,
    expand::{World, expand},
    files::{Said, Span},
    problem::Problems,
    raw::{self, Effect, Expose, Kind, Owner},
};

/// Where tools come from.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) name: Said<String>,
    pub(crate) kind: Kind,
    /// A database's file. None if that was not said in a way that can be understood.
    pub(crate) path: Option<Said<PathBuf>>,
    /// The SQL that the database is made of when it is not there.
    pub(crate) seed: Option<Said<String>>,
    pub(crate) expose: Option<Said<Expose>>,
    /// What keeps it from taking others along when it hangs or fails.
    pub(crate) care: Care,
    pub(crate) owner: Owner,
    pub(crate) zone: Option<Said<String>>,
    pub(crate) access: Access,
    /// What holds for all that is of it and says nothing else.
    pub(crate) trust: Trust,
    pub(crate) tools: Vec<Tool>,
    pub(crate) readings: Vec<Reading>,
    pub(crate) suggestions: Vec<Suggestion>,
}

/// What a statement was written as, and where: for whoever has to mend it.
#[derive(Debug)]
pub(crate) struct Written {
    /// What the database calls it by.
    pub(crate) of: String,
    pub(crate) name: Said<String>,
    pub(crate) sql: Said<String>,
    pub(crate) unless: Option<Said<String>>,
    /// The names that it may use.
    pub(crate) params: Vec<Said<String>>,
    pub(crate) effect: Option<Said<Effect>>,
    pub(crate) not_found: Option<Span>,
    pub(crate) json: Vec<Said<String>>,
    /// Columns that values must be in, by the parameter's name.
    pub(crate) exists_in: Vec<(String, Span)>,
}

/// A resource, or resources under a pattern, that a query gives.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) written: Written,
    pub(crate) offered: Offered,
}

/// One or many.
#[derive(Clone, Debug)]
pub(crate) enum Offered {
    /// Under one URI.
    Resource(SqlResource),
    /// Under a pattern of URIs.
    Template(SqlTemplate),
}

/// A query for suggestions.
#[derive(Debug)]
pub(crate) struct Suggestion {
    pub(crate) written: Written,
    pub(crate) offered: SqlSuggestion,
}

impl Written {
    /// A query without conditions.
    pub(super) const fn query(of: String, name: Said<String>, sql: Said<String>) -> Self {
        Self {
            of,
            name,
            sql,
            unless: None,
            params: Vec::new(),
            effect: None,
            not_found: None,
            json: Vec::new(),
            exists_in: Vec::new(),
        }
    }
}

impl Source {
    /// All that was written for its database.
    pub(crate) fn written(&self) -> impl Iterator<Item = &Written> {
        let tools = self.tools.iter().map(|tool| &tool.written);
        let readings = self.readings.iter().map(|reading| &reading.written);
        let suggestions = self.suggestions.iter().map(|one| &one.written);
        tools.chain(readings).chain(suggestions)
    }

    /// Whether it has something to serve.
    pub(crate) fn is_of_use(&self) -> bool {
        let exposes = matches!(&self.expose, Some(said) if said.value != Expose::All(false));
        self.kind != Kind::Sqlite || exposes || self.written().next().is_some()
    }
}

pub(super) fn source(
    name: Said<String>,
    said: raw::Source,
    (world, callers): (&World<'_>, Callers<'_>),
    problems: &mut Problems,
) -> Source {
    let kind = said.kind.as_ref().map_or(Kind::Sqlite, |kind| kind.value);
    strangers(&said, kind, problems);
    let path = path(&said, world, problems);
    let care = care(&said, problems);
    let trust = Trusting::new(said.untrusted, &said.unicode, &said.link_hosts);
    let trust = trust.over(&Trust::default(), problems);
    let seed = said.seed.and_then(|file| {
        let file = expand(&file, world, problems)?;
        let text = world.read(&file, &file.value, problems)?;
        Some(file.with(text))
    });
    let serves_itself = kind != Kind::Sqlite || said.expose_tables.is_some();
    let demand = Demand {
        scope: said.scope,
        roles: said.roles,
        clients: said.clients,
    };
    let access = if serves_itself {
        let owner = format!("the source `{}`", name.value);
        demand.access((&owner, name.span), callers, problems)
    } else {
        Access::default()
    };
    Source {
        path,
        kind,
        seed,
        expose: said.expose_tables,
        care,
        owner: said.owner.map(|owner| owner.value).unwrap_or_default(),
        zone: said.zone,
        access,
        trust,
        tools: Vec::new(),
        readings: Vec::new(),
        suggestions: Vec::new(),
        name,
    }
}

/// What keeps a database from taking others along.
fn care(said: &raw::Source, problems: &mut Problems) -> Care {
    let mut care = Care::default();
    let mut number = |said: &Option<Said<u64>>, least: u64, to: &mut u32| {
        let Some(said) = said else { return };
        match u32::try_from(said.value)
            .ok()
            .filter(|_| (least..=NUMBER_MAX).contains(&said.value))
        {
            Some(value) => *to = value,
            None => {
                let text = format!("{} is not possible here", said.value);
                let fix = format!("write a number from {least} to {NUMBER_MAX}");
                problems.add(Code::NotAllowed, said.span, text, fix);
            }
        }
    };
    let mut concurrent = u32::try_from(care.concurrent).unwrap_or(u32::MAX);
    number(&said.concurrent, 1, &mut concurrent);
    number(&said.failures, 0, &mut care.failures);
    number(&said.retries, 0, &mut care.retries);
    care.concurrent = usize::try_from(concurrent).unwrap_or(usize::MAX);
    if let Some(pause) = &said.pause
        && let Some(pause) = time(pause, Longest::CALL, problems)
    {
        care.pause = pause;
    }
    care
}

/// Tells of keys that are for another kind of source.
fn strangers(said: &raw::Source, kind: Kind, problems: &mut Problems) {
    let text_of = |said: &Option<Said<String>>| said.as_ref().map(|said| said.span);
    let of_files = [
        ("path", text_of(&said.path)),
        ("url", text_of(&said.url)),
        ("seed", text_of(&said.seed)),
        (
            "expose_tables",
            said.expose_tables.as_ref().map(|said| said.span),
        ),
        ("concurrent", said.concurrent.as_ref().map(|said| said.span)),
        ("failures", said.failures.as_ref().map(|said| said.span)),
        ("pause", text_of(&said.pause)),
        ("retries", said.retries.as_ref().map(|said| said.span)),
    ];
    let of_memory = [("owner", said.owner.as_ref().map(|said| said.span))];
    let of_texts = [
        ("untrusted", said.untrusted.as_ref().map(|said| said.span)),
        ("unicode", said.unicode.as_ref().map(|said| said.span)),
        (
            "link_hosts",
            said.link_hosts
                .iter()
                .flatten()
                .next()
                .map(|said| said.span),
        ),
    ];
    let of_date = [("zone", text_of(&said.zone))];
    let (strange, word): ([&[_]; 3], _) = match kind {
        Kind::Sqlite => ([&of_memory, &of_date, &[]], "a database"),
        Kind::Memory => (
            [&of_files, &of_date, &[]],
            "memories, which are kept in [server] state",
        ),
        Kind::Date => ([&of_files, &of_memory, &of_texts], "the date"),
    };
    for (key, span) in strange.into_iter().flatten() {
        if let Some(span) = span {
            let text = format!("`{key}` says nothing about {word}");
            problems.add(Code::Conflict, *span, text, "take it out");
        }
    }
    let serves_itself = kind != Kind::Sqlite || said.expose_tables.is_some();
    let asked = [&said.scope, &said.roles, &said.clients];
    let asked = asked.into_iter().flatten().flatten().next();
    if let (Some(scope), false) = (asked, serves_itself) {
        let text = "who may use it is said here for what a source offers by itself, and this one offers nothing";
        let fix = "write it in the tools: [tools.NAME] scope";
        problems.add(Code::Conflict, scope.span, text, fix);
    }
}

fn path(said: &raw::Source, world: &World<'_>, problems: &mut Problems) -> Option<Said<PathBuf>> {
    let mut text = |said: &Option<Said<String>>| expand(said.as_ref()?, world, problems);
    let (path, url) = (text(&said.path), text(&said.url));
    if let (Some(_), Some(url)) = (&said.path, &said.url) {
        let fix = "keep `path` or `url`";
        let text = "`path` and `url` say the same thing";
        problems.add(Code::Conflict, url.span, text, fix);
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
    let path = path.or(from_url).filter(|_| !said.is_odd)?;
    let file = world.files.database(path.span, &path.value);
    if file.is_none() {
        let text = format!("`{}` names no file", path.value);
        problems.add(Code::NotAllowed, path.span, text, "write path = \"FILE\"");
    }
    file.map(|file| path.with(file))
}

const NUMBER_MAX: u64 = 1000;
