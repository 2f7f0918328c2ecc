//! The program itself, started and spoken to as clients and people do it.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod approvals;
#[cfg(target_os = "linux")]
mod asked;
mod audit;
mod client;
mod command_line;
mod config;
mod crash;
mod doctor;
mod explain;
mod http;
mod init;
mod install;
mod intruder;
mod keys;
mod migrate;
mod operate;
mod packs;
mod process;
#[cfg(unix)]
mod readme;
#[cfg(unix)]
mod road;
#[cfg(unix)]
mod secrets;
mod sign_in;
mod signal;
mod site;
mod stdio;
mod stop;
mod telemetry;
mod webhook;
