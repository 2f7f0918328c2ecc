//! What goes to standard error: log lines, and what the program itself has to say.

use std::io::{IsTerminal as _, Write as _, stderr};

use tracing::level_filters::LevelFilter;

use crate::arguments::LogLevel;

/// Sends log lines of this level and above to standard error. Standard output belongs to the protocol.
pub(crate) fn install(level: LogLevel) {
    let level = match level {
        LogLevel::Off => LevelFilter::OFF,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(stderr)
        .with_ansi(stderr().is_terminal())
        .init();
}

/// Says something to whoever started the program.
pub(crate) fn say(text: &str) {
    // Nobody may be listening; that is no reason to stop.
    drop(writeln!(stderr().lock(), "{text}"));
}
