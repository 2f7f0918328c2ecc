//! What the process ends with, beside success.

/// The caller has to change something before there is anything to look at; also a start that fails.
pub(crate) const USAGE: u8 = 1;
/// A file with errors.
pub(crate) const FAILED: u8 = 2;
/// A server wants to know who calls.
pub(crate) const SIGN_IN: u8 = 3;
/// No server there, or none that answers as it must.
pub(crate) const UNREACHABLE: u8 = 4;
/// A tool failed, or a server refused the call.
pub(crate) const REFUSED: u8 = 5;
