//! The files that somebody begins with: those of a pack, or a configuration made for a database that is there.
//!
//! `draft` makes the files' texts, `tables` the tools of a database, `place` puts files where none are.

pub(crate) mod draft;
pub(crate) mod place;
mod tables;

pub(crate) use tables::is_of_use;
