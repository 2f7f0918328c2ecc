//! What a request must say, and in which order its faults are told.

mod arguments;
mod content_type;
mod depth;
mod envelope;
mod headers;
mod mutations;
mod order;
mod params;
