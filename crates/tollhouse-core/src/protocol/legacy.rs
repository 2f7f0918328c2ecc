//! Revisions 2024-11-05 to 2025-11-25: a client says once, in `initialize`, which revision it speaks and
//! what it can do, and is asked on the wire. A [`Session`] lends its requests what later ones carry.
//!
//! One file per concern. What differs between these revisions stands in
//! [`Revision`](super::types::revision::Revision).

mod batch;
mod encode;
mod form;
mod opening;
pub(crate) mod question;
mod request;
mod session;
mod ticket;

pub(super) use batch::{is_array, split};
pub(crate) use encode::Encoder;
pub(super) use opening::open;
pub(super) use question::answered;
pub(super) use request::{check_version, decode};
pub use session::Session;
pub(crate) use session::Terms;
pub(crate) use ticket::Ticket;
