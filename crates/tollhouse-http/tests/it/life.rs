//! The life of a connection, and of the server.

mod connection;
mod drain;
