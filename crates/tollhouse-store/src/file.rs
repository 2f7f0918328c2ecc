//! The file and its folder: for their owner alone, and no part of anybody's repository.

use std::{
    fs::{self, OpenOptions},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use crate::{
    StateError,
    schema::{MARK, NEWEST},
};

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

/// What tells the file at this path from one that is put in its place; `None` if there is none. Where a system has
/// no such numbers, it lets nobody move an open file.
pub(crate) fn identity(path: &Path) -> Option<(u64, u64)> {
    let about = fs::metadata(path).ok()?;
    #[cfg(unix)]
    let numbers = {
        use std::os::unix::fs::MetadataExt as _;
        (about.dev(), about.ino())
    };
    #[cfg(not(unix))]
    let numbers = (0, u64::from(about.is_file()));
    Some(numbers)
}

const OURS: &str = ".tollhouse";

/// What is plain without opening a database: the place, and the first bytes.
pub(crate) fn look(path: &Path) -> Result<(), StateError> {
    let unwritable = |error| StateError::Unwritable(path.to_owned(), error);
    // The nearest thing above it that is there has to be a folder.
    let above = path.ancestors().skip(1).find(|above| above.exists());
    if above.is_some_and(|above| !above.is_dir()) {
        return Err(unwritable(io::ErrorKind::NotADirectory.into()));
    }
    let mut first = Vec::new();
    match fs::File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unwritable(error)),
        Ok(file) => file
            .take(HEAD_BYTES)
            .read_to_end(&mut first)
            .map_err(unwritable)?,
    };
    if first.is_empty() {
        return Ok(());
    }
    let foreign = || StateError::Foreign(path.to_owned());
    if !first.starts_with(HEAD) {
        return Err(foreign());
    }
    match (number(&first, VERSION_AT), number(&first, MARK_AT)) {
        // Whoever was killed in the first moment left a file that says nothing yet.
        (_, Some(0)) if beside(path, "-journal").exists() => Ok(()),
        (Some(found), Some(MARK)) if found > NEWEST => Err(StateError::Newer {
            path: path.to_owned(),
            found,
            known: NEWEST,
        }),
        (_, Some(MARK)) => Ok(()),
        _ => Err(foreign()),
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn number(head: &[u8], at: usize) -> Option<i64> {
    let bytes = head.get(at..at + 4)?.try_into().ok()?;
    Some(i64::from(u32::from_be_bytes(bytes)))
}

/// How every SQLite file begins (SQLite, "Database File Format", 1.3), and where its `user_version` and
/// `application_id` stand.
const HEAD: &[u8] = b"SQLite format 3\0";
const HEAD_BYTES: u64 = 100;
const VERSION_AT: usize = 60;
const MARK_AT: usize = 68;
