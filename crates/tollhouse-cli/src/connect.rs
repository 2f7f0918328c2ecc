//! Opens what a configuration names: databases, the state, and what else tools come from.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use tempfile::TempDir;
use tollhouse::{Policy, Source};
use tollhouse_sources::{
    sql::{self, SqlError, SqlOffers, SqlSource},
    suggest::Suggestions,
    texts::TextSource,
};
use tollhouse_store::{State, StateError};

use crate::{
    config::{
        Config,
        raw::{Expose, Kind},
        resolve::{self, Offered, Prompt, Resolved},
        statement,
    },
    metrics::Book,
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

/// Why a database is not there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unopened {
    /// It cannot be made.
    #[error(transparent)]
    Seed(#[from] sql::SeedError),
    /// It cannot be opened, or does not fit.
    #[error(transparent)]
    Sql(#[from] SqlError),
    /// There is no place for one that is only looked at.
    #[error("there is no place for a trial: {0}")]
    Folder(#[from] std::io::Error),
}

impl Kept {
    /// The state of a configuration, opened the first time.
    ///
    /// # Errors
    ///
    /// It cannot be opened.
    pub(crate) fn state(&self, config: &Config, purpose: Purpose) -> Result<State, StateError> {
        if let Some(state) = self.state.get() {
            return Ok(state.clone());
        }
        let wanted = config
            .resolved
            .as_ref()
            .and_then(|resolved| resolved.site.state.clone());
        let state = match (wanted, purpose) {
            (Some(resolve::State::Memory), _) | (_, Purpose::Look) => State::in_memory()?,
            (Some(resolve::State::File(path)), _) => State::open(&path)?,
            (None, Purpose::Serve) => State::open(&state_beside(config))?,
        };
        Ok(self.state.get_or_init(|| state).clone())
    }
}

/// Where the state is kept if the file does not say.
pub(crate) fn state_beside(config: &Config) -> PathBuf {
    let folder = config.folder();
    // A pack's files stand in the data folder as it is.
    if config.is_pack() {
        return folder.join(STATE);
    }
    folder.join(crate::data_folder::BESIDE).join(STATE)
}

/// Opens all that a configuration names, and tells what there is against it.
pub(crate) fn connect(config: &mut Config, kept: &Kept, purpose: Purpose) -> Vec<Arc<dyn Source>> {
    let mut opened: Vec<Arc<dyn Source>> = Vec::new();
    let mut databases = BTreeMap::new();
    let Some(resolved) = config.resolved.take() else {
        return opened;
    };
    for source in &resolved.sources {
        match source.kind {
            Kind::Sqlite => match database(source, &resolved, purpose) {
                Ok(Some(database)) => {
                    let (files, problems) = (&config.files, &mut config.problems);
                    statement::remark(database.warnings(), source, files, problems);
                    let database = Arc::new(database);
                    databases.insert(source.name.value.clone(), Arc::clone(&database));
                    opened.push(database);
                }
                Ok(None) => {}
                Err(error) => statement::tell(&error, source, &config.files, &mut config.problems),
            },
            Kind::Memory | Kind::Date => {}
        }
    }
    opened.push(Arc::new(texts(&resolved, &databases)));
    config.resolved = Some(resolved);
    opened
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
    let Some(seed) = &source.seed else {
        return Ok(Some(SqlSource::open(&path.value, offers)?));
    };
    match purpose {
        Purpose::Look if !is_there => {
            let folder = TempDir::new()?;
            Ok(Some(seeded(
                &folder.path().join("trial.db"),
                &seed.value,
                offers,
            )?))
        }
        Purpose::Look => Ok(Some(SqlSource::open(&path.value, offers)?)),
        Purpose::Serve => Ok(Some(seeded(&path.value, &seed.value, offers)?)),
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
        name: source.name.value.clone(),
        expose: match source.expose.as_ref().map(|said| &said.value) {
            None | Some(Expose::All(false)) => sql::Expose::None,
            Some(Expose::All(true)) => sql::Expose::All,
            Some(Expose::Tables(names)) => sql::Expose::Tables(names.clone()),
        },
        expose_policy: Policy {
            scope: source.scope.clone(),
            ..Policy::default()
        },
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
