//! The command line of `tollhouse explain`.

use std::path::PathBuf;

use clap::Args;

/// Which call, by whom.
#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// The server's file, if it ends in .toml or .json; then a tool and its arguments, as JSON or as name=value. Without
    /// a tool, all tools are told of.
    #[arg(value_name = "[FILE] TOOL ARGUMENTS")]
    pub(crate) words: Vec<String>,
    /// The user who would call.
    #[arg(long = "as", value_name = "USER", conflicts_with = "key")]
    pub(crate) user: Option<String>,
    /// The key that would be shown, by its name or id.
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<String>,
    /// The program that would call for the user.
    #[arg(long, value_name = "ID", requires = "user")]
    pub(crate) client: Option<String>,
    /// A role that the user's token would name.
    #[arg(long = "role", value_name = "ROLE", requires = "user")]
    pub(crate) roles: Vec<String>,
    /// A scope that was granted; without one, the user's roles say all.
    #[arg(long = "scope", value_name = "SCOPE", requires = "user")]
    pub(crate) scopes: Vec<String>,
    /// Where keys and users are kept [default: what the file says].
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Write JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
