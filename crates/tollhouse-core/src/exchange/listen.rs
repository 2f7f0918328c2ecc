//! A stream of changes (MCP 2026-07-28, "Subscriptions").

use std::collections::BTreeSet;

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::{Frame, Last};
use crate::{
    Change, Hearing, Id, Principal, Server, Target,
    pipeline::may_use,
    protocol::{Encoder, List, Method, Offering as _, Subscription},
    server::Plan,
};

/// One open stream.
#[derive(Debug)]
pub(super) struct Listening {
    hearing: Hearing,
    granted: BTreeSet<Change>,
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
    pub(super) fn open(
        server: &Server,
        plan: &Plan,
        principal: &Principal,
        filter: BTreeSet<Change>,
        piped: bool,
    ) -> Self {
        let granted: BTreeSet<Change> = filter
            .into_iter()
            .filter(|change| may_hear(plan, principal, change))
            .take(SUBSCRIPTIONS_MAX)
            .collect();
        Self {
            hearing: server.hub().listen(granted.clone()),
            granted,
            cancel: CancellationToken::new(),
            closing: server.closing().clone(),
            piped,
            state: State::Opening,
        }
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
                change = self.hearing.next() => Some(Frame::Event(subscription.changed(&change))),
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

pub(super) const SUBSCRIPTIONS_MAX: usize = 1024;
const URI_BYTES_MAX: usize = 2048;
