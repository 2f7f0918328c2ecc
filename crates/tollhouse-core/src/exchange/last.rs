//! What an exchange says: messages, and the last of them.

use bytes::Bytes;

use super::several::array;
use crate::{Id, Refusal, server::Edition};

/// One message on its way out.
#[derive(Debug)]
pub enum Frame {
    /// A message before the last.
    Event(Bytes),
    /// A message that the client has to answer before the last can come.
    Question(Bytes),
    /// No message: the work will take long, and a caller who can come back may hang up for now.
    Pause,
    /// The last one.
    Last(Last),
}

/// The last message of an exchange.
#[derive(Clone, Debug)]
pub struct Last {
    /// The message, one line of JSON.
    pub body: Bytes,
    /// Why there is no result.
    pub refusal: Option<Refusal>,
    pub(super) status: u16,
}

impl Last {
    pub(crate) const fn good(body: Bytes) -> Self {
        Self {
            body,
            refusal: None,
            status: 200,
        }
    }

    pub(crate) fn refused(
        edition: &Edition,
        id: Option<&Id>,
        refusal: Refusal,
        tool: bool,
    ) -> Self {
        let encoder = &edition.encoder;
        let body = encoder.refusal(id, &refusal, tool);
        if tool && encoder.is_for_the_model(&refusal) {
            return Self::good(body);
        }
        Self {
            body,
            status: encoder.status(&refusal),
            refusal: Some(refusal),
        }
    }

    /// One refusal of several requests, with the answer that each of them gets.
    pub(crate) fn of_all(edition: &Edition, answers: &[Bytes], refusal: Refusal) -> Self {
        Self {
            body: array(answers),
            status: edition.encoder.status(&refusal),
            refusal: Some(refusal),
        }
    }

    /// The HTTP status, if nothing has been sent yet.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }
}
