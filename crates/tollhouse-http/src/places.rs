//! Where a request arrives: which of the endpoint's public URLs it is for, and what is told there about signing in.
//!
//! All that is told is made when serving begins. A request only chooses among it: nothing of a request stands in a
//! document or a challenge, whatever its Host or the headers of a proxy say.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::http::{HeaderMap, header::HOST};
use bytes::Bytes;
use tollhouse_core::Place;

use crate::{Options, PublicUrl, gate::split_port};

/// The resources of one edge.
#[derive(Debug)]
pub(crate) struct Places(Vec<Site>);

/// One resource.
#[derive(Debug)]
pub(crate) struct Site {
    url: PublicUrl,
    scope: Option<String>,
    metadata: Option<Metadata>,
}

#[derive(Debug)]
struct Metadata {
    url: String,
    document: Bytes,
}

/// How well a site fits a request. That it can be reached under the path says most, since a proxy may have put another
/// host in place of ours; of several that can, by `/mcp` or `/`, the one of the host, and then the one of the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    is_reached: bool,
    host: HostFit,
    has_path: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum HostFit {
    Other,
    Name,
    NameAndPort,
}

impl Places {
    pub(crate) fn new(options: &Options, listens: SocketAddr) -> Self {
        let resource = &options.resource;
        let mut urls = resource.urls.clone();
        if urls.is_empty() {
            urls = on_loopback(listens);
        }
        let sites = urls.into_iter().map(|url| {
            let document = resource.metadata(&url);
            let metadata = document.map(|document| Metadata {
                url: format!("{}{WELL_KNOWN}{}", url.origin(), url.path()),
                document: document.into(),
            });
            Site {
                url,
                scope: resource.scope.clone(),
                metadata,
            }
        });
        Self(sites.collect())
    }

    /// Whether a path leads to the endpoint.
    pub(crate) fn has_endpoint_at(&self, path: &str) -> bool {
        is_usual(path) || self.0.iter().any(|site| site.is_at(path))
    }

    /// The resource that a request is for: where none fits, the first.
    pub(crate) fn find(&self, headers: &HeaderMap, path: &str) -> Option<&Site> {
        best(self.0.iter(), host_of(headers), path)
    }

    /// The metadata that stands under a path, if there is some (RFC 9728, 3.1): of the resource whose path follows the
    /// well-known part, or at the root, of the first of the host.
    pub(crate) fn document(&self, headers: &HeaderMap, path: &str) -> Option<Bytes> {
        let path = path.strip_prefix(WELL_KNOWN)?;
        let sites = self.0.iter();
        let host = host_of(headers);
        let site = match path {
            "" => best(sites, host, "/"),
            path => best(sites.filter(|site| site.is_at(path)), host, path),
        };
        let metadata = site?.metadata.as_ref()?;
        Some(metadata.document.clone())
    }
}

impl Site {
    /// What tokens for this resource are made for.
    pub(crate) fn resource(&self) -> &str {
        self.url.as_str()
    }

    /// What a challenge says here.
    pub(crate) fn place(&self) -> Place<'_> {
        Place {
            resource_metadata: self.metadata.as_ref().map(|metadata| metadata.url.as_str()),
            // Without an authorization server there is nobody to ask for them.
            scope: self.scope.as_deref().filter(|_| self.metadata.is_some()),
        }
    }

    fn is_at(&self, path: &str) -> bool {
        match self.url.path() {
            "" => path == "/",
            own => path == own,
        }
    }

    fn fit(&self, host: Option<(&str, Option<u16>)>, path: &str) -> Fit {
        let host = match host {
            Some((name, port)) if name.eq_ignore_ascii_case(self.url.host()) => {
                if port.unwrap_or(self.url.usual_port()) == self.url.port() {
                    HostFit::NameAndPort
                } else {
                    HostFit::Name
                }
            }
            _ => HostFit::Other,
        };
        let has_path = self.is_at(path);
        Fit {
            is_reached: has_path || is_usual(path),
            host,
            has_path,
        }
    }
}

/// Whether a path leads to the endpoint whatever its public URLs are.
fn is_usual(path: &str) -> bool {
    matches!(path, "/mcp" | "/")
}

/// The site that fits best, and of those that fit alike the first.
fn best<'a>(
    sites: impl Iterator<Item = &'a Site>,
    host: Option<(&str, Option<u16>)>,
    path: &str,
) -> Option<&'a Site> {
    let mut best: Option<(Fit, &Site)> = None;
    for site in sites {
        let fit = site.fit(host, path);
        if best.is_none_or(|(other, _)| fit > other) {
            best = Some((fit, site));
        }
    }
    best.map(|(_, site)| site)
}

/// Name and port of the Host that a request says.
fn host_of(headers: &HeaderMap) -> Option<(&str, Option<u16>)> {
    let (name, port) = split_port(headers.get(HOST)?.to_str().ok()?)?;
    Some((name, port.and_then(|port| port.parse().ok())))
}

/// What a server is called that has no other name.
fn on_loopback(listens: SocketAddr) -> Vec<PublicUrl> {
    let ip = match listens.ip() {
        ip if ip.is_loopback() => ip,
        _ => IpAddr::V4(Ipv4Addr::LOCALHOST),
    };
    PublicUrl::on_loopback(SocketAddr::new(ip, listens.port())).into()
}

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";
