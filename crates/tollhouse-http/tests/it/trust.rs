//! Who may talk to the server at all: Host, Origin, and credentials.

mod credentials;
mod host;
mod origin;

/// Every method on every route but the one that answers whoever asks.
fn everywhere() -> impl Iterator<Item = (&'static str, &'static str)> {
    let methods = ["POST", "GET", "DELETE", "OPTIONS", "PUT", "HEAD"];
    let routes = ["/mcp", "/", "/nowhere", "/mcp?healthz", "/healthz/"];
    methods
        .into_iter()
        .flat_map(move |method| routes.map(|route| (method, route)))
}
