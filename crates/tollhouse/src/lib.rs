//! Tollhouse for Rust users: the builder, the handlers, HTTP and [`run`], behind one name.

pub use tollhouse_core::*;
