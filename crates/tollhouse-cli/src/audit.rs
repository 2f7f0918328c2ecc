//! The audit of a running program: opened beside the state, with the places where its records go besides.

use std::env;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tollhouse::{Clock as _, SystemClock};
use tollhouse_store::{Audit, AuditOptions, Deed, SecondPlace, State};

use crate::{config::resolve, environment, log};

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
        ..AuditOptions::default()
    };
    Audit::open(state, options).context("the audit cannot be opened")
}

/// What whoever runs the server does, by a command: it is written down before it is done, and what cannot be written
/// down is not done.
///
/// # Errors
///
/// It cannot be written down.
pub(crate) async fn note(
    state: &State,
    verb: &'static str,
    subject: Option<&str>,
    said: Value,
) -> Result<()> {
    let audit = by_command(state)?;
    let noted = audit.note(deed(verb, subject, said)).await;
    audit.close();
    noted.context("it cannot be written into the audit, so nothing was done")
}

/// What was done now, with who did it and how.
pub(crate) fn deed(verb: &'static str, subject: Option<&str>, mut said: Value) -> Deed {
    let redactor = log::redactor();
    if let Some(said) = said.as_object_mut() {
        said.insert("by".to_owned(), operator());
        let words = env::args().map(|word| redactor.text(&word).into_owned());
        said.insert("command".to_owned(), words.collect());
    }
    Deed {
        at_ms: SystemClock::default().unix_ms(),
        verb,
        subject: subject.map(str::to_owned),
        said: redactor.json(&said),
    }
}

/// The user of this system who does it: the number is the system's word, the name is what the environment says.
fn operator() -> Value {
    let name = ["USER", "LOGNAME", "USERNAME"]
        .iter()
        .find_map(|name| environment(name));
    #[cfg(unix)]
    let number = Some(rustix::process::getuid().as_raw());
    #[cfg(not(unix))]
    let number: Option<u32> = None;
    json!({"user": name, "uid": number})
}

fn second(sink: &resolve::Sink) -> Result<Box<dyn SecondPlace>> {
    Ok(match sink {
        resolve::Sink::File(path) => Box::new(file::Lines::open(path)?),
        resolve::Sink::Syslog(socket) => Box::new(syslog::Syslog::open(socket)?),
        resolve::Sink::Url(said) => Box::new(url::Url::open(&said.value)?),
    })
}
