//! The collector, called through the one client that dials out.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use async_trait::async_trait;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use reqwest::Url;
use tollhouse::{Clock as _, SystemClock};
use tollhouse_outbound::{Options, Outbound, Request as Outgoing};

/// A collector, and what was said of it in the log.
pub(super) struct Collector {
    client: Arc<Client>,
    clock: SystemClock,
    /// When its failures were told of last.
    told: Option<Duration>,
}

/// What the exporter calls.
#[derive(Debug)]
struct Client {
    outbound: Outbound,
    /// Why the last call came to nothing, which the exporter does not hand on.
    failure: Mutex<Option<String>>,
}

impl Collector {
    /// A collector at this URL, wherever it is: who named it wants it called.
    pub(super) fn new(url: &str, deadline: Duration) -> Result<Self> {
        let exception = exception(url)?.parse()?;
        let outbound = Outbound::new(Options {
            exceptions: vec![exception],
            deadline,
            bytes_max: REPLY_BYTES_MAX,
            ..Options::default()
        })?;
        outbound.check(url)?;
        Ok(Self {
            client: Arc::new(Client {
                outbound,
                failure: Mutex::default(),
            }),
            clock: SystemClock::default(),
            told: None,
        })
    }

    pub(super) fn client(&self) -> Arc<dyn HttpClient> {
        Arc::clone(&self.client) as Arc<dyn HttpClient>
    }

    /// Tells the log of a failure, once a minute and no more often: it lasts, and the lines would too.
    pub(super) fn complain(&mut self, what: &str, error: &str, dropped: u64) {
        let now = self.clock.ticks();
        if self.told.is_some_and(|at| now.saturating_sub(at) < QUIET) {
            return;
        }
        self.told = Some(now);
        let failure = &self.client.failure;
        let failure = failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let error = failure.as_deref().unwrap_or(error);
        tracing::warn!(
            error,
            dropped,
            "the collector does not take {what}; calls go on"
        );
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (parts, body) = request.into_parts();
        let mut outgoing = Outgoing::post(parts.uri.to_string(), MEDIA_TYPE, body);
        for (name, value) in &parts.headers {
            outgoing = outgoing.header(name.as_str().to_owned(), value.to_str()?);
        }
        let sent = self.outbound.send(outgoing).await;
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        let response = sent.inspect_err(|error| *failure = Some(error.to_string()))?;
        *failure = (response.status() >= 400).then(|| {
            let status = response.status();
            format!("it answered with HTTP {status}; do its address and `headers` fit?")
        });
        let mut told = Response::builder().status(response.status());
        if let Some(after) = response.header(RETRY_AFTER) {
            told = told.header(RETRY_AFTER, after);
        }
        Ok(told.body(response.body().clone())?)
    }
}

/// What lets the client call this URL, be it of this machine or of a network of one's own.
fn exception(url: &str) -> Result<String> {
    let read = Url::parse(url).ok();
    let parts = read
        .as_ref()
        .and_then(|url| Some((url.scheme(), url.host_str()?, url.port_or_known_default()?)));
    match parts {
        Some(("http", host, port)) => Ok(format!("http://{host}:{port}")),
        Some(("https", host, port)) => Ok(format!("{host}:{port}")),
        Some((scheme, ..)) => bail!(
            "a collector is not called by {scheme}: here; write http:// or https:// and the port of its OTLP over \
             HTTP, which is 4318 by custom"
        ),
        None => Err(anyhow::anyhow!("`{url}` is no URL"))
            .context("write the collector's address whole, such as http://127.0.0.1:4318"),
    }
}

const MEDIA_TYPE: &str = "application/x-protobuf";
const RETRY_AFTER: &str = "retry-after";
const QUIET: Duration = Duration::from_secs(60);
const REPLY_BYTES_MAX: usize = 64 * 1024;
