//! Puts the questions of a call to its client on the wire, and starts the call again with the answers.

use std::{
    collections::{BTreeMap, VecDeque},
    pin::Pin,
    time::Duration,
};

use bytes::Bytes;
use serde_json::json;
use tokio::{
    sync::mpsc,
    time::{Sleep, sleep},
};

use tokio_util::sync::CancellationToken;

use super::Running;
use crate::{
    Answers, Ask, Ctx, Principal, Refusal, Session,
    ask::CONFIRM,
    pipeline::UNANSWERED,
    protocol::{
        Watch,
        questions::{self, Answered, Reply},
    },
};

/// The questions of one round, while their answers come in. Dropping it forgets them.
#[derive(Debug)]
pub(super) struct Interview {
    session: Session,
    closing: CancellationToken,
    /// The call that asks.
    ctx: Ctx,
    /// Its caller, with the rights that came with the last answer.
    principal: Principal,
    watch: Option<Watch>,
    tool: bool,
    state: String,
    /// Still without an answer: the name on the wire and the key.
    asked: BTreeMap<String, String>,
    answers: Answers,
    /// What is to be said first.
    said: VecDeque<Bytes>,
    /// The questions that have not gone out yet.
    asks: VecDeque<Bytes>,
    replies: mpsc::UnboundedReceiver<Answered>,
    end: Option<Step>,
    patience: Pin<Box<Sleep>>,
}

/// How an interview goes on.
#[derive(Debug)]
pub(super) enum Step {
    /// This goes to the client.
    Say(Bytes),
    /// This too, and its answer is waited for.
    Ask(Bytes),
    /// The call runs again.
    Again(Ctx, Option<Watch>),
    /// The call ends: the client would not answer, or not for too long; and whether it is one of a tool.
    Ended(Refusal, bool),
    /// The client no longer wants the call; its questions have been withdrawn.
    Left,
}

impl Interview {
    /// Asks, after what the call had said before.
    ///
    /// # Errors
    ///
    /// The client's revision has no words for a question.
    pub(super) fn begin(
        (session, closing): (&Session, &CancellationToken),
        running: Running,
        (asks, state): (&[Ask], String),
    ) -> Result<Self, (Refusal, Option<Watch>)> {
        let (sender, replies) = mpsc::unbounded_channel();
        let Running {
            ctx,
            mut watch,
            tool,
            ..
        } = running;
        let said = std::iter::from_fn(|| watch.as_mut()?.left()).collect();
        let mut interview = Self {
            session: session.clone(),
            closing: closing.clone(),
            principal: ctx.call().principal.clone(),
            ctx,
            watch,
            tool,
            state,
            asked: BTreeMap::new(),
            answers: Answers::new(),
            said,
            asks: VecDeque::new(),
            replies,
            end: None,
            patience: Box::pin(sleep(PATIENCE)),
        };
        for ask in asks {
            match questions::put(session, ask, &sender) {
                Ok((name, request)) => {
                    interview.asked.insert(name, ask.key.clone());
                    interview.asks.push_back(request);
                }
                Err(refusal) => return Err((refusal, interview.watch.take())),
            }
        }
        Ok(interview)
    }

    pub(super) fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    pub(super) async fn next(&mut self) -> Step {
        loop {
            if let Some(message) = self.said.pop_front() {
                return Step::Say(message);
            }
            if let Some(question) = self.asks.pop_front() {
                return Step::Ask(question);
            }
            if let Some(end) = self.end.take() {
                return end;
            }
            if self.asked.is_empty() {
                let answers = std::mem::take(&mut self.answers);
                let state = std::mem::take(&mut self.state);
                let again = self.ctx.again(answers, state, &self.principal);
                return Step::Again(again, self.watch.take());
            }
            if let Err(end) = self.hear().await {
                self.finish(end);
            }
        }
    }

    /// Takes one reply.
    async fn hear(&mut self) -> Result<(), Step> {
        let reply = tokio::select! {
            biased;
            () = self.ctx.gone().cancelled() => return Err(Step::Left),
            reply = self.replies.recv() => reply,
            () = self.closing.cancelled() => return Err(self.unanswered()),
            () = &mut self.patience => return Err(Step::Ended(Refusal::TimedOut, self.tool)),
        };
        let Some((name, reply, principal)) = reply else {
            return Err(Step::Left);
        };
        let Some(key) = self.asked.remove(&name) else {
            return Ok(());
        };
        match reply {
            Reply::Answer(answer) => {
                self.principal = principal;
                self.answers.insert(key, answer);
                Ok(())
            }
            Reply::Error(_) if key == CONFIRM => {
                let answer = json!({"action": UNANSWERED});
                self.answers.insert(key, answer);
                Ok(())
            }
            Reply::Error(why) => {
                let why = format!("`{key}`: the client answered with an error: {why}");
                Err(Step::Ended(Refusal::BadAnswer(why), self.tool))
            }
        }
    }

    /// Takes the questions back, and ends the call without answers.
    pub(super) fn give_up(&mut self) {
        if !self.asked.is_empty() && self.end.is_none() {
            let end = self.unanswered();
            self.finish(end);
        }
    }

    /// Takes the open questions back. A question of the road has an answer in any case, so that the road itself says,
    /// and writes down, how the call ended; another ends the call as said.
    fn finish(&mut self, end: Step) {
        let is_of_the_road = self.asked.values().any(|key| key == CONFIRM);
        self.withdraw();
        if is_of_the_road && matches!(end, Step::Ended(..)) {
            let answer = json!({"action": UNANSWERED});
            self.answers.insert(CONFIRM.to_owned(), answer);
        } else {
            self.end = Some(end);
        }
    }

    fn unanswered(&self) -> Step {
        let why = "nobody was there to answer, or the server is closing".to_owned();
        Step::Ended(Refusal::BadAnswer(why), self.tool)
    }

    /// Takes the open questions back, one message each.
    fn withdraw(&mut self) {
        // What has not gone out need not be taken back, but its name is known by then.
        self.said.append(&mut self.asks);
        while let Some((name, _)) = self.asked.pop_first() {
            self.session.memory().waiting.remove(&name);
            self.said.push_back(questions::withdrawal(&name));
        }
    }
}

impl Drop for Interview {
    fn drop(&mut self) {
        let mut memory = self.session.memory();
        for name in self.asked.keys() {
            memory.waiting.remove(name);
        }
    }
}

/// How long a person may take.
const PATIENCE: Duration = Duration::from_secs(600);
