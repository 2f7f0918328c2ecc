//! The words of `doctor`.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::client::seconds;

/// Which server to look at.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    override_usage = "tollhouse doctor [OPTIONS] URL\n       tollhouse doctor auth-reset [--json]",
    after_help = HELP
)]
pub(crate) struct DoctorArguments {
    /// The address that clients are given.
    #[arg(required = true)]
    pub(crate) url: Option<String>,
    /// Send this header with every request to the server; may be repeated.
    #[arg(long, value_name = "NAME: VALUE")]
    pub(crate) header: Vec<String>,
    /// Look also at what this token opens.
    #[arg(long, value_name = "TOKEN", visible_alias = "bearer")]
    pub(crate) token: Option<String>,
    /// The same with the value of this variable, which others on the machine do not see.
    #[arg(long, value_name = "VARIABLE", conflicts_with = "token")]
    pub(crate) key: Option<String>,
    /// A web page's origin that has to be let in; may be repeated [default: those of claude.ai and the Inspector,
    /// which may be let in].
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) origin: Vec<String>,
    /// How long everything may take, in seconds.
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub(crate) timeout: Duration,
    /// Write JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// What else can be looked at.
    #[command(subcommand)]
    pub(crate) other: Option<OtherCommand>,
}

/// What else can be looked at.
#[derive(Debug, Subcommand)]
pub(crate) enum OtherCommand {
    /// Say where clients keep what they signed in with, and how to remove it; nothing is removed.
    AuthReset,
}

const HELP: &str = "\
Every line is one probe: ✓ fine, ! works but should be known, ✗ a problem, – not looked at. Below a problem stands
what to do, and the word under which docs/doctor.md explains it.

  tollhouse doctor https://tools.example/mcp
  tollhouse doctor http://127.0.0.1:8080/mcp --key TOLLHOUSE_KEY
  tollhouse doctor https://tools.example/mcp --origin https://app.example

Ends with 0, 1 if the command line has to change, 2 if there are problems, 3 if the server does not take the token,
4 if nobody answers.";
