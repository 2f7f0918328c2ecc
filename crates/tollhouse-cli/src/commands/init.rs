//! `tollhouse init`: the files to begin with.

use std::{
    env,
    io::{IsTerminal as _, stdin},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail};
use serde_json::json;
use tollhouse_sources::sql::{self, TableSketch};

use crate::{
    arguments::InitArguments,
    exit::USAGE,
    init::{draft::Draft, place::place},
    log::say,
    pack::{self, Pack},
    print,
    terminal::ask,
};

/// What somebody begins with.
enum Start {
    Pack(Pack),
    Database(PathBuf),
}

pub(crate) fn init(arguments: &InitArguments) -> ExitCode {
    try_init(arguments).unwrap_or_else(|error| {
        say(&format!("error: {error:#}"));
        ExitCode::from(USAGE)
    })
}

fn try_init(arguments: &InitArguments) -> Result<ExitCode> {
    let can_ask = !arguments.manner.yes && !arguments.manner.json && stdin().is_terminal();
    let start = start(arguments, can_ask)?;
    let tables = match &start {
        Start::Database(path) => tables(path, &arguments.tables, can_ask)?,
        Start::Pack(_) if !arguments.tables.is_empty() => {
            bail!("--table is for `tollhouse init sqlite FILE`")
        }
        Start::Pack(_) => Vec::new(),
    };
    let name = match &arguments.name {
        None if can_ask => asked_name()?,
        name => name.clone(),
    };
    let draft = match start {
        Start::Pack(pack) => Draft::of_pack(pack, name.as_deref())?,
        Start::Database(path) => Draft::of_database(&path, &tables, name.as_deref()),
    };
    let here = env::current_dir().context("this folder is not there any more")?;
    let made = place(&draft, &here, arguments.force)?;
    print(&told(&draft, &made, arguments.manner.json));
    Ok(ExitCode::SUCCESS)
}

fn start(arguments: &InitArguments, can_ask: bool) -> Result<Start> {
    if let Some(template) = &arguments.template {
        return Pack::named(template)
            .map(Start::Pack)
            .ok_or_else(|| unknown(template));
    }
    match (arguments.what.as_deref(), &arguments.database) {
        (Some("sqlite"), Some(path)) => Ok(Start::Database(path.clone())),
        (Some("sqlite"), None) => bail!("name the file: tollhouse init sqlite shop.db"),
        (Some(what), None) => understood(what),
        (Some(what), Some(_)) => bail!("`{what}` takes no file. Write: tollhouse init sqlite FILE"),
        (None, _) if can_ask => {
            say(&format!(
                "What do you begin with? The path of an SQLite file, or one of: {}",
                templates()
            ));
            match ask(&format!("[{}]: ", pack::FIRST.name))?.as_str() {
                "" => Ok(Start::Pack(pack::FIRST)),
                said => understood(said),
            }
        }
        (None, _) => bail!(
            "say what to begin with: `tollhouse init sqlite FILE`, or `--template` with one of: {}",
            templates()
        ),
    }
}

/// A word that is the name of a template, or else a file.
fn understood(what: &str) -> Result<Start> {
    if let Some(pack) = Pack::named(what) {
        return Ok(Start::Pack(pack));
    }
    let path = Path::new(what);
    let ending = path.extension().and_then(|ending| ending.to_str());
    if path.is_file() || matches!(ending, Some("db" | "sqlite" | "sqlite3")) {
        return Ok(Start::Database(path.to_owned()));
    }
    Err(unknown(what))
}

fn unknown(what: &str) -> anyhow::Error {
    let far = |pack: &&Pack| strsim::damerau_levenshtein(pack.name, what);
    let nearest = pack::ALL.iter().min_by_key(far);
    let nearest = nearest.filter(|pack| far(pack) <= 1 + what.len() / 3);
    let hint = nearest.map_or_else(String::new, |pack| format!(" Did you mean {}?", pack.name));
    anyhow::anyhow!(
        "no template is called {what}.{hint} There are: {}",
        templates()
    )
}

fn templates() -> String {
    let names = pack::ALL.iter().map(|pack| pack.name);
    names.collect::<Vec<_>>().join(", ")
}

/// The tables that are wanted: those that were said, else all.
fn tables(path: &Path, said: &[String], can_ask: bool) -> Result<Vec<TableSketch>> {
    let shown = path.display();
    if !path.is_file() {
        bail!("{shown} is not there. `tollhouse init --template orders` brings a database along");
    }
    let found = sql::sketch(path).with_context(|| format!("{shown} is not an SQLite database"))?;
    let found: Vec<TableSketch> = found.into_iter().filter(crate::init::is_of_use).collect();
    let names: Vec<&str> = found.iter().map(|table| table.name.as_str()).collect();
    if names.is_empty() {
        bail!("{shown} has no tables that can be read. Make some first");
    }
    let said = if said.is_empty() && can_ask && names.len() > 1 {
        let answer = ask(&format!("Which tables? {} [all]: ", names.join(", ")))?;
        let words = answer.split(',').map(|word| word.trim().to_owned());
        words
            .filter(|word| !word.is_empty() && word != "all")
            .collect()
    } else {
        said.to_vec()
    };
    if said.is_empty() {
        return Ok(found.into_iter().take(TABLES_MAX).collect());
    }
    let missing = said.iter().find(|name| !names.contains(&name.as_str()));
    if let Some(missing) = missing {
        bail!(
            "{shown} has no table {missing}. There are: {}",
            names.join(", ")
        );
    }
    Ok(found
        .into_iter()
        .filter(|table| said.contains(&table.name))
        .collect())
}

fn asked_name() -> Result<Option<String>> {
    let answer = ask("A name for the file and the server, or nothing for tollhouse.toml: ")?;
    if answer.is_empty() {
        return Ok(None);
    }
    crate::arguments::server_name(&answer)
        .map(Some)
        .map_err(anyhow::Error::msg)
}

fn told(draft: &Draft, made: &[String], is_json: bool) -> String {
    let file = match draft.config.as_str() {
        pack::CONFIG => String::new(),
        other => format!(" {other}"),
    };
    let next = [
        format!("tollhouse check{file}"),
        format!("tollhouse run{file}"),
    ];
    if is_json {
        return format!("{:#}\n", json!({"made": made, "next": next}));
    }
    let [check, run] = next;
    format!("made {}\nnext:\n  {check}\n  {run}\n", made.join(", "))
}

/// More tools than these nobody wants to begin with.
const TABLES_MAX: usize = 20;
