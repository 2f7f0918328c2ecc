//! Clients that begin with a handshake, over a pair of pipes: their sessions, questions and arrays.
//!
//! A name says what it proves: `l…`, `e…` and `t…` are lines of the specification that was read.

mod arrays;
mod both_eras;
mod client;
mod handshake;
mod news;
mod questions;

use client::{Client, called, text};
use tollhouse_wire_check::Revision::{self, R2024_11_05, R2025_03_26, R2025_06_18, R2025_11_25};

const LEGACY: [Revision; 4] = [R2024_11_05, R2025_03_26, R2025_06_18, R2025_11_25];
