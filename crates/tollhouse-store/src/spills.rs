//! Whole results: a row in SQLite for each, and a file beside the database for what it says, so that what is long
//! neither goes through the write-ahead log nor waits before what is short.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use rusqlite::{OptionalExtension as _, Transaction, params};
use tokio::task;
use tollhouse_core::{
    StoreError,
    spills::{Asked, Label, Owner, Piece, Placed, Room, Spill, SpillId, Spills},
};

use crate::{State, error, time};

/// Results in files, with rows of them in a state.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    state: State,
    folder: PathBuf,
}

impl Files {
    /// Those of a state that is kept in this file.
    pub(crate) fn beside(file: &Path, state: State) -> Self {
        // Named after the file: another state may stand in the same folder.
        let mut folder = file.as_os_str().to_owned();
        folder.push(FOLDER);
        Self {
            state,
            folder: folder.into(),
        }
    }

    async fn keep(&self, spill: Spill, room: Room) -> Result<Placed, StoreError> {
        let bytes = spill.body.len() as u64;
        if bytes > room.owner_bytes.min(room.bytes) {
            return Ok(Placed::NoRoom);
        }
        let (path, body) = (self.folder.join(spill.id.digest()), spill.body.clone());
        let digest = spill.id.digest();
        let gone = self.state.write(move |state| enter(state, &spill, room));
        self.remove(gone.await?).await?;
        let folder = self.folder.clone();
        let written = blocking(move || write(&folder, &path, &body)).await;
        if written.is_err() {
            self.state
                .write(move |state| state.prepare_cached(DELETE)?.execute([digest]))
                .await?;
        }
        written.map(|()| Placed::Kept)
    }

    async fn piece(&self, asked: Asked<'_>) -> Result<Option<Piece>, StoreError> {
        let digest = asked.id.digest();
        let path = self.folder.join(&digest);
        let (owner, now) = (asked.owner, time::stored(asked.now_ms));
        let found = self.state.look_up(move |state| {
            let mut select = state.prepare_cached(FIND)?;
            select
                .query_row(params![digest, owner, now], |row| {
                    let label = Label {
                        tool: row.get("tool")?,
                        mime_type: row.get("mime_type")?,
                        is_text: row.get("is_text")?,
                        is_untrusted: row.get("is_untrusted")?,
                        tokens: row.get("tokens")?,
                    };
                    Ok((label, time::read(row.get("bytes")?)))
                })
                .optional()
        });
        let Some((label, total)) = found.await? else {
            return Ok(None);
        };
        let (from, bytes_max) = (asked.from, asked.bytes_max);
        let bytes = blocking(move || read(&path, total, (from, bytes_max))).await?;
        Ok(bytes.map(|bytes| Piece {
            label,
            bytes,
            total,
        }))
    }

    /// Removes what no row stands for any more.
    pub(crate) async fn remove(&self, digests: Vec<String>) -> Result<(), StoreError> {
        if digests.is_empty() {
            return Ok(());
        }
        let folder = self.folder.clone();
        blocking(move || {
            digests
                .iter()
                .try_for_each(|digest| remove(&folder.join(digest)))
        })
        .await
    }

    /// Files without a row: whoever took the row away was killed before it came to the file.
    async fn strays(&self) -> Result<Vec<String>, StoreError> {
        let folder = self.folder.clone();
        let names = blocking(move || match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
            Ok(entries) => entries
                .map(|entry| Ok(entry?.file_name().into_string().unwrap_or_default()))
                .collect::<io::Result<Vec<String>>>(),
        });
        let names = names.await?;
        if names.is_empty() {
            return Ok(names);
        }
        let named = names.into_iter().filter(|name| is_digest(name));
        let strays = self.state.read(move |state| {
            let mut known = state.prepare_cached(KNOWN)?;
            let mut stray = |name: String| match known.exists([&name]) {
                Ok(true) => None,
                Ok(false) => Some(Ok(name)),
                Err(error) => Some(Err(error)),
            };
            named.filter_map(&mut stray).collect()
        });
        strays.await
    }
}

impl Spills for Files {
    fn put(&self, spill: Spill, room: Room) -> BoxFuture<'_, Result<Placed, StoreError>> {
        Box::pin(self.keep(spill, room))
    }

    fn get<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, Result<Option<Piece>, StoreError>> {
        Box::pin(self.piece(asked))
    }

    fn forget<'a>(
        &'a self,
        owner: Owner,
        id: &'a SpillId,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        let digest = id.digest();
        Box::pin(async move {
            let row = digest.clone();
            let gone = self.state.write(move |state| {
                let mut delete = state.prepare_cached(DELETE_OF)?;
                delete.execute(params![row, owner])
            });
            if gone.await? == 0 {
                return Ok(false);
            }
            self.remove(vec![digest]).await?;
            Ok(true)
        })
    }

    fn sweep(&self, now_ms: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        Box::pin(async move {
            let gone = self.state.write(move |state| expire(state, now_ms)).await?;
            let count = gone.len() as u64;
            self.remove(gone).await?;
            self.remove(self.strays().await?).await?;
            Ok(count)
        })
    }
}

/// Makes a row, and room for what it stands for. Which results went for it.
fn enter(state: &Transaction<'_>, spill: &Spill, room: Room) -> rusqlite::Result<Vec<String>> {
    let bytes = spill.body.len() as u64;
    let mut gone = expire(state, spill.now_ms)?;
    gone.extend(make_room(
        state,
        Some(spill.owner),
        room.owner_bytes - bytes,
    )?);
    gone.extend(make_room(state, None, room.bytes - bytes)?);
    let label = &spill.label;
    state.prepare_cached(INSERT)?.execute(params![
        spill.id.digest(),
        spill.owner,
        label.tool,
        label.mime_type,
        label.is_text,
        label.is_untrusted,
        label.tokens,
        time::stored(bytes),
        time::stored(spill.until_ms),
    ])?;
    Ok(gone)
}

/// Takes the oldest away, of one owner or of all, until no more than so many bytes are left.
fn make_room(
    state: &Transaction<'_>,
    owner: Option<Owner>,
    bytes_max: u64,
) -> rusqlite::Result<Vec<String>> {
    let mut sum = state.prepare_cached(SUM)?;
    let mut bytes = time::read(sum.query_row([owner], |row| row.get(0))?);
    let mut gone = Vec::new();
    let mut oldest = state.prepare_cached(OLDEST)?;
    while bytes > bytes_max {
        let taken: Option<(String, i64)> = oldest
            .query_row([owner], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((digest, less)) = taken else {
            break;
        };
        bytes = bytes.saturating_sub(time::read(less));
        gone.push(digest);
    }
    Ok(gone)
}

fn expire(state: &Transaction<'_>, now_ms: u64) -> rusqlite::Result<Vec<String>> {
    let mut delete = state.prepare_cached(EXPIRE)?;
    delete
        .query_map([time::stored(now_ms)], |row| row.get(0))?
        .collect()
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, StoreError> {
    let done = task::spawn_blocking(work).await.map_err(error::failed)?;
    done.map_err(error::failed)
}

/// Writes a file that nobody else reads. It is whole when this comes back.
fn write(folder: &Path, path: &Path, body: &[u8]) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    let written = fill(file, body);
    if written.is_err() {
        // It takes room that is wanted, and the next sweep may be far away.
        drop(fs::remove_file(path));
    }
    written
}

fn fill(mut file: File, body: &[u8]) -> io::Result<()> {
    for piece in body.chunks(PIECE_BYTES) {
        file.write_all(piece)?;
    }
    // After a power cut a file may have its length and not its bytes.
    file.sync_data()
}

/// A part of a file that has all its bytes; of another, nothing can be said.
fn read(path: &Path, total: u64, (from, bytes_max): (u64, usize)) -> io::Result<Option<Bytes>> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    if file.metadata()?.len() != total {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(from.min(total)))?;
    let mut bytes = Vec::new();
    file.take(bytes_max as u64).read_to_end(&mut bytes)?;
    Ok(Some(bytes.into()))
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

fn is_digest(name: &str) -> bool {
    name.len() == DIGITS && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

const FOLDER: &str = "-results";
const DIGITS: usize = 64;
const PIECE_BYTES: usize = 1024 * 1024;
const INSERT: &str = "INSERT INTO spills
    (digest, owner, tool, mime_type, is_text, is_untrusted, tokens, bytes, until_ms)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const FIND: &str = "SELECT tool, mime_type, is_text, is_untrusted, tokens, bytes FROM spills
    WHERE digest = ?1 AND owner = ?2 AND until_ms > ?3";
const KNOWN: &str = "SELECT 1 FROM spills WHERE digest = ?1";
const SUM: &str = "SELECT coalesce(sum(bytes), 0) FROM spills WHERE ?1 IS NULL OR owner = ?1";
const OLDEST: &str = "DELETE FROM spills WHERE row =
    (SELECT min(row) FROM spills WHERE ?1 IS NULL OR owner = ?1) RETURNING digest, bytes";
const DELETE: &str = "DELETE FROM spills WHERE digest = ?1";
const DELETE_OF: &str = "DELETE FROM spills WHERE digest = ?1 AND owner = ?2";
const EXPIRE: &str = "DELETE FROM spills WHERE until_ms <= ?1 RETURNING digest";
