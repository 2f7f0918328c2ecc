//! Proves the guarded client from outside: real sockets, and a canary that nobody may ever call.
//!
//! A name says what it proves: `c51…` is case 51 of the security plan, `sec…` a line of the specification's security
//! practices, `n…` a habit of other people's services.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod limits;
mod listener;
mod refused;
mod spelled;
mod tls;
