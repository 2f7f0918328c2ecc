//! Records sent to another machine, as lines of JSON in the body of a POST.

use std::{fmt, io};

use anyhow::{Context as _, Result};
use tokio::runtime::{Builder, Runtime};
use tollhouse_outbound::{Options, Outbound, Request};
use tollhouse_store::SecondPlace;

/// Where they are sent.
pub(super) struct Url {
    url: String,
    outbound: Outbound,
    runtime: Runtime,
}

impl Url {
    /// The address is one that the operator has written, so it need not be public.
    pub(super) fn open(url: &str) -> Result<Self> {
        let own = exception(url).and_then(|own| own.parse().ok());
        let outbound = Outbound::new(Options {
            exceptions: own.into_iter().collect(),
            ..Options::default()
        })?;
        outbound
            .check(url)
            .context("audit.sink.url is not one that can be sent to")?;
        let runtime = Builder::new_current_thread().enable_all().build();
        Ok(Self {
            url: url.to_owned(),
            outbound,
            runtime: runtime.context("no threads to work with")?,
        })
    }
}

impl SecondPlace for Url {
    fn take(&mut self, lines: &[u8]) -> io::Result<()> {
        let request = Request::post(&*self.url, "application/x-ndjson", lines.to_vec());
        let response = self.runtime.block_on(self.outbound.send(request));
        match response {
            Ok(response) if (200..300).contains(&response.status()) => Ok(()),
            Ok(response) => Err(io::Error::other(format!(
                "it answers {}",
                response.status()
            ))),
            Err(error) => Err(io::Error::other(error)),
        }
    }
}

/// The host and port, as what may be called although it is not public.
fn exception(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let (plain, usual) = match scheme {
        "http" => ("http://", ":80"),
        _ => ("", ":443"),
    };
    let has_port = host
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let port = if has_port { "" } else { usual };
    Some(format!("{plain}{host}{port}"))
}

/// The address may hold a secret.
impl fmt::Debug for Url {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Url").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::exception;

    #[test]
    fn where_records_go_need_not_be_public() {
        for (url, own) in [
            ("https://logs.example.com/in?key=1", "logs.example.com:443"),
            ("http://127.0.0.1:9000/", "http://127.0.0.1:9000"),
            (
                "http://user:word@logs.internal/x",
                "http://logs.internal:80",
            ),
            ("https://[::1]", "[::1]:443"),
        ] {
            assert_eq!(exception(url).as_deref(), Some(own));
        }
    }
}
