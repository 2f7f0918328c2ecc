//! The chapters: each is what one client and the server say about one thing.

pub(super) mod batches;
pub(super) mod changes;
pub(super) mod events;
pub(super) mod greeting;
pub(super) mod listing;
pub(super) mod memory;
pub(super) mod prompts;
pub(super) mod questions;
pub(super) mod resources;
pub(super) mod tools;
