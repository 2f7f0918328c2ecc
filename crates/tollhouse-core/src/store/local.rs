//! The stores of a server that was given none: in this process, bounded, gone with it.

mod approvals;
mod ledger;
mod spills;
mod taints;

pub(crate) use approvals::LocalApprovals;
pub(crate) use ledger::LocalLedger;
pub(crate) use spills::LocalSpills;
pub(crate) use taints::LocalTaints;
