//! The texts that a configuration was read from, and places in them.

use std::{
    borrow::Cow,
    fs,
    io::{self, Read as _},
    ops::Range,
    path::{Path, PathBuf},
};

use crate::pack::Pack;

/// The texts, in the order in which they were read.
#[derive(Debug, Default)]
pub(crate) struct Files {
    files: Vec<File>,
    /// What else decides what is read: files that are parts of values, and folders where more could be.
    others: Vec<PathBuf>,
    /// What must not be repeated by whatever is told of the texts.
    secrets: Vec<String>,
    /// Files that are part of the program, as if they stood in this folder.
    pack: Option<(PathBuf, Pack)>,
}

/// One text.
#[derive(Debug)]
pub(crate) struct File {
    /// Where it is, as the user would write it.
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    /// The text with asterisks in place of secrets: the one to show.
    shown: String,
}

/// A place in one of the texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) file: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Something that was said, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

impl Files {
    /// Adds a text, and gives the number under which spans name it.
    pub(crate) fn add(&mut self, path: &Path, text: &str) -> usize {
        self.files.push(File {
            path: path.to_owned(),
            shown: text.to_owned(),
            text: text.to_owned(),
        });
        self.files.len() - 1
    }

    /// The files of a pack, as if they stood in this folder.
    pub(crate) fn of_pack(folder: &Path, pack: Pack) -> Self {
        Self {
            pack: Some((folder.to_owned(), pack)),
            ..Self::default()
        }
    }

    /// Reads a file that is text. The first one may be a pipe; others may be named by mistake.
    pub(crate) fn read(&self, path: &Path) -> io::Result<String> {
        let packed = self.pack.as_ref().and_then(|(folder, pack)| {
            let name = path.strip_prefix(folder).ok()?;
            pack.file(name.to_str()?)
        });
        match packed {
            Some(text) => Ok(text.to_owned()),
            // Nobody might ever write into a pipe.
            None if !self.files.is_empty() && !path.metadata()?.is_file() => Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "it is no file of text",
            )),
            None => text_of(path),
        }
    }

    /// The folder of the first text.
    pub(crate) fn folder(&self) -> PathBuf {
        let first = self.files.first().and_then(|file| file.path.parent());
        first.map(Path::to_owned).unwrap_or_default()
    }

    /// Whether they are part of the program.
    pub(crate) const fn is_pack(&self) -> bool {
        self.pack.is_some()
    }

    /// Adds something beside the texts that decides what is read: a file that is part of a value, or a folder where
    /// more would be read if it were there.
    pub(crate) fn depend_on(&mut self, path: &Path) {
        self.others.push(path.to_owned());
    }

    /// All that decides what is read.
    pub(crate) fn seen(&self) -> Vec<PathBuf> {
        let files = self.files.iter().map(|file| file.path.clone());
        files.chain(self.others.iter().cloned()).collect()
    }

    pub(crate) fn get(&self, span: Span) -> Option<&File> {
        self.files.get(span.file)
    }

    /// What stands at a place, secrets and all.
    pub(crate) fn text_at(&self, span: Span) -> &str {
        let text = self.get(span).and_then(|file| file.text.get(span.range()));
        text.unwrap_or_default()
    }

    /// A path that was written in one of the files, and so is relative to it.
    pub(crate) fn beside(&self, span: Span, path: &str) -> PathBuf {
        let folder = self.get(span).and_then(|file| file.path.parent());
        folder.map_or_else(|| PathBuf::from(path), |folder| folder.join(path))
    }

    /// The same for a path of a database: what a database would take for something else than a file is none.
    pub(crate) fn database(&self, span: Span, path: &str) -> Option<PathBuf> {
        let before = path.split_once(':').map(|(before, _)| before);
        // One letter is a drive.
        let is_other = before.is_some_and(|before| {
            before.len() != 1 && before.chars().all(|letter| letter.is_ascii_alphanumeric())
        });
        (!path.trim().is_empty() && !is_other).then(|| self.beside(span, path))
    }

    /// Hides what stands at a place from whatever is shown.
    pub(crate) fn hide(&mut self, span: Span) {
        let Some(file) = self.files.get_mut(span.file) else {
            return;
        };
        if file.shown.get(span.range()).is_some() {
            let stars = "*".repeat(span.range().len());
            file.shown.replace_range(span.range(), &stars);
        }
    }
}

impl Files {
    /// Keeps this secret out of whatever is told from now on.
    pub(crate) fn silence(&mut self, secret: String) {
        // A shorter one would take syllables out of sentences, and is none to rely on.
        if secret.len() >= SECRET_BYTES_MIN {
            self.secrets.push(secret);
        }
    }

    /// What is kept out of whatever is told.
    pub(crate) fn silenced(&self) -> &[String] {
        &self.secrets
    }

    /// A sentence, without the secrets that it might repeat.
    pub(crate) fn discreet<'a>(&self, sentence: &'a str) -> Cow<'a, str> {
        let secrets = self.secrets.iter();
        let mut told = Cow::Borrowed(sentence);
        for secret in secrets.filter(|secret| sentence.contains(secret.as_str())) {
            told = told.replace(secret, HIDDEN).into();
        }
        told
    }
}

impl File {
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// Line and column of a byte, both counted from one; columns are characters.
    pub(crate) fn position(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let column = before.get(line_start..).unwrap_or_default();
        (before.matches('\n').count() + 1, column.chars().count() + 1)
    }
}

impl Span {
    pub(crate) const fn new(file: usize, range: &Range<usize>) -> Self {
        Self {
            file,
            start: range.start,
            end: range.end,
        }
    }

    pub(crate) const fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

impl<T> Said<T> {
    pub(crate) const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// Another value said at the same place.
    pub(crate) fn with<U>(&self, value: U) -> Said<U> {
        Said::new(value, self.span)
    }
}

/// The text of a file, without the mark that some editors begin it with.
fn text_of(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    let mut start = fs::File::open(path)?.take(FILE_BYTES_MAX + 1);
    start.read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        let limit = FILE_BYTES_MAX / 1024 / 1024;
        let kind = io::ErrorKind::FileTooLarge;
        return Err(io::Error::new(
            kind,
            format!("it is larger than {limit} MiB"),
        ));
    }
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData)?;
    Ok(text.to_owned())
}

const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
const SECRET_BYTES_MIN: usize = 4;
const HIDDEN: &str = "****";
