//! A stream of changes (MCP 2026-07-28, "Subscriptions").

use std::{collections::BTreeSet, sync::Arc};

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::{Frame, Last};
use crate::{
    Change, Hearing, Id, Principal, Refusal, Server, Target,
    pipeline::may_use,
    protocol::{Encoder, List, Method, Offering as _, Subscription},
    server::{Inner, Plan},
};

/// One open stream.
#[derive(Debug)]
pub(super) struct Listening {
    hearing: Hearing,
    granted: BTreeSet<Change>,
    principal: Principal,
    server: Arc<Inner>,
    pub(super) cancel: CancellationToken,
    closing: CancellationToken,
    /// Whether the transport is a pipe, on which a stream's end is also said as a cancellation.
    piped: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    Opening,
    Open,
    Closing,
    Over,
}

impl Listening {
    /// Opens a stream for what exists and what the caller may read; the rest is left out.
    ///
    /// # Errors
    ///
    /// The caller lacks scopes for a resource that it may know of: all that are needed are named at once.
    pub(super) fn open(
        server: &Server,
        plan: &Plan,
        principal: &Principal,
        filter: BTreeSet<Change>,
        piped: bool,
    ) -> Result<Self, Refusal> {
        let lacked = lacked(plan, principal, &filter);
        if !lacked.is_empty() {
            return Err(Refusal::Forbidden(lacked.into_iter().collect()));
        }
        let granted: BTreeSet<Change> = filter
            .into_iter()
            .filter(|change| may_hear(plan, principal, change))
            .take(SUBSCRIPTIONS_MAX)
            .collect();
        Ok(Self {
            hearing: server.hub().listen(granted.clone()),
            granted,
            principal: principal.clone(),
            server: Arc::clone(server.inner()),
            cancel: CancellationToken::new(),
            closing: server.closing().child_token(),
            piped,
            state: State::Opening,
        })
    }

    /// What is on offer now.
    pub(super) fn plan(&self) -> Arc<Plan> {
        self.server.plan()
    }

    /// Goes on for another caller.
    pub(super) fn renew(&mut self, principal: &Principal) {
        let callers = (&self.principal, principal);
        retell(&self.hearing, &self.server.plan(), callers);
        self.principal = principal.clone();
    }

    /// Ends it from our side.
    pub(super) fn end(&self) {
        self.closing.cancel();
    }

    /// The acknowledgement, then changes, then the end if it is ours.
    pub(super) async fn next(&mut self, id: &Id, encoder: &Encoder) -> Option<Frame> {
        let subscription = Subscription(id);
        match self.state {
            State::Opening => {
                self.state = State::Open;
                Some(Frame::Event(subscription.acknowledged(&self.granted)))
            }
            State::Open => tokio::select! {
                biased;
                // Who has cancelled hears nothing more, even if the server ends as well.
                () = self.cancel.cancelled() => {
                    self.state = State::Over;
                    None
                }
                () = self.closing.cancelled() => self.close(id, encoder),
                change = heard(&self.hearing, &self.server, || Some(self.principal.clone())) => {
                    Some(Frame::Event(subscription.changed(&change)))
                }
            },
            State::Closing => self.close(id, encoder),
            State::Over => None,
        }
    }

    fn close(&mut self, id: &Id, encoder: &Encoder) -> Option<Frame> {
        if self.piped && matches!(self.state, State::Open) {
            self.state = State::Closing;
            return Some(Frame::Event(Encoder::cancelled(id)));
        }
        self.state = State::Over;
        let body: Bytes = encoder.closed(id);
        Some(Frame::Last(Last::good(body)))
    }
}

/// The next change that its hearer may know of, by what is on offer and who hears at that time.
pub(super) async fn heard(
    hearing: &Hearing,
    server: &Inner,
    who: impl Fn() -> Option<Principal>,
) -> Change {
    loop {
        let change = hearing.next().await;
        // That a list has changed says nothing of what stands in it, and may be that it is gone.
        let is_told = match &change {
            Change::Resource(_) => {
                who().is_some_and(|principal| may_hear(&server.plan(), &principal, &change))
            }
            Change::Tools | Change::Prompts | Change::Resources => true,
        };
        if is_told {
            return change;
        }
    }
}

/// Tells of the lists in which the second caller sees anything else than the first. Only of those: whoever is
/// told fetches the list anew, and one change of rights may be about many streams.
pub(super) fn retell(hearing: &Hearing, plan: &Plan, (before, after): (&Principal, &Principal)) {
    if !before.is_same(after) {
        let differing = plan.differing(before, after);
        differing.iter().for_each(|change| hearing.tell(change));
    }
}

/// Whether there is such a thing, and this caller may read it.
pub(super) fn may_hear(plan: &Plan, principal: &Principal, change: &Change) -> bool {
    match change {
        Change::Tools => plan.serves(Method::List(List::Tools)),
        Change::Prompts => plan.serves(Method::List(List::Prompts)),
        Change::Resources => plan.serves(Method::List(List::Resources)),
        Change::Resource(uri) if uri.len() > URI_BYTES_MAX => false,
        Change::Resource(uri) => {
            let found = plan.toolset.find(&Target::Resource(uri.clone()));
            found.is_ok_and(|found| may_use(principal, found.policy))
        }
    }
}

/// All scopes of the resources that a caller would hear of if it held them.
fn lacked(plan: &Plan, principal: &Principal, filter: &BTreeSet<Change>) -> BTreeSet<String> {
    let mut lacked = BTreeSet::new();
    for change in filter.iter().take(SUBSCRIPTIONS_MAX) {
        if let Change::Resource(uri) = change {
            let target = Target::Resource(uri.clone());
            lacked.extend(plan.lacked(&target, principal).iter().cloned());
        }
    }
    lacked
}

pub(super) const SUBSCRIPTIONS_MAX: usize = 1024;
pub(super) const URI_BYTES_MAX: usize = 2048;
