//! What a server keeps beyond a call, in one SQLite file that several processes may share.
//!
//! [`State`] implements the core's ports to stores. Each verb is one transaction, run on a thread that may
//! block. To keep something new: write the port in the core, a step for the schema in `schema.rs`, and the
//! statements in a file of its own here.

mod error;
mod file;
mod keys;
mod lane;
mod memory;
mod names;
mod schema;
mod state;
mod time;
mod users;

pub use error::StateError;
pub use state::State;
