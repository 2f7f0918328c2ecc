//! Tollhouse for Rust users: the builder, the handlers, HTTP and [`run()`], behind one name.
//!
//! ```no_run
//! use tollhouse::{Server, tool};
//!
//! #[derive(serde::Deserialize, schemars::JsonSchema)]
//! struct Pair {
//!     a: i64,
//!     b: i64,
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), tollhouse::RunError> {
//!     let add = tool("add", "Add two whole numbers.", |pair: Pair| async move {
//!         (pair.a + pair.b).to_string()
//!     });
//!     tollhouse::run(Server::builder("sums").tool(add.read_only())).await
//! }
//! ```

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

#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
#[doc = include_str!("../../../docs/tools.md")]
struct Pages;
