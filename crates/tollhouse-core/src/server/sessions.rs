//! What the journal is told of sessions of older revisions.

use std::time::Duration;

use super::{SESSION_LIFE_MS, Server};
use crate::{Arrival, Principal, Session, protocol::Ticket, seal::Purpose};

impl Server {
    /// Tells the journal that the client has ended the session that it names.
    pub fn session_over(&self, text: &str, principal: &Principal) {
        let plain = self.inner.seals.open(Purpose::Session, text);
        let ticket = plain.and_then(|plain| Ticket::from_bytes(&plain));
        if let Some(ticket) = ticket.filter(|ticket| ticket.holder == principal.mark()) {
            let left = ticket.expires_ms.saturating_sub(self.inner.clock.unix_ms());
            let lasted = Duration::from_millis(SESSION_LIFE_MS.saturating_sub(left));
            self.tell_session_over((&Session::named(ticket.terms, text), false), lasted);
        }
    }

    /// The same of a session through a pipe or not, of which somebody else knows how long it was.
    pub(crate) fn tell_session_over(
        &self,
        (session, is_piped): (&Session, bool),
        lasted: Duration,
    ) {
        let arrival = Arrival {
            revision: Some(session.terms().revision.name()),
            is_piped,
            ..Arrival::default()
        };
        self.inner.journal.session_over(&arrival, lasted);
    }
}
