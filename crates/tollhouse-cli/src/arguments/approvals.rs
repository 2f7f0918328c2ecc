//! The command line of `tollhouse approvals`.

use clap::{Args, Subcommand};
use tollhouse::approvals::ApprovalId;

use super::Place;

/// What to do with calls that wait for a person.
#[derive(Debug, Args)]
pub(crate) struct ApprovalsArguments {
    /// What to do with them.
    #[command(subcommand)]
    pub(crate) command: ApprovalsCommand,
}

/// What to do with calls that wait for a person.
#[derive(Debug, Subcommand)]
pub(crate) enum ApprovalsCommand {
    /// List what waits for a yes.
    List(ApprovalsListArguments),
    /// Show one: who asks, and what would run.
    Show(WhichArguments),
    /// Say yes to one: the same call of the same caller runs, once.
    Allow(AllowArguments),
    /// Say no to one.
    Deny(WhichArguments),
}

/// Which ones.
#[derive(Debug, Args)]
pub(crate) struct ApprovalsListArguments {
    #[command(flatten)]
    pub(crate) place: Place,
    /// List those too that were answered, used or not answered in time, of the last day.
    #[arg(long)]
    pub(crate) all: bool,
    /// Write JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which one.
#[derive(Debug, Args)]
pub(crate) struct WhichArguments {
    /// Its id: apr_ and 16 digits.
    #[arg(value_name = "ID")]
    pub(crate) id: ApprovalId,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Write JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which one, and whether it is asked again.
#[derive(Debug, Args)]
pub(crate) struct AllowArguments {
    #[command(flatten)]
    pub(crate) which: WhichArguments,
    /// Do not ask again.
    #[arg(long, short = 'y')]
    pub(crate) yes: bool,
}
