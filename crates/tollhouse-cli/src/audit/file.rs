//! Records in a file of their own, for its owner alone. One that has grown large is put aside under a number.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use tollhouse_store::SecondPlace;

/// The file that is written.
#[derive(Debug)]
pub(super) struct Lines {
    path: PathBuf,
    file: File,
    bytes: u64,
}

impl Lines {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let opened = append(path).with_context(|| {
            format!(
                "cannot write {}; make it writable for this user, or name another file at audit.sink.file",
                path.display()
            )
        });
        let (file, bytes) = opened?;
        Ok(Self {
            path: path.to_owned(),
            file,
            bytes,
        })
    }

    /// Puts the file aside, and those before it further back.
    fn put_aside(&mut self) -> io::Result<()> {
        let aside = |number: usize| {
            let mut name = self.path.clone().into_os_string();
            name.push(format!(".{number}"));
            PathBuf::from(name)
        };
        for number in (1..ASIDE).rev() {
            match fs::rename(aside(number), aside(number + 1)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        fs::rename(&self.path, aside(1))?;
        (self.file, self.bytes) = append(&self.path)?;
        Ok(())
    }
}

impl SecondPlace for Lines {
    fn take(&mut self, lines: &[u8]) -> io::Result<()> {
        let more = lines.len() as u64;
        if self.bytes > 0 && self.bytes.saturating_add(more) > BYTES_MAX {
            self.put_aside()?;
        }
        self.file.write_all(lines)?;
        self.bytes += more;
        Ok(())
    }
}

fn append(path: &Path) -> io::Result<(File, u64)> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    let bytes = file.metadata()?.len();
    Ok((file, bytes))
}

const BYTES_MAX: u64 = 64 * 1024 * 1024;
/// How many are kept beside the one that is written.
const ASIDE: usize = 16;

#[cfg(test)]
mod tests {
    use super::{BYTES_MAX, Lines, SecondPlace as _};

    #[test]
    fn p39_a_large_file_is_put_aside_and_no_line_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.ndjson");
        let mut lines = Lines::open(&path).unwrap();
        lines.take(b"{\"seq\":1}\n").unwrap();
        lines.bytes = BYTES_MAX;
        lines.take(b"{\"seq\":2}\n").unwrap();
        drop(lines);
        let mut lines = Lines::open(&path).unwrap();
        lines.take(b"{\"seq\":3}\n").unwrap();
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(read("audit.ndjson.1"), "{\"seq\":1}\n");
        assert_eq!(read("audit.ndjson"), "{\"seq\":2}\n{\"seq\":3}\n");
    }
}
