//! Records in a file of their own, for its owner alone. One that has grown large is put aside under a number.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
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
    /// Whether what is written last may have no end.
    is_torn: bool,
}

impl Lines {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let opened = append(path).with_context(|| {
            format!(
                "cannot write {}; make it writable for this user, or name another file at audit.sink.file",
                path.display()
            )
        });
        let (file, bytes, is_torn) = opened?;
        Ok(Self {
            path: path.to_owned(),
            file,
            bytes,
            is_torn,
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
        (self.file, self.bytes, self.is_torn) = append(&self.path)?;
        Ok(())
    }
}

impl SecondPlace for Lines {
    fn take(&mut self, lines: &[u8]) -> io::Result<()> {
        let more = lines.len() as u64;
        if self.bytes > 0 && self.bytes.saturating_add(more) > BYTES_MAX {
            self.put_aside()?;
        }
        if self.is_torn {
            self.file.write_all(b"\n")?;
            self.bytes += 1;
        }
        // Until all of it stands there.
        self.is_torn = true;
        self.file.write_all(lines)?;
        self.is_torn = false;
        self.bytes += more;
        Ok(())
    }
}

/// The file, its length, and whether its last line has no end: whoever wrote it was stopped half way, and what comes
/// next must not become a part of it.
fn append(path: &Path) -> io::Result<(File, u64, bool)> {
    let mut options = OpenOptions::new();
    options.append(true).read(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let bytes = file.metadata()?.len();
    let mut last = [b'\n'];
    if bytes > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    Ok((file, bytes, last != *b"\n"))
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

    #[test]
    fn p39_behind_a_torn_line_a_new_one_begins() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.ndjson");
        std::fs::write(&path, "{\"seq\":1}\n{\"se").unwrap();
        for seq in 2..4 {
            let mut lines = Lines::open(&path).unwrap();
            lines
                .take(format!("{{\"seq\":{seq}}}\n").as_bytes())
                .unwrap();
        }
        let whole = "{\"seq\":1}\n{\"se\n{\"seq\":2}\n{\"seq\":3}\n";
        assert_eq!(std::fs::read_to_string(&path).unwrap(), whole);
    }
}
