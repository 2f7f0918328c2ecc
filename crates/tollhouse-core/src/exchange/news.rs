//! The changes that a session hears of, on whatever stream its edge has for them.

use std::{collections::BTreeSet, sync::Arc};

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::listen::{SUBSCRIPTIONS_MAX, URI_BYTES_MAX, heard, retell};
use crate::{
    Change, Hearing, Hub, Principal, Refusal, Server, Session, Target,
    pipeline::admits,
    protocol::{Note, notice},
    server::{Inner, Plan},
};

/// What a session is told unasked, until its edge or the server ends.
#[derive(Debug)]
pub struct News {
    session: Session,
    hearing: Arc<Hearing>,
    server: Arc<Inner>,
    closing: CancellationToken,
}

impl News {
    pub(crate) fn open(server: &Server, session: &Session, principal: &Principal) -> Self {
        let news = Self {
            session: session.clone(),
            hearing: hearing(session, server.hub()),
            server: Arc::clone(server.inner()),
            closing: server.closing().child_token(),
        };
        news.renew(principal);
        news
    }

    /// The next change as a message; `None` at the end. Nothing is lost if the wait is dropped.
    pub async fn next(&mut self) -> Option<Bytes> {
        let who = || self.session.memory().hearer.clone();
        tokio::select! {
            biased;
            () = self.closing.cancelled() => None,
            change = heard(&self.hearing, &self.server, who) => Some(notice::change(&change)),
        }
    }

    /// Goes on for the same caller, who may do more or less than before, also while no stream was open: it is
    /// told of the lists that it now sees differently, and no longer of resources that it may not read.
    pub fn renew(&self, principal: &Principal) {
        let before = self.session.memory().hearer.replace(principal.clone());
        if let Some(before) = before {
            let callers = (&before, principal);
            retell(&self.hearing, &self.server.plan(), callers);
        }
    }

    /// Ends them: nothing more is told here.
    pub fn end(&self) {
        self.closing.cancel();
    }
}

/// Where changes wait for a session, whether or not it has a stream open.
fn hearing(session: &Session, hub: &Hub) -> Arc<Hearing> {
    let mut memory = session.memory();
    let hearing = memory.hearing.get_or_insert_with(|| {
        let lists = [Change::Tools, Change::Prompts, Change::Resources];
        Arc::new(hub.listen(BTreeSet::from(lists)))
    });
    Arc::clone(hearing)
}

/// Keeps in mind what a client asked to.
pub(super) fn keep(
    note: Note,
    plan: &Plan,
    (principal, session, hub): (&Principal, &Session, &Hub),
) -> Result<(), Refusal> {
    match note {
        Note::Nothing => {}
        Note::Level(level) => session.memory().level = Some(level),
        Note::Follow(uri) => {
            let target = Target::Resource(uri.clone());
            if uri.len() > URI_BYTES_MAX {
                return Err(Refusal::unknown(&target));
            }
            let found = plan.toolset.find(&target)?;
            admits(principal, &target, found.policy)?;
            let hearing = hearing(session, hub);
            let (count, bytes) = hearing.followed();
            if count >= SUBSCRIPTIONS_MAX || bytes + uri.len() > FOLLOWED_BYTES_MAX {
                let why = "too many resources are followed in this session; leave some first";
                return Err(Refusal::BadParams(why.to_owned()));
            }
            hearing.add(Change::Resource(uri));
        }
        Note::Leave(uri) => {
            if let Some(hearing) = &session.memory().hearing {
                hearing.remove(&Change::Resource(uri));
            }
        }
    }
    Ok(())
}

const FOLLOWED_BYTES_MAX: usize = 32 * 1024;
