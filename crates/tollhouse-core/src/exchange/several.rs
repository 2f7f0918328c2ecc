//! Several requests that came together: their events as they come, then all last messages in one array.

use std::collections::BTreeSet;

use bytes::{BufMut as _, Bytes, BytesMut};
use futures_util::{StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use tokio_util::sync::CancellationToken;

use super::{Exchange, Frame, Last};
use crate::Id;

/// Requests under way together. Dropping it cancels all.
pub(super) struct Several {
    /// Not begun yet.
    waiting: Vec<Exchange>,
    /// What cancels those that have begun.
    begun: Vec<(Id, CancellationToken)>,
    turns: FuturesUnordered<Turn>,
    answers: Vec<Bytes>,
    /// Fires when nobody waits for answers to what they ask any longer.
    closing: CancellationToken,
}

/// One of them, until it says something.
type Turn = BoxFuture<'static, (Exchange, Option<Frame>)>;

impl Several {
    /// What has been answered already, and what is to be.
    pub(super) fn new(
        answers: Vec<Bytes>,
        exchanges: Vec<Exchange>,
        closing: CancellationToken,
    ) -> Self {
        Self {
            waiting: exchanges,
            begun: Vec::new(),
            turns: FuturesUnordered::new(),
            answers,
            closing,
        }
    }

    pub(super) fn give_up_asking(&self) {
        self.closing.cancel();
    }

    /// What cancels them.
    pub(super) fn cancellers(&self) -> Vec<(Id, CancellationToken)> {
        let waiting = self.waiting.iter().flat_map(Exchange::cancellers);
        self.begun.iter().cloned().chain(waiting).collect()
    }

    /// Takes out of those that have not begun whatever has an id that is taken, also by one before it.
    pub(super) fn without(
        &mut self,
        is_taken: impl Fn(&Id) -> bool,
        refused: impl Fn(&Exchange) -> Bytes,
    ) {
        let mut seen = BTreeSet::new();
        for exchange in std::mem::take(&mut self.waiting) {
            if is_taken(exchange.id()) || !seen.insert(exchange.id().clone()) {
                self.answers.push(refused(&exchange));
            } else {
                self.waiting.push(exchange);
            }
        }
    }

    /// Those that have not begun yet: all of them, until the first message is asked for.
    pub(super) fn waiting(&mut self) -> &mut [Exchange] {
        &mut self.waiting
    }

    /// The next event; `None` when every request has been answered.
    pub(super) async fn next(&mut self) -> Option<Frame> {
        if !self.waiting.is_empty() {
            self.begun = self.cancellers();
            self.turns.extend(self.waiting.drain(..).map(turn));
        }
        while let Some((exchange, frame)) = self.turns.next().await {
            match frame {
                Some(Frame::Last(last)) => self.answers.push(last.body),
                Some(frame) => {
                    self.turns.push(turn(exchange));
                    return Some(frame);
                }
                // Cancelled: it has no answer.
                None => {}
            }
        }
        None
    }

    /// The array; `None` if there is nothing to say.
    pub(super) fn last(&mut self) -> Option<Last> {
        let answers = std::mem::take(&mut self.answers);
        if answers.is_empty() {
            return None;
        }
        Some(Last::good(array(&answers)))
    }
}

/// The answers in one array. There is at least one.
pub(super) fn array(answers: &[Bytes]) -> Bytes {
    let bytes: usize = answers.iter().map(|answer| answer.len() + 1).sum();
    let mut array = BytesMut::with_capacity(bytes + 1);
    for (place, answer) in answers.iter().enumerate() {
        array.put_u8(if place == 0 { b'[' } else { b',' });
        array.put_slice(answer);
    }
    array.put_u8(b']');
    array.freeze()
}

fn turn(mut exchange: Exchange) -> Turn {
    Box::pin(async move {
        let frame = exchange.next().await;
        (exchange, frame)
    })
}

impl std::fmt::Debug for Several {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Several(open: {})", self.turns.len())
    }
}
