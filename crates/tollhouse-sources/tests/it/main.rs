//! The sources against the real thing: SQLite files, through the whole road.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod bounds;
mod date;
mod first_start;
mod house;
mod identity;
mod memory;
mod orders;
mod shop;
mod sql;
