//! A client of any MCP server, for `call` and `inspect`: in every revision, over pipes, over HTTP, or in this
//! process. Whatever a server sends is bounded in size and time, and read strictly.

use std::{process::ExitCode, time::Duration};

use reqwest::{Url, header::HeaderMap};
use serde_json::{Map, Value};

mod content;
mod era;
mod events;
mod form;
mod frame;
mod given;
mod header_param;
mod http;
mod pipe;
pub(crate) mod plain;
mod question;
pub(crate) mod revision;
mod schema;
mod signature;
mod status;
mod talk;
mod tap;
mod target;
mod trouble;

pub(crate) use content::Shown;
pub(crate) use era::Spoken;
pub(crate) use events::Events;
pub(crate) use given::Given;
pub(crate) use plain::{Paint, clean, json, line as one_line, suited};
pub(crate) use question::Answerer;
pub(crate) use signature::{named, signature};
pub(crate) use status::cause;
pub(crate) use target::{Target, headers};
pub(crate) use trouble::Trouble;

use crate::{arguments::ReachArguments, log::say, print};
use talk::{Ask, Talk};

/// Does something with a server, on a thread of its own.
pub(crate) fn run<T>(task: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Trouble::Usage(format!("no thread to work with: {error}")))?;
    let result = runtime.block_on(task);
    // Nobody waits for who may still be typing.
    runtime.shutdown_background();
    result
}

/// Says what was in the way, and gives what the process ends with.
pub(crate) fn tell(trouble: &Trouble, as_json: bool) -> ExitCode {
    match trouble {
        // The server's own word is a result too.
        Trouble::Refused(refused) if as_json => drop(print(&format!("{:#}\n", refused.as_json()))),
        Trouble::Config(problems, _) => say(problems),
        trouble => say(&format!("error: {}", clean(&trouble.to_string()))),
    }
    ExitCode::from(trouble.code())
}

/// A server that was reached, and agreed on a revision.
pub(crate) struct Client {
    talk: Talk,
    pub(crate) spoken: Spoken,
}

/// What a server can list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List {
    method: &'static str,
    /// Where the items stand in the result.
    pub(crate) key: &'static str,
    capability: &'static str,
    /// What tells one item from another.
    pub(crate) name: &'static str,
}

/// A message to a server, and what goes with it over HTTP.
struct Outgoing {
    text: String,
    headers: HeaderMap,
    wants_answer: bool,
}

impl Client {
    /// Reaches the server and agrees on a revision.
    pub(crate) async fn open(target: &Target, reach: &ReachArguments) -> Result<Self, Trouble> {
        let mut talk = Talk::new(target.reach(reach)?, reach);
        let spoken = era::agree(&mut talk, reach.revision.as_deref()).await?;
        Ok(Self { talk, spoken })
    }

    /// The same at a URL, with exactly these headers.
    pub(crate) async fn at(
        url: Url,
        headers: HeaderMap,
        reach: &ReachArguments,
    ) -> Result<Self, Trouble> {
        let http = http::Http::new(url, headers, &tap::Tap::new(false))?;
        let mut talk = Talk::new(talk::Line::Http(Box::new(http)), reach);
        let spoken = era::agree(&mut talk, reach.revision.as_deref()).await?;
        Ok(Self { talk, spoken })
    }

    /// All items of a list, however many pages it has; nothing if the server has no such list.
    pub(crate) async fn list(&mut self, list: List) -> Result<Vec<Value>, Trouble> {
        if self.spoken.capabilities.get(list.capability).is_none() {
            return Ok(Vec::new());
        }
        let (mut items, mut cursor) = (Vec::new(), None);
        for _ in 0..PAGES_MAX {
            let mut params = Map::new();
            if let Some(cursor) = cursor {
                params.insert("cursor".to_owned(), cursor);
            }
            let ask = Ask::new(list.method, params);
            let mut page = match self.talk.ask(ask, &mut Answerer::default()).await {
                // Not every server that has resources has templates.
                Err(Trouble::Refused(refused)) if refused.code == METHOD_NOT_FOUND => {
                    return Ok(items);
                }
                page => page?,
            };
            let Some(Value::Array(come)) = page.remove(list.key) else {
                return Err(odd(list, "is no list"));
            };
            items.extend(come);
            if items
                .iter()
                .any(|item| item.get(list.name).and_then(Value::as_str).is_none())
            {
                return Err(odd(list, "has an item without a name"));
            }
            if items.len() > ITEMS_MAX {
                return Err(odd(list, &format!("has more than {ITEMS_MAX} items")));
            }
            cursor = match page.remove("nextCursor") {
                None | Some(Value::Null) => return Ok(items),
                next => next,
            };
        }
        Err(odd(list, &format!("has more than {PAGES_MAX} pages")))
    }

    /// Calls a tool as it is listed, and answers what it asks until it is done.
    pub(crate) async fn call(
        &mut self,
        tool: &Value,
        arguments: Map<String, Value>,
        answerer: &mut Answerer,
    ) -> Result<Map<String, Value>, Trouble> {
        let name = tool.get("name").and_then(Value::as_str).unwrap_or_default();
        let mut params = Map::new();
        params.insert("name".to_owned(), name.into());
        params.insert("arguments".to_owned(), Value::Object(arguments.clone()));
        let mut headers = self.headers(tool, &arguments)?;
        header_param::add(&mut headers, "mcp-name", name);
        self.talk.listen().await;
        for _ in 0..ROUNDS_MAX {
            let ask = Ask {
                method: "tools/call",
                params: params.clone(),
                headers: headers.clone(),
                wants_progress: answerer.shows_progress(),
            };
            let result = self.talk.ask(ask, answerer).await?;
            match result.get("resultType").and_then(Value::as_str) {
                None | Some("complete") => return Ok(result),
                Some("input_required") => {
                    question::answer_all(&result, &mut params, answerer).await?
                }
                Some(other) => {
                    let other = plain::line(other);
                    return Err(Trouble::Unreachable(format!(
                        "the server answers with {other}, which was not asked for"
                    )));
                }
            }
        }
        Err(Trouble::Unreachable(format!(
            "the tool asks more than {ROUNDS_MAX} times, and is not asked any further"
        )))
    }

    /// What a call says in headers too. They are part of the newest revision over HTTP, and so is that a tool
    /// whose schema is wrong there is not called.
    fn headers(&self, tool: &Value, arguments: &Map<String, Value>) -> Result<HeaderMap, Trouble> {
        match header_param::headers(tool, arguments) {
            Err(told) if self.talk.names_arguments() => Err(Trouble::Unreachable(format!(
                "the tool is not called: its schema is wrong. {}",
                plain::line(&told)
            ))),
            headers => Ok(headers.unwrap_or_default()),
        }
    }

    /// Says goodbye, and leaves what was agreed on. A server that does not listen is left.
    pub(crate) async fn close(self) -> Spoken {
        self.talk.close().await;
        self.spoken
    }
}

fn odd(list: List, what: &str) -> Trouble {
    Trouble::Unreachable(format!("what the server answers to {} {what}", list.method))
}

fn too_large() -> String {
    let mebibytes = FRAME_BYTES_MAX / 1024 / 1024;
    format!("the server sent a message of more than {mebibytes} MiB; no more of it is read")
}

pub(crate) const TOOLS: List = List {
    method: "tools/list",
    key: "tools",
    capability: "tools",
    name: "name",
};
pub(crate) const RESOURCES: List = List {
    method: "resources/list",
    key: "resources",
    capability: "resources",
    name: "uri",
};
pub(crate) const TEMPLATES: List = List {
    method: "resources/templates/list",
    key: "resourceTemplates",
    capability: "resources",
    name: "uriTemplate",
};
pub(crate) const PROMPTS: List = List {
    method: "prompts/list",
    key: "prompts",
    capability: "prompts",
    name: "name",
};

const METHOD_NOT_FOUND: i64 = -32601;
/// What one message may take, however it comes.
const FRAME_BYTES_MAX: usize = 16 * 1024 * 1024;
const PAGES_MAX: usize = 200;
const ITEMS_MAX: usize = 10_000;
/// How often a tool may ask before it answers.
const ROUNDS_MAX: usize = 10;
/// How long a server may take to say which revisions it speaks, before the older way is tried. Servers that are
/// fetched before they start take their time; few do not answer at all.
const PROBE: Duration = Duration::from_secs(10);
