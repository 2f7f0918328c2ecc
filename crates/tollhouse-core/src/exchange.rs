//! One request and the messages that answer it, for any edge: events as they come, then the last one.

use std::{mem, sync::Arc};

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use crate::{
    Capabilities, Capability, Ctx, Id, Outcome, Principal, Refusal, Server, Session,
    protocol::{Encoder, Op, Request, Revision, Watch},
    server::{Edition, Plan},
};

mod asked;
mod held;
mod interview;
mod last;
mod listen;
mod news;
mod running;
mod several;

use asked::{Asked, Way};
use interview::{Interview, Step};
pub use last::{Frame, Last};
pub use news::News;
use running::{Running, Said};
use several::Several;

/// One request under way, or several that came together. Dropping it cancels the work; the journal still
/// gets its line.
#[derive(Debug)]
pub struct Exchange {
    id: Id,
    plan: Arc<Plan>,
    stage: Stage,
    /// The client, if it can be asked while a call waits.
    asked: Option<Box<Asked>>,
}

#[derive(Debug)]
enum Stage {
    /// The answer is there.
    Ready(Last),
    /// A call runs.
    Running(Running),
    /// A call waits for answers; with them it runs again.
    Asking(Box<Interview>),
    /// The call has ended; what it had said before goes first.
    Flushing(Watch, Option<Last>),
    /// A stream of changes.
    Listening(listen::Listening),
    /// Requests that came together.
    Several(Several),
    /// Nothing more to say.
    Over,
}

impl Exchange {
    pub(crate) fn new(server: &Server, plan: Arc<Plan>, request: Request, piped: bool) -> Self {
        let inner = server.inner();
        let Request {
            id,
            principal,
            mut op,
            session,
            can_be_asked,
        } = request;
        if let (Op::Call(call, _), true) = (&mut op, server.is_afar()) {
            call.arrival.is_piped = false;
        }
        let edition = edition(&plan, session.as_ref());
        let ready = |result: Result<Bytes, Refusal>| {
            Stage::Ready(match result {
                Ok(inside) => Last::good(Encoder::made(&id, &inside)),
                Err(refusal) => Last::refused(edition, Some(&id), refusal, false),
            })
        };
        let stage = match op {
            Op::Discover => ready(Ok(edition.hello.clone())),
            Op::List(which, cursor) => {
                let desk = (&edition.encoder, &inner.seals);
                let cursor = cursor.as_deref();
                ready(edition.listings.page(which, cursor, &principal, desk))
            }
            Op::Note(note) => {
                let kept = session.as_ref().map_or(Ok(()), |session| {
                    news::keep(note, &plan, (&principal, session, server.hub()))
                });
                ready(kept.map(|()| Encoder::NOTHING))
            }
            Op::Listen(filter) => {
                match listen::Listening::open(server, &plan, &principal, filter, piped) {
                    Ok(listening) => Stage::Listening(listening),
                    Err(refusal) => ready(Err(refusal)),
                }
            }
            Op::Call(mut call, watch) => {
                // What cannot be asked on the way is shown no form, whatever it says of itself.
                if session.is_some() && !can_be_asked {
                    let form = Capabilities::NONE.with(Capability::Form);
                    call.client = call.client.without(form);
                }
                let ctx = Ctx::new(inner.calls.name(), *call, inner.beside());
                Stage::Running(Running::start(inner, &plan, ctx, watch))
            }
        };
        let asked = session.map(|session| Box::new(Asked::new(session, server, can_be_asked)));
        Self {
            id,
            plan,
            stage,
            asked,
        }
    }

    /// Requests that came together in a session, after what has been answered already. `None` if there is
    /// nothing to answer.
    pub(crate) fn several(
        server: &Server,
        session: &Session,
        (plan, answers, mut exchanges): (Arc<Plan>, Vec<Bytes>, Vec<Self>),
    ) -> Option<Self> {
        if exchanges.is_empty() && answers.is_empty() {
            return None;
        }
        let first = exchanges.first().map(|exchange| exchange.id.clone());
        let closing = server.closing().child_token();
        for asked in exchanges.iter_mut().filter_map(|one| one.asked.as_mut()) {
            asked.closing = closing.clone();
        }
        Some(Self {
            id: first.unwrap_or(Id::NONE),
            plan,
            stage: Stage::Several(Several::new(answers, exchanges, closing)),
            asked: Some(Box::new(Asked::new(session.clone(), server, false))),
        })
    }

    /// Requests that came together in a session and are answered already.
    pub(crate) fn answered(
        server: &Server,
        session: &Session,
        (plan, id, last): (Arc<Plan>, Id, Last),
    ) -> Self {
        Self {
            id,
            plan,
            stage: Stage::Ready(last),
            asked: Some(Box::new(Asked::new(session.clone(), server, false))),
        }
    }

    /// The request's id; of several that came together, one of them.
    #[must_use]
    pub fn id(&self) -> &Id {
        &self.id
    }

    /// The session that the request is of.
    #[must_use]
    pub fn session(&self) -> Option<&Session> {
        self.asked.as_ref().map(|asked| &asked.session)
    }

    /// Takes out the requests that cannot run now, because one of this id does already: gives the last
    /// message if there is nothing left. Only before the first message is asked for.
    pub fn without(&mut self, is_taken: impl Fn(&Id) -> bool) -> Option<Last> {
        let why = || Refusal::NotAMessage("a request with this id is still running".to_owned());
        match &mut self.stage {
            Stage::Several(several) => {
                several.without(is_taken, |exchange| exchange.refused(why()).body);
                None
            }
            _ if is_taken(&self.id) => Some(self.refused(why())),
            _ => None,
        }
    }

    /// What answers the request instead of what it asks for.
    #[must_use]
    pub fn refused(&self, refusal: Refusal) -> Last {
        let edition = edition(&self.plan, self.session());
        Last::refused(edition, Some(&self.id), refusal, false)
    }

    /// Says, before the first message is asked for, that its calls go on when this is dropped, instead of
    /// being cancelled.
    pub fn outlive_its_caller(&mut self) {
        match &mut self.stage {
            Stage::Running(running) => running.outlive_its_caller(),
            Stage::Several(several) => {
                let waiting = several.waiting().iter_mut();
                waiting.for_each(Self::outlive_its_caller);
            }
            _ => {}
        }
    }

    /// What says that the caller no longer wants the reply to a request: its work stops, and no further
    /// message comes. One for each request that is under way, by its id.
    #[must_use]
    pub fn cancellers(&self) -> Vec<(Id, CancellationToken)> {
        let one = |cancel: &CancellationToken| vec![(self.id.clone(), cancel.clone())];
        match &self.stage {
            Stage::Running(running) => one(running.ctx.gone()),
            Stage::Asking(interview) => one(interview.ctx().gone()),
            Stage::Listening(listening) => one(&listening.cancel),
            Stage::Several(several) => several.cancellers(),
            Stage::Ready(_) | Stage::Flushing(..) | Stage::Over => Vec::new(),
        }
    }

    /// Whether it is an open stream of changes. Such a stream lasts only as long as its caller is let in, whom an
    /// edge asks for again; anything else that has begun comes to its end.
    #[must_use]
    pub const fn is_listening(&self) -> bool {
        matches!(self.stage, Stage::Listening(_))
    }

    /// Goes on, if it is an open stream of changes, for the same caller, who may do more or less than when the
    /// stream was opened: it is told of the lists that it now sees differently, and no longer of resources that it
    /// may not read.
    pub fn renew(&mut self, principal: &Principal) {
        if let Stage::Listening(listening) = &mut self.stage {
            listening.renew(principal);
        }
    }

    /// Ends it, if it is an open stream of changes, from our side: because its caller is let in no more, say. What
    /// it still says is its end.
    pub fn end(&mut self) {
        if let Stage::Listening(listening) = &mut self.stage {
            listening.end();
        }
    }

    /// Says that nobody is there to answer: what is asked is taken back, and calls that wait for an answer
    /// end without one.
    pub fn give_up_asking(&mut self) {
        match &mut self.stage {
            Stage::Asking(interview) => interview.give_up(),
            Stage::Several(several) => several.give_up_asking(),
            _ => {}
        }
    }

    /// The next message; `None` when all has been said. Dropping the wait loses nothing.
    pub async fn next(&mut self) -> Option<Frame> {
        loop {
            match &mut self.stage {
                Stage::Running(running) => match running.next().await {
                    Said::Event(message) => return Some(Frame::Event(message)),
                    Said::Pause => return Some(Frame::Pause),
                    Said::Ended(result) => self.ended(result),
                },
                Stage::Asking(interview) => match interview.next().await {
                    Step::Say(message) => return Some(Frame::Event(message)),
                    Step::Ask(question) => return Some(Frame::Question(question)),
                    Step::Again(ctx, watch) => self.run(ctx, watch),
                    Step::Ended(refusal, tool) => {
                        let edition = edition(&self.plan, self.session());
                        let last = Last::refused(edition, Some(&self.id), refusal, tool);
                        self.stage = Stage::Ready(last);
                    }
                    Step::Left => self.stage = Stage::Over,
                },
                Stage::Flushing(watch, last) => match watch.left() {
                    Some(message) => return Some(Frame::Event(message)),
                    None => self.stage = last.take().map_or(Stage::Over, Stage::Ready),
                },
                Stage::Listening(listening) => {
                    // It may outlive many catalogues, whose sources are not to stay open for its sake.
                    self.plan = listening.plan();
                    let encoder = &edition(&self.plan, None).encoder;
                    match listening.next(&self.id, encoder).await {
                        Some(frame) => return Some(frame),
                        None => self.stage = Stage::Over,
                    }
                }
                Stage::Several(several) => match several.next().await {
                    Some(frame) => return Some(frame),
                    None => self.stage = several.last().map_or(Stage::Over, Stage::Ready),
                },
                Stage::Ready(_) | Stage::Over => {
                    return match mem::replace(&mut self.stage, Stage::Over) {
                        Stage::Ready(last) => Some(Frame::Last(last)),
                        _ => None,
                    };
                }
            }
        }
    }

    /// Runs a call again, now with answers.
    fn run(&mut self, ctx: Ctx, watch: Option<Watch>) {
        self.stage = match &self.asked {
            Some(asked) => Stage::Running(Running::start(&asked.server, &self.plan, ctx, watch)),
            None => Stage::Over,
        };
    }

    /// What follows the end of a call: what it had said before, then its answer, or its questions.
    fn ended(&mut self, result: Result<Outcome, Refusal>) {
        let stage = mem::replace(&mut self.stage, Stage::Over);
        let Stage::Running(mut running) = stage else {
            return;
        };
        // Who no longer wants the reply gets none, even if the work came to its end.
        if running.ctx.gone().is_cancelled() || matches!(result, Err(Refusal::Cancelled)) {
            return;
        }
        let tool = running.tool;
        let edition = edition(&self.plan, self.asked.as_ref().map(|asked| &asked.session));
        let last = match (result, &mut self.asked) {
            (Ok(Outcome::NeedsInput { asks, state }), Some(asked)) => {
                match asked.ask(&self.id, running, (asks, state)) {
                    Way::Wire(interview) => {
                        self.stage = Stage::Asking(interview);
                        return;
                    }
                    Way::Again(ctx, watch) => return self.run(ctx, watch),
                    Way::Elsewhere(last, watch) => {
                        return self.stage = Stage::after(last, watch);
                    }
                    Way::Refused(refusal, watch) => {
                        let last = Last::refused(edition, Some(&self.id), refusal, tool);
                        return self.stage = Stage::after(last, watch);
                    }
                }
            }
            (Ok(outcome), _) => {
                let label = self.plan.label(&running.ctx);
                Last::good(edition.encoder.outcome(&self.id, &outcome, label))
            }
            (Err(refusal), _) => Last::refused(edition, Some(&self.id), refusal, tool),
        };
        self.stage = Stage::after(last, running.watch.take());
    }
}

impl Stage {
    /// The last message, after what had been said before.
    fn after(last: Last, watch: Option<Watch>) -> Self {
        match watch {
            Some(watch) => Self::Flushing(watch, Some(last)),
            None => Self::Ready(last),
        }
    }
}

/// How a client is shown the catalogue.
fn edition<'a>(plan: &'a Plan, session: Option<&Session>) -> &'a Edition {
    let revision = session.map_or(Revision::NEWEST, |session| session.terms().revision);
    plan.edition(revision)
}
