//! What can be set, with defaults that are safe to leave.

use std::time::Duration;

use tollhouse_core::{Authenticate, Principal};

use crate::{Connections, ProtectedResource, doorman::Doorman};

/// How the edge behaves. [`Options::default`] is for a server on loopback.
#[derive(Clone, Debug)]
#[must_use]
pub struct Options {
    pub(crate) hosts: Vec<String>,
    pub(crate) origins: Vec<String>,
    pub(crate) body_bytes_max: usize,
    pub(crate) connections_max: usize,
    pub(crate) header_timeout: Duration,
    pub(crate) body_timeout: Duration,
    pub(crate) write_timeout: Duration,
    pub(crate) drain_timeout: Duration,
    pub(crate) keep_alive: Duration,
    pub(crate) sessionless: bool,
    pub(crate) pairs: bool,
    pub(crate) resource: ProtectedResource,
    pub(crate) doorman: Option<Doorman>,
    pub(crate) everybody: Principal,
    pub(crate) count: Connections,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            hosts: Vec::new(),
            origins: Vec::new(),
            body_bytes_max: 1024 * 1024,
            connections_max: 10_000,
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(10),
            drain_timeout: Duration::from_secs(25),
            keep_alive: Duration::from_secs(15),
            sessionless: false,
            pairs: false,
            resource: ProtectedResource::default(),
            doorman: None,
            everybody: Principal::anonymous(),
            count: Connections::default(),
        }
    }
}

impl Options {
    /// A name under which the server is reached besides `localhost` and the loopback addresses, without
    /// port: `tools.example.com`. Requests for any other Host are refused (DNS rebinding). What is served
    /// under one of our names is our own, so pages at `http://` or `https://` and this name, whatever their
    /// port, may call the server too, as those on loopback may.
    pub fn host(mut self, host: &str) -> Self {
        self.hosts.push(host.to_ascii_lowercase());
        self
    }

    /// A web page's origin that may call the server besides those on loopback, on the address that it
    /// listens on and on every [`host`](Self::host): `https://app.example.com`, with its port if it has
    /// one. Requests of any other Origin are refused.
    pub fn origin(mut self, origin: &str) -> Self {
        self.origins.push(origin.to_ascii_lowercase());
        self
    }

    /// The largest request body, in bytes; 1 MiB if not said.
    pub fn body_bytes_max(mut self, bytes: usize) -> Self {
        self.body_bytes_max = bytes;
        self
    }

    /// How many connections may be open at once; 10,000 if not said. One more is answered 503. Each
    /// needs a descriptor, so the process should be allowed a few more than this.
    pub fn connections_max(mut self, connections: usize) -> Self {
        self.connections_max = connections;
        self
    }

    /// How long a connection may take to send a request's headers, or be idle before them;
    /// 10 seconds if not said.
    pub fn header_timeout(mut self, timeout: Duration) -> Self {
        self.header_timeout = timeout;
        self
    }

    /// How long a request's body may take to arrive; 10 seconds if not said.
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.body_timeout = timeout;
        self
    }

    /// How long a peer may take nothing at all of what is sent to it; 10 seconds if not said. A peer that
    /// is slow but goes on taking is not left; as long as it takes nothing, a call that streams to it
    /// stands still.
    pub fn write_timeout(mut self, timeout: Duration) -> Self {
        self.write_timeout = timeout;
        self
    }

    /// How long requests under way may take after the stop; 25 seconds if not said.
    pub fn drain_timeout(mut self, timeout: Duration) -> Self {
        self.drain_timeout = timeout;
        self
    }

    /// How often a silent stream says that it lives; 15 seconds if not said.
    pub fn keep_alive(mut self, interval: Duration) -> Self {
        self.keep_alive = interval;
        self
    }

    /// What counts its connections, for whoever measures.
    pub fn count(mut self, connections: &Connections) -> Self {
        self.count = connections.clone();
        self
    }

    /// Keeps no sessions for clients that begin with a handshake: they get no session id, are asked nothing
    /// and told of no changes. Off if not said.
    pub fn sessionless(mut self, sessionless: bool) -> Self {
        self.sessionless = sessionless;
        self
    }

    /// Serves the transport of MCP 2024-11-05 too: a stream at `/sse`, and `/messages` to post to. Newer
    /// clients do not need it. Off if not said.
    pub fn http_sse(mut self, served: bool) -> Self {
        self.pairs = served;
        self
    }

    /// Who tells callers apart. If not said, everybody is the same anonymous caller, and credentials are not
    /// looked at. Pages of our own origins may send the headers that it reads, and so may those of `claude.ai`,
    /// `claude.com` and `chatgpt.com`, since their users bring what they were given to sign in.
    pub fn authenticate(mut self, authenticate: impl Authenticate + 'static) -> Self {
        self.doorman = Some(Doorman::new(authenticate));
        self
    }

    /// What tokens are made for: the public URLs, and who signs callers in. If not said, the endpoint is known by its
    /// address on loopback, and nobody is told where to sign in.
    pub fn resource(mut self, resource: ProtectedResource) -> Self {
        self.resource = resource;
        self
    }

    /// Who everybody is where callers are not told apart: the one user of this machine, say. If not said, nobody
    /// in particular.
    pub fn everybody(mut self, principal: Principal) -> Self {
        self.everybody = principal;
        self
    }
}
