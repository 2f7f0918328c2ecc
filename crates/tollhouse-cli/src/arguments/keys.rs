//! The command line of `tollhouse keys`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use jiff::{Span, civil::Date};

use crate::keys::HOLDER;

/// What to do with keys.
#[derive(Debug, Args)]
pub(crate) struct KeysArguments {
    /// What to do with them.
    #[command(subcommand)]
    pub(crate) command: KeysCommand,
}

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a key, and show it this once.
    Create(CreateArguments),
    /// Change what a key may do, or when it ends; within a second that counts.
    Change(ChangeArguments),
    /// List the keys, without what is secret.
    List(ListArguments),
    /// End a key; within a second no call with it succeeds.
    Revoke(RevokeArguments),
}

/// Which key.
#[derive(Debug, Args)]
pub(crate) struct CreateArguments {
    /// What to call it, for example after who or what will use it.
    #[arg(value_parser = name)]
    pub(crate) name: String,
    /// Who calls with it [default: its name].
    #[arg(long, value_name = "USER", value_parser = user)]
    pub(crate) user: Option<String>,
    /// What it may do: scopes, with commas between them, or `none` [default: what its roles may].
    #[arg(long, alias = "scope", value_name = "SCOPES", value_delimiter = ',', value_parser = scope)]
    pub(crate) scopes: Vec<String>,
    /// The roles that it has beside those of its user, with commas between them.
    #[arg(long, alias = "role", value_name = "ROLES", value_delimiter = ',', value_parser = role)]
    pub(crate) roles: Vec<String>,
    /// The organisation that its calls are for [default: that of its user].
    #[arg(long, value_name = "TENANT", value_parser = tenant)]
    pub(crate) tenant: Option<String>,
    /// When it ends: 90d, 12h, 1y, or a day such as 2027-01-31 [default: never].
    #[arg(long, value_name = "WHEN", value_parser = end)]
    pub(crate) expires: Option<End>,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Write JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which key, and what about it.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("what").required(true).multiple(true).args([
    "scopes", "add_scopes", "remove_scopes", "roles", "add_roles", "remove_roles", "tenant", "expires",
])))]
pub(crate) struct ChangeArguments {
    /// Its name, or its id.
    #[arg(value_name = "NAME|ID")]
    pub(crate) which: String,
    /// All that it may do: scopes, with commas between them; `none`, or `by-role` for what its roles may.
    #[arg(long, alias = "scope", value_name = "SCOPES", value_delimiter = ',', value_parser = scope)]
    #[arg(conflicts_with_all = ["add_scopes", "remove_scopes"])]
    pub(crate) scopes: Vec<String>,
    /// What it may do besides.
    #[arg(long, alias = "add-scope", value_name = "SCOPES", value_delimiter = ',', value_parser = scope)]
    pub(crate) add_scopes: Vec<String>,
    /// What it may do no more.
    #[arg(long, alias = "remove-scope", value_name = "SCOPES", value_delimiter = ',', value_parser = scope)]
    pub(crate) remove_scopes: Vec<String>,
    #[command(flatten)]
    pub(crate) roles: RoleArguments,
    /// The organisation that its calls are for, or `none`.
    #[arg(long, value_name = "TENANT", value_parser = tenant)]
    pub(crate) tenant: Option<String>,
    /// When it ends: 90d, 12h, 1y from now, a day such as 2027-01-31, or `never`.
    #[arg(long, value_name = "WHEN", value_parser = end)]
    pub(crate) expires: Option<End>,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Write JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What becomes of roles.
#[derive(Debug, Args)]
pub(crate) struct RoleArguments {
    /// All roles, with commas between them, or `none`.
    #[arg(long, alias = "role", value_name = "ROLES", value_delimiter = ',', value_parser = role)]
    #[arg(conflicts_with_all = ["add_roles", "remove_roles"])]
    pub(crate) roles: Vec<String>,
    /// Roles to add.
    #[arg(long, alias = "add-role", value_name = "ROLES", value_delimiter = ',', value_parser = role)]
    pub(crate) add_roles: Vec<String>,
    /// Roles to take away.
    #[arg(long, alias = "remove-role", value_name = "ROLES", value_delimiter = ',', value_parser = role)]
    pub(crate) remove_roles: Vec<String>,
}

/// Which keys.
#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    /// Also those that were revoked.
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Write JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which key.
#[derive(Debug, Args)]
pub(crate) struct RevokeArguments {
    /// Its name, or its id.
    #[arg(value_name = "NAME|ID")]
    pub(crate) which: String,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Write JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Where keys are kept.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The server's file [default: tollhouse.toml].
    pub(crate) file: Option<PathBuf>,
    /// Where its keys are kept [default: what the file says, or .tollhouse/state.db beside it].
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
}

/// When a key ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    /// So long after it was made.
    After(Span),
    /// With the beginning of this day, in UTC.
    On(Date),
    /// Never.
    Never,
}

fn name(text: &str) -> Result<String, String> {
    let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || "._@+-".contains(letter);
    let is_name = (1..=NAME_CHARS_MAX).contains(&text.len()) && text.chars().all(is_allowed);
    if !is_name {
        return Err("take 1 to 64 letters, digits or any of . _ @ + -".to_owned());
    }
    refuse_taken(text)
}

fn user(text: &str) -> Result<String, String> {
    let is_user = (1..=USER_CHARS_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_user {
        return Err("take 1 to 128 letters, digits or signs, without spaces".to_owned());
    }
    refuse_taken(text)
}

/// Whoever has such a name would be taken for somebody else.
pub(super) fn refuse_taken(text: &str) -> Result<String, String> {
    let names_nobody = text.eq_ignore_ascii_case("anonymous");
    if names_nobody || text.eq_ignore_ascii_case(HOLDER) {
        let who = if names_nobody {
            "whoever does not sign in"
        } else {
            "whoever holds MCP_API_KEY"
        };
        return Err(format!("this is what {who} is called; take another name"));
    }
    Ok(text.to_owned())
}

/// RFC 6749, 3.3.
fn scope(text: &str) -> Result<String, String> {
    let is_allowed = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b',');
    if text.is_empty() || text.len() > SCOPE_CHARS_MAX || !text.bytes().all(is_allowed) {
        return Err("write scopes with commas between them: orders:read,orders:write".to_owned());
    }
    Ok(text.to_owned())
}

/// As issuers call theirs.
fn role(text: &str) -> Result<String, String> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".:_-/@+".contains(&byte);
    if text.is_empty() || text.len() > ROLE_CHARS_MAX || !text.bytes().all(is_allowed) {
        return Err("write roles with commas between them: clerk,editor".to_owned());
    }
    Ok(text.to_owned())
}

pub(super) fn tenant(text: &str) -> Result<String, String> {
    let is_tenant = (1..=USER_CHARS_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_tenant {
        return Err("take 1 to 128 letters, digits or signs, without spaces".to_owned());
    }
    Ok(text.to_owned())
}

fn end(text: &str) -> Result<End, String> {
    if text == "never" {
        return Ok(End::Never);
    }
    if let Ok(day) = text.parse() {
        return Ok(End::On(day));
    }
    match text.parse::<Span>() {
        Ok(span) if span.is_positive() => Ok(End::After(span)),
        _ => Err(
            "write how long it is good, such as 90d, 12h or 1y, a day: 2027-01-31, or never"
                .to_owned(),
        ),
    }
}

const NAME_CHARS_MAX: usize = 64;
const USER_CHARS_MAX: usize = 128;
const SCOPE_CHARS_MAX: usize = 128;
const ROLE_CHARS_MAX: usize = 128;
