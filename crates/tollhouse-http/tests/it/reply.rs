//! How the server answers: one JSON body, a stream, or only a status.

mod leaving;
mod listen;
mod slow_reader;
mod status;
mod stream;
mod vigil;
