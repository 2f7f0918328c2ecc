//! The command line of `init`.

use std::path::PathBuf;

use clap::Args;

use super::install::{Manner, name};

/// What to begin with.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tollhouse init                           asks
  tollhouse init sqlite shop.db            tools that read the tables of a database
  tollhouse init --template diary          a copy of something that works")]
pub(crate) struct InitArguments {
    /// `sqlite`, or the name of a template.
    pub(crate) what: Option<String>,
    /// The database.
    #[arg(value_name = "FILE")]
    pub(crate) database: Option<PathBuf>,
    /// A template: orders, customers, deploys, logs, diary, notes, date or memory.
    #[arg(long, conflicts_with_all = ["what", "database"])]
    pub(crate) template: Option<String>,
    /// A table to read; several times for several [default: all].
    #[arg(long = "table", value_name = "TABLE")]
    pub(crate) tables: Vec<String>,
    /// The name of the file and of the server [default: tollhouse.toml].
    #[arg(long, value_parser = name)]
    pub(crate) name: Option<String>,
    /// Overwrite files that are there.
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) manner: Manner,
}
