//! Tollhouse for Rust users: the attributes, the builder, HTTP and [`run()`], behind one name.
//!
//! ```no_run
//! use tollhouse::{Server, tool};
//!
//! /// Add two whole numbers.
//! #[tool(read_only)]
//! async fn add(
//!     /// One
//!     a: i64,
//!     /// The other
//!     b: i64,
//! ) -> i64 {
//!     a + b
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), tollhouse::RunError> {
//!     tollhouse::run(Server::builder("sums").tool(add::tool())).await
//! }
//! ```
//!
//! [`macro@tool`], [`macro@prompt`] and [`macro@resource`] are attributes for functions; [`tool()`],
//! [`prompt()`], [`resource()`] and [`template()`] make the same of closures.

mod arguments;
mod descriptors;
mod pipes;
mod run;
mod signal;

pub use descriptors::raise_descriptor_limit;
pub use pipes::{Input, Output as OutputPipe, stdio_pipes};
pub use run::{RunError, run, serve_http, serve_stdio};
pub use signal::shutdown_signal;
pub use tollhouse_core::*;
pub use tollhouse_http as http;
pub use tollhouse_macros::{prompt, resource, tool};

#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
#[doc = include_str!("../../../docs/tools.md")]
#[doc = include_str!("../../../docs/rust.md")]
struct Pages;
