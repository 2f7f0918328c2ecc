//! Replies in the name of one server, in the shape of one revision.

use bytes::Bytes;
use serde_json::Value;

use super::{
    Id, List, legacy, modern,
    types::{message, revision::Revision},
};
use crate::{Outcome, Refusal};

/// Writes replies in the shape of one revision.
#[derive(Clone, Debug)]
pub(crate) enum Encoder {
    Modern(modern::Encoder),
    Legacy(legacy::Encoder),
}

/// One page of a list: the items as JSON between commas.
#[derive(Debug)]
pub(crate) struct Page<'a> {
    pub(crate) list: List,
    pub(crate) items: &'a [u8],
    pub(crate) next: Option<&'a str>,
    /// Whether everybody sees the same list.
    pub(crate) public: bool,
}

impl Encoder {
    pub(crate) fn new(revision: Revision, server_info: &Value) -> Self {
        match revision {
            Revision::V2026_07_28 => Self::Modern(modern::Encoder::new(server_info)),
            older => Self::Legacy(legacy::Encoder(older)),
        }
    }

    /// What the server says of itself, without id: made once per catalogue.
    pub(crate) fn hello(
        &self,
        server: &Value,
        capabilities: &Value,
        instructions: Option<&str>,
    ) -> Bytes {
        match self {
            Self::Modern(encoder) => encoder.discovery(capabilities, instructions),
            Self::Legacy(encoder) => encoder.hello(server, capabilities, instructions),
        }
    }

    /// A result whose inside was made before.
    pub(crate) fn made(id: &Id, inside: &[u8]) -> Bytes {
        let mut out = Vec::with_capacity(inside.len() + 64);
        message::result(&mut out, id);
        out.extend_from_slice(inside);
        out.into()
    }

    /// The inside of a list's result.
    pub(crate) fn page(&self, page: &Page<'_>) -> Bytes {
        match self {
            Self::Modern(encoder) => encoder.page(page),
            Self::Legacy(_) => legacy::Encoder::page(page),
        }
    }

    /// What came of a call.
    /// `label` says where an output comes from.
    pub(crate) fn outcome(&self, id: &Id, outcome: &Outcome, label: &str) -> Bytes {
        match (self, outcome) {
            (Self::Modern(encoder), outcome) => encoder.outcome(id, outcome, label),
            (Self::Legacy(encoder), Outcome::Done(output)) => encoder.outcome(id, output, label),
            // Questions to such a client go out on the wire and never come here.
            (Self::Legacy(encoder), Outcome::NeedsInput { .. }) => {
                encoder.refusal(Some(id), &Refusal::BadState, false)
            }
        }
    }

    /// A refusal: for a tool as a result that the model reads, where the table says so.
    pub(crate) fn refusal(&self, id: Option<&Id>, refusal: &Refusal, tool: bool) -> Bytes {
        match self {
            Self::Modern(encoder) => encoder.refusal(id, refusal, tool),
            Self::Legacy(encoder) => encoder.refusal(id, refusal, tool),
        }
    }

    /// The result that ends a stream of changes from our side.
    pub(crate) fn closed(&self, id: &Id) -> Bytes {
        match self {
            Self::Modern(encoder) => encoder.closed(id),
            Self::Legacy(_) => Self::made(id, &Self::NOTHING),
        }
    }

    /// The inside of a result that says nothing.
    pub(crate) const NOTHING: Bytes = Bytes::from_static(b"}}");

    /// Says on a pipe that this request has ended from our side.
    pub(crate) fn cancelled(id: &Id) -> Bytes {
        modern::Encoder::cancelled(id)
    }

    /// The HTTP status of a refusal, if nothing has been sent yet.
    pub(crate) fn status(&self, refusal: &Refusal) -> u16 {
        match self {
            Self::Modern(_) => refusal.row().status,
            Self::Legacy(_) => legacy::Encoder::status(refusal),
        }
    }

    /// Whether a refusal of a tool is told as a result that the model reads.
    pub(crate) fn is_for_the_model(&self, refusal: &Refusal) -> bool {
        match self {
            Self::Modern(_) => refusal.row().for_the_model,
            Self::Legacy(_) => legacy::Encoder::is_for_the_model(refusal),
        }
    }
}
