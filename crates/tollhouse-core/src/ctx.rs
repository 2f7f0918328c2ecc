//! What a running call may use: questions, progress, log lines, the caller.

use std::{
    future,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::{
    Answers, Ask, Call, Capability, Change, Content, Hub, Principal, Question, Redactor, Refusal,
    Target, Trace, Trust, ask::RESERVED, results::Origin,
};

mod earlier;
mod elicit;
mod key;
mod others;
mod tell;

pub(crate) use earlier::{Earlier, Stale, Yes};
pub use elicit::{Answer, Root};
pub use key::CallKey;
pub(crate) use key::Effects;
pub(crate) use others::Others;

/// What a running call may use. Cloning gives another handle on the same call.
#[derive(Clone, Debug)]
pub struct Ctx(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// What tells it from every other round of every call.
    name: Arc<str>,
    call: Call,
    hub: Hub,
    earlier: OnceLock<Earlier>,
    origin: OnceLock<Origin>,
    desk: Mutex<Desk>,
    /// Fires with the caller's, and when the call is stopped for another reason. Made when it is first asked for.
    stop: OnceLock<CancellationToken>,
    /// How much of what it gives others wrote.
    others: others::Told,
    /// What takes secrets out of what it says while it runs; none where nobody listens.
    masks: Option<Redactor>,
    /// The rules under which its target speaks while it runs, if somebody listens and others may have written it.
    speaker: OnceLock<Box<Trust>>,
    key: OnceLock<CallKey>,
    /// How much of its time is gone before its target runs.
    spent: OnceLock<Duration>,
    /// Whether the caller has been told that it may hang up, and its edge not yet.
    pausing: AtomicBool,
}

/// What the call wants before it can go on.
#[derive(Debug, Default)]
struct Desk {
    asks: Vec<Ask>,
    used: Answers,
    refusal: Option<Refusal>,
    progress: Option<f64>,
    effects: Effects,
    /// What the road says of the answer in its own words.
    words: Vec<Content>,
}

impl Desk {
    /// Puts a question on the desk. Two under one key could not be told apart when the answer comes.
    fn put(&mut self, key: &str, question: Question) {
        if self.asks.iter().any(|ask| ask.key == key) {
            self.refusal = Some(elicit::asked_twice(key));
            return;
        }
        let key = key.to_owned();
        self.asks.push(Ask { key, question });
    }
}

impl Ctx {
    pub(crate) fn new(name: Arc<str>, call: Call, (hub, redactor): (Hub, &Redactor)) -> Self {
        let masks = call.events.has_listener().then(|| redactor.clone());
        Self(Arc::new(Inner {
            name,
            call,
            hub,
            masks,
            earlier: OnceLock::new(),
            origin: OnceLock::new(),
            desk: Mutex::default(),
            stop: OnceLock::new(),
            others: others::Told::default(),
            speaker: OnceLock::new(),
            key: OnceLock::new(),
            spent: OnceLock::new(),
            pausing: AtomicBool::new(false),
        }))
    }

    /// The same call once more, now with answers, the state that they belong to, and the rights of whoever gave
    /// them. Its progress goes on where it was.
    pub(crate) fn again(&self, answers: Answers, state: String, principal: &Principal) -> Self {
        let call = &self.0.call;
        let nothing = Redactor::default;
        let masks = self.0.masks.clone().unwrap_or_else(nothing);
        let again = Self::new(
            Arc::clone(&self.0.name),
            Call {
                principal: principal.clone(),
                target: call.target.clone(),
                args: call.args.clone(),
                claims: None,
                answers,
                state: Some(state),
                key: call.key.clone(),
                client: call.client,
                events: call.events.clone(),
                trace: call.trace.clone(),
                arrival: call.arrival.clone(),
                session: call.session.clone(),
                cancel: call.cancel.clone(),
            },
            (self.0.hub.clone(), &masks),
        );
        again.desk().progress = self.desk().progress;
        again
    }

    /// Whether the edge is to be told that the caller may hang up; told once.
    pub(crate) fn take_pause(&self) -> bool {
        self.0.pausing.load(Ordering::Relaxed) && self.0.pausing.swap(false, Ordering::Relaxed)
    }

    /// What tells it from every other call, in records: the same over rounds of one exchange.
    pub(crate) fn name(&self) -> &Arc<str> {
        let earlier = self.earlier().and_then(|earlier| earlier.call.as_ref());
        earlier.unwrap_or(&self.0.name)
    }

    /// What tells this round from every other: a state that is sent twice makes two of them.
    pub(crate) fn round(&self) -> &Arc<str> {
        &self.0.name
    }

    /// Notes how much of its time is gone before its target runs.
    pub(crate) fn spent(&self, time: Duration) {
        self.0.spent.get_or_init(|| time);
    }

    /// What is left of the time that it has.
    pub(crate) fn left_of(&self, deadline: Duration) -> Duration {
        let spent = self.0.spent.get();
        spent.map_or(deadline, |spent| deadline.saturating_sub(*spent))
    }

    pub(crate) fn call(&self) -> &Call {
        &self.0.call
    }

    /// Keeps what earlier rounds brought, once its seal has been checked.
    pub(crate) fn remember(&self, earlier: Earlier) {
        drop(self.0.earlier.set(earlier));
    }

    /// What earlier rounds brought.
    pub(crate) fn earlier(&self) -> Option<&Earlier> {
        self.0.earlier.get()
    }

    /// Puts a question of the road on the desk.
    pub(crate) fn ask_for_the_road(&self, key: &str, question: Question) {
        self.desk().put(key, question);
    }

    /// Says that the answer of this call was first said by another tool, whose trust it keeps.
    pub(crate) fn came_from(&self, origin: Origin) {
        drop(self.0.origin.set(origin));
    }

    /// Adds words of the road itself to the answer: they are not taken for what a target said.
    pub(crate) fn say(&self, words: impl IntoIterator<Item = Content>) {
        self.desk().words.extend(words);
    }

    /// The words of the road itself that were added to the answer.
    pub(crate) fn take_words(&self) -> Vec<Content> {
        std::mem::take(&mut self.desk().words)
    }

    /// Which tool said the answer first, if that was another call.
    pub(crate) fn origin(&self) -> Option<&Origin> {
        self.0.origin.get()
    }

    /// Whether the call waits for an answer, or is not to go on at all.
    pub(crate) fn is_asking(&self) -> bool {
        let desk = self.desk();
        !desk.asks.is_empty() || desk.refusal.is_some()
    }

    /// The questions, and the answers that were used to get there.
    pub(crate) fn asked(&self) -> Result<(Vec<Ask>, Answers), Refusal> {
        let mut desk = self.desk();
        match desk.refusal.take() {
            Some(refusal) => Err(refusal),
            None => Ok((std::mem::take(&mut desk.asks), desk.used.clone())),
        }
    }

    /// Who calls.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.0.call.principal
    }

    /// What is run: for a resource under a template, its concrete URI.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.0.call.target
    }

    /// Whether the caller's client can do this. Ask only for what it can.
    #[must_use]
    pub fn can(&self, capability: Capability) -> bool {
        self.0.call.client.has(capability)
    }

    /// The caller's trace, to be passed on.
    #[must_use]
    pub fn trace(&self) -> &Trace {
        &self.0.call.trace
    }

    /// Fires when the caller is gone or has changed its mind, and when the time is up. Work that runs elsewhere, as on
    /// a thread for blocking work, must watch it: nothing else can stop it.
    #[must_use]
    pub fn cancel(&self) -> &CancellationToken {
        let stop = &self.0.stop;
        stop.get_or_init(|| self.0.call.cancel.child_token())
    }

    /// Fires when the caller is gone or has changed its mind.
    pub(crate) fn gone(&self) -> &CancellationToken {
        &self.0.call.cancel
    }

    /// Ends whatever still runs for the call elsewhere.
    pub(crate) fn stop(&self) {
        self.cancel().cancel();
    }

    /// Whether the call has said that from there on the world changes.
    pub(crate) fn has_effect(&self) -> bool {
        self.effects() == Effects::Changed
    }

    /// Tells every subscriber that something changed.
    pub fn changed(&self, change: &Change) {
        self.0.hub.publish(change);
    }

    /// Says that the work will take long, so the caller need not hold the line: an edge whose clients can
    /// come back for a result closes the stream for now, any other ignores it. Say it from the handler
    /// itself.
    pub fn hang_up(&self) {
        self.0.pausing.store(true, Ordering::Relaxed);
    }

    /// Says that from here on the world changes. Questions come before that: a call runs from its
    /// start again when an answer comes, so asking later is refused as a fault of the tool.
    pub fn effect(&self) {
        self.desk().effects = Effects::Changed;
    }

    /// Says that nothing has happened so far, or that what had happened was taken back whole: should the call end
    /// now, it may be sent again. A source that says so before its first step, then [`Ctx::effect`] before the step
    /// that counts, leaves nobody in doubt.
    pub fn unchanged(&self) {
        self.desk().effects = Effects::Unchanged;
    }

    /// What is known of what the call has done.
    pub(crate) fn effects(&self) -> Effects {
        self.desk().effects
    }

    /// Says that the source has answered and not failed. If it said nothing else of what it did, it did it: whatever
    /// becomes of its answer, the call is not to be made again.
    pub(crate) fn succeeded(&self) {
        let mut desk = self.desk();
        if desk.effects == Effects::Unknown {
            desk.effects = Effects::Changed;
        }
    }

    /// Says that the source is called now.
    pub(crate) fn begin(&self) {
        self.desk().effects = Effects::Unknown;
    }

    /// Asks, and gives the raw answer.
    ///
    /// Where there is no answer yet, this suspends and never returns: the question goes out, and when
    /// the answer comes the call runs again from its start, up to here. Questions that are joined go
    /// out together. Keys must be unique and the same in every run. Ask from the handler itself: the road
    /// does not see what waits in a task of its own.
    pub async fn ask(&self, key: &str, question: Question) -> Value {
        match self.answer(key, &question) {
            Ok(Some(answer)) => return answer,
            Ok(None) => self.desk().put(key, question),
            Err(refusal) => return self.refuse(refusal).await,
        }
        future::pending().await
    }

    /// Ends the call early; never returns.
    async fn refuse<T>(&self, refusal: Refusal) -> T {
        self.desk().refusal = Some(refusal);
        future::pending().await
    }

    fn answer(&self, key: &str, question: &Question) -> Result<Option<Value>, Refusal> {
        let call = &self.0.call;
        if key.starts_with(RESERVED) {
            return Err(elicit::asked_as_the_road(call.target.name(), key));
        }
        let missing = question.needs().without(call.client);
        if !missing.is_empty() {
            return Err(Refusal::MissingCapability(missing));
        }
        if self.has_effect() {
            return Err(elicit::asked_too_late(call.target.name(), key));
        }
        let earlier = self.0.earlier.get();
        let earlier = earlier.and_then(|earlier| earlier.answers.get(key));
        let Some(answer) = earlier.or_else(|| call.answers.get(key)) else {
            elicit::can_be_asked(key, question)?;
            return Ok(None);
        };
        elicit::check(key, question, answer)?;
        self.desk().used.insert(key.to_owned(), answer.clone());
        Ok(Some(answer.clone()))
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        // A panic between lock and unlock cannot leave a desk half changed.
        self.0.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
