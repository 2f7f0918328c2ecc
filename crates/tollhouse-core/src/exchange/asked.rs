//! A client that is asked on the wire, and which way a call's questions take to it.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::{Last, Running, interview::Interview};
use crate::{
    Answers, Ask, Ctx, Id, Question, Refusal, Server, Session, ids,
    protocol::{Watch, questions},
    server::Inner,
};

/// A client in a session.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) session: Session,
    pub(super) server: Arc<Inner>,
    /// Fires when the server is asked to end; then nobody waits for answers any longer.
    pub(super) closing: CancellationToken,
    /// Whether the edge can send it more than the last message.
    pub(super) is_reachable: bool,
    rounds: usize,
}

/// Which way the questions of a call take.
pub(super) enum Way {
    /// They go out, and the call waits.
    Wire(Box<Interview>),
    /// None: the client has come back from where it was sent, and the call runs again.
    Again(Ctx, Option<Watch>),
    /// The call ends with this, which sends the client there.
    Elsewhere(Last, Option<Watch>),
    /// The call ends.
    Refused(Refusal, Option<Watch>),
}

impl Asked {
    pub(super) fn new(session: Session, server: &Server, is_reachable: bool) -> Self {
        Self {
            session,
            server: Arc::clone(server.inner()),
            closing: server.closing().clone(),
            is_reachable,
            rounds: 0,
        }
    }

    /// Asks for what a call needs before it can go on.
    pub(super) fn ask(
        &mut self,
        id: &Id,
        running: Running,
        (asks, state): (Vec<Ask>, String),
    ) -> Way {
        self.rounds += 1;
        if self.rounds > ROUNDS_MAX {
            let error = ids::error_id();
            let target = running.ctx.call().target.label().into_owned();
            tracing::error!(
                id = error,
                name = target,
                "a call asked more than {ROUNDS_MAX} times"
            );
            return Way::Refused(Refusal::Internal(error), running.watch);
        }
        if !self.is_reachable {
            return self.send_elsewhere(id, running, (&asks, state));
        }
        match Interview::begin((&self.session, &self.closing), running, (&asks, state)) {
            Ok(interview) => Way::Wire(Box::new(interview)),
            Err((refusal, watch)) => Way::Refused(refusal, watch),
        }
    }

    /// A client that cannot be asked can still be sent to a page, and call again afterwards.
    fn send_elsewhere(&self, id: &Id, running: Running, (asks, state): (&[Ask], String)) -> Way {
        let Running { ctx, watch, .. } = running;
        let needs = asks.iter().map(|ask| ask.question.needs());
        let needs = needs.fold(Default::default(), |all, one| one.and(all));
        let refused = Refusal::MissingCapability(needs);
        let Some(message) = questions::pages_first(id, asks, self.session.terms().revision) else {
            return Way::Refused(refused, watch);
        };
        match self.visited(&ctx, asks) {
            Some(answers) if answers.len() == asks.len() => {
                Way::Again(ctx.again(answers, state, &ctx.call().principal), watch)
            }
            Some(_) => {
                let last = Last {
                    refusal: Some(refused),
                    ..Last::good(message)
                };
                Way::Elsewhere(last, watch)
            }
            None => Way::Refused(refused, watch),
        }
    }

    /// What the client has answered by having been to a page, which it will be from now on. `None` if it
    /// was sent to too many.
    fn visited(&self, ctx: &Ctx, asks: &[Ask]) -> Option<Answers> {
        let mut memory = self.session.memory();
        let mut answers = Answers::new();
        for ask in asks {
            if !matches!(ask.question, Question::Url { .. }) {
                continue;
            }
            let page = format!("{} {}", ctx.call().target.label(), ask.key);
            if memory.visited.remove(&page) {
                answers.insert(ask.key.clone(), serde_json::json!({"action": "accept"}));
            } else if memory.visited.len() < VISITED_MAX {
                memory.visited.insert(page);
            } else {
                return None;
            }
        }
        Some(answers)
    }
}

const ROUNDS_MAX: usize = 8;
const VISITED_MAX: usize = 64;
