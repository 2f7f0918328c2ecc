//! `tollhouse uninstall`: a server leaves those that a client knows.

use std::{path::Path, process::ExitCode};

use anyhow::{Result, bail};
use serde_json::{Map, Value};

use super::install::{
    change::{self, After, Change, Words, settle},
    named,
};
use crate::{
    arguments::UninstallArguments,
    exit::USAGE,
    install::{
        client::File,
        document::{self, Unfit},
        entry::{self, Entry},
        keep::Kept,
    },
    log::say,
};

pub(crate) fn uninstall(arguments: &UninstallArguments) -> ExitCode {
    try_uninstall(arguments).unwrap_or_else(|error| {
        say(&format!("error: {error:#}"));
        ExitCode::from(USAGE)
    })
}

fn try_uninstall(arguments: &UninstallArguments) -> Result<ExitCode> {
    let client = named(&arguments.client)?;
    let Some(file) = &client.file else {
        bail!(
            "{} keeps its servers itself. Take it out in its own window",
            client.title
        );
    };
    let path = change::with_machine(|machine| machine.file(client, file, arguments.scope))?;
    let kept = Kept::read(&path)?;
    let told = |error: Unfit| anyhow::anyhow!("{}: {error}", path.display());
    let servers = document::servers(kept.text(), file).map_err(told)?;
    let name = meant(arguments, &servers, &path)?;
    let after = match name.as_ref().and_then(|name| servers.get(name)) {
        None => After::Same,
        Some(present) => {
            let name = name.as_deref().unwrap_or_default();
            if !entry::starts_us(present) && entry::reaches(client, present).is_none() {
                bail!(
                    "{name} in {} has what this program never writes, and was left as it is. \
                     Take it out by hand",
                    path.display()
                );
            }
            without(&kept, file, name, present).map_err(told)?
        }
    };
    settle(&Change {
        client,
        name: name.as_deref().unwrap_or("no server of this program"),
        path: &path,
        kept: &kept,
        after,
        ours: "",
        words: Words {
            done: "uninstalled",
            nothing: "not installed",
            next: "",
        },
        manner: &arguments.manner,
    })
}

/// The name that was said, or that of the only server that starts this program.
fn meant(
    arguments: &UninstallArguments,
    servers: &Map<String, Value>,
    path: &Path,
) -> Result<Option<String>> {
    if arguments.name.is_some() {
        return Ok(arguments.name.clone());
    }
    let ours = servers.iter().filter(|(_, value)| entry::starts_us(value));
    let ours: Vec<&str> = ours.map(|(name, _)| name.as_str()).collect();
    match ours.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some((*one).to_owned())),
        several => bail!(
            "{} starts this program as {}. Say which with --name",
            path.display(),
            several.join(", ")
        ),
    }
}

/// The file as it was before, if nothing else changed since; otherwise without this entry.
fn without(kept: &Kept, file: &File, name: &str, present: &Value) -> Result<After, Unfit> {
    let input = entry::input_id(name);
    let was = Entry {
        value: present.as_object().cloned().unwrap_or_default(),
        input: document::input(kept.text(), file, &input),
    };
    // What putting the entry in would make of an earlier text, to the byte, came about like that.
    let came_from = |before: &str| {
        let is_free =
            document::servers(before, file).is_ok_and(|servers| !servers.contains_key(name));
        is_free && document::put(before, file, name, &was).is_ok_and(|after| after == kept.text())
    };
    if let Some(before) = kept.backups().into_iter().find(|before| came_from(before)) {
        return Ok(After::Text(before));
    }
    if came_from("") {
        return Ok(After::Gone);
    }
    document::take(kept.text(), file, name, &input).map(After::Text)
}
