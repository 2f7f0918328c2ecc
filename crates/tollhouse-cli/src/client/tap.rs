//! What goes over the wire, shown as it goes, with secrets masked.

use std::{fmt, sync::Arc};

use reqwest::{
    Url,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use tollhouse::{Clock as _, SystemClock};

use super::plain;
use crate::log::say;

/// Shows every message on standard error, if that is wanted.
#[derive(Clone)]
pub(crate) struct Tap {
    clock: Option<Arc<SystemClock>>,
}

impl Tap {
    pub(crate) fn new(is_on: bool) -> Self {
        let clock = is_on.then(|| Arc::new(SystemClock::default()));
        Self { clock }
    }

    /// A message to the server.
    pub(super) fn sent(&self, text: &str) {
        self.show("→", text);
    }

    /// A message from the server, whether it can be read or not.
    pub(super) fn came(&self, bytes: &[u8]) {
        self.show("←", &String::from_utf8_lossy(bytes));
    }

    /// What a server that was started writes beside messages.
    pub(super) fn beside(&self, line: &str) {
        self.show("·", line);
    }

    /// The head of a request.
    pub(super) fn sent_head(&self, method: &str, url: &Url, headers: &HeaderMap) {
        if self.clock.is_some() {
            self.show("→", &format!("{method} {}", masked_url(url)));
            self.show_headers("→", headers);
        }
    }

    /// The head of a response.
    pub(super) fn came_head(&self, status: impl fmt::Display, headers: &HeaderMap) {
        if self.clock.is_some() {
            self.show("←", &format!("{status}"));
            self.show_headers("←", headers);
        }
    }

    fn show_headers(&self, way: &str, headers: &HeaderMap) {
        for (name, value) in headers {
            self.show(way, &format!("  {name}: {}", masked(name, value)));
        }
    }

    fn show(&self, way: &str, text: &str) {
        if let Some(clock) = &self.clock {
            let since = clock.ticks().as_millis();
            say(&format!("{way} {since:>5} ms  {}", plain::line(text)));
        }
    }
}

/// What identifies somebody stays with whoever sent it. Who marked a value as sensitive knows why.
fn masked(name: &HeaderName, value: &HeaderValue) -> String {
    let is_telling = SECRET.iter().any(|part| name.as_str().contains(part));
    if !(is_telling || value.is_sensitive()) {
        return String::from_utf8_lossy(value.as_bytes()).into_owned();
    }
    match value.to_str().map(|text| text.split_once(' ')) {
        // The scheme is no secret, and often what is wrong.
        Ok(Some((scheme, _))) if name == "authorization" => format!("{scheme} ****"),
        _ => "****".to_owned(),
    }
}

/// A URL without what may be a secret in it.
pub(super) fn masked_url(url: &Url) -> String {
    let mut shown = url.clone();
    if shown.query().is_some() {
        shown.set_query(Some("****"));
    }
    shown.to_string()
}

/// What the names of headers with secrets have in them. `www-authenticate` is a question, not a secret.
const SECRET: [&str; 8] = [
    "authorization",
    "cookie",
    "credential",
    "key",
    "password",
    "secret",
    "session",
    "token",
];

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::{masked, masked_url};

    #[test]
    fn secrets_are_masked() {
        let shown = |name: &'static str, value: &'static str| {
            masked(
                &HeaderName::from_static(name),
                &HeaderValue::from_static(value),
            )
        };
        assert_eq!(shown("authorization", "Bearer abc"), "Bearer ****");
        assert_eq!(shown("authorization", "abc"), "****");
        assert_eq!(shown("x-api-key", "a b"), "****");
        assert_eq!(shown("mcp-session-id", "abc"), "****");
        assert_eq!(shown("mcp-method", "tools/call"), "tools/call");
        let mut named = HeaderValue::from_static("abc");
        named.set_sensitive(true);
        assert_eq!(
            masked(&HeaderName::from_static("x-of-mine"), &named),
            "****"
        );
        let url = "https://a.example/mcp?code=abc".parse().unwrap();
        assert_eq!(masked_url(&url), "https://a.example/mcp?****");
    }
}
