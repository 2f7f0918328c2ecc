//! Proves the Streamable HTTP edge from outside: real sockets, any bytes, every limit.
//!
//! A name says what it proves: `case…` is a case of the security plan, `e…` a line of the specification
//! that was read, `r…` a figure of the load plan. `language` has the server and the peer that tests speak of.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod health;
mod language;
mod life;
mod limit;
mod message;
mod reply;
mod session;
mod soak;
mod trust;
