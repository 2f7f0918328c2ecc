//! Figures of a running server, on a listener of their own, as Prometheus reads them.

use std::{future::pending, net::SocketAddr};

use anyhow::{Context as _, Result, bail};
use opentelemetry::{KeyValue, metrics::MeterProvider as _};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use prometheus::{Registry, TextEncoder};
use tokio::net::TcpListener;
use tollhouse::{
    Server,
    http::{self, Connections, Page},
};

mod book;
mod figures;

pub(crate) use book::Book;
use figures::Figures;

/// Figures that can be fetched.
pub(crate) struct Metrics {
    listener: TcpListener,
    registry: Registry,
    /// Keeps the instruments going.
    _provider: SdkMeterProvider,
}

impl Metrics {
    /// Listens, and has the book count calls from now on. Must be called inside a runtime.
    pub(crate) fn open(
        address: SocketAddr,
        book: &Book,
        (server, connections): (&Server, &Connections),
    ) -> Result<Self> {
        let listener = match http::listen(address) {
            Ok(listener) => listener,
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => bail!(
                "{address} is in use; change telemetry.metrics, for example to \"{}:0\", which takes any free port",
                address.ip()
            ),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot serve metrics on {address}"));
            }
        };
        let registry = Registry::new();
        let exporter = opentelemetry_prometheus::exporter()
            .with_registry(registry.clone())
            .without_target_info()
            .scope_info_enabled(false)
            .build()
            .context("the metrics do not fit together")?;
        let provider = SdkMeterProvider::builder().with_reader(exporter).build();
        let meter = provider.meter("tollhouse");
        book.count_in(Figures::new(&meter));
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
        Ok(Self {
            listener,
            registry,
            _provider: provider,
        })
    }

    /// Where they are fetched.
    pub(crate) fn url(&self) -> Result<String> {
        let address = self.listener.local_addr();
        let address = address.context("the listener has no address")?;
        Ok(format!("http://{address}{PATH}"))
    }

    /// Serves them until it is dropped.
    pub(crate) async fn serve(self) -> Result<()> {
        let registry = self.registry;
        let page = Page::new(PATH, prometheus::TEXT_FORMAT, move || {
            // Only a figure that is no text fails, and there is none.
            let text = TextEncoder::new().encode_to_string(&registry.gather());
            text.unwrap_or_default().into_bytes()
        });
        let served = page.serve(self.listener, pending()).await;
        served.context("cannot go on serving metrics")
    }
}

const PATH: &str = "/metrics";
