//! What the program can do: one verb, one file.

pub(crate) mod approvals;
pub(crate) mod audit;
pub(crate) mod call;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod init;
pub(crate) mod inspect;
pub(crate) mod install;
pub(crate) mod keys;
pub(crate) mod listing;
pub(crate) mod migrate;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod test;
pub(crate) mod uninstall;
pub(crate) mod users;
