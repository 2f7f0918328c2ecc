//! Single requests, as no client sends them, and what is said to them.

use std::time::Duration;

use reqwest::{
    Client, Method, RequestBuilder, Response, Url,
    header::{ACCEPT, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue, WWW_AUTHENTICATE},
    redirect::Policy,
};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::client::{self, Events, revision};

/// The way to a server.
pub(crate) struct Wire {
    client: Client,
    url: Url,
    /// What goes with every request, such as what a proxy in between wants.
    given: HeaderMap,
}

/// How a server is spoken to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Era {
    /// Every request stands alone.
    Newest,
    /// With a handshake, and often a session.
    Older,
}

/// Where a credential stands.
#[derive(Clone, Debug)]
pub(super) enum Shown {
    Headers(Vec<(HeaderName, String)>),
    Query(String),
    Cookie(String),
    /// In a form in place of a message.
    Form(String),
}

/// What is asked.
pub(super) struct Ask<'a> {
    pub(super) era: Era,
    pub(super) method: &'static str,
    pub(super) params: Value,
    pub(super) shown: &'a Shown,
    pub(super) session: Option<&'a str>,
}

/// What was said to it.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) status: u16,
    /// What is asked of who may not come in.
    pub(super) challenge: Option<String>,
    pub(super) session: Option<String>,
    /// The message, if it is one.
    pub(super) message: Value,
}

impl Wire {
    pub(crate) fn new(url: Url, given: HeaderMap) -> Result<Self, String> {
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .build();
        Ok(Self {
            client: client.map_err(|error| format!("no HTTP client can be made: {error}"))?,
            url,
            given,
        })
    }

    /// Asks, and reads as much of the answer as is looked at.
    pub(super) async fn ask(&self, ask: Ask<'_>) -> Result<Said, String> {
        let Ask {
            era,
            method,
            params,
            shown,
            session,
        } = ask;
        let mut url = self.url.clone();
        if let Shown::Query(token) = shown {
            url.query_pairs_mut().append_pair("access_token", token);
        }
        let request = self.client.request(Method::POST, url);
        let request = request.headers(self.given.clone());
        let request = request.header(ACCEPT, "application/json, text/event-stream");
        let request = match shown {
            Shown::Headers(headers) => headers.iter().fold(request, |request, (name, value)| {
                // Twice the same header is sent as two.
                request.header(name, value)
            }),
            Shown::Cookie(token) => request.header(
                COOKIE,
                format!("access_token={token}; Authorization=Bearer {token}"),
            ),
            Shown::Query(_) | Shown::Form(_) => request,
        };
        let request = match session {
            Some(session) => request.header(SESSION, session),
            None => request,
        };
        let request = match shown {
            Shown::Form(token) => request
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(format!("access_token={token}")),
            _ => said(request, era, method, params, session.is_some()),
        };
        self.send(request).await
    }

    /// Tells the server that the handshake is over.
    pub(super) async fn greeted(&self, shown: &Shown, session: &str) -> Result<Said, String> {
        self.ask(Ask {
            era: Era::Older,
            method: "notifications/initialized",
            params: Value::Null,
            shown,
            session: Some(session),
        })
        .await
    }

    /// Ends a session. Who keeps it has it.
    pub(super) async fn end(&self, shown: &Shown, session: &str) {
        let Shown::Headers(headers) = shown else {
            return;
        };
        let request = self.client.request(Method::DELETE, self.url.clone());
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(name, value)
        });
        let request = request.headers(self.given.clone()).header(SESSION, session);
        drop(self.send(request.header(VERSION, REVISION)).await);
    }

    async fn send(&self, request: RequestBuilder) -> Result<Said, String> {
        let exchange = async {
            let response = request
                .send()
                .await
                .map_err(|error| client::cause(&error))?;
            read(response).await
        };
        let patience = PATIENCE.as_secs();
        let came = timeout(PATIENCE, exchange).await;
        came.unwrap_or_else(|_| Err(format!("no answer within {patience} s")))
    }
}

impl Said {
    /// The status, and what the message says if it is an error.
    pub(super) fn shown(&self) -> String {
        match self.code() {
            Some(code) => format!("{} ({code})", self.status),
            None => self.status.to_string(),
        }
    }

    /// The scopes that are asked for.
    pub(super) fn scopes(&self) -> Vec<String> {
        let challenge = self.challenge.as_deref().unwrap_or_default();
        let scopes = challenge.split("scope=\"").nth(1);
        let scopes = scopes.and_then(|rest| rest.split('"').next());
        let scopes = scopes.unwrap_or_default().split_whitespace();
        scopes.map(str::to_owned).collect()
    }

    /// The code of the error that it is.
    pub(super) fn code(&self) -> Option<i64> {
        self.message.get("error")?.get("code")?.as_i64()
    }

    /// The result, if that is what it is.
    pub(super) fn result(&self) -> Option<&Value> {
        self.message.get("result")
    }
}

/// The request with its message.
fn said(
    request: RequestBuilder,
    era: Era,
    method: &str,
    mut params: Value,
    is_in_session: bool,
) -> RequestBuilder {
    let is_notice = method.starts_with("notifications/");
    let mut request = request.header(CONTENT_TYPE, "application/json");
    match era {
        Era::Newest => {
            if let Some(name) = params.get("name").and_then(Value::as_str)
                && let Ok(name) = HeaderValue::from_str(name)
            {
                request = request.header("mcp-name", name);
            }
            request = request
                .header(VERSION, revision::NEWEST)
                .header("mcp-method", method);
            if let Some(params) = params.as_object_mut() {
                let meta = json!({
                    "io.modelcontextprotocol/protocolVersion": revision::NEWEST,
                    "io.modelcontextprotocol/clientCapabilities": {}
                });
                params.insert("_meta".to_owned(), meta);
            }
        }
        Era::Older if is_in_session => request = request.header(VERSION, REVISION),
        Era::Older => {}
    }
    let mut message = json!({"jsonrpc": "2.0", "method": method});
    if let Some(message) = message.as_object_mut() {
        if !is_notice {
            message.insert("id".to_owned(), 1.into());
        }
        if !params.is_null() {
            message.insert("params".to_owned(), params);
        }
    }
    request.body(message.to_string())
}

async fn read(mut response: Response) -> Result<Said, String> {
    let header = |name: &HeaderName| {
        let value = response.headers().get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let kind = header(&CONTENT_TYPE).unwrap_or_default();
    let mut said = Said {
        status: response.status().as_u16(),
        challenge: header(&WWW_AUTHENTICATE),
        session: header(&SESSION),
        message: Value::Null,
    };
    if !kind.starts_with("text/event-stream") {
        let mut body = Vec::new();
        while let Some(bytes) = response
            .chunk()
            .await
            .map_err(|error| client::cause(&error))?
        {
            body.extend_from_slice(&bytes);
            if body.len() > BODY_BYTES_MAX {
                return Err("the answer is too large".to_owned());
            }
        }
        said.message = serde_json::from_slice(&body).unwrap_or_default();
        return Ok(said);
    }
    let mut events = Events::default();
    while let Some(bytes) = response
        .chunk()
        .await
        .map_err(|error| client::cause(&error))?
    {
        events.add(&bytes)?;
        while let Some(event) = events.next()? {
            let message: Value = serde_json::from_str(&event.data).unwrap_or_default();
            if message.get("id").is_some() {
                said.message = message;
                return Ok(said);
            }
        }
    }
    Ok(said)
}

const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
/// The last revision with sessions.
pub(super) const REVISION: &str = "2025-11-25";
const PATIENCE: Duration = Duration::from_secs(10);
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
