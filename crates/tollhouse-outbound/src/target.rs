//! A URL read into what may be dialled, and how.

use std::net::IpAddr;

use reqwest::Url;

use crate::{Exception, OutboundError, range::Range};

/// A URL that may be asked for.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) url: Url,
    pub(crate) reach: Reach,
    /// Host and port, for what is told.
    pub(crate) at: String,
}

/// How far from the public a request may go. Each has a client of its own, which never meets another's connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Public addresses over TLS.
    Public,
    /// An exception, over TLS.
    Named,
    /// An exception that said to do without TLS.
    Plain,
    /// An exception on this machine, without TLS.
    Loopback,
}

impl Reach {
    /// Every way there is, in the order of its clients.
    pub(crate) const ALL: [Self; 4] = [Self::Public, Self::Named, Self::Plain, Self::Loopback];

    pub(crate) const fn is_plain(self) -> bool {
        matches!(self, Self::Plain | Self::Loopback)
    }

    /// Whether an address may be dialled.
    pub(crate) fn admits(self, address: IpAddr) -> Result<(), Denied> {
        match (self, Range::of(address)) {
            (_, Range::Never) => Err(Denied::Never(address)),
            (Self::Public, Range::Public)
            | (Self::Named | Self::Plain, Range::Public | Range::Private | Range::Loopback)
            | (Self::Loopback, Range::Loopback) => Ok(()),
            (Self::Public, Range::Private | Range::Loopback) => Err(Denied::NotPublic(address)),
            (Self::Loopback, Range::Public | Range::Private) => Err(Denied::Plain),
        }
    }
}

/// Why an address is not dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the address is not dialled")]
pub(crate) enum Denied {
    Never(IpAddr),
    NotPublic(IpAddr),
    Plain,
}

impl Denied {
    /// What is told of it; an address that the host already is need not be told twice.
    pub(crate) fn told(self, at: &str, is_name: bool) -> OutboundError {
        let at = at.to_owned();
        let shown = |address| is_name.then_some(address);
        match self {
            Self::Never(address) => OutboundError::Never {
                at,
                address: shown(address),
            },
            Self::NotPublic(address) => OutboundError::NotPublic {
                at,
                address: shown(address),
            },
            Self::Plain => OutboundError::Plain { at },
        }
    }
}

impl Target {
    /// Reads a URL; the host is spelled in one way afterwards, whichever way it was written.
    pub(crate) fn parse(text: &str, exceptions: &[Exception]) -> Result<Self, OutboundError> {
        let mut url = Url::parse(text).map_err(|_| OutboundError::NoUrl)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let at = match url.port_or_known_default() {
            Some(port) => format!("{host}:{port}"),
            None if host.is_empty() => "this URL".to_owned(),
            None => host.clone(),
        };
        let exception = url
            .port_or_known_default()
            .and_then(|port| exceptions.iter().find(|it| it.is_for(&host, port)));
        let reach = match (url.scheme(), exception) {
            ("https", None) => Reach::Public,
            ("https", Some(_)) => Reach::Named,
            ("http", Some(exception)) if exception.is_plain() => Reach::Plain,
            ("http", Some(_)) => Reach::Loopback,
            ("http", None) => return Err(without_exception(&host, at)),
            (scheme, _) => {
                let scheme = scheme.to_owned();
                return Err(OutboundError::Scheme { scheme, at });
            }
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OutboundError::UserInfo { at });
        }
        if let Some(address) = literal(&host) {
            reach
                .admits(address)
                .map_err(|denied| denied.told(&at, false))?;
        }
        url.set_fragment(None);
        Ok(Self { url, reach, at })
    }
}

/// What is told of an http that nobody named: for an address of one's own, TLS is not what is missing.
fn without_exception(host: &str, at: String) -> OutboundError {
    let denied = literal(host).map(|address| Reach::Public.admits(address));
    match denied {
        Some(Err(denied)) => denied.told(&at, false),
        _ => OutboundError::Plain { at },
    }
}

/// The address that a host is, if it is no name. The client dials it without asking a resolver.
fn literal(host: &str) -> Option<IpAddr> {
    let bare = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    bare.unwrap_or(host).parse().ok()
}
