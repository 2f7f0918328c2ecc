//! Streamable HTTP for Tollhouse: an accept loop with limits, the checks of the rim, and one endpoint.
//!
//! The road of one request: [`accept`](serve) takes the connection, `wire` bounds how long its peer may take
//! nothing, `gate` looks at Host and Origin before anything else, `endpoint` reads the body and the headers
//! and hands them to the server, `reply` sends one JSON body, or a stream if something came before the
//! result.

mod accept;
mod body;
mod connections;
mod desk;
mod doorman;
mod endpoint;
mod gate;
mod headers;
mod health;
mod metadata;
mod options;
mod page;
mod places;
mod public_url;
mod reply;
mod resource;
mod session;
mod vigil;
mod wire;

pub use accept::{listen, serve};
pub use connections::Connections;
pub use options::Options;
pub use page::Page;
pub use public_url::{PublicUrl, PublicUrlError};
pub use resource::ProtectedResource;
