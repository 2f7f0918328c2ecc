//! The server as what tokens are made for: its public URLs, who signs its callers in, and what says so.

use serde_json::{Map, Value};
use tollhouse_core::scope_list;

use crate::PublicUrl;

/// A protected resource (RFC 9728): the endpoint, under each of its public URLs. Each URL is a resource of its own, so a
/// token that was made for one is not good at another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct ProtectedResource {
    pub(crate) urls: Vec<PublicUrl>,
    pub(crate) authorization_servers: Vec<String>,
    pub(crate) scope: Option<String>,
    name: Option<String>,
    documentation: Option<String>,
}

impl ProtectedResource {
    /// One public URL more. Its path leads to the endpoint, beside `/mcp` and `/`; its host is served, and pages of it
    /// may call. If none is said, the endpoint is known by its address on loopback.
    pub fn url(mut self, url: PublicUrl) -> Self {
        if !self.urls.contains(&url) {
            self.urls.push(url);
        }
        self
    }

    /// One more authorization server that signs callers in, written exactly as its metadata says `issuer`. Only with one
    /// is there metadata for clients to find.
    pub fn authorization_server(mut self, issuer: &str) -> Self {
        self.authorization_servers.push(issuer.to_owned());
        self
    }

    /// The scopes that a client asks for first: what nearly everybody needs, since more is asked for when it is needed.
    /// What is no scope is left out, and so is `offline_access`, which no resource asks for.
    pub fn scopes<'a>(mut self, scopes: impl IntoIterator<Item = &'a str>) -> Self {
        self.scope = scope_list(scopes);
        self
    }

    /// What people read when they are asked whether a client may come here.
    pub fn name(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    /// Where it is explained to developers, a URL.
    pub fn documentation(mut self, url: &str) -> Self {
        self.documentation = Some(url.to_owned());
        self
    }

    /// The metadata of the endpoint under one of its URLs (RFC 9728, 2), JSON; none without an authorization server.
    pub(crate) fn metadata(&self, url: &PublicUrl) -> Option<String> {
        if self.authorization_servers.is_empty() {
            return None;
        }
        let servers = self.authorization_servers.iter().map(String::as_str);
        let scopes = self.scope.as_deref().map(|scope| list(scope.split(' ')));
        let text = |text: &String| Value::from(text.as_str());
        let fields = [
            ("resource", Some(Value::from(url.as_str()))),
            ("authorization_servers", Some(list(servers))),
            ("scopes_supported", scopes),
            ("bearer_methods_supported", Some(list(["header"]))),
            ("resource_name", self.name.as_ref().map(text)),
            (
                "resource_documentation",
                self.documentation.as_ref().map(text),
            ),
        ];
        let said = fields
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Some(Value::Object(said.collect::<Map<_, _>>()).to_string())
    }
}

fn list<'a>(texts: impl IntoIterator<Item = &'a str>) -> Value {
    texts.into_iter().map(Value::from).collect()
}
