//! The guarded HTTP client: everything that the server itself dials goes through here.
//!
//! An [`Outbound`] calls public addresses over TLS, and beside them only what its [`Options`] name. An address is
//! checked when it is about to be dialled, so a name that points elsewhere a moment later changes nothing. Nothing of
//! the surroundings is used: no proxy of the environment, no cookies, no redirects, no compressed bodies.

mod client;
mod error;
mod exception;
mod message;
mod range;
mod resolver;
mod target;

pub use client::{Options, Outbound};
pub use error::OutboundError;
pub use exception::Exception;
pub use message::{Request, Response};
pub use range::is_public;
pub use resolver::{Found, Lookup};
