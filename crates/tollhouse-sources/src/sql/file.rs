//! Which file a path stands for, so that one that is put in its place is noticed.

use std::path::{Path, PathBuf};

/// A file, told apart from every other that there is at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileId {
    /// It is there, under this number.
    #[cfg_attr(not(unix), expect(dead_code, reason = "nothing gives numbers here"))]
    Known { device: u64, inode: u64 },
    /// This system has no such numbers, but does not let an open file be replaced either.
    #[cfg_attr(unix, expect(dead_code, reason = "there are numbers here"))]
    Untold,
    /// There is none.
    Missing,
}

impl FileId {
    /// The file that is there now.
    #[cfg(unix)]
    pub(super) fn of(path: &Path) -> Self {
        use std::os::unix::fs::MetadataExt as _;

        path.metadata()
            .map_or(Self::Missing, |metadata| Self::Known {
                device: metadata.dev(),
                inode: metadata.ino(),
            })
    }

    /// The file that is there now.
    #[cfg(not(unix))]
    pub(super) fn of(path: &Path) -> Self {
        if path.exists() {
            Self::Untold
        } else {
            Self::Missing
        }
    }
}

/// Where a database's write-ahead log stands.
pub(super) fn log(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// Whether there is something in a file.
pub(super) fn is_filled(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.len() > 0)
}
