//! The handshake: which revision a session speaks, and what its client can do (MCP 2025-11-25, "Lifecycle").

use super::Terms;
use crate::{
    Capabilities, Capability, Refusal,
    protocol::types::{
        params::{Params, text},
        revision::Revision,
    },
};

/// Reads `initialize`. A revision that is not served here, or needs no session, is answered with the
/// newest that does; the client goes on with it or leaves.
pub(crate) fn open(params: &Params<'_>) -> Result<Terms, Refusal> {
    let asked = text("protocolVersion", params.protocol_version.as_ref())?;
    let served = Revision::parse(asked).filter(|revision| *revision <= NEWEST);
    let revision = served.unwrap_or(NEWEST);
    let client = known_to(revision, params.opening_capabilities()?);
    Ok(Terms { revision, client })
}

/// What of a set the revision has words for.
fn known_to(revision: Revision, set: Capabilities) -> Capabilities {
    let mut unknown = Capabilities::NONE;
    if !revision.has_titles() {
        unknown = unknown.with(Capability::Form);
    }
    if !revision.has_icons() {
        unknown = unknown
            .with(Capability::Url)
            .with(Capability::SamplingTools);
    }
    set.without(unknown)
}

/// The newest revision with sessions.
pub(super) const NEWEST: Revision = Revision::V2025_11_25;
