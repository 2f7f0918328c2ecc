//! Clients that begin with a handshake: their sessions, streams and questions, in every older revision.
//!
//! A name says what it proves: `l…` is a line of the specification about these revisions. [`Home`] is the
//! server, [`Client`] one client, whose every message is checked against its revision.
#![expect(
    clippy::indexing_slicing,
    reason = "indexing a JSON value gives null where there is nothing"
)]

mod bare;
mod batch;
mod client;
mod doors;
mod forms;
mod handshake;
mod home;
mod leaving;
mod lifetime;
mod log;
mod malformed;
mod news;
mod pair;
mod processes;
mod questions;
mod resume;
mod shapes;
mod stream;
mod theft;
mod tools;
mod transport;
mod url;
mod vigil;

use client::Client;
use home::Home;
use stream::Stream;
use tollhouse_wire_check::Revision::{self, R2024_11_05, R2025_03_26, R2025_06_18, R2025_11_25};

const LEGACY: [Revision; 4] = [R2024_11_05, R2025_03_26, R2025_06_18, R2025_11_25];
