//! Figures of a running server: on a listener of their own, as Prometheus reads them, and for a collector.

use std::{future::pending, net::SocketAddr};

use anyhow::{Context as _, Result, bail};
use opentelemetry::{
    KeyValue,
    metrics::{Meter, MeterProvider as _},
};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use prometheus::{Registry, TextEncoder};
use tokio::net::TcpListener;
use tollhouse::{
    Server,
    http::{self, Connections, Page},
};

use crate::{book::Book, sign_in::SignIn, telemetry::Telemetry};

pub(crate) mod attributes;
pub(crate) mod figures;
mod watch;

use figures::Figures;

/// Figures that can be fetched, or are sent.
pub(crate) struct Metrics {
    page: Option<(TcpListener, Registry)>,
    /// Keeps the instruments going.
    _provider: SdkMeterProvider,
}

impl Metrics {
    /// Listens on the address, and has the book count calls from now on; `None` if neither that nor a collector asks for
    /// figures. Must be called inside a runtime.
    pub(crate) fn open(
        address: Option<SocketAddr>,
        telemetry: Option<&Telemetry>,
        (book, sign_in): (&Book, &SignIn),
        (server, connections): (&Server, &Connections),
    ) -> Result<Option<Self>> {
        let mut provider = SdkMeterProvider::builder();
        let pushed = telemetry.and_then(|telemetry| Some((telemetry, telemetry.reader.clone()?)));
        if address.is_none() && pushed.is_none() {
            return Ok(None);
        }
        if let Some((telemetry, reader)) = pushed {
            provider = provider
                .with_reader(reader)
                .with_resource(telemetry.resource.clone());
        }
        let page = match address {
            None => None,
            Some(address) => {
                let registry = Registry::new();
                let exporter = opentelemetry_prometheus::exporter()
                    .with_registry(registry.clone())
                    .without_target_info()
                    .scope_info_enabled(false)
                    .build()
                    .context("the metrics do not fit together")?;
                provider = provider.with_reader(exporter);
                Some((listen(address)?, registry))
            }
        };
        let provider = provider.build();
        let meter = provider.meter("tollhouse");
        book.count_in(Figures::new(&meter));
        observe(&meter, (server, connections));
        watch::turns(&meter, server);
        if book.audit().is_some() {
            watch::audit(&meter, book);
        }
        if let Some(doorman) = sign_in.doorman() {
            watch::door(&meter, doorman);
        }
        if let Some(telemetry) = telemetry {
            telemetry.count_in(&meter);
        }
        Ok(Some(Self {
            page,
            _provider: provider,
        }))
    }

    /// Where they are fetched, if they can be.
    pub(crate) fn url(&self) -> Result<Option<String>> {
        let Some((listener, _)) = &self.page else {
            return Ok(None);
        };
        let address = listener.local_addr();
        let address = address.context("the listener has no address")?;
        Ok(Some(format!("http://{address}{PATH}")))
    }

    /// Serves them until it is dropped.
    pub(crate) async fn serve(self) -> Result<()> {
        let Some((listener, registry)) = self.page else {
            return pending().await;
        };
        let page = Page::new(PATH, prometheus::TEXT_FORMAT, move || {
            // Only a figure that is no text fails, and there is none.
            let text = TextEncoder::new().encode_to_string(&registry.gather());
            text.unwrap_or_default().into_bytes()
        });
        let served = page.serve(listener, pending()).await;
        served.context("cannot go on serving metrics")
    }
}

fn listen(address: SocketAddr) -> Result<TcpListener> {
    match http::listen(address) {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => bail!(
            "{address} is in use; change telemetry.metrics, for example to \"{}:0\", which takes any free port",
            address.ip()
        ),
        Err(error) => Err(error).with_context(|| format!("cannot serve metrics on {address}")),
    }
}

/// What is looked at when somebody wants to know.
fn observe(meter: &Meter, (server, connections): (&Server, &Connections)) {
    let (server, connections) = (server.clone(), connections.clone());
    meter
        .u64_observable_gauge("mcp.server.in_flight")
        .with_description("Calls that are running now.")
        .with_callback(move |told| told.observe(server.running() as u64, &[]))
        .build();
    meter
        .u64_observable_gauge("tollhouse.connections")
        .with_description("HTTP connections that are open now.")
        .with_callback(move |told| told.observe(connections.open() as u64, &[]))
        .build();
    meter
        .u64_gauge("tollhouse.build_info")
        .with_description("Always 1; the labels say what runs.")
        .build()
        .record(1, &[KeyValue::new("version", env!("CARGO_PKG_VERSION"))]);
}

const PATH: &str = "/metrics";
