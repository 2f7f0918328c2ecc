//! Where other people's programs are put: a copy of `tests/clients` in the
//! target directory, with what npm and pip install beside it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::run;

/// The directory of one language, its scripts brought up to date.
pub(super) fn of(language: &str) -> Result<PathBuf> {
    let from = run::root()?.join(SOURCES);
    let to = root()?;
    copy_files(&from, &to)?;
    copy_files(&from.join(language), &to.join(language))?;
    Ok(to.join(language))
}

/// Where everything of these tasks lives: out of git, gone with `cargo clean`.
pub(super) fn root() -> Result<PathBuf> {
    Ok(run::target_dir()?.join("clients"))
}

/// An empty directory for one purpose.
pub(crate) fn scratch(name: &str) -> Result<PathBuf> {
    let dir = root()?.join("scratch").join(name);
    if dir.exists() {
        fs::remove_dir_all(&dir).with_context(|| format!("cannot clear {}", dir.display()))?;
    }
    fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
    Ok(dir)
}

/// Does the work unless it was done here before for the same `cause`, the text
/// that decides what is installed.
pub(super) fn once(dir: &Path, cause: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    let stamp = dir.join(STAMP);
    if fs::read_to_string(&stamp).is_ok_and(|done_for| done_for == cause) {
        return Ok(());
    }
    // Half an installation must not pass for a whole one.
    if stamp.exists() {
        fs::remove_file(&stamp)?;
    }
    work()?;
    fs::write(&stamp, cause).with_context(|| format!("cannot write {}", stamp.display()))
}

fn copy_files(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    let entries = fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))?;
    for entry in entries {
        let path = entry?.path();
        if let (true, Some(name)) = (path.is_file(), path.file_name()) {
            let context = || format!("cannot copy {}", path.display());
            fs::copy(&path, to.join(name)).with_context(context)?;
        }
    }
    Ok(())
}

const SOURCES: &str = "tests/clients";
const STAMP: &str = "installed-for";

#[cfg(test)]
mod tests {
    use super::once;

    #[test]
    fn work_is_done_once_for_one_cause_and_again_after_a_failure() {
        let dir = std::env::temp_dir().join(format!("xtask-place-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let mut runs = 0;
        for (cause, works) in [
            ("a", true),
            ("a", true),
            ("b", false),
            ("b", true),
            ("b", true),
        ] {
            let result = once(&dir, cause, || {
                runs += 1;
                anyhow::ensure!(works, "broken");
                Ok(())
            });
            assert_eq!(result.is_ok(), works);
        }
        std::fs::remove_dir_all(&dir).unwrap();
        assert_eq!(runs, 3);
    }
}
