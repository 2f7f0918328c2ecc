//! Lines over a pair of pipes.

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, ReadHalf, WriteHalf},
    sync::mpsc::UnboundedSender,
};
use tokio_util::task::TaskTracker;

use super::{Arrival, within};

pub(crate) type Halves = (ReadHalf<DuplexStream>, WriteHalf<DuplexStream>);

/// The client's ends.
pub(crate) struct Pipe {
    input: WriteHalf<DuplexStream>,
    reader: TaskTracker,
}

impl Pipe {
    pub(super) fn new((output, input): Halves, arrivals: UnboundedSender<Arrival>) -> Self {
        let reader = TaskTracker::new();
        reader.spawn(async move {
            let mut lines = BufReader::new(output).lines();
            while let Some(line) = lines.next_line().await.unwrap() {
                let arrival = match serde_json::from_str(&line) {
                    Ok(message) => Arrival::Message(message),
                    Err(error) => Arrival::Wrong(format!("{error}: {line}")),
                };
                // Fails only when nobody waits any more.
                drop(arrivals.send(arrival));
            }
        });
        reader.close();
        Self { input, reader }
    }

    pub(super) async fn send(&mut self, message: &Value) {
        let line = format!("{message}\n");
        within(self.input.write_all(line.as_bytes())).await.unwrap();
    }

    /// Closes the input; the server then closes its output.
    pub(super) async fn end(mut self) {
        self.input.shutdown().await.unwrap();
        within(self.reader.wait()).await;
    }
}
