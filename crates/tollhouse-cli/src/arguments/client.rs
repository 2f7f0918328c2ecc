//! The words of `call` and `inspect`.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use clap::{Args, builder::PossibleValuesParser};

use crate::client::revision;

/// Which tool of which server, with what.
#[derive(Debug, Args)]
#[command(
    override_usage = "tollhouse call [OPTIONS] [TARGET] TOOL [ARGUMENT]...\n       \
                      tollhouse call [OPTIONS] TOOL [ARGUMENT]... -- COMMAND...",
    after_help = CALL_HELP
)]
pub(crate) struct CallArguments {
    /// A target, a tool, and its arguments: see below.
    #[arg(value_name = "WORD", required = true)]
    pub(crate) words: Vec<String>,
    /// Print the whole result as one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
    /// Answer what the tool asks with this JSON object; once for each form.
    #[arg(long, value_name = "JSON")]
    pub(crate) answer: Vec<String>,
    /// Say yes to what the tool asks, with the values it proposes.
    #[arg(long)]
    pub(crate) yes: bool,
    /// A server to start, spoken to over its standard input and output.
    #[arg(last = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
    #[command(flatten)]
    pub(crate) reach: ReachArguments,
}

/// Which server to look at.
#[derive(Debug, Args)]
#[command(
    override_usage = "tollhouse inspect [OPTIONS] [TARGET]\n       \
                      tollhouse inspect [OPTIONS] -- COMMAND...",
    after_help = TARGET_HELP
)]
pub(crate) struct InspectArguments {
    /// A file, a built-in pack such as `orders`, or a URL [default: tollhouse.toml if it is there, else orders].
    pub(crate) target: Option<String>,
    /// Print the schemas of this tool, or of all.
    #[arg(long, value_name = "TOOL", num_args = 0..=1, default_missing_value = "")]
    pub(crate) schema: Option<String>,
    /// Print everything as one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
    /// A server to start, spoken to over its standard input and output.
    #[arg(last = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
    #[command(flatten)]
    pub(crate) reach: ReachArguments,
}

/// How to reach a server.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "How to reach it")]
pub(crate) struct ReachArguments {
    /// Send this header with every request; may be repeated.
    #[arg(long, value_name = "NAME: VALUE")]
    pub(crate) header: Vec<String>,
    /// Send this as a bearer; better set TOLLHOUSE_KEY, which goes to this machine's servers by itself.
    #[arg(long, value_name = "TOKEN")]
    pub(crate) bearer: Option<String>,
    /// Send the value of this variable as a bearer, to whichever machine.
    #[arg(long, value_name = "VARIABLE", conflicts_with = "bearer")]
    pub(crate) key: Option<String>,
    /// Speak this revision of the protocol and no other [default: the newest that both sides speak].
    #[arg(long, value_name = "DATE", value_parser = PossibleValuesParser::new(revision::ALL))]
    pub(crate) revision: Option<String>,
    /// How long to wait for an answer, in seconds; the time that you take to answer does not count.
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub(crate) timeout: Duration,
    /// Call a file's tools as this user, who holds all scopes.
    #[arg(long = "as", value_name = "USER")]
    pub(crate) user: Option<String>,
    /// Show every message on standard error.
    #[arg(long)]
    pub(crate) wire: bool,
    /// Keep the demo's data in this folder [default: .tollhouse].
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data: Option<PathBuf>,
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .filter(|seconds| (1..=SECONDS_MAX).contains(seconds))
        .map(Duration::from_secs)
        .ok_or_else(|| format!("write whole seconds, from 1 to {SECONDS_MAX}"))
}

/// A day.
const SECONDS_MAX: u64 = 24 * 60 * 60;

const CALL_HELP: &str = "\
TARGET is a file, a built-in pack such as `orders`, or a URL; without it, tollhouse.toml if it is there,
else orders. After `--` stands a server to start instead.

Each ARGUMENT is one of
  key=value    read as the tool's schema says; repeat it for a list
  key:=JSON    JSON as it is
  '{…}'        one JSON object with all arguments
  @FILE        the same, from a file
  -            the same, from standard input

  tollhouse call orders get_order order_id=ord_abc123
  tollhouse call http://127.0.0.1:8080/mcp search_orders status=paid limit=3
  tollhouse call echo message=hello -- npx -y @modelcontextprotocol/server-everything

Ends with 0 if the tool did its work, 1 if the command line has to change, 3 if a key is needed, 4 if no
server answers as it must, 5 if the tool failed or the server refused the call.";

const TARGET_HELP: &str = "\
  tollhouse inspect orders
  tollhouse inspect http://127.0.0.1:8080/mcp --schema
  tollhouse inspect -- npx -y @modelcontextprotocol/server-everything

Ends with 0, 1 if the command line has to change, 3 if a key is needed, 4 if no server answers as it must.";
