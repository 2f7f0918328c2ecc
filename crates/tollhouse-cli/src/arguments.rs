//! The command line.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub(crate) use approvals::{
    AllowArguments, ApprovalsArguments, ApprovalsCommand, ApprovalsListArguments, WhichArguments,
};
pub(crate) use audit::{
    AuditArguments, AuditCommand, EraseArguments, ExportArguments, ExportFormat, Filter,
    ListArguments as AuditListArguments, ShowArguments, VerifyArguments,
};
pub(crate) use client::{CallArguments, InspectArguments, ReachArguments};
pub(crate) use doctor::{DoctorArguments, OtherCommand};
pub(crate) use explain::ExplainArguments;
pub(crate) use init::InitArguments;
pub(crate) use install::{InstallArguments, Manner, UninstallArguments, name as server_name};
pub(crate) use keys::{
    ChangeArguments, CreateArguments, End, KeysArguments, KeysCommand, ListArguments, Place,
    RevokeArguments, RoleArguments,
};
pub(crate) use migrate::MigrateArguments;
pub(crate) use test::{AuthArguments, TestArguments, TestCommand};
pub(crate) use users::{
    SetArguments, UsersArguments, UsersCommand, UsersListArguments, WhoArguments,
};

mod approvals;
mod audit;
mod client;
mod doctor;
mod explain;
mod init;
mod install;
mod keys;
mod migrate;
mod test;
mod users;

/// Functions, databases and APIs as a production MCP server.
#[derive(Debug, Parser)]
#[command(name = "tollhouse", version, disable_help_subcommand = true)]
#[command(
    after_help = "Without a command, a client that pipes is served tollhouse.toml, or the orders demo."
)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write the files to begin with: of a template, or for a database.
    Init(InitArguments),
    /// Serve tools over HTTP or stdio.
    Run(RunArguments),
    /// Tell everything that is wrong with a file, and what its tools cost.
    Check(CheckArguments),
    /// Call one tool of any server.
    Call(CallArguments),
    /// Show what any server offers.
    Inspect(InspectArguments),
    /// Say what is wrong with a server, looked at from outside.
    Doctor(DoctorArguments),
    /// Say what would become of a call by somebody, and which line of the file decides that.
    Explain(ExplainArguments),
    /// Try what a server has to stand.
    Test(TestArguments),
    /// Add a server to a client's configuration; without a client, list the clients.
    Install(InstallArguments),
    /// Take a server out of a client's configuration again.
    Uninstall(UninstallArguments),
    /// Make, change, list and end the keys that callers show.
    Keys(KeysArguments),
    /// Say yes or no to calls that wait for a person.
    Approvals(ApprovalsArguments),
    /// Give users roles, and keep them out.
    Users(UsersArguments),
    /// Read what was called, prove that nothing was changed, and erase people.
    Audit(AuditArguments),
    /// Make the table that tools with `exactly_once` need in their database.
    Migrate(MigrateArguments),
    /// Print the JSON Schema of the file, for editors.
    Schema(SchemaArguments),
    /// Print what makes a shell complete commands.
    Completions(CompletionsArguments),
    /// Print the version.
    Version,
}

/// What to serve, and how.
#[derive(Debug, Default, Args)]
pub(crate) struct RunArguments {
    /// A file, or `orders`: the demo, a small shop [default: tollhouse.toml if it is there, else orders].
    #[arg(value_name = "FILE")]
    pub(crate) what: Option<PathBuf>,
    /// Serve HTTP on this address (port 0: any free one) [default: what the file says, or 127.0.0.1:8080].
    #[arg(long, value_name = "ADDRESS", value_parser = address, conflicts_with = "stdio")]
    pub(crate) http: Option<SocketAddr>,
    /// Serve one client over standard input and output.
    #[arg(long)]
    pub(crate) stdio: bool,
    /// Who calls where nobody signs in; other commands say it.
    #[arg(skip)]
    pub(crate) local_user: Option<String>,
    /// Keep the demo's data in this folder [default: .tollhouse].
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data: Option<PathBuf>,
    /// How much to log on standard error [default: info over HTTP, warn over stdio].
    #[arg(long, value_name = "LEVEL", value_enum)]
    pub(crate) log_level: Option<LogLevel>,
    /// The form of log lines [default: pretty at a terminal, else json].
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(crate) log_format: Option<LogFormat>,
}

/// Which file, and how.
#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// The file [default: tollhouse.toml].
    pub(crate) file: Option<PathBuf>,
    /// Do not open the databases.
    #[arg(long)]
    pub(crate) offline: bool,
    /// Write JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which form.
#[derive(Debug, Args)]
pub(crate) struct SchemaArguments {
    /// Print the reference of keys and problems instead, as Markdown.
    #[arg(long)]
    pub(crate) reference: bool,
}

/// For which shell.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArguments {
    /// The shell.
    pub(crate) shell: Shell,
}

/// From which level on lines are logged.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LogLevel {
    /// Nothing.
    Off,
    /// Only what an operator should look at.
    Error,
    /// Also what is odd.
    Warn,
    /// Also one line per call.
    Info,
    /// Also what helps to find a fault.
    Debug,
    /// Everything.
    Trace,
}

/// The form of log lines.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Pretty,
    /// One object per line; then also what the program itself says is one.
    Json,
}

impl RunArguments {
    /// For a client that started the program without a word.
    pub(crate) fn piped() -> Self {
        Self {
            stdio: true,
            ..Self::default()
        }
    }
}

/// An address: numbers, `localhost`, or a port alone.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    let numeric = match text.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}"),
        None if text.parse::<u16>().is_ok() => format!("127.0.0.1:{text}"),
        None => text.to_owned(),
    };
    numeric
        .parse()
        .map_err(|_| "write an address with a port, for example 127.0.0.1:8080".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::{Arguments, address};

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn addresses_are_numbers_localhost_or_a_port() {
        let read = |text| address(text).map(|address| address.to_string()).ok();
        assert_eq!(read("127.0.0.1:0").as_deref(), Some("127.0.0.1:0"));
        assert_eq!(read("localhost:80").as_deref(), Some("127.0.0.1:80"));
        assert_eq!(read("9000").as_deref(), Some("127.0.0.1:9000"));
        assert_eq!(read("[::1]:80").as_deref(), Some("[::1]:80"));
        for odd in [
            "",
            ":8080",
            "localhost",
            "example.com:80",
            "127.0.0.1",
            "70000",
        ] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }
}
