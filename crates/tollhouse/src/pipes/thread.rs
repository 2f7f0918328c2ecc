//! Reading and writing what the runtime cannot wait for, such as a terminal or a file, on threads of our own.
//!
//! The runtime's own threads for that would keep it, and so the process, until a read that may never end
//! has ended. These threads keep nobody: they are left behind when the process ends.

use std::{
    io::{self, Read, Write},
    pin::Pin,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    task::{Context, Poll, ready},
    thread,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::{mpsc, oneshot},
};

/// What a thread reads. Dropping it leaves the thread in its last read; what that gives is lost.
pub(super) struct Reader {
    chunks: mpsc::Receiver<io::Result<Vec<u8>>>,
    left: Vec<u8>,
}

impl Reader {
    pub(super) fn start(mut source: impl Read + Send + 'static) -> io::Result<Self> {
        let (sender, chunks) = mpsc::channel(CHUNKS_MAX);
        thread::Builder::new().spawn(move || read_all(&mut source, &sender))?;
        Ok(Self {
            chunks,
            left: Vec::new(),
        })
    }
}

fn read_all(source: &mut impl Read, sender: &mpsc::Sender<io::Result<Vec<u8>>>) {
    while read_on(source, sender) {}
}

/// Reads once; false at the end, or when nobody wants more.
fn read_on(source: &mut impl Read, sender: &mpsc::Sender<io::Result<Vec<u8>>>) -> bool {
    let chunk = read(source);
    let is_last = !matches!(&chunk, Ok(bytes) if !bytes.is_empty());
    sender.blocking_send(chunk).is_ok() && !is_last
}

fn read(source: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match source.read(&mut chunk) {
            Ok(bytes) => {
                chunk.truncate(bytes);
                return Ok(chunk);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

impl AsyncRead for Reader {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        room: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.left.is_empty() {
            match ready!(self.chunks.poll_recv(context)) {
                Some(chunk) => self.left = chunk?,
                // The thread has ended, and said why before.
                None => return Poll::Ready(Ok(())),
            }
        }
        let bytes = self.left.len().min(room.remaining());
        let rest = self.left.split_off(bytes);
        room.put_slice(&self.left);
        self.left = rest;
        Poll::Ready(Ok(()))
    }
}

/// What a thread writes, one piece after the other. Dropping it leaves the thread in its last write.
pub(super) struct Writer {
    pieces: SyncSender<Piece>,
    pending: Option<oneshot::Receiver<io::Result<()>>>,
}

/// Bytes, and whom to tell what became of them.
type Piece = (Vec<u8>, oneshot::Sender<io::Result<()>>);

impl Writer {
    pub(super) fn start(mut sink: impl Write + Send + 'static) -> io::Result<Self> {
        // One has room: the next piece comes only when this one is written.
        let (pieces, queue) = sync_channel::<Piece>(1);
        thread::Builder::new().spawn(move || write_all(&mut sink, queue))?;
        Ok(Self {
            pieces,
            pending: None,
        })
    }

    fn poll_written(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(pending) = &mut self.pending else {
            return Poll::Ready(Ok(()));
        };
        let told = ready!(Pin::new(pending).poll(context));
        self.pending = None;
        Poll::Ready(told.unwrap_or_else(|_| Err(io::ErrorKind::BrokenPipe.into())))
    }
}

fn write_all(sink: &mut impl Write, queue: Receiver<Piece>) {
    let mut write = |(bytes, told): Piece| {
        let written = sink.write_all(&bytes).and_then(|()| sink.flush());
        told.send(written).is_ok()
    };
    // Ends when the writer is gone, or with the first piece for which nobody waits.
    queue.into_iter().all(&mut write);
}

impl AsyncWrite for Writer {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_written(context))?;
        let piece = bytes.get(..CHUNK_BYTES).unwrap_or(bytes);
        let (teller, told) = oneshot::channel();
        Poll::Ready(match self.pieces.try_send((piece.to_vec(), teller)) {
            Ok(()) => {
                self.pending = Some(told);
                Ok(piece.len())
            }
            Err(_gone) => Err(io::ErrorKind::BrokenPipe.into()),
        })
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_written(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(context)
    }
}

const CHUNK_BYTES: usize = 64 * 1024;
const CHUNKS_MAX: usize = 2;

#[cfg(test)]
mod tests {
    use std::io::{self, Cursor, Write};

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::{CHUNK_BYTES, Reader, Writer};

    #[tokio::test]
    async fn all_is_read_and_then_the_end() {
        let text: Vec<u8> = (0..CHUNK_BYTES * 3 + 7)
            .map(|at| at.to_le_bytes()[0])
            .collect();
        let mut reader = Reader::start(Cursor::new(text.clone())).unwrap();
        let mut read = Vec::new();
        reader.read_to_end(&mut read).await.unwrap();
        assert_eq!(read, text);
        assert_eq!(reader.read(&mut [0]).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn what_is_flushed_is_written() {
        let (pieces, sink) = kept();
        let mut writer = Writer::start(sink).unwrap();
        let text = vec![b'x'; CHUNK_BYTES * 2 + 1];
        writer.write_all(&text).await.unwrap();
        writer.flush().await.unwrap();
        assert_eq!(pieces.recv().unwrap().len(), CHUNK_BYTES);
        assert_eq!(pieces.try_iter().flatten().count(), CHUNK_BYTES + 1);
    }

    #[tokio::test]
    async fn a_failure_is_told_by_the_flush_and_by_the_next_write() {
        let mut writer = Writer::start(Broken).unwrap();
        writer.write_all(b"x").await.unwrap();
        assert!(writer.flush().await.is_err());
        writer.write_all(b"x").await.unwrap();
        assert!(writer.write_all(b"x").await.is_err());
    }

    /// A sink that keeps what it gets.
    struct Kept(std::sync::mpsc::Sender<Vec<u8>>);

    fn kept() -> (std::sync::mpsc::Receiver<Vec<u8>>, Kept) {
        let (sender, receiver) = std::sync::mpsc::channel();
        (receiver, Kept(sender))
    }

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.send(bytes.to_vec()).unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Broken;

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
}
