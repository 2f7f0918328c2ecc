//! What a peer may take: bytes, time, connections.

mod connections;
mod patience;
mod size;
