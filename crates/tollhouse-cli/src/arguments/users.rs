//! The command line of `tollhouse users`.

use clap::{ArgGroup, Args, Subcommand};

use super::{
    Place, RoleArguments,
    keys::{refuse_taken, tenant},
};

/// What to do with users.
#[derive(Debug, Args)]
pub(crate) struct UsersArguments {
    /// What to do with them.
    #[command(subcommand)]
    pub(crate) command: UsersCommand,
}

/// What to do with users.
#[derive(Debug, Subcommand)]
pub(crate) enum UsersCommand {
    /// List users, their roles, and who is kept out.
    List(UsersListArguments),
    /// Say which roles a user has; within a second that counts.
    Set(SetArguments),
    /// Keep a user out; within a second no call succeeds, with whatever key or token.
    Block(WhoArguments),
    /// Let a user in again.
    Unblock(WhoArguments),
}

/// Which users.
#[derive(Debug, Args)]
pub(crate) struct UsersListArguments {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Write JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which user, and what about them.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("what").required(true).multiple(true).args([
    "roles", "add_roles", "remove_roles", "tenant",
])))]
pub(crate) struct SetArguments {
    /// Who: as keys and tokens say it.
    #[arg(value_name = "USER", value_parser = subject)]
    pub(crate) subject: String,
    #[command(flatten)]
    pub(crate) roles: RoleArguments,
    /// The organisation that the user belongs to, or `none`.
    #[arg(long, value_name = "TENANT", value_parser = tenant)]
    pub(crate) tenant: Option<String>,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Write JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which user.
#[derive(Debug, Args)]
pub(crate) struct WhoArguments {
    /// Who: as keys and tokens say it.
    #[arg(value_name = "USER", value_parser = subject)]
    pub(crate) subject: String,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Write JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// As it stands in a key, or in a token of whatever issuer.
fn subject(text: &str) -> Result<String, String> {
    let is_subject =
        (1..=SUBJECT_BYTES_MAX).contains(&text.len()) && !text.contains(char::is_control);
    if !is_subject {
        return Err(
            "name a user as a key or a token does, in 1 to 256 bytes of one line".to_owned(),
        );
    }
    refuse_taken(text)
}

const SUBJECT_BYTES_MAX: usize = 256;
