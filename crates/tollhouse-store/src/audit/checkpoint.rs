//! Where a chain ends, told to the second place with a code that only this server can make.
//!
//! The key stands beside the state, for its owner alone: whoever has only a copy of the state, or only the second
//! place, cannot make a code. Whoever has the owner's hands can; against them stands the second place.

use std::{
    fmt, fs,
    io::{self, Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use tollhouse_core::draw;

use super::{
    append::Place,
    chain::{self, Head},
};
use crate::StateError;

/// The key for codes.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Key([u8; 32]);

/// Where a chain ended once, as somebody was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Checkpoint {
    pub(super) at_ms: u64,
    /// What tells the process that wrote from every other, in whatever state.
    pub(super) process: String,
    pub(super) writer: i64,
    pub(super) head: Head,
    pub(super) code: [u8; 32],
}

impl Key {
    /// One that nobody needs after this process.
    pub(super) fn passing() -> Self {
        Self(draw().unwrap_or_default())
    }

    /// The key in this file, which is made if it is missing, and made whole if whoever made it was stopped half way:
    /// nobody was told anything with it then.
    pub(super) fn open(path: &Path) -> Result<Self, StateError> {
        let unusable = |error| StateError::Unwritable(path.to_owned(), error);
        if let Some(key) = Self::there(path).map_err(unusable)? {
            return Ok(key);
        }
        let mut options = fs::OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(unusable)?;
        // Others that start at the same time wait, and find it. Where files cannot be locked, they are alone.
        if let Err(error) = file.lock() {
            tracing::debug!(%error, "the key of the audit cannot be locked while it is made");
        }
        let mut text = String::new();
        (&file).read_to_string(&mut text).map_err(unusable)?;
        match chain::unhex(text.trim()) {
            Some(key) => Ok(Self(key)),
            None if is_torn(&text) => Self::make(&file).map_err(unusable),
            None => Err(StateError::NoKey(path.to_owned())),
        }
    }

    fn make(mut file: &fs::File) -> io::Result<Self> {
        let key: [u8; 32] = draw().ok_or(io::ErrorKind::Unsupported)?;
        file.rewind()?;
        file.write_all(chain::hex(&key).as_bytes())?;
        file.sync_all()?;
        Ok(Self(key))
    }

    /// The key in this file, if there is one.
    pub(super) fn there(path: &Path) -> io::Result<Option<Self>> {
        match fs::read_to_string(path) {
            Ok(text) => Ok(chain::unhex(text.trim()).map(Self)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A line that says where a chain ends.
    pub(super) fn checkpoint(&self, at_ms: u64, process: &str, place: Place) -> Vec<u8> {
        let (seq, hash) = (place.head.seq, chain::hex(&place.head.hash));
        let code = self.code(at_ms, (process, place.writer), place.head);
        let line = json!({
            "kind": "checkpoint", "at": at_ms, "process": process, "writer": place.writer, "seq": seq,
            "hash": hash, "code": chain::hex(&code.finalize().into_bytes()),
        });
        format!("{line}\n").into_bytes()
    }

    /// Whether this server has made it.
    pub(super) fn has_made(&self, checkpoint: &Checkpoint) -> bool {
        let whose = (checkpoint.process.as_str(), checkpoint.writer);
        let code = self.code(checkpoint.at_ms, whose, checkpoint.head);
        code.verify_slice(&checkpoint.code).is_ok()
    }

    fn code(&self, at_ms: u64, (process, writer): (&str, i64), head: Head) -> Hmac<Sha256> {
        // Every length is a good one for this kind of code, the block's own the best.
        let mut block = [0; 64];
        block
            .iter_mut()
            .zip(self.0)
            .for_each(|(to, from)| *to = from);
        let mut code = Hmac::<Sha256>::new(&block.into());
        code.update(b"tollhouse checkpoint 1\0");
        code.update(&at_ms.to_be_bytes());
        code.update(&process.len().to_be_bytes());
        code.update(process.as_bytes());
        code.update(&writer.to_be_bytes());
        code.update(&head.seq.to_be_bytes());
        code.update(&head.hash);
        code
    }
}

impl Checkpoint {
    /// What a line of the second place says, if it is one of these.
    pub(super) fn read(line: &str) -> Option<Self> {
        let line: Value = serde_json::from_str(line).ok()?;
        if line.get("kind")?.as_str()? != "checkpoint" {
            return None;
        }
        Some(Self {
            at_ms: line.get("at")?.as_u64()?,
            process: line.get("process")?.as_str()?.to_owned(),
            writer: line.get("writer")?.as_i64()?,
            head: Head {
                seq: line.get("seq")?.as_u64()?,
                hash: chain::unhex(line.get("hash")?.as_str()?)?,
            },
            code: chain::unhex(line.get("code")?.as_str()?)?,
        })
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Key(…)")
    }
}

/// Whether it is the beginning of a key.
fn is_torn(text: &str) -> bool {
    text.len() < KEY_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Where the key of this state stands.
pub(super) fn key_beside(state: &Path) -> PathBuf {
    state.with_file_name(KEY_FILE)
}

const KEY_FILE: &str = "audit.key";
const KEY_DIGITS: usize = 64;
