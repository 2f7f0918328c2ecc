//! The state, from outside: over files, in memory, with several handles on one file.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test may panic")]

mod approvals;
mod audit;
mod file;
mod house;
mod keys;
mod ledger;
mod memory;
mod spills;
mod taints;
mod users;
