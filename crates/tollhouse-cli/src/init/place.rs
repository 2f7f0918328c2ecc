//! Files put where none are.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use super::draft::{Draft, ENVIRONMENT};

/// Writes all of it or nothing: a file that is there is told, and stays unless `is_forced`. Gives what was written.
pub(crate) fn place(draft: &Draft, folder: &Path, is_forced: bool) -> Result<Vec<String>> {
    let is_there = |name: &str| folder.join(name).symlink_metadata().is_ok();
    // What was copied from it may have been changed, and it is only an example.
    let wanted = draft
        .files
        .iter()
        .filter(|(name, _)| is_forced || name != ENVIRONMENT || !is_there(name));
    let wanted: Vec<&(String, String)> = wanted.collect();
    let there: Vec<&str> = wanted
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| is_there(name))
        .collect();
    if !is_forced && !there.is_empty() {
        bail!(
            "{} is there already, and stays as it is. Give another --name, begin in another folder, or overwrite with --force",
            there.join(", ")
        );
    }
    let mut made = Vec::new();
    for (name, text) in wanted {
        write(&folder.join(name), text, is_forced)?;
        made.push(name.clone());
    }
    if ignore(&folder.join(IGNORED), &draft.ignored)? {
        made.push(IGNORED.to_owned());
    }
    Ok(made)
}

fn write(path: &PathBuf, text: &str, is_forced: bool) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true);
    if is_forced {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    let failed = || format!("{} cannot be written", path.display());
    let mut file = options.open(path).with_context(failed)?;
    file.write_all(text.as_bytes()).with_context(failed)
}

/// Adds the lines that are not there. Tells whether there were such.
fn ignore(path: &Path, lines: &[&str]) -> Result<bool> {
    let before = fs::read_to_string(path).unwrap_or_default();
    let missing = lines
        .iter()
        .filter(|line| !before.lines().any(|known| known.trim() == **line));
    let missing: String = missing.map(|line| format!("{line}\n")).collect();
    if missing.is_empty() {
        return Ok(false);
    }
    let gap = if before.is_empty() || before.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let failed = || format!("{} cannot be written", path.display());
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .with_context(failed)?;
    file.write_all(format!("{gap}{missing}").as_bytes())
        .with_context(failed)?;
    Ok(true)
}

const IGNORED: &str = ".gitignore";
