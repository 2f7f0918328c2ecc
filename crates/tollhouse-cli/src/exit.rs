//! What the process ends with, beside success.

/// The caller has to change something before there is anything to look at; also a start that fails.
pub(crate) const USAGE: u8 = 1;
/// A file with errors.
pub(crate) const FAILED: u8 = 2;
