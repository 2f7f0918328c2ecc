//! What is asked, and what a right answer looks like.

use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, bail, ensure};
use memchr::memmem;

use crate::session::{Session, post};

/// One kind of call.
#[derive(Debug)]
pub(crate) struct Scenario {
    name: &'static str,
    pub(crate) era: Era,
    ask: Ask,
}

/// Which of the protocol's two ways a call takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Era {
    /// Every request says who asks: 2026-07-28.
    Modern,
    /// A handshake says it once, a session remembers: 2025-11-25.
    Legacy,
}

#[derive(Debug)]
enum Ask {
    Echo {
        text: String,
    },
    /// So many tools; none said, any.
    List {
        tools: Option<usize>,
    },
    Row {
        id: &'static str,
    },
    /// The date: a tool that reads next to nothing.
    Date,
    /// A row to be written, each time with another key.
    Note,
    Discover,
    Initialize,
}

impl Scenario {
    /// The scenario of this name.
    pub(crate) fn named(name: &str) -> Result<Self> {
        Ok(match name {
            "echo-64" => Self::echo("echo-64", Era::Modern, 64),
            "echo-64k" => Self::echo("echo-64k", Era::Modern, 64 << 10),
            "legacy-64" => Self::echo("legacy-64", Era::Legacy, 64),
            "list-100" => Self {
                name: "list-100",
                era: Era::Modern,
                ask: Ask::List { tools: Some(100) },
            },
            "list" => Self {
                name: "list",
                era: Era::Modern,
                ask: Ask::List { tools: None },
            },
            "row" => Self {
                name: "row",
                era: Era::Modern,
                ask: Ask::Row { id: "ord_004711" },
            },
            "date" => Self {
                name: "date",
                era: Era::Modern,
                ask: Ask::Date,
            },
            "note" => Self {
                name: "note",
                era: Era::Modern,
                ask: Ask::Note,
            },
            unknown => bail!("there is no scenario called {unknown}"),
        })
    }

    /// The first question that a client asks.
    pub(crate) fn first(era: Era) -> Self {
        let (name, ask) = match era {
            Era::Modern => ("discover", Ask::Discover),
            Era::Legacy => ("initialize", Ask::Initialize),
        };
        Self { name, era, ask }
    }

    fn echo(name: &'static str, era: Era, bytes: usize) -> Self {
        // Letters and digits without a short period; nothing that JSON escapes.
        let mut state = 7_u32;
        let text = (0..bytes).map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from_digit((state >> 16) % 36, 36).unwrap_or('-')
        });
        Self {
            name,
            era,
            ask: Ask::Echo {
                text: text.collect(),
            },
        }
    }

    /// Its name, as reports show it.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// The request as one line of standard input.
    pub(crate) fn line(&self) -> Request {
        let mut bytes = self.message().into_bytes();
        bytes.push(b'\n');
        Request::new(bytes)
    }

    /// The request as a POST to `/mcp`.
    pub(crate) fn post(&self, port: u16, session: Option<&Session>) -> Request {
        let headers = match self.era {
            Era::Modern => self.headers(),
            Era::Legacy => session.map(Session::headers).unwrap_or_default(),
        };
        Request::new(post(port, &headers, &self.message()))
    }

    /// The same by a caller who shows this; without a session.
    pub(crate) fn post_by(&self, port: u16, credential: &str) -> Request {
        let headers = format!("{}authorization: Bearer {credential}\r\n", self.headers());
        Request::new(post(port, &headers, &self.message()))
    }

    /// What a modern request says twice.
    fn headers(&self) -> String {
        let method = self.method();
        let name = match self.ask {
            Ask::Echo { .. } => "mcp-name: echo\r\n",
            Ask::Row { .. } => "mcp-name: get_order\r\n",
            Ask::Date => "mcp-name: get_current_date\r\n",
            Ask::Note => "mcp-name: add_note\r\n",
            Ask::List { .. } | Ask::Discover | Ask::Initialize => "",
        };
        format!("mcp-protocol-version: {MODERN}\r\nmcp-method: {method}\r\n{name}")
    }

    fn method(&self) -> &'static str {
        match self.ask {
            Ask::Echo { .. } | Ask::Row { .. } | Ask::Date | Ask::Note => "tools/call",
            Ask::List { .. } => "tools/list",
            Ask::Discover => "server/discover",
            Ask::Initialize => "initialize",
        }
    }

    fn message(&self) -> String {
        let method = self.method();
        let mut params = Vec::new();
        if self.era == Era::Modern {
            params.push(format!(
                r#""_meta":{{"io.modelcontextprotocol/protocolVersion":"{MODERN}","io.modelcontextprotocol/clientInfo":{CLIENT},"io.modelcontextprotocol/clientCapabilities":{{}}}}"#
            ));
        }
        match &self.ask {
            Ask::Echo { text } => {
                params.push(format!(r#""name":"echo","arguments":{{"text":"{text}"}}"#));
            }
            Ask::Row { id } => {
                params.push(format!(r#""name":"get_order","arguments":{{"id":"{id}"}}"#));
            }
            Ask::Date => params.push(DATE.to_owned()),
            Ask::Note => {
                // What tells one connection's keys from another's.
                let number = CONNECTIONS.fetch_add(1, Ordering::Relaxed);
                let process = std::process::id();
                params.push(format!(
                    r#""name":"add_note","arguments":{{"text":"bread and milk","clientRequestId":"{process:08}-{number:04}-{FIRST_ID}"}}"#
                ));
            }
            Ask::Initialize => params.push(format!(
                r#""protocolVersion":"{LEGACY}","capabilities":{{}},"clientInfo":{CLIENT}"#
            )),
            Ask::List { .. } | Ask::Discover => {}
        }
        let params = params.join(",");
        format!(r#"{{"jsonrpc":"2.0","id":{FIRST_ID},"method":"{method}","params":{{{params}}}}}"#)
    }

    /// Compares a whole answer with what it has to say.
    fn check_all(&self, answer: &[u8]) -> Result<()> {
        let answer: serde_json::Value =
            serde_json::from_slice(answer).context("the answer is not JSON")?;
        let result = answer.get("result");
        let result = result.with_context(|| format!("no result: {}", shortened(&answer)))?;
        let said = |field| result.get(field).and_then(|value| value.as_str());
        ensure!(
            self.era == Era::Legacy || said("resultType") == Some("complete"),
            "the result is not complete: {}",
            shortened(&answer)
        );
        let right = match &self.ask {
            Ask::Echo { text } => {
                let found = result.pointer("/content/0/text").and_then(|it| it.as_str());
                found == Some(text)
            }
            Ask::List { tools } => {
                let found = result.get("tools").and_then(|it| it.as_array());
                found.is_some_and(|list| match tools {
                    Some(tools) => list.len() == *tools,
                    None => !list.is_empty(),
                })
            }
            Ask::Row { id } => {
                let found = result.pointer("/structuredContent/id");
                let text = result.pointer("/content/0/text").and_then(|it| it.as_str());
                found.and_then(|it| it.as_str()) == Some(id)
                    && text.is_some_and(|text| text.contains(id))
            }
            Ask::Date => {
                let text = result.pointer("/content/0/text").and_then(|it| it.as_str());
                text.is_some_and(|text| text.contains('T') && text.contains("+0"))
            }
            Ask::Note => result.pointer("/structuredContent/id").is_some(),
            Ask::Discover => result.get("supportedVersions").is_some(),
            Ask::Initialize => said("protocolVersion") == Some(LEGACY),
        };
        ensure!(right, "a wrong answer: {}", shortened(&answer));
        Ok(())
    }
}

fn shortened(answer: &serde_json::Value) -> String {
    answer.to_string().chars().take(400).collect()
}

/// A request whose id can be changed in place.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    bytes: Vec<u8>,
    id_at: usize,
    /// Where the same number stands in a key.
    key_at: Option<usize>,
}

impl Request {
    fn new(bytes: Vec<u8>) -> Self {
        let id_at = memmem::rfind(&bytes, format!(r#""id":{FIRST_ID}"#).as_bytes());
        let key_at = memmem::rfind(&bytes, format!("-{FIRST_ID}\"").as_bytes());
        Self {
            id_at: id_at.map_or(bytes.len(), |at| at + ID_KEY.len()),
            key_at: key_at.map(|at| at + 1),
            bytes,
        }
    }

    /// The bytes to send, under this id.
    pub(crate) fn numbered(&mut self, id: u64) -> &[u8] {
        for at in [Some(self.id_at), self.key_at].into_iter().flatten() {
            let digits = self.bytes.iter_mut().skip(at).take(ID_DIGITS);
            for (place, digit) in digits.zip(decimal(id)) {
                *place = digit;
            }
        }
        &self.bytes
    }
}

/// Checks the answers of one connection: the first one in whole, the others by
/// id, length, and both ends of their text.
#[derive(Debug)]
pub(crate) struct Checker<'a> {
    scenario: &'a Scenario,
    length: Option<usize>,
    beginning: Vec<u8>,
    end: Vec<u8>,
}

impl<'a> Checker<'a> {
    pub(crate) fn new(scenario: &'a Scenario) -> Self {
        let (beginning, end) = match &scenario.ask {
            Ask::Echo { text } => {
                let text = text.as_bytes();
                let head = text.get(..ENDS).unwrap_or(text);
                let tail = text.get(text.len().saturating_sub(ENDS)..).unwrap_or(text);
                (
                    [b"\"text\":\"", head].concat(),
                    [tail, b"\"".as_slice()].concat(),
                )
            }
            Ask::List { .. } => (b"\"tools\":[".to_vec(), b"}".to_vec()),
            Ask::Row { id } => (id.as_bytes().to_vec(), b"}".to_vec()),
            Ask::Date => (b"\"text\":\"".to_vec(), b"}".to_vec()),
            Ask::Note => (b"\"id\":".to_vec(), b"}".to_vec()),
            Ask::Discover => (b"\"supportedVersions\":[".to_vec(), b"}".to_vec()),
            Ask::Initialize => (b"\"protocolVersion\":".to_vec(), b"}".to_vec()),
        };
        Self {
            scenario,
            length: None,
            beginning,
            end,
        }
    }

    /// Fails unless this is the right answer to the request of this id.
    pub(crate) fn check(&mut self, answer: &[u8], id: u64) -> Result<()> {
        ensure!(
            answer_id(answer) == Some(id),
            "the answer to {id} carries another id"
        );
        match self.length {
            None => {
                self.scenario.check_all(answer)?;
                self.length = Some(answer.len());
                Ok(())
            }
            Some(length) => {
                // Numbers of rows grow.
                let grown = usize::from(matches!(self.scenario.ask, Ask::Note)) * GROWN_MAX;
                ensure!(
                    answer.len().abs_diff(length) <= grown,
                    "an answer of {} bytes after one of {length}",
                    answer.len()
                );
                let begins = memmem::find(head(answer), &self.beginning).is_some();
                let ends = memmem::find(tail(answer), &self.end).is_some();
                ensure!(begins && ends, "the answer to {id} says something else");
                Ok(())
            }
        }
    }
}

/// The id that an answer carries, looked for at both its ends.
pub(crate) fn answer_id(answer: &[u8]) -> Option<u64> {
    [head(answer), tail(answer)].into_iter().find_map(|part| {
        let digits = part.get(memmem::find(part, ID_KEY)? + ID_KEY.len()..)?;
        let digits = digits.get(..ID_DIGITS)?;
        std::str::from_utf8(digits).ok()?.parse().ok()
    })
}

fn head(answer: &[u8]) -> &[u8] {
    answer.get(..REACH).unwrap_or(answer)
}

fn tail(answer: &[u8]) -> &[u8] {
    answer
        .get(answer.len().saturating_sub(REACH)..)
        .unwrap_or(answer)
}

fn decimal(mut number: u64) -> [u8; ID_DIGITS] {
    let mut digits = [b'0'; ID_DIGITS];
    for place in digits.iter_mut().rev() {
        *place = b'0' + (number % 10) as u8;
        number /= 10;
    }
    digits
}

/// Ids keep one width, so that all answers of a scenario are equally long.
pub(crate) const FIRST_ID: u64 = 1_000_000_000;
const ID_DIGITS: usize = 10;
/// How much longer the text of an answer may get: a number stands in it twice.
const GROWN_MAX: usize = 16;
const ID_KEY: &[u8] = b"\"id\":";
const DATE: &str = r#""name":"get_current_date","arguments":{"timezone":"Europe/Stockholm"}"#;
/// How many connections write.
static CONNECTIONS: AtomicU32 = AtomicU32::new(0);
const MODERN: &str = "2026-07-28";
pub(crate) const LEGACY: &str = "2025-11-25";
const CLIENT: &str = r#"{"name":"load","version":"0.1.0"}"#;
/// How much of the text's ends is compared.
const ENDS: usize = 32;
/// How far from an answer's ends they are looked for.
const REACH: usize = 512;

#[cfg(test)]
mod tests;
