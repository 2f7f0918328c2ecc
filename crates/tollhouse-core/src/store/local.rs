//! The stores of a server that was given none: in this process, bounded, gone with it.

mod spills;

pub(crate) use spills::LocalSpills;
