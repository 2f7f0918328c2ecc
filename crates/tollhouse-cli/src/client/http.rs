//! A server at the other end of HTTP: a message is posted, and answered in the response.
//!
//! The transport of 2024-11-05 has a second address for what is posted; all answers come on one stream.

use std::{future::pending, time::Duration};

use reqwest::{
    Method, RequestBuilder, Response, StatusCode, Url,
    header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
    redirect::Policy,
};
use tokio::time::{sleep, timeout};

use super::{
    FRAME_BYTES_MAX, Outgoing,
    events::Events,
    frame, status,
    tap::{Tap, masked_url},
    too_large,
    trouble::Trouble,
};

/// A server at the other end of HTTP.
pub(super) struct Http {
    client: reqwest::Client,
    url: Url,
    /// Where messages are posted, if that is not where answers come from.
    posts: Option<Url>,
    /// What goes with every request.
    given: HeaderMap,
    session: Option<HeaderValue>,
    /// The revision that was named last; every request of a session names it.
    version: Option<HeaderValue>,
    open: Open,
    session_stream: Option<Box<Stream>>,
    tap: Tap,
}

/// What the answer is read from.
enum Open {
    Nothing,
    Whole(Vec<u8>),
    Stream(Box<Stream>),
}

struct Stream {
    response: Response,
    events: Events,
    last_id: Option<String>,
    retry: Duration,
    /// How often it may still be come back to.
    returns: u32,
}

impl Http {
    pub(super) fn new(url: Url, given: HeaderMap, tap: &Tap) -> Result<Self, Trouble> {
        let builder = reqwest::Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .user_agent(concat!("tollhouse/", env!("CARGO_PKG_VERSION")));
        // The machine's certificates are not looked for where none is needed.
        let builder = if url.scheme() == "http" {
            builder.tls_certs_only([])
        } else {
            builder
        };
        let client = builder
            .build()
            .map_err(|error| Trouble::Unreachable(format!("no HTTP client: {error}")))?;
        Ok(Self {
            client,
            url,
            posts: None,
            given,
            session: None,
            version: None,
            open: Open::Nothing,
            session_stream: None,
            tap: tap.clone(),
        })
    }

    pub(super) async fn send(&mut self, outgoing: Outgoing) -> Result<(), Trouble> {
        let is_pair = self.posts.is_some();
        self.version = outgoing.headers.get(VERSION).cloned();
        let to = self.posts.as_ref().unwrap_or(&self.url).clone();
        let request = self
            .request(Method::POST, to, outgoing.headers)
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json, text/event-stream");
        let response = self.exchange(request, Some(outgoing.text)).await?;
        if outgoing.wants_answer && !is_pair {
            self.open = self.opened(response).await?;
            return Ok(());
        }
        match response.status() {
            status if status.is_success() => Ok(()),
            _ => Err(self.refused(response).await),
        }
    }

    /// The next message, as it came.
    pub(super) async fn next(&mut self) -> Result<Vec<u8>, Trouble> {
        loop {
            let Open::Stream(stream) = &mut self.open else {
                return self.answer_that_is_whole();
            };
            // Whoever gives up waiting loses nothing.
            let (step, is_own) = tokio::select! {
                biased;
                step = stream.step() => (step, true),
                step = heard(&mut self.session_stream) => (step, false),
            };
            match (step.map_err(Trouble::Unreachable)?, is_own) {
                (Step::Message(message), _) => {
                    self.tap.came(&message);
                    return Ok(message);
                }
                (Step::Nothing, _) => {}
                // A stream that said where it was can be come back to (2025-11-25, Transports).
                (Step::Ended(broken), true) => self.come_back(broken).await?,
                (Step::Ended(_), false) => self.session_stream = None,
            }
        }
    }

    fn answer_that_is_whole(&mut self) -> Result<Vec<u8>, Trouble> {
        match std::mem::replace(&mut self.open, Open::Nothing) {
            Open::Whole(message) => {
                self.tap.came(&message);
                Ok(message)
            }
            Open::Nothing | Open::Stream(_) => Err(Trouble::Unreachable(
                "the server ended its answer before it was whole".to_owned(),
            )),
        }
    }

    /// Opens the session's own stream, on which some servers ask what they have to ask while a request goes
    /// on. A server that has none says so at once.
    pub(super) async fn listen(&mut self) {
        if self.session.is_none() || self.posts.is_some() || self.session_stream.is_some() {
            return;
        }
        let request = self
            .request(Method::GET, self.url.clone(), HeaderMap::new())
            .header(ACCEPT, "text/event-stream");
        let opening = async {
            let response = self.exchange(request, None).await?;
            self.opened(response).await
        };
        if let Ok(Ok(Open::Stream(stream))) = timeout(LISTENING, opening).await {
            self.session_stream = Some(stream);
        }
    }

    async fn come_back(&mut self, broken: Option<reqwest::Error>) -> Result<(), Trouble> {
        let Open::Stream(stream) = &self.open else {
            return Ok(());
        };
        let (Some(last_id), Some(returns)) = (&stream.last_id, stream.returns.checked_sub(1))
        else {
            let why =
                broken.map_or_else(String::new, |error| format!(": {}", status::cause(&error)));
            return Err(Trouble::Unreachable(format!(
                "the server ended its stream before it had answered{why}"
            )));
        };
        let (last_id, retry) = (last_id.clone(), stream.retry);
        sleep(retry).await;
        let request = self
            .request(Method::GET, self.url.clone(), HeaderMap::new())
            .header(ACCEPT, "text/event-stream")
            .header("last-event-id", &last_id);
        let response = self.exchange(request, None).await?;
        self.open = match self.opened(response).await? {
            Open::Stream(stream) => Open::Stream(Box::new(Stream {
                last_id: Some(last_id),
                retry,
                returns,
                ..*stream
            })),
            other => other,
        };
        Ok(())
    }

    /// Opens the one stream of 2024-11-05, and learns where messages are posted.
    pub(super) async fn pair(&mut self) -> Result<(), Trouble> {
        let request = self
            .request(Method::GET, self.url.clone(), HeaderMap::new())
            .header(ACCEPT, "text/event-stream");
        let response = self.exchange(request, None).await?;
        let Open::Stream(mut stream) = self.opened(response).await? else {
            return Err(Trouble::Unreachable("there is no stream".to_owned()));
        };
        let endpoint = loop {
            match stream.events.next().map_err(Trouble::Unreachable)? {
                Some(event) if event.kind == "endpoint" => break event.data,
                Some(_) => {}
                None => match stream.response.chunk().await {
                    Ok(Some(bytes)) => stream.events.add(&bytes).map_err(Trouble::Unreachable)?,
                    _ => {
                        let told = "the stream does not say where messages are posted";
                        return Err(Trouble::Unreachable(told.to_owned()));
                    }
                },
            }
        };
        let posts = self.url.join(&endpoint).ok();
        // What is posted may hold a key; nobody but the server itself gets it.
        let posts = posts.filter(|posts| posts.origin() == self.url.origin());
        let Some(posts) = posts else {
            let told = "the server wants messages posted to another server, which is refused";
            return Err(Trouble::Unreachable(told.to_owned()));
        };
        self.posts = Some(posts);
        stream.returns = 0;
        self.open = Open::Stream(stream);
        Ok(())
    }

    /// Ends the session, if there is one. A server that keeps it is not waited for.
    pub(super) async fn close(mut self) {
        self.open = Open::Nothing;
        self.session_stream = None;
        if self.session.is_some() && self.posts.is_none() {
            let request = self.request(Method::DELETE, self.url.clone(), HeaderMap::new());
            drop(timeout(GOODBYE, self.exchange(request, None)).await);
        }
    }

    fn request(&self, method: Method, url: Url, headers: HeaderMap) -> RequestBuilder {
        let request = self.client.request(method, url);
        let request = request.headers(self.given.clone()).headers(headers);
        let own = [(SESSION, &self.session), (VERSION, &self.version)];
        let own = own.into_iter().filter_map(|(name, value)| {
            let value = value.clone()?;
            Some((HeaderName::from_static(name), value))
        });
        request.headers(own.collect())
    }

    async fn exchange(
        &self,
        request: RequestBuilder,
        body: Option<String>,
    ) -> Result<Response, Trouble> {
        let request = match &body {
            Some(body) => request.body(body.clone()),
            None => request,
        };
        let request = request
            .build()
            .map_err(|error| Trouble::Usage(format!("no such request can be made: {error}")))?;
        self.tap
            .sent_head(request.method().as_str(), request.url(), request.headers());
        if let Some(body) = &body {
            self.tap.sent(body);
        }
        let sent = self.client.execute(request).await;
        let response = sent.map_err(|error| status::unreachable(&error, &self.url))?;
        self.tap.came_head(response.status(), response.headers());
        Ok(response)
    }

    /// What the answer to a request is read from.
    async fn opened(&mut self, response: Response) -> Result<Open, Trouble> {
        if let Some(session) = response.headers().get(SESSION) {
            self.session = Some(session.clone());
        }
        let kind = response.headers().get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        match (response.status(), kind.to_ascii_lowercase().as_str()) {
            (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _) => {
                Err(self.refused(response).await)
            }
            (status, "text/event-stream") if status.is_success() => {
                Ok(Open::Stream(Box::new(Stream {
                    response,
                    events: Events::default(),
                    last_id: None,
                    retry: RETRY,
                    returns: RETURNS_MAX,
                })))
            }
            (status, "application/json") => {
                let (body, response) = whole(response).await?;
                // A refusal of the protocol has an HTTP status of its own, and a message.
                if status.is_success() || frame::read(&body).is_ok() {
                    return Ok(Open::Whole(body));
                }
                Err(status::refused(&response, &self.url, &self.given, &body))
            }
            (status, _) if !status.is_success() => Err(self.refused(response).await),
            (status, kind) => Err(Trouble::Status(
                status.as_u16(),
                format!(
                    "{} answers with {status} and {}, which is no answer of an MCP server. Is its path \
                     right? Often it ends with /mcp",
                    masked_url(&self.url),
                    if kind.is_empty() { "nothing" } else { kind }
                ),
            )),
        }
    }

    async fn refused(&self, response: Response) -> Trouble {
        match whole(response).await {
            Ok((body, head)) => status::refused(&head, &self.url, &self.given, &body),
            Err(trouble) => trouble,
        }
    }
}

/// What came of reading a little further in a stream.
enum Step {
    Message(Vec<u8>),
    Nothing,
    Ended(Option<reqwest::Error>),
}

impl Stream {
    async fn step(&mut self) -> Result<Step, String> {
        if let Some(event) = self.events.next()? {
            if let Some(ms) = event.retry_ms {
                self.retry = Duration::from_millis(ms).min(RETRY_MAX);
            }
            self.last_id = event.id.or(self.last_id.take());
            let is_message = matches!(event.kind.as_str(), "" | "message");
            return Ok(if is_message && !event.data.is_empty() {
                Step::Message(event.data.into_bytes())
            } else {
                Step::Nothing
            });
        }
        match self.response.chunk().await {
            Ok(Some(bytes)) => self.events.add(&bytes).map(|()| Step::Nothing),
            ended => Ok(Step::Ended(ended.err())),
        }
    }
}

/// What comes on the session's own stream, if there is one.
async fn heard(stream: &mut Option<Box<Stream>>) -> Result<Step, String> {
    match stream {
        Some(stream) => stream.step().await,
        None => pending().await,
    }
}

/// The whole body, within its size, and what it came with.
async fn whole(mut response: Response) -> Result<(Vec<u8>, status::Head), Trouble> {
    let head = status::Head {
        status: response.status(),
        headers: response.headers().clone(),
    };
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(bytes)) => body.extend_from_slice(&bytes),
            Ok(None) => return Ok((body, head)),
            Err(error) => {
                let told = format!("the answer broke off: {}", status::cause(&error));
                return Err(Trouble::Unreachable(told));
            }
        }
        if body.len() > FRAME_BYTES_MAX {
            return Err(Trouble::Unreachable(too_large()));
        }
    }
}

const SESSION: &str = "mcp-session-id";
const VERSION: &str = "mcp-protocol-version";
const CONNECT: Duration = Duration::from_secs(10);
/// How long a server may take to open a stream that it may not have.
const LISTENING: Duration = Duration::from_secs(2);
const GOODBYE: Duration = Duration::from_secs(2);
const RETRY: Duration = Duration::from_secs(1);
const RETRY_MAX: Duration = Duration::from_secs(5);
const RETURNS_MAX: u32 = 20;
