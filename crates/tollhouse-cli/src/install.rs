//! A server's entry in the configuration of other people's programs.
//!
//! `client` is what is known of each client, as a table: to add one, add a row. `place` finds its file, `entry`
//! says what stands in it, `document` edits the file and keeps everything else in it, `keep` writes it, `link`
//! makes a link of an entry, and `difference` shows what changes.

pub(crate) mod client;
pub(crate) mod difference;
pub(crate) mod document;
pub(crate) mod entry;
mod json;
pub(crate) mod keep;
pub(crate) mod link;
pub(crate) mod place;
mod toml;
