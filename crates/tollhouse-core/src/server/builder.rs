//! Puts a server together.

use std::{
    fmt,
    sync::{Arc, atomic::AtomicUsize},
};

use arc_swap::ArcSwap;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Inner, Plan, Server, plan::Identity};
use crate::{
    Care, CatalogueError, Clock, Hub, Icon, Journal, Limits, Redactor, Rules, Source, Stores,
    SystemClock,
    access_log::AccessLog,
    approvals::Tell,
    functions::{Functions, PromptFn, ResourceFn, ToolFn},
    ids,
    limit::Counters,
    pipeline::{Approving, Twins},
    results::Results,
    seal::Ring,
};

/// A server in the making.
#[must_use = "call `build`, or hand it to an edge"]
pub struct Builder {
    identity: Identity,
    rules: Rules,
    functions: Functions,
    sources: Vec<Arc<dyn Source>>,
    journal: Option<Arc<dyn Journal>>,
    stores: Stores,
    approving: Approving,
    clock: Option<Arc<dyn Clock>>,
    redactor: Redactor,
    keys: Vec<[u8; 32]>,
}

/// A server that cannot be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// What is on offer does not make a catalogue.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// Handlers want states that were not given.
    #[error("{0} is wanted by a handler: add .state(…) of that type")]
    MissingState(String),
    /// The system gives no randomness for keys.
    #[error("the system gives no randomness")]
    NoRandomness,
}

impl Server {
    /// Begins a server of this name.
    ///
    /// ```
    /// use tollhouse_core::{Server, tool};
    ///
    /// #[derive(serde::Deserialize, schemars::JsonSchema)]
    /// struct Pair { a: i64, b: i64 }
    ///
    /// let add = tool("add", "Add two whole numbers.", |pair: Pair| async move { (pair.a + pair.b).to_string() });
    /// let server = Server::builder("sums").tool(add.read_only()).build()?;
    /// # Ok::<(), tollhouse_core::BuildError>(())
    /// ```
    pub fn builder(name: &str) -> Builder {
        Builder {
            identity: Identity {
                name: name.to_owned(),
                title: None,
                version: "0.0.0".to_owned(),
                description: None,
                website: None,
                icons: Vec::new(),
                instructions: None,
            },
            rules: Rules::default(),
            functions: Functions::default(),
            sources: Vec::new(),
            journal: None,
            stores: Stores::default(),
            approving: Approving::default(),
            clock: None,
            redactor: Redactor::default(),
            keys: Vec::new(),
        }
    }
}

/// What a reload takes of a builder.
pub(super) struct Described {
    pub(super) identity: Identity,
    pub(super) rules: Rules,
    pub(super) sources: Vec<Arc<dyn Source>>,
}

impl Builder {
    /// The name that people read.
    pub fn title(mut self, title: &str) -> Self {
        self.identity.title = Some(title.to_owned());
        self
    }

    /// The version of the server, not of the protocol; `0.0.0` if not said.
    pub fn version(mut self, version: &str) -> Self {
        self.identity.version = version.to_owned();
        self
    }

    /// What the server is, for people who choose one.
    pub fn description(mut self, text: &str) -> Self {
        self.identity.description = Some(text.to_owned());
        self
    }

    /// Where people read more.
    pub fn website(mut self, url: &str) -> Self {
        self.identity.website = Some(url.to_owned());
        self
    }

    /// A picture that clients may show beside the name.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.identity.icons.push(icon);
        self
    }

    /// What a model should know about the server as a whole.
    pub fn instructions(mut self, text: &str) -> Self {
        self.identity.instructions = Some(text.to_owned());
        self
    }

    /// Adds a tool made by [`tool`](crate::tool()).
    pub fn tool(mut self, tool: ToolFn) -> Self {
        self.functions.add_tool(tool);
        self
    }

    /// Adds a resource or a template, made by [`resource`](crate::resource()) or
    /// [`template`](crate::template()).
    pub fn resource(mut self, resource: ResourceFn) -> Self {
        self.functions.add_resource(resource);
        self
    }

    /// Adds a prompt made by [`prompt`](crate::prompt()).
    pub fn prompt(mut self, prompt: PromptFn) -> Self {
        self.functions.add_prompt(prompt);
        self
    }

    /// How functions are kept from taking others along: how many run at once, after how many failures they are left
    /// alone, and whether each fails for itself. Else [`Care::EACH`].
    pub fn care(mut self, care: Care) -> Self {
        self.functions.set_care(care);
        self
    }

    /// Gives the handlers a value that they take as [`State<S>`](crate::State): one per type.
    pub fn state<S: Send + Sync + 'static>(mut self, state: S) -> Self {
        self.functions.add_state(state);
        self
    }

    /// Adds a source of tools.
    pub fn source(mut self, source: impl Source + 'static) -> Self {
        self.sources.push(Arc::new(source));
        self
    }

    /// Adds a source that others hold too.
    pub fn shared_source(mut self, source: Arc<dyn Source>) -> Self {
        self.sources.push(source);
        self
    }

    /// What holds for every call, in place of the usual rules.
    pub fn rules(mut self, rules: Rules) -> Self {
        self.rules = rules;
        self
    }

    /// How often anything may be called, in place of the usual limits.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.rules.limits = limits;
        self
    }

    /// Where the records of calls go, instead of the log.
    pub fn journal(mut self, journal: impl Journal + 'static) -> Self {
        self.journal = Some(Arc::new(journal));
        self
    }

    /// What must outlive a call, in place of stores that end with the process.
    pub fn stores(mut self, stores: Stores) -> Self {
        self.stores = stores;
        self
    }

    /// What takes secrets out of results, records and log lines. Whoever has it can teach it more.
    pub fn redactor(mut self, redactor: Redactor) -> Self {
        self.redactor = redactor;
        self
    }

    /// Where a person says yes to a call that waits: a sentence for the model, in which `{id}` stands for the id.
    pub fn approvals_at(mut self, sentence: &str) -> Self {
        self.approving.place = Some(sentence.to_owned());
        self
    }

    /// Who is told of each call that begins to wait for a person.
    pub fn tell(mut self, tell: impl Tell + 'static) -> Self {
        self.approving.tell = Some(Arc::new(tell));
        self
    }

    /// Another clock, for tests.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// A key for cursors, request states and session ids. The first given seals, all open; processes that
    /// serve the same clients share them. Without one, a fresh key is drawn.
    pub fn key(mut self, key: [u8; 32]) -> Self {
        self.keys.push(key);
        self
    }

    /// What the server says of itself, its rules, and its sources.
    pub(super) fn described(self) -> Result<Described, BuildError> {
        self.identity.check()?;
        Ok(Described {
            identity: self.identity,
            rules: self.rules,
            sources: self.sources,
        })
    }

    /// Builds the server.
    ///
    /// # Errors
    ///
    /// Every problem of the catalogue at once, or a state that a handler wants and nobody gave.
    pub fn build(mut self) -> Result<Server, BuildError> {
        if let Some(missing) = self.functions.missing_state() {
            return Err(BuildError::MissingState(missing));
        }
        let problems = self.functions.problems();
        if !problems.is_empty() {
            let problems = problems.to_vec();
            return Err(CatalogueError { problems }.into());
        }
        self.identity.check()?;
        if self.keys.is_empty() {
            self.keys
                .push(ids::random().map_err(|_| BuildError::NoRandomness)?);
        }
        let functions: Arc<dyn Source> = Arc::new(self.functions);
        self.sources.insert(0, Arc::clone(&functions));
        let seals = Ring::new(&self.keys);
        let clock = self
            .clock
            .unwrap_or_else(|| Arc::new(SystemClock::default()));
        let spills = Arc::clone(&self.stores.spills);
        let results = Results::new(spills, seals.clone(), Arc::clone(&clock));
        let results: Arc<dyn Source> = Arc::new(results);
        let plan = Plan::build(
            (&self.identity, &self.rules),
            &self.sources,
            &results,
            &self.redactor,
        )?;
        let inner = Inner {
            plan: ArcSwap::from_pointee(plan),
            identity: self.identity,
            hub: Hub::default(),
            seals,
            clock,
            journal: self.journal.unwrap_or_else(|| Arc::new(AccessLog)),
            stores: self.stores,
            twins: Twins::default(),
            approving: self.approving,
            tasks: TaskTracker::new(),
            counters: Counters::default(),
            running: AtomicUsize::new(0),
            calls: ids::Calls::open().map_err(|_| BuildError::NoRandomness)?,
            functions,
            results,
            redactor: self.redactor,
        };
        Ok(Server {
            inner: Arc::new(inner),
            closing: CancellationToken::new(),
            is_afar: false,
        })
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Builder({})", self.identity.name)
    }
}
