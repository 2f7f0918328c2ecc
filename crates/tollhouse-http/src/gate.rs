//! Host and Origin, before anything is read: a web page must not reach a server that it does not belong to
//! (MCP 2026-07-28, "Streamable HTTP", security).

use std::net::{IpAddr, SocketAddr};

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri,
        header::{
            ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
            ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
            ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE, HOST,
            ORIGIN, VARY,
        },
    },
};

use crate::{Options, health};

/// Which hosts and origins pass.
#[derive(Debug)]
pub(crate) struct Gate {
    hosts: Vec<String>,
    origins: Vec<String>,
    /// The headers of credentials, which pages may send beside those of the protocol.
    credentials: Vec<HeaderName>,
}

/// A request has passed; its response is to be marked for the page that sent it.
#[derive(Debug)]
pub(crate) struct Pass(Option<HeaderValue>);

impl Gate {
    pub(crate) fn new(options: &Options, listens: SocketAddr) -> Self {
        let mut hosts = options.hosts.clone();
        if !listens.ip().is_unspecified() {
            hosts.push(bracketed(listens.ip()));
        }
        let public = options.resource.urls.iter();
        hosts.extend(public.map(|url| url.host().to_owned()));
        let mut origins = options.origins.clone();
        if options.doorman.is_some() {
            origins.extend(ASSISTANTS.map(str::to_owned));
        }
        Self {
            hosts,
            origins,
            credentials: options
                .doorman
                .as_ref()
                .map_or_else(Vec::new, |doorman| doorman.headers.to_vec()),
        }
    }

    /// Lets a request pass, or gives the answer to one that does not. A preflight ends here too.
    pub(crate) fn check<B>(&self, request: &Request<B>) -> Result<Pass, Box<Response<Body>>> {
        if health::is_at(request.uri().path()) {
            return Ok(Pass(None));
        }
        self.check_host(request)?;
        let headers = request.headers();
        let origin = match single(headers, &ORIGIN) {
            Ok(None) => return Ok(Pass(None)),
            Ok(Some(origin)) if self.knows_origin(origin) => origin,
            _ => {
                return Err(forbidden(
                    "This Origin may not call this server. Add it to the server's origins if it should.",
                ));
            }
        };
        if request.method() == Method::OPTIONS
            && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
        {
            return Err(self.preflight(origin, headers));
        }
        Ok(Pass(Some(origin.clone())))
    }

    /// Lets a request for a host of ours pass, wherever it comes from: for what every page may read.
    pub(crate) fn check_host<B>(&self, request: &Request<B>) -> Result<(), Box<Response<Body>>> {
        if self.knows_host(request.headers(), request.uri()) {
            return Ok(());
        }
        Err(forbidden(
            "This Host is not served here. Add it to the server's hosts if it should be.",
        ))
    }

    /// An absolute request target names a host beside the header's (RFC 9112, 3.2.2); then both must be ours.
    fn knows_host(&self, headers: &HeaderMap, uri: &Uri) -> bool {
        let Ok(Some(named)) = single(headers, &HOST) else {
            return false;
        };
        let is_ours = |authority: &str| {
            without_port(authority).is_some_and(|host| is_loopback(host) || self.names(host))
        };
        let target = uri.authority();
        named.to_str().is_ok_and(is_ours)
            && target.is_none_or(|authority| is_ours(authority.as_str()))
    }

    fn knows_origin(&self, origin: &HeaderValue) -> bool {
        let Ok(origin) = origin.to_str() else {
            return false;
        };
        let mut origins = self.origins.iter();
        if origins.any(|known| known.eq_ignore_ascii_case(origin)) {
            return true;
        }
        let origin = origin.to_ascii_lowercase();
        let host = origin
            .strip_prefix("http://")
            .or_else(|| origin.strip_prefix("https://"));
        let host = host.and_then(without_port);
        host.is_some_and(|host| is_loopback(host) || self.names(host))
    }

    fn names(&self, host: &str) -> bool {
        let mut hosts = self.hosts.iter();
        hosts.any(|known| known.eq_ignore_ascii_case(host))
    }

    /// Answers a preflight for exactly what the page asked for and this server takes.
    fn preflight(&self, origin: &HeaderValue, headers: &HeaderMap) -> Box<Response<Body>> {
        let asked = headers
            .get(ACCESS_CONTROL_REQUEST_HEADERS)
            .and_then(|asked| asked.to_str().ok());
        let names = asked
            .unwrap_or_default()
            .split(',')
            .map(|name| name.trim().to_ascii_lowercase());
        let granted: Vec<String> = names.filter(|name| self.takes(name)).collect();
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let out = response.headers_mut();
        out.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        out.insert(
            ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("GET, POST, DELETE"),
        );
        if let Ok(granted) = HeaderValue::from_str(&granted.join(", ")) {
            out.insert(ACCESS_CONTROL_ALLOW_HEADERS, granted);
        }
        out.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        out.append(
            VARY,
            HeaderValue::from_static("Origin, Access-Control-Request-Headers"),
        );
        Box::new(response)
    }

    /// Whether a page may send a header of this name.
    fn takes(&self, name: &str) -> bool {
        ALLOWED.contains(&name)
            || name.starts_with("mcp-param-")
            || self.credentials.iter().any(|known| known == name)
    }
}

impl Pass {
    /// Tells the browser that this page, and no other, may read the response.
    pub(crate) fn mark(self, response: &mut Response<Body>) {
        if let Some(origin) = self.0 {
            let headers = response.headers_mut();
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(
                ACCESS_CONTROL_EXPOSE_HEADERS,
                HeaderValue::from_static(EXPOSED),
            );
            headers.append(VARY, HeaderValue::from_static("Origin"));
        }
    }
}

/// The one value of a header; an error if there are several.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a HeaderValue>, ()> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        _ => Err(()),
    }
}

/// The host of `host`, `host:port`, `[v6]` or `[v6]:port`; nothing else passes.
fn without_port(authority: &str) -> Option<&str> {
    split_port(authority).map(|(host, _)| host)
}

/// The host, and the digits of the port if there is one.
pub(crate) fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    let end = match authority.strip_prefix('[') {
        Some(rest) => rest.find(']')? + 2,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at_checked(end)?;
    let digits = port.strip_prefix(':');
    let port_is_one = match digits {
        Some(digits) => !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()),
        None => port.is_empty(),
    };
    let host_is_one = !host.is_empty() && !host.contains(['/', '@', '?', '#', ' ']);
    (port_is_one && host_is_one).then_some((host, digits))
}

fn is_loopback(host: &str) -> bool {
    matches!(host, "127.0.0.1" | "[::1]") || host.eq_ignore_ascii_case("localhost")
}

fn bracketed(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}

fn forbidden(why: &'static str) -> Box<Response<Body>> {
    // An error without id: nothing of the request has been read.
    let body = format!(r#"{{"jsonrpc":"2.0","error":{{"code":-32600,"message":"{why}"}}}}"#);
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::FORBIDDEN;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Box::new(response)
}

const EXPOSED: &str = "WWW-Authenticate, Mcp-Session-Id, MCP-Protocol-Version, Retry-After";
/// Pages of assistants whose users connect them to servers: they may call where callers sign in.
const ASSISTANTS: [&str; 3] = [
    "https://claude.ai",
    "https://claude.com",
    "https://chatgpt.com",
];
const ALLOWED: [&str; 12] = [
    "accept",
    "authorization",
    "baggage",
    "content-type",
    "last-event-id",
    "mcp-method",
    "mcp-name",
    "mcp-protocol-version",
    "mcp-session-id",
    "traceparent",
    "tracestate",
    "x-api-key",
];

#[cfg(test)]
mod tests {
    use super::without_port;

    #[test]
    fn hosts_are_read_without_their_port() {
        assert_eq!(without_port("localhost:8080"), Some("localhost"));
        assert_eq!(without_port("[::1]:8080"), Some("[::1]"));
        assert_eq!(without_port("127.0.0.1"), Some("127.0.0.1"));
        for odd in [
            "",
            ":80",
            "a:b",
            "a@b:1",
            "[::1",
            "[::1]x",
            "localhost:80:80",
            "a/b",
        ] {
            assert_eq!(without_port(odd), None, "{odd}");
        }
    }
}
