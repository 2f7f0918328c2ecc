//! A URL under which an endpoint is known to the world, in the one form that tokens name it by.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

use url::{Host, Position, Url};

/// The canonical URL of an endpoint (MCP 2026-07-28, "Authorization", canonical server URI): scheme and host in lower
/// case, no default port, no fragment, no slash at the end. Tokens are made for exactly this text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublicUrl {
    text: String,
    /// Up to the path.
    origin: String,
    host: String,
    port: u16,
    /// Begins with a slash, unless it is empty.
    path: String,
}

/// Why a text is no public URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublicUrlError {
    /// It cannot be read as an absolute URL with a host.
    #[error("write the whole URL that clients connect to, such as https://tools.example.com/mcp")]
    NoUrl,
    /// Another scheme.
    #[error("begin it with https://, or with http:// on localhost")]
    Scheme,
    /// Plain HTTP under a name that other machines know.
    #[error(
        "begin it with https://: under http://, whoever stands between reads every token; http:// is for localhost"
    )]
    Insecure,
    /// A user or a password.
    #[error("leave out the part before @: credentials do not belong in a URL")]
    Credentials,
    /// A query.
    #[error("leave out the part from ? on")]
    Query,
    /// A fragment.
    #[error("leave out the part from # on")]
    Fragment,
    /// A path that the server has for something else.
    #[error("choose another path, such as /mcp: the server answers this one itself")]
    Taken,
}

impl PublicUrl {
    /// The canonical form of a URL.
    ///
    /// # Errors
    ///
    /// It is none that a client could be given; the error says what to write instead.
    pub fn parse(text: &str) -> Result<Self, PublicUrlError> {
        // What a browser would mend is not taken for meant.
        let is_odd = |c: char| c == '\\' || c.is_whitespace() || c.is_control();
        let (scheme, rest) = text.split_once("://").ok_or(PublicUrlError::NoUrl)?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.is_empty() || text.contains(is_odd) {
            return Err(PublicUrlError::NoUrl);
        }
        if !["http", "https"]
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known))
        {
            return Err(PublicUrlError::Scheme);
        }
        if authority.contains('@') {
            return Err(PublicUrlError::Credentials);
        }
        let url = Url::parse(text).map_err(|_error| PublicUrlError::NoUrl)?;
        if url.query().is_some() {
            return Err(PublicUrlError::Query);
        }
        if url.fragment().is_some() {
            return Err(PublicUrlError::Fragment);
        }
        Self::of(&url)
    }

    fn of(url: &Url) -> Result<Self, PublicUrlError> {
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(PublicUrlError::NoUrl);
        };
        if url.scheme() == "http" && !is_of_this_machine(&host) {
            return Err(PublicUrlError::Insecure);
        }
        let path = url.path().trim_end_matches('/');
        if TAKEN.contains(&path) || path.starts_with("/.well-known") {
            return Err(PublicUrlError::Taken);
        }
        let origin = &url[..Position::BeforePath];
        Ok(Self {
            text: format!("{origin}{path}"),
            origin: origin.to_owned(),
            host: host.to_string(),
            port,
            path: path.to_owned(),
        })
    }

    /// What `/mcp` is called on this machine: by its name, and by the address.
    pub(crate) fn on_loopback(address: SocketAddr) -> [Self; 2] {
        let ip = match address.ip() {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("[{ip}]"),
        };
        ["localhost".to_owned(), ip].map(|host| {
            let origin = match address.port() {
                80 => format!("http://{host}"),
                port => format!("http://{host}:{port}"),
            };
            Self {
                text: format!("{origin}/mcp"),
                origin,
                host,
                port: address.port(),
                path: "/mcp".to_owned(),
            }
        })
    }

    /// The URL in its canonical form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its scheme, host and port: `https://tools.example.com`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Its host, as it stands in the URL.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Its port, also where that is the scheme's own.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The port that clients mean who name none.
    pub(crate) fn usual_port(&self) -> u16 {
        if self.origin.starts_with("https:") {
            443
        } else {
            80
        }
    }

    /// Its path; empty at the root of a host.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl FromStr for PublicUrl {
    type Err = PublicUrlError;

    fn from_str(text: &str) -> Result<Self, PublicUrlError> {
        Self::parse(text)
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

fn is_of_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

const TAKEN: [&str; 4] = ["/healthz", "/readyz", "/sse", "/messages"];

#[cfg(test)]
mod tests {
    use super::{PublicUrl, PublicUrlError};

    #[test]
    fn rs13_every_spelling_of_a_url_has_one_form() {
        for (written, canonical) in [
            ("https://h.example/mcp", "https://h.example/mcp"),
            ("HTTPS://H.Example/Mcp", "https://h.example/Mcp"),
            ("https://h.example:443/mcp", "https://h.example/mcp"),
            ("https://h.example:8443/mcp", "https://h.example:8443/mcp"),
            ("https://h.example/mcp/", "https://h.example/mcp"),
            ("https://h.example/", "https://h.example"),
            ("https://h.example", "https://h.example"),
            ("https://h.example/a/../b/mcp", "https://h.example/b/mcp"),
            (
                "https://b\u{fc}cher.example/mcp",
                "https://xn--bcher-kva.example/mcp",
            ),
            ("http://localhost:80/mcp", "http://localhost/mcp"),
            ("http://LOCALHOST:8080/mcp", "http://localhost:8080/mcp"),
            ("http://127.0.0.1:8080/mcp", "http://127.0.0.1:8080/mcp"),
            ("http://[::1]:8080/mcp", "http://[::1]:8080/mcp"),
        ] {
            let url = PublicUrl::parse(written).unwrap();
            assert_eq!(url.as_str(), canonical);
            assert_eq!(url.as_str(), format!("{}{}", url.origin(), url.path()));
            assert_eq!(PublicUrl::parse(canonical).as_ref(), Ok(&url));
        }
    }

    #[test]
    fn rs13_what_no_client_could_be_given_is_refused() {
        use PublicUrlError::{Credentials, Fragment, Insecure, NoUrl, Query, Scheme, Taken};
        for (written, why) in [
            ("", NoUrl),
            ("h.example/mcp", NoUrl),
            ("/mcp", NoUrl),
            ("https://", NoUrl),
            ("https:///mcp", NoUrl),
            ("https://h example/mcp", NoUrl),
            ("https://h.example/mcp\n", NoUrl),
            ("https:\\\\h.example\\mcp", NoUrl),
            ("https://h.example:port/mcp", NoUrl),
            ("ftp://h.example/mcp", Scheme),
            ("javascript://h.example/%0aalert(1)", Scheme),
            ("http://h.example/mcp", Insecure),
            ("http://192.168.0.9/mcp", Insecure),
            ("http://localhost.evil.example/mcp", Insecure),
            ("https://user@h.example/mcp", Credentials),
            ("https://user:word@h.example/mcp", Credentials),
            ("https://@h.example/mcp", Credentials),
            ("https://h.example/mcp?", Query),
            ("https://h.example/mcp?a=b", Query),
            ("https://h.example/mcp#", Fragment),
            ("https://h.example/mcp#top", Fragment),
            ("https://h.example/healthz", Taken),
            ("https://h.example/.well-known/x", Taken),
        ] {
            assert_eq!(PublicUrl::parse(written), Err(why), "{written}");
        }
    }
}
