//! The audit of a running program: opened beside the state, with the places where its records go besides.

use anyhow::{Context as _, Result};
use tollhouse_store::{Audit, AuditOptions, SecondPlace, State};

use crate::config::resolve;

mod file;
mod syslog;
mod url;

/// Opens the audit, if there is to be one.
///
/// # Errors
///
/// It, or one of the other places, cannot be opened.
pub(crate) fn open(state: &State, said: &resolve::Audit) -> Result<Option<Audit>> {
    if !said.is_on {
        return Ok(None);
    }
    let second = said.sinks.iter().map(second).collect::<Result<_>>()?;
    let options = AuditOptions {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        keep: said.keep,
        bytes_max: Some(said.bytes_max),
        second,
    };
    let audit = Audit::open(state, options).context("the audit cannot be opened")?;
    Ok(Some(audit))
}

/// For commands, which write little and soon end.
///
/// # Errors
///
/// It cannot be opened.
pub(crate) fn by_command(state: &State) -> Result<Audit> {
    let options = AuditOptions {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        keep: None,
        bytes_max: None,
        second: Vec::new(),
    };
    Audit::open(state, options).context("the audit cannot be opened")
}

fn second(sink: &resolve::Sink) -> Result<Box<dyn SecondPlace>> {
    Ok(match sink {
        resolve::Sink::File(path) => Box::new(file::Lines::open(path)?),
        resolve::Sink::Syslog(socket) => Box::new(syslog::Syslog::open(socket)?),
        resolve::Sink::Url(said) => Box::new(url::Url::open(&said.value)?),
    })
}
