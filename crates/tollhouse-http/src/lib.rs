//! Streamable HTTP for Tollhouse: an accept loop with limits, the checks of the rim, and one endpoint.
//!
//! The road of one request: [`accept`](serve) takes the connection, `wire` bounds how long its peer may take
//! nothing, `gate` looks at Host and Origin before anything else, `endpoint` reads the body and the headers
//! and hands them to the server, `reply` sends one JSON body, or a stream if something came before the
//! result.

mod accept;
mod body;
mod endpoint;
mod gate;
mod options;
mod reply;
mod wire;

pub use accept::{listen, serve};
pub use options::Options;

use axum::{
    Router,
    routing::{any, get},
};
use tollhouse_core::Server;

/// The routes, without the gate: `/mcp` and `/`, which answer alike, and `/healthz`.
fn routes(server: Server, options: &Options) -> Router {
    let desk = endpoint::Desk::new(server, options);
    Router::new()
        .route("/mcp", any(endpoint::answer))
        .route("/", any(endpoint::answer))
        .with_state(desk)
        .route(gate::HEALTH_PATH, get(|| async { "ok\n" }))
}
