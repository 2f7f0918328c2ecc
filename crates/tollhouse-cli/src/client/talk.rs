//! Requests to a server, one at a time, each with its answer; and what comes in between.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value, json};
use tokio::time::timeout;
use tollhouse::{Clock as _, SystemClock};

use super::{
    Outgoing,
    frame::{self, Frame},
    header_param,
    http::Http,
    pipe::Pipe,
    question::Answerer,
    revision,
    trouble::{Refused, Trouble},
};
use crate::arguments::ReachArguments;

/// The way to a server.
pub(super) enum Line {
    Pipe(Box<Pipe>),
    Http(Box<Http>),
}

/// Requests to a server, one at a time.
pub(super) struct Talk {
    pub(super) line: Line,
    /// The revision that is spoken, once that is known.
    pub(super) revision: Option<&'static str>,
    /// What a server said of itself when it was no longer waited for.
    pub(super) late: Option<Map<String, Value>>,
    last: u64,
    limit: Duration,
    clock: SystemClock,
}

/// A request.
pub(super) struct Ask {
    pub(super) method: &'static str,
    pub(super) params: Map<String, Value>,
    /// What its parameters say in headers too.
    pub(super) headers: HeaderMap,
    pub(super) wants_progress: bool,
}

impl Ask {
    pub(super) fn new(method: &'static str, params: Map<String, Value>) -> Self {
        Self {
            method,
            params,
            headers: HeaderMap::new(),
            wants_progress: false,
        }
    }
}

impl Talk {
    pub(super) fn new(line: Line, reach: &ReachArguments) -> Self {
        Self {
            line,
            revision: None,
            late: None,
            last: 0,
            limit: reach.timeout,
            clock: SystemClock::default(),
        }
    }

    /// Sends a request and waits for its answer, within the time that there is.
    pub(super) async fn ask(
        &mut self,
        ask: Ask,
        answerer: &mut Answerer,
    ) -> Result<Map<String, Value>, Trouble> {
        let limit = self.limit;
        self.ask_within(ask, answerer, limit)
            .await?
            .unwrap_or_else(|TimedOut(method)| {
                Err(Trouble::Unreachable(format!(
                    "no answer to {method} within {} s; --timeout gives it more",
                    limit.as_secs()
                )))
            })
    }

    /// The same, with the end of the time told apart.
    pub(super) async fn ask_within(
        &mut self,
        ask: Ask,
        answerer: &mut Answerer,
        limit: Duration,
    ) -> Result<Result<Result<Map<String, Value>, Trouble>, TimedOut>, Trouble> {
        let method = ask.method;
        let limit = limit.min(self.limit);
        self.last += 1;
        let id = self.last;
        let outgoing = self.request(id, ask);
        let mut left = limit;
        let Ok(sent) = self.wait(&mut left, Doing::Send(outgoing)).await else {
            return Ok(Err(TimedOut(method)));
        };
        sent?;
        for _ in 0..FRAMES_MAX {
            let Ok(come) = self.wait(&mut left, Doing::Next).await else {
                self.give_up(id, method).await;
                return Ok(Err(TimedOut(method)));
            };
            let frame = frame::read(&come?).map_err(Trouble::Unreachable)?;
            if let Some(answer) = self.hear(id, frame, answerer).await? {
                return Ok(Ok(answer.map_err(Trouble::Refused)));
            }
        }
        Err(Trouble::Unreachable(format!(
            "the server sent {FRAMES_MAX} messages and no answer to {method}; no more of them are read"
        )))
    }

    /// Sends a notification.
    pub(super) async fn tell(&mut self, method: &str, params: &Value) -> Result<(), Trouble> {
        let message = json!({"jsonrpc": "2.0", "method": method, "params": params});
        self.say(&message).await
    }

    /// Whether arguments stand in headers too.
    pub(super) fn names_arguments(&self) -> bool {
        matches!(self.line, Line::Http(_)) && self.revision == Some(revision::NEWEST)
    }

    /// Hears also what belongs to no request, where older revisions have a stream for it.
    pub(super) async fn listen(&mut self) {
        match &mut self.line {
            Line::Http(http) if self.revision != Some(revision::NEWEST) => http.listen().await,
            Line::Http(_) | Line::Pipe(_) => {}
        }
    }

    pub(super) async fn close(self) {
        match self.line {
            Line::Pipe(pipe) => pipe.close().await,
            Line::Http(http) => http.close().await,
        }
    }

    /// What a message means for the request that waits.
    async fn hear(
        &mut self,
        id: u64,
        frame: Frame,
        answerer: &mut Answerer,
    ) -> Result<Option<Result<Map<String, Value>, Refused>>, Trouble> {
        match frame {
            Frame::Answer(None, Err(refused)) => Ok(Some(Err(refused))),
            Frame::Answer(Some(to), answer) if to == id => Ok(Some(answer)),
            Frame::Answer(Some(to), answer) if to < id => {
                // It was given up waiting for.
                self.late = answer.ok().or(self.late.take());
                Ok(None)
            }
            Frame::Answer(..) => Err(Trouble::Unreachable(
                "the server answered what was not asked".to_owned(),
            )),
            Frame::Told(method, params) => {
                answerer.hear(&method, &params);
                Ok(None)
            }
            Frame::Asked(theirs, method, params) => {
                let (answer, trouble) = match method.as_str() {
                    "ping" => (json!({"result": {}}), None),
                    "elicitation/create" => match answerer.answer(&params).await {
                        Ok(answer) => (json!({ "result": answer }), None),
                        Err(trouble) => (json!({"result": {"action": "cancel"}}), Some(trouble)),
                    },
                    _ => (
                        json!({"error": {"code": -32601, "message": "not done here"}}),
                        None,
                    ),
                };
                let mut message = json!({"jsonrpc": "2.0", "id": theirs});
                if let (Some(message), Value::Object(answer)) = (message.as_object_mut(), answer) {
                    message.extend(answer);
                }
                self.say(&message).await?;
                trouble.map_or(Ok(None), Err)
            }
        }
    }

    /// Sends what gets no answer.
    async fn say(&mut self, message: &Value) -> Result<(), Trouble> {
        let outgoing = Outgoing {
            text: message.to_string(),
            headers: self.revision_header(),
            wants_answer: false,
        };
        let mut left = self.limit;
        match self.wait(&mut left, Doing::Send(outgoing)).await {
            Ok(sent) => sent.map(drop),
            Err(TooLate) => Err(Trouble::Unreachable(format!(
                "the server took nothing within {} s",
                self.limit.as_secs()
            ))),
        }
    }

    /// Tells the server that the answer is no longer wanted. Over HTTP the newest revision says that by leaving.
    async fn give_up(&mut self, id: u64, method: &str) {
        let is_said = match self.line {
            Line::Pipe(_) => method != PROBED,
            Line::Http(_) => self
                .revision
                .is_some_and(|spoken| spoken != revision::NEWEST),
        };
        if is_said {
            let params = json!({"requestId": id, "reason": "it took too long"});
            drop(timeout(GOODBYE, self.tell("notifications/cancelled", &params)).await);
        }
    }

    fn request(&self, id: u64, ask: Ask) -> Outgoing {
        let Ask {
            method,
            mut params,
            headers,
            wants_progress,
        } = ask;
        let mut meta = Map::new();
        let mut all = self.revision_header();
        if self.revision == Some(revision::NEWEST) {
            meta.insert(format!("{PREFIX}protocolVersion"), revision::NEWEST.into());
            meta.insert(format!("{PREFIX}clientCapabilities"), capabilities());
            meta.insert(format!("{PREFIX}clientInfo"), info());
            all.extend(headers);
            header_param::add(&mut all, "mcp-method", method);
        }
        if wants_progress {
            meta.insert("progressToken".to_owned(), id.into());
        }
        if !meta.is_empty() {
            params.insert("_meta".to_owned(), meta.into());
        }
        let message = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        Outgoing {
            text: message.to_string(),
            headers: all,
            wants_answer: true,
        }
    }

    fn revision_header(&self) -> HeaderMap {
        let spoken = self.revision.into_iter();
        spoken
            .filter(|date| revision::is_named_in_headers(date))
            .map(|date| (VERSION, HeaderValue::from_static(date)))
            .collect()
    }

    /// Does something with the server for as long as there is time left, and takes what it took away from that.
    async fn wait(
        &mut self,
        left: &mut Duration,
        doing: Doing,
    ) -> Result<Result<Vec<u8>, Trouble>, TooLate> {
        let before = self.clock.ticks();
        let line = &mut self.line;
        let done = timeout(*left, async {
            match (line, doing) {
                (Line::Pipe(pipe), Doing::Send(outgoing)) => {
                    pipe.send(&outgoing.text).await.map(|()| Vec::new())
                }
                (Line::Http(http), Doing::Send(outgoing)) => {
                    http.send(outgoing).await.map(|()| Vec::new())
                }
                (Line::Pipe(pipe), Doing::Next) => pipe.next().await,
                (Line::Http(http), Doing::Next) => http.next().await,
            }
        })
        .await;
        *left = left.saturating_sub(self.clock.ticks().saturating_sub(before));
        done.map_err(|_elapsed| TooLate)
    }
}

/// What is done with a server.
enum Doing {
    Send(Outgoing),
    Next,
}

/// There is no time left.
struct TooLate;

/// There was no answer to this method in time.
pub(super) struct TimedOut(pub(super) &'static str);

/// What the client can do: answer forms, and show addresses.
pub(super) fn capabilities() -> Value {
    json!({"elicitation": {"form": {}, "url": {}}})
}

pub(super) fn info() -> Value {
    json!({"name": "tollhouse", "version": env!("CARGO_PKG_VERSION")})
}

pub(super) const PREFIX: &str = "io.modelcontextprotocol/";
const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
/// Its answer is of use also when it is no longer waited for.
pub(super) const PROBED: &str = "server/discover";
/// How many messages may come before an answer.
const FRAMES_MAX: usize = 10_000;
const GOODBYE: Duration = Duration::from_secs(2);
