//! The wire shapes: the only place where serde meets the protocol's names.

pub(crate) mod content;
pub(crate) mod listing;
pub(crate) mod message;
pub(crate) mod notice;
pub(crate) mod params;
pub(crate) mod read;
pub(crate) mod revision;
pub(crate) mod write;
