//! What a server keeps beyond a call, in one SQLite file that several processes may share.
//!
//! [`State`] implements the core's ports to stores. Each verb is one transaction. Those that read run
//! on threads that may block, those that write share one thread and its commits (`writer.rs`). To keep something
//! new: write the port in the core, a step for the schema in `schema.rs`, and the statements in a file of its own
//! here.

mod approvals;
mod audit;
mod connection;
mod error;
mod file;
mod keys;
mod lane;
mod ledger;
mod memory;
mod names;
mod schema;
mod seals;
mod spills;
mod state;
mod taints;
mod time;
mod users;
mod writer;

pub use audit::{
    Audit, AuditFigures, AuditOptions, AuditPage, Deed, Erased, Finding, SecondPlace, Unwritten,
    Verified,
};
pub use error::StateError;
pub use state::State;
