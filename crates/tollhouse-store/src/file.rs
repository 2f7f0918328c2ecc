//! The file and its folder: for their owner alone, and no part of anybody's repository.

use std::{
    fs::{self, OpenOptions},
    io,
    path::Path,
};

use crate::StateError;

/// Makes the folder and an empty file where they are missing, and closes an existing file to others.
pub(crate) fn make_private(path: &Path) -> Result<(), StateError> {
    if let Some(folder) = path.parent().filter(|folder| *folder != Path::new("")) {
        make_folder(folder).map_err(|error| StateError::Unwritable(folder.to_owned(), error))?;
    }
    make_file(path).map_err(|error| StateError::Unwritable(path.to_owned(), error))
}

fn make_folder(folder: &Path) -> io::Result<()> {
    if !folder.is_dir() {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    let ignore = folder.join(".gitignore");
    // Elsewhere the folder is somebody else's, and may hold what belongs into a repository.
    if folder.ends_with(OURS) && !ignore.exists() {
        fs::write(ignore, "*\n")?;
    }
    Ok(())
}

/// SQLite gives the file's companions the same mode.
fn make_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    close_to_others(path, &file)?;
    drop(file);
    Ok(())
}

#[cfg(unix)]
fn close_to_others(path: &Path, file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = file.metadata()?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    // The file of another user can be written by this one and not closed by it.
    if let Err(error) = file.set_permissions(fs::Permissions::from_mode(0o600)) {
        tracing::warn!(path = %path.display(), %error, "other users can read the state");
    }
    Ok(())
}

const OURS: &str = ".tollhouse";
