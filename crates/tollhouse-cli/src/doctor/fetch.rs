//! One request, one answer, within bounds of size and time. Redirects are not followed.

use std::{
    borrow::Cow,
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use reqwest::{
    Client, Method, Response, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION, USER_AGENT},
    redirect::Policy,
};
use serde_json::{Map, Value};
use tokio::{net::lookup_host, time::timeout};

use super::{Visit, deadline::Deadline, network};
use crate::client;

/// Asks a server, and whom it names.
pub(super) struct Asker {
    client: Client,
    url: Url,
    headers: HeaderMap,
    /// As whom it introduces itself, unless a question says otherwise.
    pub(super) agent: &'static str,
    /// Whether the server stands in public; then nobody follows it into a private network.
    is_public: bool,
    is_here: bool,
    deadline: Deadline,
}

/// What is asked.
pub(super) struct Question {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<String>,
    is_bare: bool,
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    /// As much of it as was read; nothing of a stream.
    pub(super) body: Vec<u8>,
}

/// Why nothing came back.
#[derive(Debug)]
pub(super) enum Failed {
    /// All the time is used up.
    NoTime,
    /// Not within this time.
    Slow(Duration),
    /// A private address, named by a server in public.
    Private,
    Broken(String),
}

impl Asker {
    pub(super) fn new(
        visit: &Visit,
        addresses: &[SocketAddr],
        deadline: Deadline,
    ) -> Result<Self, String> {
        let is_public = addresses
            .iter()
            .all(|address| !network::is_private(address.ip()));
        let builder = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .resolve_to_addrs(visit.url.host_str().unwrap_or_default(), addresses);
        let builder = if is_public {
            builder.dns_resolver(OnlyPublic)
        } else {
            builder
        };
        Ok(Self {
            client: builder
                .build()
                .map_err(|error| format!("no HTTP client can be made: {error}"))?,
            url: visit.url.clone(),
            headers: visit.plain_headers(),
            agent: AGENT,
            is_public,
            is_here: addresses.iter().all(|address| address.ip().is_loopback()),
            deadline,
        })
    }

    pub(super) async fn ask(&self, question: Question) -> Result<Answer, Failed> {
        let patience = self.deadline.patience().ok_or(Failed::NoTime)?;
        let is_own = question.url.origin() == self.url.origin();
        if !is_own && self.is_public && literal(&question.url).is_some_and(network::is_private) {
            return Err(Failed::Private);
        }
        match timeout(patience, self.send(question, is_own)).await {
            Ok(answer) => answer,
            Err(_) => Err(Failed::Slow(patience)),
        }
    }

    /// Whether everybody can reach the server.
    pub(super) const fn is_public(&self) -> bool {
        self.is_public
    }

    /// Whether it is this machine.
    pub(super) const fn is_here(&self) -> bool {
        self.is_here
    }

    /// Whether headers were given that say nothing of who asks.
    pub(super) fn has_headers(&self) -> bool {
        !self.headers.is_empty()
    }

    /// The time that there is; none if it is used up.
    pub(super) fn left(&self) -> Option<Duration> {
        self.deadline.left()
    }

    async fn send(&self, question: Question, is_own: bool) -> Result<Answer, Failed> {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, HeaderValue::from_static(self.agent));
        // Nobody else gets what was given for this server.
        if is_own && !question.is_bare {
            headers.extend(self.headers.clone());
        }
        for (name, value) in &question.headers {
            headers.insert(name.clone(), value.clone());
        }
        let request = self.client.request(question.method, question.url);
        let request = request.headers(headers);
        let request = match question.body {
            Some(body) => request.body(body),
            None => request,
        };
        let response = request.send().await.map_err(|error| failed(&error))?;
        read(response).await
    }
}

impl Question {
    pub(super) fn get(url: Url) -> Self {
        Self {
            method: Method::GET,
            url,
            headers: HeaderMap::new(),
            body: None,
            is_bare: false,
        }
    }

    pub(super) fn other(method: Method, url: Url) -> Self {
        Self {
            method,
            ..Self::get(url)
        }
    }

    pub(super) fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    pub(super) fn body(mut self, body: String) -> Self {
        self.body = Some(body);
        self
    }

    /// Without the headers that were given for every request.
    pub(super) const fn bare(mut self) -> Self {
        self.is_bare = true;
        self
    }

    pub(super) fn agent(self, agent: &str) -> Self {
        self.with(USER_AGENT, agent)
    }
}

impl Answer {
    /// A header as text; nothing if it is none or not there.
    pub(super) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(super) fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Where it sends the caller.
    pub(super) fn moved(&self) -> Option<String> {
        let is_moved = (300..400).contains(&self.status) && self.status != 304;
        let to = self.headers.get(LOCATION);
        let to = to.map(|to| String::from_utf8_lossy(to.as_bytes()).into_owned());
        is_moved.then(|| to.unwrap_or_else(|| "nowhere".to_owned()))
    }

    /// Whether it is a page for people.
    pub(super) fn is_page(&self) -> bool {
        let kind = self.header(&CONTENT_TYPE).unwrap_or_default();
        let is_page = kind.to_ascii_lowercase().starts_with("text/html");
        let start = self.body.trim_ascii_start();
        let start = start.get(..PAGE_START.len()).unwrap_or_default();
        is_page || start.eq_ignore_ascii_case(PAGE_START)
    }

    /// The one object that it is.
    pub(super) fn object(&self) -> Option<Map<String, Value>> {
        serde_json::from_slice(&self.body).ok()
    }

    /// What it says, for who wants to know.
    pub(super) fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.body.trim_ascii())
    }
}

impl std::fmt::Display for Failed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoTime => formatter.write_str("there is no time left; --timeout gives more"),
            Self::Slow(patience) => {
                write!(formatter, "no answer within {} s", patience.as_secs().max(1))
            }
            Self::Private => formatter.write_str(
                "a private address, where a server in public does not send its callers; it was not asked",
            ),
            Self::Broken(cause) => formatter.write_str(cause),
        }
    }
}

async fn read(mut response: Response) -> Result<Answer, Failed> {
    let mut answer = Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: Vec::new(),
    };
    let kind = answer.header(&CONTENT_TYPE).unwrap_or_default();
    // A stream may stay open for as long as it likes, and says nothing that is looked for.
    if kind.to_ascii_lowercase().starts_with("text/event-stream") {
        return Ok(answer);
    }
    while answer.body.len() < BODY_BYTES_MAX {
        match response.chunk().await {
            Ok(Some(bytes)) => {
                let room = BODY_BYTES_MAX.saturating_sub(answer.body.len());
                answer.body.extend(bytes.iter().take(room));
            }
            Ok(None) => break,
            Err(error) => return Err(failed(&error)),
        }
    }
    Ok(answer)
}

fn failed(error: &reqwest::Error) -> Failed {
    let cause = client::cause(error);
    if cause == ONLY_PRIVATE {
        return Failed::Private;
    }
    Failed::Broken(cause)
}

fn literal(url: &Url) -> Option<IpAddr> {
    let host = url.host_str()?;
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .parse()
        .ok()
}

/// Finds only addresses that everybody can reach.
struct OnlyPublic;

impl Resolve for OnlyPublic {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = lookup_host((name.as_str(), 0)).await?;
            let found: Vec<SocketAddr> = found
                .filter(|address| !network::is_private(address.ip()))
                .collect();
            if found.is_empty() {
                return Err(io::Error::other(ONLY_PRIVATE).into());
            }
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

const ONLY_PRIVATE: &str = "the name has only private addresses";
const AGENT: &str = concat!("tollhouse/", env!("CARGO_PKG_VERSION"), " (doctor)");
/// What is read of one answer.
const BODY_BYTES_MAX: usize = 256 * 1024;
const PAGE_START: &[u8] = b"<!doctype html";

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reqwest::header::HeaderMap;

    use super::{Asker, Deadline, Failed, Question, Visit};

    /// A server in public cannot make its visitor ask around in a private network.
    #[tokio::test]
    async fn sec11_nobody_follows_a_public_server_into_a_private_network() {
        let visit = Visit {
            url: "https://tools.example/mcp".parse().unwrap(),
            headers: HeaderMap::new(),
            origins: Vec::new(),
            limit: Duration::from_secs(8),
        };
        let public = ["203.0.114.7:443".parse().unwrap()];
        let asker = Asker::new(&visit, &public, Deadline::new(visit.limit)).unwrap();
        for url in [
            "http://127.0.0.1:9/keys",
            "http://169.254.169.254/latest/",
            "http://[::1]:9/",
            "http://[::ffff:10.0.0.1]/",
            "http://localhost:9/keys",
        ] {
            let asked = asker.ask(Question::get(url.parse().unwrap())).await;
            assert!(
                matches!(asked, Err(Failed::Private)),
                "{url}: {:?}",
                asked.err()
            );
        }
    }
}
