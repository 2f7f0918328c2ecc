//! What a collector is told of calls: spans and figures, by OTLP over HTTP.
//!
//! Nothing is started unless a collector is named. A span is made of the record of a call, when the call is over, so
//! that the road knows nothing of it: the record goes into a bounded queue, or is dropped and counted. What becomes of
//! the queue is the matter of one task.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use opentelemetry::{KeyValue, metrics::Meter};
use opentelemetry_otlp::{
    MetricExporter, Protocol, RetryPolicy, SpanExporter, WithExportConfig as _, WithHttpConfig as _,
};
use opentelemetry_sdk::{Resource, trace::SpanExporter as _};
use tokio::{sync::mpsc, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

mod collector;
mod drops;
mod options;
mod reader;
mod sender;
mod span;
mod spans;

use crate::config::resolve::Collector as Named;
use collector::Collector;
use drops::Drops;
use options::{Settings, Variable};
pub(crate) use reader::PushReader;
pub(crate) use spans::Spans;

/// A collector that is told of calls.
pub(crate) struct Telemetry {
    /// Who takes records, if the collector wants spans.
    pub(crate) spans: Option<Spans>,
    /// Who reads the figures, if the collector wants them.
    pub(crate) reader: Option<PushReader>,
    /// What the collector knows of this process.
    pub(crate) resource: Resource,
    drops: Arc<Drops>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Telemetry {
    /// Begins to tell the collector that the file or the environment names; `None` if neither names one. Must be called
    /// inside a runtime.
    ///
    /// # Errors
    ///
    /// What was said of the collector cannot be followed. Nothing is started.
    pub(crate) fn open(
        in_file: &Named,
        variable: Variable<'_>,
        name: &str,
    ) -> Result<Option<Self>> {
        let Some(settings) = Settings::of(in_file, variable)? else {
            return Ok(None);
        };
        let resource = resource(in_file, variable, name);
        let mut telemetry = Self {
            spans: None,
            reader: None,
            drops: Arc::default(),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            resource,
        };
        telemetry.tell_spans(&settings)?;
        telemetry.tell_figures(&settings)?;
        Ok(Some(telemetry))
    }

    /// Has what was dropped counted among the figures.
    pub(crate) fn count_in(&self, meter: &Meter) {
        let drops = Arc::clone(&self.drops);
        meter
            .u64_observable_counter("tollhouse.telemetry.dropped")
            .with_description("Spans that the collector never got, by why.")
            .with_callback(move |told| {
                for (reason, number) in drops.counted() {
                    told.observe(number, &[KeyValue::new("reason", reason)]);
                }
            })
            .build();
    }

    /// Tells the collector what is left, for as long as anybody waits for the end of a process.
    pub(crate) async fn finish(&self) {
        self.stop.cancel();
        self.tasks.close();
        // Whoever does not take it by now does not get it.
        drop(timeout(FAREWELL, self.tasks.wait()).await);
    }

    fn tell_spans(&mut self, settings: &Settings) -> Result<()> {
        let Some(url) = &settings.traces else {
            return Ok(());
        };
        let collector = Collector::new(url, settings.deadline)?;
        let mut exporter = SpanExporter::builder()
            .with_http()
            .with_shared_http_client(collector.client())
            .with_headers(settings.headers.iter().cloned().collect())
            .with_retry_policy(RetryPolicy::recommended())
            .with_endpoint(url)
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(settings.deadline)
            .build()
            .context("spans cannot be sent")?;
        exporter.set_resource(&self.resource);
        let (sender, queue) = mpsc::channel(settings.queue);
        let drops = Arc::clone(&self.drops);
        self.spans = Some(Spans::new(settings.sampler.clone(), sender, drops));
        let sending = sender::Spans {
            queue,
            exporter,
            collector,
            drops: Arc::clone(&self.drops),
            pause: settings.spans_every,
        };
        self.tasks.spawn(sending.send(self.stop.clone()));
        Ok(())
    }

    fn tell_figures(&mut self, settings: &Settings) -> Result<()> {
        let Some(url) = &settings.metrics else {
            return Ok(());
        };
        let collector = Collector::new(url, settings.deadline)?;
        let exporter = MetricExporter::builder()
            .with_http()
            .with_shared_http_client(collector.client())
            .with_headers(settings.headers.iter().cloned().collect())
            .with_retry_policy(RetryPolicy::disabled())
            .with_endpoint(url)
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(settings.deadline)
            .build()
            .context("figures cannot be sent")?;
        let reader = PushReader::default();
        self.reader = Some(reader.clone());
        let sending = sender::Figures {
            reader,
            exporter,
            collector,
            every: settings.figures_every,
        };
        self.tasks.spawn(sending.send(self.stop.clone()));
        Ok(())
    }
}

/// What is said of this process: by the file, else by the environment (`OTEL_SERVICE_NAME`,
/// `OTEL_RESOURCE_ATTRIBUTES`), else by the server's own name.
fn resource(in_file: &Named, variable: Variable<'_>, name: &str) -> Resource {
    let resource = Resource::builder();
    let is_named = variable("OTEL_SERVICE_NAME").is_some_and(|name| !name.is_empty())
        || variable("OTEL_RESOURCE_ATTRIBUTES").is_some_and(|all| all.contains("service.name="));
    let resource = match &in_file.service {
        Some(service) => resource.with_service_name(service.clone()),
        None if is_named => resource,
        None => resource.with_service_name(name.to_owned()),
    };
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    resource.with_attribute(version).build()
}

const FAREWELL: Duration = Duration::from_secs(2);
