//! What an HTTP answer that is no message says, and why there is none, in words that say what to do.

use std::{error::Error, io};

use reqwest::{
    StatusCode, Url,
    header::{AUTHORIZATION, HeaderMap, LOCATION, WWW_AUTHENTICATE},
};

use super::{frame, tap::masked_url, trouble::Trouble};

/// The beginning of an answer.
pub(super) struct Head {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
}

/// An answer that holds no message.
pub(super) fn refused(head: &Head, url: &Url, given: &HeaderMap, body: &[u8]) -> Trouble {
    let Head { status, headers } = head;
    let said = frame::excerpt(body);
    let said = if said.is_empty() {
        said
    } else {
        format!("\n  {said}")
    };
    let header = |name| {
        headers
            .get(name)
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
    };
    let challenge = header(WWW_AUTHENTICATE);
    let shown = masked_url(url);
    match *status {
        StatusCode::UNAUTHORIZED => Trouble::SignIn(format!(
            "{}{}{said}",
            who(url, given),
            asks(challenge.as_deref())
        )),
        StatusCode::FORBIDDEN if challenge.is_some() || given.contains_key(AUTHORIZATION) => {
            Trouble::SignIn(format!(
                "{shown} knows who calls and does not allow it (403). Use a key that may do more{}{said}",
                asks(challenge.as_deref())
            ))
        }
        status if status.is_redirection() => Trouble::Status(
            status.as_u16(),
            match header(LOCATION) {
                Some(to) => format!("{shown} has moved ({status}). If you trust it, use {to}"),
                None => format!("{shown} has moved ({status}) and does not say where"),
            },
        ),
        StatusCode::TOO_MANY_REQUESTS => Trouble::Status(
            status.as_u16(),
            format!("{shown} has no time ({status}). Try again a little later{said}"),
        ),
        _ => Trouble::Status(
            status.as_u16(),
            format!("{shown} answers with {status}{}{said}", path_mend(url)),
        ),
    }
}

fn who(url: &Url, given: &HeaderMap) -> String {
    let shown = masked_url(url);
    if given.contains_key(AUTHORIZATION) {
        return format!(
            "{shown} does not take this key (401). Is it whole, still valid, and for this server?"
        );
    }
    format!(
        "{shown} wants to know who calls (401). Put a key into the variable TOLLHOUSE_KEY and say --key \
         TOLLHOUSE_KEY, or write --header 'NAME: VALUE'"
    )
}

fn asks(challenge: Option<&str>) -> String {
    challenge.map_or_else(String::new, |challenge| {
        format!("\n  it asks for: {challenge}")
    })
}

fn path_mend(url: &Url) -> &'static str {
    if url.path() == "/" {
        ". Is the path missing? Often it is /mcp"
    } else {
        ". Is this the address of an MCP server?"
    }
}

/// Why nobody answers.
pub(super) fn unreachable(error: &reqwest::Error, url: &Url) -> Trouble {
    let host = url.host_str().unwrap_or_default();
    let place = match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    let cause = cause(error);
    let text = if kind(error) == Some(io::ErrorKind::ConnectionRefused) {
        format!("nothing listens on {place}; is `tollhouse run` running?")
    } else if error.is_timeout() {
        format!("{place} does not answer; is it the right machine, and is a firewall in between?")
    } else if cause.contains("certificate") {
        format!(
            "{place} has a certificate that is not trusted here ({cause}). If it is yours, name the \
             certificate that signed it in the variable SSL_CERT_FILE"
        )
    } else if cause.contains("InvalidContentType") {
        format!("{place} speaks no TLS; use http:// if nobody is in between")
    } else {
        format!("{place} cannot be reached: {cause}")
    };
    Trouble::Unreachable(text)
}

fn kind(error: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    match error.downcast_ref::<io::Error>() {
        // Some wrap what they were told in an error of the same type.
        Some(found) if found.get_ref().is_none() => Some(found.kind()),
        _ => kind(error.source()?),
    }
}

/// The innermost cause; what stands around it says only where it happened.
pub(crate) fn cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
