//! `cargo xtask docs`: the pages of `docs/` as a book.

use anyhow::{Result, bail};

use crate::run;
use crate::tools::MDBOOK;

/// Builds the book, and says where it is.
pub(crate) fn run(args: &[String]) -> Result<()> {
    if let Some(word) = args.first() {
        bail!("docs takes no arguments, and here is {word}");
    }
    let place = run::target_dir()?.join("book");
    let mut build = run::command(MDBOOK.ready()?)?;
    build.args(["build", "--dest-dir"]).arg(&place);
    run::capture(&mut build)?;
    println!("{}", place.join("index.html").display());
    Ok(())
}
