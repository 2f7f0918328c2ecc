//! Where the data is kept: where the user says, beside the work, or in the user's own data folder.

use std::{
    env, fs, io,
    path::{self, Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow};

use crate::log::say;

/// The given folder, or else the first of the usual ones that can be written, as an absolute path. It is made if it
/// is not there.
///
/// Some clients start servers in a folder that nobody can write, so there is more than one usual place.
pub(crate) fn choose(given: Option<&Path>) -> Result<PathBuf> {
    let full = |folder: &Path| {
        path::absolute(folder).with_context(|| format!("{} has no full path", folder.display()))
    };
    if let Some(folder) = given {
        let folder = full(folder)?;
        return match writable(&folder) {
            Ok(()) => Ok(folder),
            Err(error) => Err(unwritable(&folder, &error)),
        };
    }
    let beside = full(Path::new(BESIDE))?;
    let Err(error) = writable(&beside) else {
        return Ok(beside);
    };
    let Some(own) = own_folder() else {
        return Err(unwritable(&beside, &error));
    };
    writable(&own).map_err(|error| unwritable(&own, &error))?;
    say(&format!(
        "{} cannot be written: {error}; the data is in {} instead",
        beside.display(),
        own.display()
    ));
    Ok(own)
}

fn writable(folder: &Path) -> io::Result<()> {
    make(folder)?;
    // What the system says of a folder's mode is not the whole truth; only writing is.
    tempfile::Builder::new()
        .prefix(".writable")
        .tempfile_in(folder)
        .map(drop)
}

fn unwritable(folder: &Path, error: &io::Error) -> anyhow::Error {
    anyhow!(
        "{} cannot be written: {error} (--data FOLDER keeps the data elsewhere)",
        folder.display()
    )
}

/// Makes the folder for its owner alone, and keeps the one beside the work out of the user's repository.
fn make(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    if folder.ends_with(BESIDE) {
        fs::write(folder.join(".gitignore"), "*\n")?;
    }
    Ok(())
}

/// The user's own data folder (XDG Base Directory Specification).
fn own_folder() -> Option<PathBuf> {
    let named = env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    let base = named
        .filter(|folder| folder.is_absolute())
        .or_else(|| Some(env::home_dir()?.join(".local").join("share")))?;
    Some(base.join("tollhouse"))
}

/// The folder beside the work.
pub(crate) const BESIDE: &str = ".tollhouse";
