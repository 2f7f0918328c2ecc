//! What goes on beside the calls: spans and figures on their way to the collector.

use std::{pin::pin, sync::Arc, time::Duration};

use opentelemetry_otlp::{MetricExporter, SpanExporter};
use opentelemetry_sdk::{
    metrics::{
        data::ResourceMetrics, exporter::PushMetricExporter as _, reader::MetricReader as _,
    },
    trace::SpanExporter as _,
};
use tokio::{
    sync::mpsc,
    time::{interval, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{collector::Collector, drops::Drops, reader::PushReader, span::Marked};

/// Spans on their way.
pub(super) struct Spans {
    pub(super) queue: mpsc::Receiver<Marked>,
    pub(super) exporter: SpanExporter,
    pub(super) collector: Collector,
    pub(super) drops: Arc<Drops>,
    /// How long the first waits for others.
    pub(super) pause: Duration,
}

/// Figures on their way.
pub(super) struct Figures {
    pub(super) reader: PushReader,
    pub(super) exporter: MetricExporter,
    pub(super) collector: Collector,
    pub(super) every: Duration,
}

impl Spans {
    /// Sends what comes until it is asked to stop, and then what is left.
    pub(super) async fn send(mut self, stop: CancellationToken) {
        while let Some(batch) = self.next(&stop).await {
            self.export(batch).await;
        }
        loop {
            let mut left = Vec::new();
            while let Some(one) = self.queue.try_recv().ok().filter(|_| left.len() < TOGETHER) {
                left.push(one);
            }
            if left.is_empty() {
                return;
            }
            self.export(left).await;
        }
    }

    /// Some that go together; `None` when there is to be no more waiting.
    async fn next(&mut self, stop: &CancellationToken) -> Option<Vec<Marked>> {
        let mut batch = Vec::new();
        let first = stop.run_until_cancelled(self.queue.recv_many(&mut batch, TOGETHER));
        if first.await.is_none_or(|number| number == 0) {
            return None;
        }
        let mut time = pin!(sleep(self.pause));
        while batch.len() < TOGETHER {
            let room = TOGETHER - batch.len();
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                () = &mut time => break,
                number = self.queue.recv_many(&mut batch, room) => if number == 0 { break },
            }
        }
        Some(batch)
    }

    async fn export(&mut self, batch: Vec<Marked>) {
        let number = batch.len();
        let spans = batch.into_iter().map(Marked::into_span).collect();
        if let Err(error) = self.exporter.export(spans).await {
            self.drops.count_undelivered(number);
            let dropped = self.drops.total();
            self.collector
                .complain("spans", &error.to_string(), dropped);
        }
    }
}

impl Figures {
    /// Sends all figures now and then, and once more when it is asked to stop.
    pub(super) async fn send(mut self, stop: CancellationToken) {
        let mut ticks = interval(self.every);
        // The first comes at once, when there is nothing to tell.
        ticks.tick().await;
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            self.export().await;
        }
        self.export().await;
    }

    async fn export(&mut self) {
        let mut all = ResourceMetrics::default();
        // Who has nothing to read yet, or any more, has nothing to tell.
        if self.reader.collect(&mut all).is_err() {
            return;
        }
        if let Err(error) = self.exporter.export(&all).await {
            self.collector.complain("figures", &error.to_string(), 0);
        }
    }
}

/// How many spans go in one message.
const TOGETHER: usize = 512;
