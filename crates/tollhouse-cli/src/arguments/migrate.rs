//! The command line of `tollhouse migrate`.

use std::path::PathBuf;

use clap::Args;

/// Which database.
#[derive(Debug, Args)]
pub(crate) struct MigrateArguments {
    /// The source, by its name in the file.
    #[arg(value_name = "SOURCE")]
    pub(crate) source: String,
    /// The server's file [default: tollhouse.toml].
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Print the SQL and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}
