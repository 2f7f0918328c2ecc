//! What a second place was told: the checkpoints in a file that `audit.sink.file` writes, or in a copy of it.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::Path,
};

use anyhow::{Context as _, Result, bail};
use serde::de::IgnoredAny;

use crate::{client::clean, log::say};

/// The lines that may be checkpoints. What is no whole line is told, and is no reason to stop.
pub(super) fn checkpoints(path: &Path) -> Result<Vec<String>> {
    let unreadable = || format!("cannot read {}", path.display());
    let file = File::open(path).with_context(unreadable)?;
    let (mut told, mut torn) = (Vec::new(), Vec::new());
    for (number, line) in (1_usize..).zip(BufReader::new(file).split(b'\n')) {
        let line = line.with_context(unreadable)?;
        let text = String::from_utf8_lossy(&line);
        if serde_json::from_str::<IgnoredAny>(&text).is_err() {
            torn.push(number);
        } else if text.contains("\"checkpoint\"") {
            told.push(text.into_owned());
        }
    }
    if told.is_empty() {
        bail!(
            "{} has no checkpoints; name the file that audit.sink.file writes",
            path.display()
        );
    }
    if let Some(first) = torn.first() {
        let path = clean(&path.display().to_string());
        let count = torn.len();
        say(&format!(
            "{path}: line {first} is torn, as a crash or a full disk leaves one ({count} in all); what it told stands in \
             the audit, and the next checkpoint vouches for it"
        ));
    }
    Ok(told)
}
