//! The façade, as a program of its own.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test may panic")]

mod command_line;
#[cfg(unix)]
mod ending;
mod program;
mod stdio;
