//! The command line of `install` and `uninstall`.

use std::path::PathBuf;

use clap::Args;

use crate::install::place::Scope;

/// For which client, and which server.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tollhouse install                                  which clients are here
  tollhouse install claude-code                      serves ./tollhouse.toml to Claude Code
  tollhouse install cursor --url https://tools.example.com/mcp --key TOOLS_KEY")]
pub(crate) struct InstallArguments {
    /// The client; without one, all are listed.
    pub(crate) client: Option<String>,
    /// The file that is to be served, or `orders` [default: tollhouse.toml].
    #[arg(value_name = "FILE", conflicts_with = "url")]
    pub(crate) what: Option<PathBuf>,
    /// Let the client call this URL, in place of starting a program.
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// The variable that holds the key for that URL. The client reads it; the file never has the key in it.
    #[arg(long, value_name = "VARIABLE", requires = "url", value_parser = variable)]
    pub(crate) key: Option<String>,
    /// The header that the key is sent in.
    #[arg(long, value_name = "HEADER", requires = "key", default_value = "Authorization", value_parser = header)]
    pub(crate) key_header: String,
    /// A variable for the program, NAME=VALUE. Clients hand on few of their own.
    #[arg(long, value_name = "NAME=VALUE", conflicts_with = "url", value_parser = assignment)]
    pub(crate) env: Vec<(String, String)>,
    /// What the client calls the server [default: its own name].
    #[arg(long, value_parser = name)]
    pub(crate) name: Option<String>,
    /// Whose servers it joins.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) scope: Scope,
    #[command(flatten)]
    pub(crate) only: Only,
    #[command(flatten)]
    pub(crate) manner: Manner,
}

/// For which client, and which server.
#[derive(Debug, Args)]
pub(crate) struct UninstallArguments {
    /// The client.
    pub(crate) client: String,
    /// What the client calls the server [default: the one that starts this program].
    #[arg(long, value_parser = name)]
    pub(crate) name: Option<String>,
    /// Whose servers it leaves.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) scope: Scope,
    #[command(flatten)]
    pub(crate) manner: Manner,
}

/// What is shown in place of changing a file.
#[derive(Debug, Args)]
pub(crate) struct Only {
    /// Only print what belongs into the client's file.
    #[arg(long, conflicts_with = "link")]
    pub(crate) print: bool,
    /// Only print a link that adds the server when it is clicked.
    #[arg(long)]
    pub(crate) link: bool,
}

/// How it is asked and told.
#[derive(Debug, Args)]
pub(crate) struct Manner {
    /// Do not ask.
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Write JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A name that every client takes, and every shell.
pub(crate) fn name(text: &str) -> Result<String, String> {
    let is_fine = (1..=64).contains(&text.len())
        && text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter));
    is_fine
        .then(|| text.to_owned())
        .ok_or_else(|| "clients take letters, digits, `_` and `-`, at most 64".to_owned())
}

fn variable(text: &str) -> Result<String, String> {
    let is_fine = !text.is_empty()
        && !text.starts_with(|first: char| first.is_ascii_digit())
        && text
            .chars()
            .all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_');
    is_fine.then(|| text.to_owned()).ok_or_else(|| {
        "give the name of a variable in capitals, for example TOOLS_KEY, and not the key itself"
            .to_owned()
    })
}

fn header(text: &str) -> Result<String, String> {
    let is_fine = !text.is_empty()
        && text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter));
    is_fine
        .then(|| text.to_owned())
        .ok_or_else(|| "give the name of a header, for example x-api-key".to_owned())
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=').filter(|(name, _)| {
        !name.is_empty()
            && name
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    });
    parts
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or_else(|| "write NAME=VALUE".to_owned())
}
