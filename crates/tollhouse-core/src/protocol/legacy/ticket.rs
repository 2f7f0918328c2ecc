//! What a session's id says, sealed: everything that any process needs to go on with the session.

use super::Terms;
use crate::{Capabilities, protocol::types::revision::Revision};

/// The plain text of an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    pub(crate) terms: Terms,
    /// Whose it is: of no use to anybody else.
    pub(crate) holder: [u8; HOLDER_BYTES],
    /// Until when, in milliseconds since 1970.
    pub(crate) expires_ms: u64,
}

impl Ticket {
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = vec![FORM, self.terms.client.bits()];
        bytes.extend_from_slice(&self.expires_ms.to_be_bytes());
        bytes.extend_from_slice(&self.holder);
        bytes.extend_from_slice(self.terms.revision.name().as_bytes());
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&[form, client], rest) = bytes.split_first_chunk()?;
        let (expires, rest) = rest.split_first_chunk()?;
        let (holder, revision) = rest.split_first_chunk()?;
        if form != FORM {
            return None;
        }
        Some(Self {
            terms: Terms {
                revision: Revision::parse(std::str::from_utf8(revision).ok()?)?,
                client: Capabilities::from_bits(client),
            },
            holder: *holder,
            expires_ms: u64::from_be_bytes(*expires),
        })
    }
}

/// How the rest is to be read.
const FORM: u8 = 1;
const HOLDER_BYTES: usize = 16;

#[cfg(test)]
mod tests {
    use super::Ticket;
    use crate::{
        Capabilities, Capability, Principal,
        protocol::{legacy::Terms, types::revision::Revision},
    };

    #[test]
    fn a_ticket_reads_back_and_a_cut_one_does_not() {
        let ticket = Ticket {
            terms: Terms {
                revision: Revision::V2025_06_18,
                client: Capabilities::NONE.with(Capability::Roots),
            },
            holder: Principal::anonymous().mark(),
            expires_ms: 1_790_000_000_000,
        };
        let bytes = ticket.to_bytes();
        assert_eq!(Ticket::from_bytes(&bytes), Some(ticket));
        for end in 0..bytes.len() {
            assert_eq!(Ticket::from_bytes(&bytes[..end]), None, "{end}");
        }
    }
}
