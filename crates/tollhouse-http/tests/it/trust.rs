//! Who may talk to the server at all: Host, Origin, and credentials; and what tells clients where to get some.
#![expect(
    clippy::indexing_slicing,
    reason = "indexing a JSON value gives null where there is nothing"
)]

mod challenge;
mod credentials;
mod host;
mod metadata;
mod origin;
mod porter;
mod states;
mod strangers;
mod surfaces;

use porter::Porter;
use tollhouse_http::{Options, ProtectedResource, PublicUrl};

/// Every method on every route but the one that answers whoever asks.
fn everywhere() -> impl Iterator<Item = (&'static str, &'static str)> {
    let methods = ["POST", "GET", "DELETE", "OPTIONS", "PUT", "HEAD"];
    let routes = [
        "/mcp",
        "/",
        "/nowhere",
        "/mcp?healthz",
        "/healthz/",
        "/sse",
        "/messages",
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource/mcp",
    ];
    methods
        .into_iter()
        .flat_map(move |method| routes.map(|route| (method, route)))
}

/// An endpoint with two public URLs, whose callers an authorization server signs in.
fn resource() -> ProtectedResource {
    at(&[
        "https://tools.example.com/mcp",
        "https://tools.example.com/a/mcp",
    ])
    .authorization_server("https://login.example.com/")
    .scopes(["orders:read"])
    .name("Orders")
    .documentation("https://docs.example.com/orders")
}

/// Under these URLs; nobody is told where to sign in.
fn at(urls: &[&str]) -> ProtectedResource {
    let urls = urls.iter().map(|url| PublicUrl::parse(url).unwrap());
    urls.fold(ProtectedResource::default(), ProtectedResource::url)
}

/// With the porter at the door.
fn guarded(resource: ProtectedResource) -> Options {
    Options::default().resource(resource).authenticate(Porter)
}
