//! Messages that came in one array: its requests run side by side, or none of them.

use std::{collections::BTreeSet, sync::Arc};

use bytes::Bytes;

use super::{Plan, Received, Server};
use crate::{
    Exchange, Id, Known, Last, Principal, Refusal, Session, Target, pipeline,
    protocol::{self, Headers, Incoming, Note, Op, Request, Revision},
};

impl Server {
    /// Takes messages that came in one array.
    pub(super) fn receive_all(
        &self,
        bodies: &[Bytes],
        headers: Option<&Headers<'_>>,
        asker: (&Principal, Known<'_>),
        plan: Arc<Plan>,
    ) -> Received {
        let (principal, Known::Session(session) | Known::Lent(session)) = asker else {
            return Received::Accepted;
        };
        // Whoever sends arrays has opened a session, even if the edge keeps none.
        let asker = (principal, Known::Session(session));
        let (mut answers, mut requests, mut cancelled) = (Vec::new(), Vec::new(), Vec::new());
        for body in bodies {
            match protocol::decode(body, headers, asker, plan.as_ref()) {
                Ok(Incoming::Request(request)) if request.session.is_none() => {
                    let why = "a message that stands alone is not sent in an array".to_owned();
                    let edition = plan.edition(Revision::NEWEST);
                    let refusal = Refusal::NotAMessage(why);
                    answers.push(Last::refused(edition, Some(&request.id), refusal, false).body);
                }
                Ok(Incoming::Request(request)) => requests.push(*request),
                Err(rejected) => answers.push(self.rejected(rejected).body),
                Ok(Incoming::Cancel(id)) => {
                    // It may be about one that came before it, which has not begun.
                    let taken = requests.extract_if(.., |request: &mut Request| request.id == id);
                    taken.for_each(|request| self.record(&plan, &request, &Refusal::Cancelled));
                    cancelled.push(id);
                }
                // In a session, none is opened.
                Ok(Incoming::Notification | Incoming::Opening(..)) => {}
            }
        }
        let lacked = requests.iter().flat_map(|request| lacked(&plan, request));
        let lacked: BTreeSet<String> = lacked.cloned().collect();
        let exchange = if lacked.is_empty() {
            let piped = headers.is_none();
            let begin = |request| Exchange::new(self, Arc::clone(&plan), request, piped);
            let exchanges = requests.into_iter().map(begin).collect();
            Exchange::several(self, session, (plan, answers, exchanges))
        } else {
            let refusal = Refusal::Forbidden(lacked.into_iter().collect());
            Some(self.refuse_all((plan, session), answers, &requests, &refusal))
        };
        Received::Several(exchange.map(Box::new), cancelled)
    }

    /// Refuses every request of an array. The transport has one status for all of them, and a client that comes
    /// back with more rights sends the whole array again: what ran now would run twice.
    fn refuse_all(
        &self,
        (plan, session): (Arc<Plan>, &Session),
        mut answers: Vec<Bytes>,
        requests: &[Request],
        refusal: &Refusal,
    ) -> Exchange {
        let edition = plan.edition(session.terms().revision);
        for request in requests {
            self.record(&plan, request, refusal);
            let last = Last::refused(edition, Some(&request.id), refusal.clone(), false);
            answers.push(last.body);
        }
        let first = requests.first().map(|request| request.id.clone());
        let last = Last::of_all(edition, &answers, refusal.clone());
        Exchange::answered(self, session, (plan, first.unwrap_or(Id::NONE), last))
    }

    /// Records a request that does not begin, if it is one for a call.
    fn record(&self, plan: &Plan, request: &Request, refusal: &Refusal) {
        if let Op::Call(call, _) = &request.op {
            pipeline::turned_away(self.inner().ground(plan), call, refusal);
        }
    }
}

/// The scopes that a request needs and its sender lacks one of.
fn lacked<'a>(plan: &'a Plan, request: &Request) -> &'a [String] {
    match &request.op {
        Op::Call(call, _) => plan.lacked(&call.target, &request.principal),
        Op::Note(Note::Follow(uri)) => {
            plan.lacked(&Target::Resource(uri.clone()), &request.principal)
        }
        Op::Discover | Op::List(..) | Op::Listen(_) | Op::Note(_) => &[],
    }
}
