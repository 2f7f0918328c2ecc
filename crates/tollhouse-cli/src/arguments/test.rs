//! The words of `test`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What to test.
#[derive(Debug, Args)]
pub(crate) struct TestArguments {
    #[command(subcommand)]
    pub(crate) what: TestCommand,
}

/// What to test.
#[derive(Debug, Subcommand)]
pub(crate) enum TestCommand {
    /// Try to get in as somebody who may not, in every way that is known.
    Auth(AuthArguments),
}

/// Which server, and as whom.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct AuthArguments {
    /// A server that runs already; otherwise the file's is started for this, with keys of its own.
    #[arg(long, value_name = "URL", conflicts_with = "file")]
    pub(crate) url: Option<String>,
    /// The file [default: tollhouse.toml].
    pub(crate) file: Option<PathBuf>,
    /// A credential that is good at --url.
    #[arg(long, value_name = "TOKEN", requires = "url")]
    pub(crate) token: Option<String>,
    /// The same from this variable, which others on the machine do not see.
    #[arg(
        long,
        value_name = "VARIABLE",
        requires = "url",
        conflicts_with = "token"
    )]
    pub(crate) key: Option<String>,
    /// One of another user there.
    #[arg(long, value_name = "TOKEN", requires = "url")]
    pub(crate) other_token: Option<String>,
    /// The same from this variable.
    #[arg(
        long,
        value_name = "VARIABLE",
        requires = "url",
        conflicts_with = "other_token"
    )]
    pub(crate) other_key: Option<String>,
    /// Send this header with every request to --url; may be repeated.
    #[arg(long, value_name = "NAME: VALUE", requires = "url")]
    pub(crate) header: Vec<String>,
    /// Write JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

const HELP: &str = "\
Each line is one attempt: ✓ it came to what was expected, ✗ it did not, – it cannot be tried here. A token in the URL
is one of them, so that a good one is found in the server's logs.

  tollhouse test auth
  tollhouse test auth --url https://tools.example/mcp --key TOKEN --other-key OTHER_TOKEN

Ends with 0, 1 if the command line or the file has to change, 2 if an attempt came to something else, 4 if nobody
answers.";
