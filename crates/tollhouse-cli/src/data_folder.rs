//! Where the data is kept: where the user says, beside the work, or in the user's own data folder.

use std::{
    env, fs, io,
    path::{self, Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow};
use tollhouse_sources::{orders::OrdersError, sql::SqlSource};

use crate::log::say;

/// Opens a source in the given folder, or else in the first of the usual ones that can be written. Also
/// tells the folder, as an absolute path.
///
/// Some clients start servers in a folder that nobody can write, so there is more than one usual place.
pub(crate) fn open(
    given: Option<&Path>,
    open: impl Fn(&Path) -> Result<SqlSource, OrdersError>,
) -> Result<(SqlSource, PathBuf)> {
    let full = |folder: &Path| {
        path::absolute(folder).with_context(|| format!("{} has no full path", folder.display()))
    };
    if let Some(folder) = given {
        let folder = full(folder)?;
        return Ok((open_in(&folder, &open).map_err(advise)?, folder));
    }
    let beside = full(Path::new(BESIDE))?;
    let error = match open_in(&beside, &open) {
        Ok(source) => return Ok((source, beside)),
        Err(error @ OrdersError::Unwritable(..)) => error,
        Err(error) => return Err(advise(error)),
    };
    let Some(own) = own_folder() else {
        return Err(advise(error));
    };
    let source = open_in(&own, &open).map_err(advise)?;
    say(&format!(
        "{error}; the data is in {} instead",
        own.display()
    ));
    Ok((source, own))
}

fn open_in(
    folder: &Path,
    open: impl Fn(&Path) -> Result<SqlSource, OrdersError>,
) -> Result<SqlSource, OrdersError> {
    make(folder).map_err(|error| OrdersError::Unwritable(folder.to_owned(), error))?;
    open(folder)
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

fn advise(error: OrdersError) -> anyhow::Error {
    match error {
        OrdersError::Unwritable(..) | OrdersError::Foreign(_) | OrdersError::Version { .. } => {
            anyhow!("{error} (--data FOLDER keeps the data elsewhere)")
        }
        other => other.into(),
    }
}

const BESIDE: &str = ".tollhouse";
