//! The stores of a server that was given none: in this process, bounded, gone with it.

mod approvals;
mod ledger;
mod spills;

pub(crate) use approvals::LocalApprovals;
pub(crate) use ledger::LocalLedger;
pub(crate) use spills::LocalSpills;
