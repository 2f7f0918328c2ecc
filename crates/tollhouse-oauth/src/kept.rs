//! A document of somebody else's that is fetched when it is needed first, and kept current after that.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::future::BoxFuture;

use crate::{Rejected, flight::Flight, surroundings::Surroundings};

/// One document. Whoever has it does not wait for a newer one; whoever has none waits for the one fetch that is under
/// way for all. For another kind of document, write another [`Origin`].
#[derive(Debug)]
pub(crate) struct Kept<V>(Arc<Inner<V>>);

/// How long a document is good.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    /// Then the next use has a newer one fetched, and goes on with this.
    pub(crate) fresh: Duration,
    /// Then it is not used any more, whatever becomes of the issuer.
    pub(crate) good: Duration,
    /// So much lies at least between two fetches that callers demand because the document lacks something.
    pub(crate) demanded: Duration,
}

/// Whose document it is.
pub(crate) trait Origin: fmt::Debug + Send + Sync + 'static {
    /// The document.
    type Document: Send + Sync + 'static;

    /// Fetches it.
    fn fetch(&self) -> BoxFuture<'_, Result<Self::Document, Rejected>>;

    /// Is told when one has taken the place of another.
    fn renewed(&self, _before: &Self::Document, _now: &Self::Document) {}
}

struct Inner<V> {
    origin: Box<dyn Origin<Document = V>>,
    terms: Terms,
    surroundings: Surroundings,
    state: Mutex<State<V>>,
}

struct State<V> {
    /// The newest, and when it was asked for.
    good: Option<(Arc<V>, Duration)>,
    running: Option<Flight<()>>,
    /// What the fetches since then came to, if they failed.
    failed: Option<Failed>,
    demanded_at: Option<Duration>,
}

/// What there is of the document now.
enum Look<V> {
    Held(Arc<V>),
    Coming(Flight<()>),
    Trouble(Rejected),
}

struct Failed {
    why: Rejected,
    at: Duration,
    times: u32,
}

impl<V: Send + Sync + 'static> Kept<V> {
    pub(crate) fn new(
        origin: impl Origin<Document = V>,
        terms: Terms,
        surroundings: &Surroundings,
    ) -> Self {
        let state = State {
            good: None,
            running: None,
            failed: None,
            demanded_at: None,
        };
        Self(Arc::new(Inner {
            origin: Box::new(origin),
            terms,
            surroundings: surroundings.clone(),
            state: Mutex::new(state),
        }))
    }

    /// The document, if there is one that is good; nobody waits.
    pub(crate) fn held(&self) -> Option<Arc<V>> {
        match self.look() {
            Look::Held(document) => Some(document),
            Look::Coming(_) | Look::Trouble(_) => None,
        }
    }

    /// The document: at once if there is one that is good, after the one fetch for all if there is none.
    pub(crate) async fn get(&self) -> Result<Arc<V>, Rejected> {
        match self.look() {
            Look::Held(document) => return Ok(document),
            Look::Coming(flight) => flight.landed().await,
            Look::Trouble(why) => return Err(why),
        };
        let state = self.0.state();
        let held = state.held(self.0.now(), self.0.terms.good);
        held.ok_or_else(|| state.trouble())
    }

    fn look(&self) -> Look<V> {
        let mut state = self.0.state();
        let now = self.0.now();
        let is_fresh = state.is_younger(now, self.0.terms.fresh);
        if !is_fresh && !state.is_backing_off(now) {
            self.begin(&mut state);
        }
        match (state.held(now, self.0.terms.good), &state.running) {
            (Some(held), _) => Look::Held(held),
            (None, Some(flight)) => Look::Coming(flight.clone()),
            (None, None) => Look::Trouble(state.trouble()),
        }
    }

    /// A newer document than the one that was seen, because that lacks something; none if there is none. However many
    /// ask, it is fetched for them once, and then not for a while.
    pub(crate) async fn newer_than(&self, seen: &Arc<V>) -> Result<Option<Arc<V>>, Rejected> {
        let flight = {
            let mut state = self.0.state();
            let now = self.0.now();
            if let Some(newer) = state.newer_than(seen) {
                return Ok(Some(newer));
            }
            let wait = self.0.terms.demanded;
            let was_demanded = state
                .demanded_at
                .is_some_and(|at| now.saturating_sub(at) < wait);
            if !was_demanded && !state.is_backing_off(now) {
                state.demanded_at = Some(now);
                self.begin(&mut state);
            }
            state.running.clone()
        };
        if let Some(flight) = flight {
            flight.landed().await;
        }
        let state = self.0.state();
        match (state.newer_than(seen), &state.failed) {
            (Some(newer), _) => Ok(Some(newer)),
            // Nobody knows whether the newer one would have it.
            (None, Some(failed)) => Err(failed.why.clone()),
            (None, None) => Ok(None),
        }
    }

    /// Begins a fetch unless one is under way.
    fn begin(&self, state: &mut State<V>) {
        let is_running = state.running.as_ref().is_some_and(|it| !it.is_over());
        if is_running {
            return;
        }
        let inner = Arc::clone(&self.0);
        state.running = Some(Flight::begin(&self.0.surroundings.tasks, async move {
            let asked_at = inner.now();
            let fetched = inner.origin.fetch().await;
            let before = inner.state().take(fetched, asked_at, inner.now());
            // Whoever hears of it and looks again has to find the new one.
            let now = inner.state().good.clone();
            if let (Some((before, _)), Some((now, _))) = (before, now) {
                inner.origin.renewed(&before, &now);
            }
        }));
    }
}

impl<V> Inner<V> {
    fn now(&self) -> Duration {
        self.surroundings.clock.ticks()
    }

    fn state(&self) -> MutexGuard<'_, State<V>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<V> State<V> {
    /// Takes what a fetch came to, and hands out the document whose place the new one has.
    fn take(
        &mut self,
        fetched: Result<V, Rejected>,
        asked_at: Duration,
        now: Duration,
    ) -> Option<(Arc<V>, Duration)> {
        self.running = None;
        match fetched {
            Ok(document) => {
                self.failed = None;
                self.good.replace((Arc::new(document), asked_at))
            }
            Err(why) => {
                let times = self.failed.as_ref().map_or(0, |failed| failed.times);
                self.failed = Some(Failed {
                    why,
                    at: now,
                    times: times.saturating_add(1),
                });
                None
            }
        }
    }

    fn is_younger(&self, now: Duration, age: Duration) -> bool {
        let good = self.good.as_ref();
        good.is_some_and(|(_, asked_at)| now.saturating_sub(*asked_at) < age)
    }

    fn held(&self, now: Duration, age: Duration) -> Option<Arc<V>> {
        let good = self.good.as_ref().filter(|_| self.is_younger(now, age));
        good.map(|(document, _)| Arc::clone(document))
    }

    fn newer_than(&self, seen: &Arc<V>) -> Option<Arc<V>> {
        let (document, _) = self.good.as_ref()?;
        (!Arc::ptr_eq(document, seen)).then(|| Arc::clone(document))
    }

    /// Whether the last failure is so near that the next fetch is not worth it yet.
    fn is_backing_off(&self, now: Duration) -> bool {
        self.failed.as_ref().is_some_and(|failed| {
            let doubled = BACK_OFF_MIN.saturating_mul(1 << failed.times.saturating_sub(1).min(16));
            now.saturating_sub(failed.at) < doubled.min(BACK_OFF_MAX)
        })
    }

    fn trouble(&self) -> Rejected {
        let why = self.failed.as_ref().map(|failed| failed.why.clone());
        why.unwrap_or_else(|| Rejected::Unavailable("asking it broke off".to_owned()))
    }
}

impl<V> fmt::Debug for Inner<V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Kept")
            .field("origin", &self.origin)
            .field("terms", &self.terms)
            .finish_non_exhaustive()
    }
}

const BACK_OFF_MIN: Duration = Duration::from_secs(1);
const BACK_OFF_MAX: Duration = Duration::from_secs(30);
