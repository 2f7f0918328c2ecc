//! A configuration file on the disk: read, kept as a backup, replaced whole or not at all.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use tempfile::NamedTempFile;

/// A file as it was when it was read.
#[derive(Debug)]
pub(crate) struct Kept {
    /// Where it lies in truth: links are followed, so that they stay links.
    path: PathBuf,
    /// None if it is not there.
    text: Option<String>,
    is_link: bool,
}

impl Kept {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let named = || path.display().to_string();
        let is_link = path.is_symlink();
        let real = match fs::canonicalize(path) {
            Ok(real) => real,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !is_link => path.to_owned(),
            Err(error) if is_link => {
                return Err(error).with_context(|| format!("{} leads nowhere", named()));
            }
            Err(error) => return Err(error).with_context(named),
        };
        // What is put in its place is a file, and a device or a pipe that was one of the system's would be gone.
        if fs::metadata(&real).is_ok_and(|about| !about.is_file()) {
            bail!(
                "{} is not a file. It was left as it is; move it away",
                named()
            );
        }
        let text = match fs::read(&real) {
            Ok(bytes) => Some(String::from_utf8(bytes).map_err(|_| {
                anyhow::anyhow!("{} is not UTF-8 text. It was left as it is", named())
            })?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", named())),
        };
        Ok(Self {
            path: real,
            text,
            is_link,
        })
    }

    /// Its text; none is like an empty one.
    pub(crate) fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    /// Puts this text in its place. Gives the backup, if there was something to keep.
    pub(crate) fn replace(&self, text: &str, stamp: &str) -> Result<Option<PathBuf>> {
        let folder = self.path.parent().context("the file has no folder")?;
        fs::create_dir_all(folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
        let backup = self.back_up(stamp)?;
        let written = self.file_of(folder, text)?;
        self.is_unchanged()?;
        written
            .persist(&self.path)
            .with_context(|| format!("{} cannot be written", self.path.display()))?;
        Ok(backup)
    }

    /// Takes the file away, or empties what a link leads to. Gives the backup.
    pub(crate) fn remove(&self, stamp: &str) -> Result<Option<PathBuf>> {
        if self.is_link {
            return self.replace("", stamp);
        }
        let backup = self.back_up(stamp)?;
        self.is_unchanged()?;
        fs::remove_file(&self.path)
            .with_context(|| format!("{} cannot be removed", self.path.display()))?;
        Ok(backup)
    }

    /// The texts that were kept, the newest first.
    pub(crate) fn backups(&self) -> Vec<String> {
        let (Some(folder), Some(name)) = (self.path.parent(), self.path.file_name()) else {
            return Vec::new();
        };
        let begin = format!("{}.", name.to_string_lossy());
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries
            .filter(|entry| {
                let name = entry.file_name();
                let name = name.to_string_lossy();
                name.starts_with(&begin) && name.ends_with(ENDING)
            })
            .map(|entry| entry.path())
            .collect();
        paths.sort();
        let newest = paths.iter().rev().take(BACKUPS_READ_MAX);
        newest
            .filter_map(|path| fs::read_to_string(path).ok())
            .collect()
    }

    fn back_up(&self, stamp: &str) -> Result<Option<PathBuf>> {
        let Some(text) = &self.text else {
            return Ok(None);
        };
        let folder = self.path.parent().context("the file has no folder")?;
        let name = self.path.file_name().context("the file has no name")?;
        let name = name.to_string_lossy();
        for number in 0..SAME_SECOND_MAX {
            let path = folder.join(format!("{name}.{stamp}-{number}{ENDING}"));
            match self.file_of(folder, text)?.persist_noclobber(&path) {
                Ok(_) => return Ok(Some(path)),
                Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(failed) => {
                    return Err(failed.error)
                        .with_context(|| format!("{} cannot be written", path.display()));
                }
            }
        }
        bail!("there are too many backups beside {}", self.path.display())
    }

    /// A new file beside, with the text and with the rights of the one that it is for.
    fn file_of(&self, folder: &Path, text: &str) -> Result<NamedTempFile> {
        let failed = || format!("nothing can be written in {}", folder.display());
        let mut builder = tempfile::Builder::new();
        builder.prefix(".tollhouse-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(folder).with_context(failed)?;
        file.write_all(text.as_bytes()).with_context(failed)?;
        if let Ok(about) = fs::metadata(&self.path) {
            file.as_file()
                .set_permissions(about.permissions())
                .with_context(failed)?;
        }
        file.as_file().sync_all().with_context(failed)?;
        Ok(file)
    }

    /// Clients write their files too, and what they wrote meanwhile must not be lost.
    fn is_unchanged(&self) -> Result<()> {
        let is_file = fs::metadata(&self.path).is_ok_and(|about| about.is_file());
        let now = is_file.then(|| fs::read(&self.path).ok()).flatten();
        if now.as_deref() != self.text.as_deref().map(str::as_bytes) {
            bail!(
                "{} was changed meanwhile, and was left as it is. Do it again",
                self.path.display()
            );
        }
        Ok(())
    }
}

const ENDING: &str = ".bak";
const BACKUPS_READ_MAX: usize = 20;
/// How many backups one second can have.
const SAME_SECOND_MAX: usize = 10;

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Kept;

    #[test]
    fn what_was_written_meanwhile_is_not_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mcp.json");
        for before in [None, Some("{}")] {
            if let Some(before) = before {
                fs::write(&path, before).unwrap();
            }
            let kept = Kept::read(&path).unwrap();
            fs::write(&path, "{\"meanwhile\": 1}").unwrap();
            let error = kept.replace("{\"ours\": 1}", "now").unwrap_err();
            assert!(error.to_string().contains("changed meanwhile"), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), "{\"meanwhile\": 1}");
            fs::remove_file(&path).unwrap();
        }
        // Nothing half-written is left behind.
        let left = folder.path().read_dir().unwrap();
        let names = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        assert!(names.into_iter().all(|name| name.ends_with(".bak")));
    }

    #[test]
    fn a_second_has_room_for_several_backups() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mcp.json");
        fs::write(&path, "0").unwrap();
        for text in ["1", "2", "3"] {
            let kept = Kept::read(&path).unwrap();
            kept.replace(text, "now").unwrap();
        }
        assert_eq!(Kept::read(&path).unwrap().backups(), ["2", "1", "0"]);
    }
}
