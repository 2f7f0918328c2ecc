//! Whoever sits at the terminal, to be asked.

use std::io::{BufRead as _, Write as _, stderr, stdin};

use anyhow::{Context as _, Result};

/// Asks whoever sits at the terminal, and gives the answer without the space around it.
pub(crate) fn ask(question: &str) -> Result<String> {
    let mut to = stderr().lock();
    drop(write!(to, "{question}"));
    drop(to.flush());
    drop(to);
    let mut answer = String::new();
    let read = stdin().lock().read_line(&mut answer);
    read.context("no answer could be read")?;
    Ok(answer.trim().to_owned())
}
