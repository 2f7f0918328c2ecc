//! `tollhouse install`: a server joins those that a client knows.

use std::{
    io::{IsTerminal as _, stdout},
    path::Path,
    process::ExitCode,
};

use anyhow::{Result, bail};
use serde_json::{Map, Value, json};

use crate::{
    arguments::InstallArguments,
    exit::USAGE,
    install::{
        client::{self, Client, File, Remote},
        document,
        entry::{self, Entry, Way},
        keep::Kept,
        link,
        place::{Machine, Scope},
    },
    log::say,
    print,
};

use change::{After, Change, Words, settle};
use server::server;

pub(super) mod change;
mod list;
mod server;

pub(crate) fn install(arguments: &InstallArguments) -> ExitCode {
    try_install(arguments).unwrap_or_else(|error| {
        say(&format!("error: {error:#}"));
        ExitCode::from(USAGE)
    })
}

fn try_install(arguments: &InstallArguments) -> Result<ExitCode> {
    change::with_machine(|machine| {
        let Some(word) = &arguments.client else {
            return Ok(print(&list::list(machine, arguments.manner.json)));
        };
        let client = named(word)?;
        let (name, way) = server(client, arguments)?;
        if let (Way::Reach { url, .. }, Remote::Window(steps)) = (&way, &client.remote) {
            return Ok(print(&by_hand(
                client,
                &name,
                url,
                steps,
                arguments.manner.json,
            )));
        }
        let entry = entry::entry(client, &name, &way)?;
        if arguments.only.link {
            let link = link::link(client, &name, &entry)?;
            let link = if arguments.manner.json {
                json!({"client": client.id, "name": name, "link": link}).to_string()
            } else {
                link
            };
            return Ok(print(&format!("{link}\n")));
        }
        let Some(file) = &client.file else {
            bail!("{} has no file", client.title);
        };
        let wanted = Wanted {
            client,
            file,
            name: &name,
            entry: &entry,
        };
        if arguments.only.print {
            return snippet(&wanted, machine, arguments);
        }
        write(&wanted, machine, arguments)
    })
}

/// The client that is meant.
pub(super) fn named(word: &str) -> Result<&'static Client> {
    client::find(word).map_or_else(
        |nearest| {
            let nearest = nearest.map_or_else(String::new, |near| format!("Did you mean {near}? "));
            let all = client::CLIENTS.iter().map(|client| client.id);
            let all = all.collect::<Vec<_>>().join(", ");
            bail!("no client is called {word}. {nearest}There are: {all}")
        },
        Ok,
    )
}

/// An entry for a file.
struct Wanted<'a> {
    client: &'a Client,
    file: &'a File,
    name: &'a str,
    entry: &'a Entry,
}

/// What goes into the file, alone.
fn snippet(
    wanted: &Wanted<'_>,
    machine: &Machine<'_>,
    arguments: &InstallArguments,
) -> Result<ExitCode> {
    let Wanted {
        client,
        file,
        name,
        entry,
    } = *wanted;
    let path = machine.file(client, file, arguments.scope)?;
    if arguments.manner.json {
        let whole = json!({
            "client": client.id,
            "name": name,
            "file": path,
            "entry": entry.value,
            "input": entry.input,
        });
        return Ok(print(&format!("{whole:#}\n")));
    }
    say(&format!("into {}:", path.display()));
    Ok(print(&document::put("", file, name, entry)?))
}

fn write(
    wanted: &Wanted<'_>,
    machine: &Machine<'_>,
    arguments: &InstallArguments,
) -> Result<ExitCode> {
    let Wanted {
        client,
        file,
        name,
        entry,
    } = *wanted;
    let path = machine.file(client, file, arguments.scope)?;
    let kept = Kept::read(&path)?;
    let told = |error: document::Unfit| anyhow::anyhow!("{}: {error}", path.display());
    let servers = document::servers(kept.text(), file).map_err(told)?;
    refuse_a_stranger(client, name, entry, &servers, &path)?;
    let after = document::put(kept.text(), file, name, entry).map_err(told)?;
    if !machine.has(client) && !arguments.manner.json {
        say(&format!(
            "note: {} was not found on this machine",
            client.title
        ));
    }
    if arguments.scope == Scope::Project && entry.value.contains_key("command") {
        say(
            "note: the file is for everybody in this project, and the paths in it are those of this machine",
        );
    }
    // What a user gives as a variable's value may be a secret.
    let mut certain = entry.clone();
    certain.value.shift_remove("env");
    let after = if after == kept.text() {
        After::Same
    } else {
        After::Text(after)
    };
    settle(&Change {
        client,
        name,
        path: &path,
        kept: &kept,
        after,
        ours: &document::put("", file, name, &certain)?,
        words: Words {
            done: "installed",
            nothing: "already installed",
            next: &next(client, entry),
        },
        manner: &arguments.manner,
    })
}

/// An entry of the same name that somebody else made is left alone.
fn refuse_a_stranger(
    client: &Client,
    name: &str,
    entry: &Entry,
    servers: &Map<String, Value>,
    path: &Path,
) -> Result<()> {
    let Some(present) = servers.get(name) else {
        return Ok(());
    };
    let new = Value::Object(entry.value.clone());
    let is_same = if entry.value.contains_key("command") {
        entry::starts_us(present)
    } else {
        entry::url(client, present).is_some_and(|url| Some(url) == entry::url(client, &new))
    };
    if !is_same {
        bail!(
            "{} has another server called {name}. Choose a name with --name, or take that one out first",
            path.display()
        );
    }
    Ok(())
}

/// What to do then.
fn next(client: &Client, entry: &Entry) -> String {
    let key = match (&client.remote, &entry.input) {
        (_, Some(_)) => " It asks for the key once and keeps it.",
        (Remote::File { .. }, None)
            if entry.value.keys().any(|key| KEYED.contains(&key.as_str())) =>
        {
            " The variable with the key has to be set where the client starts."
        }
        _ => "",
    };
    format!("{}{key}", client.next)
}

/// For clients that are told in their own window.
fn by_hand(client: &Client, name: &str, url: &str, steps: &[&str], is_json: bool) -> String {
    if is_json {
        let whole = json!({"client": client.id, "name": name, "url": url, "steps": steps});
        return format!("{whole:#}\n");
    }
    let mut text = format!("{} is told in its own window:\n", client.title);
    for (number, step) in steps.iter().enumerate() {
        text.push_str(&format!("  {}. {step}\n", number + 1));
    }
    let is_outside = url.starts_with("https://") && !server::is_loopback(url);
    let doubt = if is_outside {
        ""
    } else {
        "This URL is not one that other machines can call over HTTPS.\n"
    };
    format!("{text}\n  name  {name}\n  url   {url}\n{doubt}")
}

/// Whether standard output is for eyes that see colours.
pub(super) fn is_coloured() -> bool {
    let is_plain = crate::environment("NO_COLOR").is_some_and(|wish| !wish.is_empty());
    stdout().is_terminal() && !is_plain
}

const KEYED: [&str; 3] = ["headers", "bearer_token_env_var", "env_http_headers"];
