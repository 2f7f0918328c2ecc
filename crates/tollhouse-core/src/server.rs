//! The lasting handle that every edge calls: one [`Server`] over one swapped [`Plan`].

use std::{
    fmt,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use arc_swap::ArcSwap;
use bytes::Bytes;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    CatalogueError, Change, Clock, Exchange, Hub, Id, Journal, Known, Last, News, Principal,
    Redactor, Refusal, Rules, Session, Source, Stores,
    approvals::Approvals,
    ids,
    limit::Counters,
    pipeline::{Approving, Ground, Twins},
    protocol::{self, Encoder, Headers, Incoming, Rejected, Revision, Ticket},
    seal::{Purpose, Ring},
};

mod arrays;
mod builder;
mod explain;
mod listing;
mod plan;
mod sessions;
mod sweeping;

pub use builder::{BuildError, Builder};
pub(crate) use plan::{Edition, Plan};

/// A server: what every edge calls. Cloning gives another handle on the same one.
#[derive(Clone)]
pub struct Server {
    inner: Arc<Inner>,
    closing: CancellationToken,
    /// Whether callers come from afar, whatever the edge is made of.
    is_afar: bool,
}

pub(crate) struct Inner {
    plan: ArcSwap<Plan>,
    identity: plan::Identity,
    pub(crate) hub: Hub,
    pub(crate) seals: Ring,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) stores: Stores,
    /// Calls with a key that run now.
    pub(crate) twins: Twins,
    pub(crate) approving: Approving,
    pub(crate) tasks: TaskTracker,
    pub(crate) calls: ids::Calls,
    /// How often and how much at once, whatever the rules are.
    pub(crate) counters: Counters,
    redactor: Redactor,
    /// How many calls are on the road.
    pub(crate) running: AtomicUsize,
    /// The functions of the builder, which every plan has first.
    functions: Arc<dyn Source>,
    /// The source of results that were too long for one answer.
    results: Arc<dyn Source>,
}

/// What a server made of one message.
#[derive(Debug)]
pub enum Received {
    /// A request: its messages come out of the exchange.
    Exchange(Box<Exchange>),
    /// What came in one array: its requests, if there are some, as one exchange, and whose replies are no
    /// longer wanted.
    Several(Option<Box<Exchange>>, Vec<Id>),
    /// A request that opened a session, and its answer.
    Opened(Session, Last),
    /// A notification that says that the reply to this request is no longer wanted.
    Cancel(Id),
    /// What wants nothing.
    Accepted,
    /// Not understood: this is all there is to say.
    Refused(Last),
}

impl Server {
    /// Takes one message from a client.
    ///
    /// `headers` is `None` where the transport has none. The work of a request begins when its
    /// exchange is first asked for a message.
    #[must_use]
    pub fn receive(
        &self,
        body: &Bytes,
        headers: Option<&Headers<'_>>,
        principal: &Principal,
        known: Known<'_>,
    ) -> Received {
        let plan = self.inner.plan.load_full();
        match protocol::several(body, known) {
            None => self.receive_one(body, headers, (principal, known), plan),
            Some(Ok(bodies)) => self.receive_all(&bodies, headers, (principal, known), plan),
            Some(Err(rejected)) => Received::Refused(self.rejected(rejected)),
        }
    }

    fn receive_one(
        &self,
        body: &Bytes,
        headers: Option<&Headers<'_>>,
        asker: (&Principal, Known<'_>),
        plan: Arc<Plan>,
    ) -> Received {
        match protocol::decode(body, headers, asker, plan.as_ref()) {
            Ok(Incoming::Request(request)) => {
                let piped = headers.is_none();
                Received::Exchange(Box::new(Exchange::new(self, plan, *request, piped)))
            }
            Ok(Incoming::Opening(id, terms)) => {
                let edition = plan.edition(terms.revision);
                let last = Last::good(Encoder::made(&id, &edition.hello));
                Received::Opened(Session::new(terms), last)
            }
            Ok(Incoming::Cancel(id)) => Received::Cancel(id),
            Ok(Incoming::Notification) => Received::Accepted,
            Err(rejected) => Received::Refused(self.rejected(rejected)),
        }
    }

    /// A message that was not understood, told in the shape that its sender reads.
    fn rejected(&self, rejected: Rejected) -> Last {
        let plan = self.inner.plan.load();
        let Rejected {
            id,
            refusal,
            revision,
        } = rejected;
        Last::refused(plan.edition(revision), id.as_ref(), refusal, false)
    }

    /// The text under which a client names a session, for as long as it lasts: sealed, so that it is of no
    /// use to another principal, and any process with the same keys can go on with it. `None` only if the
    /// system has no randomness.
    #[must_use]
    pub fn seal_session(&self, session: &Session, principal: &Principal) -> Option<String> {
        let ticket = Ticket {
            terms: session.terms(),
            holder: principal.mark(),
            expires_ms: self.inner.clock.unix_ms().saturating_add(SESSION_LIFE_MS),
        };
        self.inner.seals.seal(Purpose::Session, &ticket.to_bytes())
    }

    /// The session that a client names, with nothing remembered yet. `None` if the text is not one of ours, is
    /// somebody else's, or has expired.
    #[must_use]
    pub fn open_session(&self, text: &str, principal: &Principal) -> Option<Session> {
        let plain = self.inner.seals.open(Purpose::Session, text)?;
        let ticket = Ticket::from_bytes(&plain)?;
        let lasts = self.inner.clock.unix_ms() < ticket.expires_ms;
        let theirs = ticket.holder == principal.mark();
        (lasts && theirs).then(|| Session::named(ticket.terms, text))
    }

    /// The changes that a session of this caller is told of unasked. Several at once share them.
    #[must_use]
    pub fn news(&self, session: &Session, principal: &Principal) -> News {
        News::open(self, session, principal)
    }

    /// Runs work that an edge began and cannot wait for any longer; [`Server::drain`] waits for it.
    pub fn carry_on(&self, work: impl Future<Output = ()> + Send + 'static) {
        // Outside a runtime there is nobody to run it.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            drop(self.inner.tasks.spawn_on(work, &runtime));
        }
    }

    /// A refusal in the words of the protocol, for an edge that could not even read a message.
    #[must_use]
    pub fn refuse(&self, id: Option<&Id>, refusal: Refusal) -> Last {
        let plan = self.inner.plan.load();
        Last::refused(plan.edition(Revision::NEWEST), id, refusal, false)
    }

    /// The name that it was built under.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.inner.identity.name
    }

    /// Its version; not that of the protocol.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.inner.identity.version
    }

    /// The clock that everything here goes by.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        self.inner.clock.as_ref()
    }

    /// A name that nobody can guess. `None` only if the system has no randomness.
    #[must_use]
    pub fn draw_name(&self) -> Option<String> {
        ids::name().ok()
    }

    /// The hub, to tell subscribers what changed.
    #[must_use]
    pub fn hub(&self) -> &Hub {
        &self.inner.hub
    }

    /// Puts other sources in place of the present ones, behind the functions that the builder was given,
    /// which stay. Calls under way end on the old ones; subscribers are told.
    ///
    /// # Errors
    ///
    /// The new sources do not make a catalogue; the old ones stay.
    pub fn swap(&self, sources: &[Arc<dyn Source>]) -> Result<(), CatalogueError> {
        let plan = self.inner.plan.load();
        self.put((plan.identity(), plan.rules()), sources)
    }

    /// Puts what another builder describes in place of what is there: what the server says of itself, its
    /// rules and its sources. Functions, keys, journal and clock stay those that this server was built with, and so does what
    /// [`Server::name`] and [`Server::version`] tell. Calls under way end as they began; subscribers are told.
    ///
    /// # Errors
    ///
    /// The builder's sources do not make a catalogue; all stays as it was.
    pub fn renew(&self, other: Builder) -> Result<(), BuildError> {
        let new = other.described()?;
        Ok(self.put((&new.identity, &new.rules), &new.sources)?)
    }

    fn put(
        &self,
        (identity, rules): (&plan::Identity, &Rules),
        sources: &[Arc<dyn Source>],
    ) -> Result<(), CatalogueError> {
        let mut all = vec![Arc::clone(&self.inner.functions)];
        all.extend(sources.iter().cloned());
        let plan = Plan::build(
            (identity, rules),
            &all,
            &self.inner.results,
            &self.inner.redactor,
        )?;
        self.inner.plan.store(Arc::new(plan));
        for change in [Change::Tools, Change::Prompts, Change::Resources] {
            self.inner.hub.publish(&change);
        }
        Ok(())
    }

    /// Calls that wait for a person, and the way to answer them.
    #[must_use]
    pub fn approvals(&self) -> &dyn Approvals {
        self.inner.stores.approvals.as_ref()
    }

    /// Whether every source could serve a call now, and the journal keeps what it is given. May block for a moment, as
    /// [`Source::is_ready`](crate::Source::is_ready) may.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.inner.journal.is_ready() && self.inner.plan.load_full().is_ready()
    }

    /// How many calls are running now.
    #[must_use]
    pub fn running(&self) -> usize {
        self.inner.running.load(Ordering::Relaxed)
    }

    /// How many turns had more calls than [`Limits::turn`](crate::Limits) says: somebody may want to look at them.
    #[must_use]
    pub fn turns_over(&self) -> u64 {
        self.inner.counters.turns_over()
    }

    /// Ends the streams, and waits until no call is running whose caller has left.
    ///
    /// Edges stop taking requests before they call this.
    pub async fn drain(&self) {
        self.closing.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }

    /// A handle for one edge: ending its streams, by [`Server::closing`] or [`Server::drain`], leaves those
    /// of other edges open, while the server's own end ends all.
    #[must_use]
    pub fn edge(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            closing: self.closing.child_token(),
            is_afar: self.is_afar,
        }
    }

    /// A handle for an edge that has no headers and is no pipe either: whoever calls through it is trusted as little
    /// as over any network.
    #[must_use]
    pub fn from_afar(&self) -> Self {
        Self {
            is_afar: true,
            ..self.edge()
        }
    }

    pub(crate) const fn is_afar(&self) -> bool {
        self.is_afar
    }

    /// Fires when the server is asked to end its streams.
    #[must_use]
    pub fn closing(&self) -> &CancellationToken {
        &self.closing
    }

    pub(crate) fn inner(&self) -> &Arc<Inner> {
        &self.inner
    }
}

impl Inner {
    /// What is on offer now.
    pub(crate) fn plan(&self) -> Arc<Plan> {
        self.plan.load_full()
    }

    /// What the road stands on, with this on offer.
    pub(crate) fn ground<'a>(&'a self, plan: &'a Plan) -> Ground<'a> {
        Ground {
            toolset: &plan.toolset,
            seals: &self.seals,
            clock: self.clock.as_ref(),
            journal: self.journal.as_ref(),
            rules: plan.rules(),
            stores: &self.stores,
            twins: &self.twins,
            approving: &self.approving,
            calls: &self.calls,
            counters: &self.counters,
            redactor: &self.redactor,
        }
    }

    /// What a call has beside the road.
    pub(crate) fn beside(&self) -> (Hub, &Redactor) {
        (self.hub.clone(), &self.redactor)
    }

    /// Counts a call as running for as long as what comes back lives.
    pub(crate) fn count(&self) -> Counted<'_> {
        self.running.fetch_add(1, Ordering::Relaxed);
        Counted(&self.running)
    }
}

/// A call that is counted.
#[must_use]
pub(crate) struct Counted<'a>(&'a AtomicUsize);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.identity.name)
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Server({})", self.inner.identity.name)
    }
}

/// Thirty days: a client whose session ends begins a new one, and some need their user for that.
const SESSION_LIFE_MS: u64 = 30 * 24 * 60 * 60 * 1000;
