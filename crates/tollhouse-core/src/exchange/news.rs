//! The changes that a session hears of, on whatever stream its edge has for them.

use std::{collections::BTreeSet, sync::Arc};

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::listen::{SUBSCRIPTIONS_MAX, may_hear};
use crate::{
    Change, Hearing, Hub, Principal, Refusal, Server, Session,
    protocol::{Note, notice},
    server::Plan,
};

/// What a session is told unasked, until its edge or the server ends.
#[derive(Debug)]
pub struct News {
    hearing: Arc<Hearing>,
    closing: CancellationToken,
}

impl News {
    pub(crate) fn open(server: &Server, session: &Session) -> Self {
        Self {
            hearing: hearing(session, server.hub()),
            closing: server.closing().clone(),
        }
    }

    /// The next change as a message; `None` at the end. Nothing is lost if the wait is dropped.
    pub async fn next(&mut self) -> Option<Bytes> {
        tokio::select! {
            biased;
            () = self.closing.cancelled() => None,
            change = self.hearing.next() => Some(notice::change(&change)),
        }
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
            let change = Change::Resource(uri.clone());
            if !may_hear(plan, principal, &change) {
                return Err(Refusal::UnknownResource(uri));
            }
            let hearing = hearing(session, hub);
            let (count, bytes) = hearing.followed();
            if count >= SUBSCRIPTIONS_MAX || bytes + uri.len() > FOLLOWED_BYTES_MAX {
                let why = "too many resources are followed in this session; leave some first";
                return Err(Refusal::BadParams(why.to_owned()));
            }
            hearing.add(change);
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
