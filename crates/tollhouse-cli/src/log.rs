//! What goes to standard error: log lines, and what the program itself has to say.

use std::{
    io::{IsTerminal as _, Write as _, stderr},
    panic,
    sync::Arc,
};

use anyhow::{Result, anyhow};
use clap::ValueEnum;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{
    Registry,
    filter::Targets,
    fmt::{format::JsonFields, layer},
    layer::{Layer, SubscriberExt as _},
    util::SubscriberInitExt as _,
};

use tollhouse::Redactor;

use crate::{
    arguments::{LogFormat, LogLevel, RunArguments},
    environment,
};

mod lines;
mod masks;
mod queue;

use lines::Lines;
use masks::Masks;
pub(crate) use masks::{learn, redactor};
use queue::Queue;

/// The log of a running program. Whoever holds it last waits until it is written.
#[derive(Debug)]
pub(crate) struct Log(Arc<Queue>);

/// Sends log lines to standard error, from the level on and in the form that the command line or else the
/// environment says. Standard output belongs to the protocol.
pub(crate) fn install(arguments: &RunArguments, usual: LogLevel) -> Result<Log> {
    let level = said(arguments.log_level, "TOLLHOUSE_LOG_LEVEL")?.unwrap_or(usual);
    let format = said(arguments.log_format, "TOLLHOUSE_LOG_FORMAT")?;
    let is_terminal = stderr().is_terminal();
    let usual = if is_terminal {
        LogFormat::Pretty
    } else {
        LogFormat::Json
    };
    let redactor = Redactor::default();
    let queue = Queue::open(redactor.clone())?;
    let lines = layer()
        .with_writer(Arc::clone(&queue))
        .with_ansi(is_terminal && environment("NO_COLOR").is_none_or(|value| value.is_empty()));
    match format.unwrap_or(usual) {
        LogFormat::Pretty => start(lines.event_format(Lines::pretty()), redactor, level),
        LogFormat::Json => {
            let lines = lines.fmt_fields(JsonFields::new());
            // Who has not asked for JSON alone wants to read the rest.
            start(
                lines.event_format(Lines::json(format.is_none())),
                redactor,
                level,
            );
        }
    }
    masks::learn_environment();
    // Its own words could quote what a caller sent.
    panic::set_hook(Box::new(|panicked| {
        let place = panicked.location().map(ToString::to_string);
        tracing::error!(place, "a thread panicked");
    }));
    Ok(Log(queue))
}

/// Says something to whoever started the program.
pub(crate) fn say(text: &str) {
    if tracing::dispatcher::has_been_set() {
        tracing::info!(target: SAID, "{text}");
    } else {
        // Nobody may be listening; that is no reason to stop.
        drop(writeln!(stderr().lock(), "{text}"));
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.0.flush();
    }
}

/// What an option says, or else a variable.
fn said<V: ValueEnum>(option: Option<V>, variable: &str) -> Result<Option<V>> {
    let Some(text) = environment(variable).filter(|text| option.is_none() && !text.is_empty())
    else {
        return Ok(option);
    };
    let known = V::from_str(&text, true).map(Some);
    known.map_err(|_| {
        let words = V::value_variants().iter().filter_map(V::to_possible_value);
        let words: Vec<String> = words.map(|word| word.get_name().to_owned()).collect();
        anyhow!("{variable} is {text:?}; write one of {}", words.join(", "))
    })
}

fn start<L>(lines: L, redactor: Redactor, level: LogLevel)
where
    L: Layer<Registry> + Send + Sync + 'static,
{
    let level = match level {
        LogLevel::Off => LevelFilter::OFF,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    let filter = Targets::new()
        .with_default(level)
        .with_target(SAID, LevelFilter::INFO);
    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        // Events are not for it.
        .with(Masks(redactor).with_filter(LevelFilter::OFF))
        .init();
}

/// What tells the program's own words from lines of the log: no level hides them.
const SAID: &str = "tollhouse::said";
