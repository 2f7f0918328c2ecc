//! A server of a test's own, and one with sign-in as it should be, of which each test breaks one thing.

use std::{
    io::{BufRead as _, BufReader, Read, Result, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use serde_json::{Value, json};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What was asked.
pub(super) struct Request {
    pub(super) method: String,
    /// With its query.
    pub(super) path: String,
    pub(super) head: String,
    pub(super) body: Vec<u8>,
    /// The server's own address, as it is called.
    pub(super) base: String,
}

/// What is answered: status, headers, body.
pub(super) struct Reply(
    pub(super) u16,
    pub(super) Vec<(&'static str, String)>,
    pub(super) String,
);

/// A server that ends with the process of the test.
pub(super) struct Site {
    address: SocketAddr,
    scheme: &'static str,
    paths: Arc<Mutex<Vec<String>>>,
}

type Answer = Arc<dyn Fn(&Request) -> Reply + Send + Sync>;

impl Site {
    pub(super) fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::serve(Arc::new(answer), None)
    }

    pub(super) fn with_tls(answer: fn(&Request) -> Reply, config: ServerConfig) -> Self {
        Self::serve(Arc::new(answer), Some(Arc::new(config)))
    }

    fn serve(answer: Answer, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let paths = Arc::new(Mutex::new(Vec::new()));
        let scheme = if tls.is_some() { "https" } else { "http" };
        let base = format!("{scheme}://{address}");
        let seen = Arc::clone(&paths);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (base, tls, seen) = (base.clone(), tls.clone(), Arc::clone(&seen));
                let answer = Arc::clone(&answer);
                thread::spawn(move || drop(over(stream, tls, &base, &answer, &seen)));
            }
        });
        Self {
            address,
            scheme,
            paths,
        }
    }

    pub(super) fn url(&self) -> String {
        format!("{}://{}/mcp", self.scheme, self.address)
    }

    /// What was asked for so far.
    pub(super) fn paths(&self) -> Vec<String> {
        self.paths.lock().unwrap().clone()
    }
}

fn over(
    stream: TcpStream,
    tls: Option<Arc<ServerConfig>>,
    base: &str,
    answer: &Answer,
    seen: &Mutex<Vec<String>>,
) -> Result<()> {
    match tls {
        None => serve(stream, base, answer, seen),
        Some(config) => {
            let session = ServerConnection::new(config).map_err(std::io::Error::other)?;
            let mut stream = StreamOwned::new(session, stream);
            serve(&mut stream, base, answer, seen)?;
            stream.conn.send_close_notify();
            stream.flush()
        }
    }
}

fn serve(
    stream: impl Read + Write,
    base: &str,
    answer: &Answer,
    seen: &Mutex<Vec<String>>,
) -> Result<()> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    let mut words = head.split(' ');
    let mut word = || words.next().unwrap_or_default().to_owned();
    let mut request = Request {
        method: word(),
        path: word(),
        body: Vec::new(),
        base: base.to_owned(),
        head: String::new(),
    };
    request.head = head;
    let length = request.header("content-length");
    let length = length.and_then(|length| length.parse().ok());
    request.body = vec![0; length.unwrap_or_default()];
    reader.read_exact(&mut request.body)?;
    seen.lock().unwrap().push(request.path.clone());
    let Reply(status, headers, body) = answer(&request);
    let headers = headers.iter();
    let headers = headers.map(|(name, value)| format!("{name}: {value}\r\n"));
    let headers: String = headers.collect();
    let response = format!(
        "HTTP/1.1 {status} Said\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    );
    let stream = reader.get_mut();
    stream.write_all(response.as_bytes())?;
    stream.flush()
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines();
        lines.find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The same at another path.
    pub(super) fn at(&self, path: &str) -> Self {
        Self {
            method: self.method.clone(),
            path: path.to_owned(),
            head: self.head.clone(),
            body: self.body.clone(),
            base: self.base.clone(),
        }
    }

    fn message(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

impl Reply {
    pub(super) fn json(value: &Value) -> Self {
        Self(
            200,
            vec![("Content-Type", "application/json".to_owned())],
            value.to_string(),
        )
    }

    pub(super) fn page(status: u16) -> Self {
        Self(
            status,
            vec![("Content-Type", "text/html; charset=utf-8".to_owned())],
            "<!DOCTYPE html><title>Please sign in</title>".to_owned(),
        )
    }

    pub(super) const fn only(status: u16) -> Self {
        Self(status, Vec::new(), String::new())
    }

    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.1.push((name, value.to_owned()));
        self
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.1.retain(|(found, _)| *found != name);
        self
    }

    /// The same document with one member changed, or taken out.
    pub(super) fn changed(self, key: &str, value: Option<Value>) -> Self {
        let mut document: Value = serde_json::from_str(&self.2).unwrap();
        match value {
            Some(value) => document[key] = value,
            None => drop(document.as_object_mut().unwrap().shift_remove(key)),
        }
        Self(self.0, self.1, document.to_string())
    }
}

/// As it should be.
pub(super) fn good(request: &Request) -> Reply {
    let (base, origin) = (&request.base, request.header("origin"));
    if request.header("host") == Some("evil.example") || origin == Some("https://evil.example") {
        return Reply::only(403);
    }
    let reply = match (request.method.as_str(), request.path.as_str()) {
        ("GET", RESOURCE_BY_PATH | RESOURCE_AT_ROOT) => Reply::json(&json!({
            "resource": format!("{base}/mcp"),
            "authorization_servers": [format!("{base}/issuer")],
            "scopes_supported": ["read"]
        })),
        ("GET", ISSUER) => Reply::json(&json!({
            "issuer": format!("{base}/issuer"),
            "authorization_endpoint": format!("{base}/authorize"),
            "token_endpoint": format!("{base}/token"),
            "registration_endpoint": format!("{base}/register"),
            "jwks_uri": format!("{base}/keys"),
            "code_challenge_methods_supported": ["S256"],
            "client_id_metadata_document_supported": true
        })),
        ("GET", "/keys") => Reply::json(&json!({"keys": [{"kty": "OKP"}]})),
        ("OPTIONS", "/mcp") => Reply::only(204)
            .with("Access-Control-Allow-Methods", "GET, POST, DELETE")
            .with(
                "Access-Control-Allow-Headers",
                "authorization, content-type, mcp-protocol-version, mcp-session-id",
            ),
        ("POST", "/mcp") => match request.header("authorization") {
            Some(_) => answered(&request.message()),
            None => asked(base),
        },
        ("POST", path) if path.starts_with("/mcp?") => asked(base),
        _ => Reply::only(404),
    };
    match origin {
        Some(origin) => reply.with("Access-Control-Allow-Origin", origin).with(
            "Access-Control-Expose-Headers",
            "WWW-Authenticate, Mcp-Session-Id",
        ),
        None => reply,
    }
}

fn asked(base: &str) -> Reply {
    Reply::only(401).with(
        "WWW-Authenticate",
        &format!("Bearer resource_metadata=\"{base}{RESOURCE_BY_PATH}\", scope=\"read\""),
    )
}

/// As a server of an older revision does.
fn answered(message: &Value) -> Reply {
    let result = match message["method"].as_str() {
        Some("initialize") => json!({
            "protocolVersion": "2025-11-25",
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "site", "version": "1"}
        }),
        Some("tools/list") => {
            json!({"tools": [{"name": "one", "inputSchema": {"type": "object"}}]})
        }
        Some("notifications/initialized") => return Reply::only(202),
        _ => {
            let error = json!({"code": -32601, "message": "not known"});
            return Reply::json(&json!({"jsonrpc": "2.0", "id": message["id"], "error": error}));
        }
    };
    Reply::json(&json!({"jsonrpc": "2.0", "id": message["id"], "result": result}))
}

pub(super) const RESOURCE_BY_PATH: &str = "/.well-known/oauth-protected-resource/mcp";
pub(super) const RESOURCE_AT_ROOT: &str = "/.well-known/oauth-protected-resource";
pub(super) const ISSUER: &str = "/.well-known/oauth-authorization-server/issuer";
