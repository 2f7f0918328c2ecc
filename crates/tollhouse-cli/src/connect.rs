//! Opens what a configuration names: databases, the state, and what else tools come from.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, OnceLock},
};

use tempfile::TempDir;
use tollhouse::{Policy, Source, SystemClock};
use tollhouse_sources::{
    date::DateSource,
    memory::{self, MemoryOptions, MemorySource},
    sql::{self, SqlOffers, SqlSource},
    suggest::Suggestions,
    texts::TextSource,
};
use tollhouse_store::{State, StateError};

use crate::{
    book::Book,
    config::{
        Config,
        codes::Code,
        problem::Problems,
        raw::{self, Expose, Kind},
        resolve::{self, Offered, Prompt, Resolved},
        statement::{self, Unopened},
    },
    outside,
};

/// What the opened things are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To be served: what is not there yet is made.
    Serve,
    /// To be looked at: nothing is made that stays.
    Look,
}

/// What is opened once and stays, however often the file is read again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    state: Arc<OnceLock<State>>,
    /// Where calls are written down.
    pub(crate) book: Book,
}

impl Kept {
    /// The state of a configuration, opened the first time.
    ///
    /// # Errors
    ///
    /// It cannot be opened.
    pub(crate) fn state(
        &self,
        place: &resolve::State,
        purpose: Purpose,
    ) -> Result<State, StateError> {
        if let Some(state) = self.state.get() {
            return Ok(state.clone());
        }
        let state = match (place, purpose) {
            (resolve::State::Memory, _) => State::in_memory()?,
            (resolve::State::File(path), Purpose::Look) => {
                State::look(path)?;
                State::in_memory()?
            }
            (resolve::State::File(path), Purpose::Serve) => State::open(path)?,
        };
        Ok(self.state.get_or_init(|| state).clone())
    }
}

/// Where a configuration keeps what outlives the process.
pub(crate) fn state_of(config: &Config) -> resolve::State {
    let said = config
        .resolved
        .as_ref()
        .and_then(|resolved| resolved.site.state.clone());
    said.unwrap_or_else(|| {
        let folder = config.folder();
        // A pack's files stand in the data folder as it is.
        let folder = if config.is_pack() {
            folder
        } else {
            folder.join(crate::data_folder::BESIDE)
        };
        resolve::State::File(folder.join(STATE))
    })
}

/// Opens all that a configuration names, and tells what there is against it.
pub(crate) fn connect(config: &mut Config, kept: &Kept, purpose: Purpose) -> Vec<Arc<dyn Source>> {
    let mut opened: Vec<Arc<dyn Source>> = Vec::new();
    let mut databases = BTreeMap::new();
    let place = state_of(config);
    let Some(resolved) = &config.resolved else {
        return opened;
    };
    let problems = &mut config.problems;
    for source in &resolved.sources {
        match source.kind {
            Kind::Sqlite => match database(source, resolved, purpose) {
                Ok(Some(database)) => {
                    statement::remark(database.warnings(), source, &config.files, problems);
                    let database = Arc::new(database);
                    databases.insert(source.name.value.clone(), Arc::clone(&database));
                    opened.push(database);
                }
                Ok(None) => {}
                Err(error) => statement::tell(&error, source, &config.files, problems),
            },
            Kind::Memory => match kept.state(&place, purpose) {
                Ok(state) => opened.push(Arc::new(memory(source, state))),
                Err(error) => {
                    let span = source.name.span;
                    problems.add(Code::State, span, error.to_string(), STATE_MEND);
                }
            },
            Kind::Date => opened.extend(date(source, problems)),
        }
    }
    opened.push(Arc::new(texts(resolved, &databases)));
    // When databases are there that were to be made.
    outside::try_out(resolved, problems);
    opened
}

fn memory(source: &resolve::Source, state: State) -> MemorySource {
    let options = MemoryOptions {
        owner: match source.owner {
            raw::Owner::User => memory::Owner::User,
            raw::Owner::Shared => memory::Owner::Shared,
        },
        access: source.access.clone(),
        trust: source.trust.clone(),
        ..MemoryOptions::default()
    };
    let taints = state.stores().taints;
    let clock = Arc::new(SystemClock::default());
    MemorySource::new(Arc::new(state), clock, options).minding(taints)
}

fn date(source: &resolve::Source, problems: &mut Problems) -> Option<Arc<dyn Source>> {
    let policy = policy(source);
    let zone = source.zone.as_ref();
    match DateSource::new(zone.map(|said| said.value.as_str()), policy) {
        Ok(date) => Some(Arc::new(date)),
        Err(error) => {
            let span = zone.map_or(source.name.span, |said| said.span);
            let fix = "write a name of the IANA Time Zone Database: zone = \"Europe/Stockholm\"";
            problems.add(Code::NotAllowed, span, error.to_string(), fix);
            None
        }
    }
}

/// The rules of what a source offers by itself.
fn policy(source: &resolve::Source) -> Policy {
    Policy {
        access: source.access.clone(),
        trust: source.trust.clone(),
        ..Policy::default()
    }
}

/// Opens a database. None if its place was not said in a way that can be understood.
fn database(
    source: &resolve::Source,
    resolved: &Resolved,
    purpose: Purpose,
) -> Result<Option<SqlSource>, Unopened> {
    let Some(path) = &source.path else {
        return Ok(None);
    };
    let offers = offers(source, resolved);
    let is_there = path.value.metadata().is_ok_and(|about| about.len() > 0);
    match (&source.seed, purpose) {
        (Some(seed), Purpose::Serve) => seeded(&path.value, &seed.value, offers).map(Some),
        (Some(seed), Purpose::Look) if !is_there => {
            let folder = TempDir::new()?;
            seeded(&folder.path().join("trial.db"), &seed.value, offers).map(Some)
        }
        _ => Ok(Some(SqlSource::open(&path.value, offers)?)),
    }
}

fn seeded(path: &Path, seed: &str, offers: SqlOffers) -> Result<SqlSource, Unopened> {
    if sql::seed(path, seed)? {
        tracing::debug!(path = %path.display(), "made a database");
    }
    Ok(SqlSource::open(path, offers)?)
}

fn offers(source: &resolve::Source, resolved: &Resolved) -> SqlOffers {
    let (mut resources, mut templates) = (Vec::new(), Vec::new());
    for reading in &source.readings {
        match &reading.offered {
            Offered::Resource(one) => resources.push(one.clone()),
            Offered::Template(many) => templates.push(many.clone()),
        }
    }
    let suggestions = source.suggestions.iter();
    SqlOffers {
        tools: source
            .tools
            .iter()
            .map(|tool| tool.offered.clone())
            .collect(),
        resources,
        templates,
        lookups: suggestions.map(|one| one.offered.clone()).collect(),
        identity: resolved.site.knows_callers(),
        care: source.care.clone(),
        name: source.name.value.clone(),
        expose: match source.expose.as_ref().map(|said| &said.value) {
            None | Some(Expose::All(false)) => sql::Expose::None,
            Some(Expose::All(true)) => sql::Expose::All,
            Some(Expose::Tables(names)) => sql::Expose::Tables(names.clone()),
        },
        expose_policy: policy(source),
        ..SqlOffers::default()
    }
}

/// Prompts and resources that are texts, with those that their arguments ask.
fn texts(resolved: &Resolved, databases: &BTreeMap<String, Arc<SqlSource>>) -> TextSource {
    let prompts = resolved.texts.prompts.iter().map(|prompt| {
        let Prompt { offered, asked, .. } = prompt;
        let mut offered = offered.clone();
        for one in asked {
            let lookup = databases
                .get(&one.source)
                .and_then(|source| source.lookup(&one.name));
            if let (Some(rule), Some(lookup)) = (offered.rules.get_mut(&one.argument), lookup) {
                rule.suggestions = Some(Suggestions::Asked(Arc::new(lookup)));
            }
        }
        offered
    });
    let resources = resolved.texts.resources.iter();
    let resources = resources.map(|one| (one.offered.clone(), one.text.clone()));
    TextSource::new(prompts.collect(), resources.collect())
}

pub(crate) const STATE: &str = "state.db";
/// What somebody does whose state cannot be opened.
pub(crate) const STATE_MEND: &str =
    "name another file, [server] state = \"FILE\", or keep nothing: state = \"memory\"";
