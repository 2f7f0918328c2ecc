//! Flows through the core, from outside.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod road;
mod stdio;
mod wire;
