//! A change of a client's file: shown, asked for, written, told.

use std::{
    env,
    io::{IsTerminal as _, stdin},
    path::Path,
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail};
use serde_json::json;
use tollhouse::{Clock as _, SystemClock};

use super::is_coloured;
use crate::{
    arguments::Manner,
    environment,
    exit::USAGE,
    install::{
        client::Client,
        difference::difference,
        keep::Kept,
        place::{Machine, System},
    },
    log::say,
    print,
    terminal::ask,
};

/// What is to become of a file.
pub(in crate::commands) struct Change<'a> {
    pub(in crate::commands) client: &'a Client,
    pub(in crate::commands) name: &'a str,
    pub(in crate::commands) path: &'a Path,
    pub(in crate::commands) kept: &'a Kept,
    pub(in crate::commands) after: After,
    /// Lines that can be shown for certain.
    pub(in crate::commands) ours: &'a str,
    /// What is said of it.
    pub(in crate::commands) words: Words<'a>,
    pub(in crate::commands) manner: &'a Manner,
}

/// The file then.
pub(in crate::commands) enum After {
    Same,
    Text(String),
    Gone,
}

#[derive(Clone, Copy)]
pub(in crate::commands) struct Words<'a> {
    /// For a file that was changed.
    pub(in crate::commands) done: &'a str,
    /// For one that has nothing to change.
    pub(in crate::commands) nothing: &'a str,
    /// What to do next.
    pub(in crate::commands) next: &'a str,
}

/// Does something with what is known of this machine.
pub(in crate::commands) fn with_machine<T>(
    work: impl FnOnce(&Machine<'_>) -> Result<T>,
) -> Result<T> {
    work(&Machine {
        system: System::here(),
        home: env::home_dir().filter(|home| home.is_absolute()),
        here: env::current_dir().context("this folder is not there any more")?,
        variable: &environment,
    })
}

/// Shows a change, asks, writes it and says so.
pub(in crate::commands) fn settle(change: &Change<'_>) -> Result<ExitCode> {
    let text = match &change.after {
        After::Same => {
            tell(change, change.words.nothing, None);
            return Ok(ExitCode::SUCCESS);
        }
        After::Text(text) => text,
        After::Gone => "",
    };
    let path = change.path.display().to_string();
    if !change.manner.json {
        let sides = [change.kept.text(), text];
        print(&difference(&path, sides, change.ours, is_coloured()));
    }
    if !change.manner.yes && !agreed(change.manner)? {
        say("nothing was changed");
        return Ok(ExitCode::from(USAGE));
    }
    let stamp = stamp();
    let backup = match &change.after {
        After::Gone => change.kept.remove(&stamp)?,
        _ => change.kept.replace(text, &stamp)?,
    };
    tell(change, change.words.done, backup.as_deref());
    Ok(ExitCode::SUCCESS)
}

fn agreed(manner: &Manner) -> Result<bool> {
    if manner.json || !stdin().is_terminal() {
        bail!("nobody can be asked here. Add --yes to write it; nothing was changed");
    }
    let answer = ask("Write this? [y/N] ")?;
    Ok(matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes"))
}

fn tell(change: &Change<'_>, what: &str, backup: Option<&Path>) {
    let Change {
        client, name, path, ..
    } = change;
    if change.manner.json {
        let whole = json!({
            "client": client.id,
            "name": name,
            "file": path,
            "status": what,
            "backup": backup,
            "next": change.words.next,
        });
        print(&format!("{whole:#}\n"));
        return;
    }
    let mut text = format!("{what}: {name} in {}\n", path.display());
    if let Some(backup) = backup {
        text.push_str(&format!("before: {}\n", backup.display()));
    }
    if !change.words.next.is_empty() {
        text.push_str(&format!("next: {}\n", change.words.next));
    }
    print(&text);
}

/// The time, as it stands in a file's name.
fn stamp() -> String {
    let now = i64::try_from(SystemClock::default().unix_ms()).unwrap_or_default();
    jiff::Timestamp::from_millisecond(now).map_or_else(
        |_| now.to_string(),
        |time| time.strftime("%Y%m%dT%H%M%SZ").to_string(),
    )
}
