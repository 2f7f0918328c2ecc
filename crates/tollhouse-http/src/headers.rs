//! What the headers of a request say.

use axum::http::{
    HeaderMap, HeaderName,
    header::{ACCEPT, AsHeaderName, CONTENT_TYPE},
};
use tollhouse_core::{Claim, Header, Headers};

use crate::reply::Accepts;

/// What the headers say about the message and its sender.
pub(crate) fn read(map: &HeaderMap, accepts: Accepts) -> Headers<'_> {
    let mut headers = Headers {
        version: single(map, &VERSION),
        method: single(map, &METHOD),
        name: single(map, &NAME),
        trace: single(map, &TRACE),
        params: Vec::new(),
        one_reply: accepts == Accepts::Json,
    };
    for name in map.keys() {
        if let Some(param) = name.as_str().strip_prefix("mcp-param-") {
            headers.params.push(Claim {
                name: param.to_owned(),
                values: map
                    .get_all(name)
                    .iter()
                    .map(|value| value.as_bytes().to_vec())
                    .collect(),
            });
        }
    }
    headers
}

/// What the client takes: `None` if neither of the two forms. No header takes everything.
pub(crate) fn accepts(headers: &HeaderMap) -> Option<Accepts> {
    // What clients send who follow the specification to the letter.
    if single(headers, ACCEPT) == Header::One(b"application/json, text/event-stream") {
        return Some(Accepts::Both);
    }
    let mut all = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .peekable();
    if all.peek().is_none() {
        return Some(Accepts::Both);
    }
    let (mut json, mut stream) = (false, false);
    for range in all.flat_map(|value| value.split(',')) {
        let range = range.split(';').next().unwrap_or_default().trim();
        json |= ["application/json", "application/*", "*/*"]
            .iter()
            .any(|known| range.eq_ignore_ascii_case(known));
        stream |= ["text/event-stream", "text/*", "*/*"]
            .iter()
            .any(|known| range.eq_ignore_ascii_case(known));
    }
    match (json, stream) {
        (true, true) => Some(Accepts::Both),
        (true, false) => Some(Accepts::Json),
        (false, true) => Some(Accepts::Stream),
        (false, false) => None,
    }
}

pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let Header::One(value) = single(headers, CONTENT_TYPE) else {
        return false;
    };
    let media_type = value.split(|&byte| byte == b';').next().unwrap_or_default();
    media_type
        .trim_ascii()
        .eq_ignore_ascii_case(b"application/json")
}

/// The one value of a header, without surrounding white space.
pub(crate) fn single(map: &HeaderMap, name: impl AsHeaderName) -> Header<'_> {
    let mut values = map.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Header::Absent,
        (Some(value), None) => Header::One(value.as_bytes().trim_ascii()),
        _ => Header::Several,
    }
}

// Made once: a name that is looked up as text is parsed each time.
pub(crate) static VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
static METHOD: HeaderName = HeaderName::from_static("mcp-method");
static NAME: HeaderName = HeaderName::from_static("mcp-name");
static TRACE: HeaderName = HeaderName::from_static("traceparent");
