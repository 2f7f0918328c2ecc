//! `tollhouse migrate`: makes what tools with `exactly_once` need in their database.

use std::{path::Path, process::ExitCode};

use anyhow::{Context as _, Result, anyhow, bail};
use tollhouse_sources::sql;

use crate::{
    arguments::MigrateArguments,
    commands::listing::nearest,
    config::{Config, resolve::Resolved},
    environment,
    exit::USAGE,
    log::say,
    print, wire,
};

pub(crate) fn migrate(arguments: &MigrateArguments) -> ExitCode {
    match make(arguments) {
        Ok(done) => done,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::from(USAGE)
        }
    }
}

fn make(arguments: &MigrateArguments) -> Result<ExitCode> {
    let file = arguments
        .file
        .as_deref()
        .unwrap_or(wire::DEFAULT_FILE.as_ref());
    let config = Config::read(file, &environment);
    let Some(resolved) = &config.resolved else {
        bail!(
            "{0} cannot be read as a server's file; `tollhouse check {0}` tells why",
            file.display()
        );
    };
    let (path, seed) = database(resolved, &arguments.source, file)?;
    if arguments.dry_run {
        return Ok(print(sql::EFFECTS_TABLE));
    }
    if let Some(seed) = seed {
        sql::seed(path, seed).with_context(|| path.display().to_string())?;
    }
    let is_new = sql::migrate(path).with_context(|| path.display().to_string())?;
    let done = if is_new { "made" } else { "was there already:" };
    say(&format!(
        "{done} the table tollhouse_effects in {}",
        path.display()
    ));
    Ok(ExitCode::SUCCESS)
}

/// The file of the database of this name, and what it is made of when it is not there.
fn database<'a>(
    resolved: &'a Resolved,
    name: &str,
    file: &Path,
) -> Result<(&'a Path, Option<&'a str>)> {
    let mut sources = resolved.sources.iter();
    let found = sources.find(|source| source.name.value == name);
    let found = found.ok_or_else(|| {
        let names = resolved.sources.iter();
        let near = nearest(name, names.map(|source| source.name.value.as_str()));
        let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        anyhow!("{} has no source `{name}`{hint}", file.display())
    })?;
    let path = found.path.as_ref().ok_or_else(|| {
        anyhow!("`{name}` is no database: only those have tools with `exactly_once`")
    })?;
    let seed = found.seed.as_ref().map(|seed| seed.value.as_str());
    Ok((&path.value, seed))
}
