//! The sources against the real thing: SQLite files, through the whole road.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod bounds;
mod date;
mod directory;
mod exists;
mod expose;
mod first_start;
mod fit;
mod hostile;
mod house;
mod identity;
mod live;
mod memory;
mod once;
mod orders;
mod pages;
mod shop;
mod sql;
mod values;
