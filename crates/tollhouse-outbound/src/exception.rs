//! What may be called although it is not public, by name.

use std::{fmt, str::FromStr};

use reqwest::Url;

use crate::OutboundError;

/// One host and port that may have a private or loopback address, written `auth.internal:8443`.
///
/// Written `http://auth.internal:8080` it is called without TLS. On this machine TLS is not needed either way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exception {
    /// As a URL says it: lower case, an address of version 6 in brackets.
    host: String,
    port: u16,
    is_plain: bool,
}

impl Exception {
    /// The host and port of a URL that whoever runs this machine wrote, and so wants called wherever it is.
    ///
    /// # Errors
    ///
    /// It is no URL of HTTP.
    pub fn of(url: &str) -> Result<Self, OutboundError> {
        // The address may hold a secret, so it is not repeated.
        let wrong = || OutboundError::NoException("an address".to_owned());
        let url = Url::parse(url).map_err(|_| wrong())?;
        let host = url.host_str().ok_or_else(wrong)?;
        let port = url.port_or_known_default().ok_or_else(wrong)?;
        match url.scheme() {
            scheme @ ("http" | "https") => Ok(Self {
                host: host.to_owned(),
                port,
                is_plain: scheme == "http",
            }),
            _ => Err(wrong()),
        }
    }

    /// Whether this is the one for a host, spelled as a URL spells it, and a port.
    pub(crate) fn is_for(&self, host: &str, port: u16) -> bool {
        self.host == host && self.port == port
    }

    /// Whether it says that TLS is not needed.
    pub(crate) const fn is_plain(&self) -> bool {
        self.is_plain
    }
}

impl FromStr for Exception {
    type Err = OutboundError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || OutboundError::NoException(text.to_owned());
        let (rest, is_plain) = match text.strip_prefix("http://") {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        let (host, port) = rest.rsplit_once(':').ok_or_else(wrong)?;
        if !port.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong());
        }
        let port = port.parse().map_err(|_| wrong())?;
        let url = Url::parse(&format!("https://{host}/")).map_err(|_| wrong())?;
        let is_host_alone = url.username().is_empty()
            && url.password().is_none()
            && url.port().is_none()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            // A pattern would be a name that nothing has.
            && !host.contains('*');
        match url.host_str() {
            Some(host) if is_host_alone && port != 0 => Ok(Self {
                host: host.to_owned(),
                port,
                is_plain,
            }),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_plain { "http://" } else { "" };
        write!(formatter, "{scheme}{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::Exception;

    #[test]
    fn an_exception_is_one_host_and_one_port() {
        for (text, shown) in [
            ("127.0.0.1:9001", "127.0.0.1:9001"),
            ("Auth.Internal:443", "auth.internal:443"),
            ("http://auth.internal:8080", "http://auth.internal:8080"),
            ("[::1]:9001", "[::1]:9001"),
            ("0x7f.1:9001", "127.0.0.1:9001"),
        ] {
            let exception: Exception = text.parse().unwrap();
            assert_eq!(exception.to_string(), shown);
        }
        for text in [
            "",
            ":1",
            "auth.internal",
            "auth.internal:",
            "auth.internal:+1",
            "auth.internal:0",
            "auth.internal:65536",
            "https://auth.internal:1",
            "auth.internal/path:1",
            "auth.internal:1:2",
            "user@auth.internal:1",
            "10.0.0.0/8:1",
            "*.internal:1",
            "::1:9001",
        ] {
            let error = text.parse::<Exception>().unwrap_err().to_string();
            assert!(error.contains("HOST:PORT"), "{text}: {error}");
        }
    }
}
