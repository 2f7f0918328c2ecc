//! Where tools come from: databases, and what else there will be. The only crate with product features.
//!
//! To add a kind of source: give it a feature, a file and a folder of its own here, and let its main type
//! implement [`tollhouse_core::Source`]. What it offers is data; what it runs has passed the road.

#[cfg(feature = "date")]
pub mod date;
#[cfg(feature = "memory")]
pub mod memory;
#[cfg(feature = "sql")]
pub mod sql;
pub mod suggest;
#[cfg(feature = "texts")]
pub mod texts;
