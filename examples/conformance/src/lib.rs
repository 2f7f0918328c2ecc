//! The server that the protocol's conformance suite asks for: every fixture under the name and with the
//! text that the suite expects.

use tollhouse::{BuildError, Builder, Limits, Server};

mod asks;
mod cancelling;
mod content;
mod door;
mod media;
mod prompts;
mod resources;
mod rounds;
mod schemas;
mod tools;

pub use door::Door;

/// Puts the server together.
///
/// # Errors
///
/// The fixtures do not make a catalogue.
pub fn server() -> Result<Server, BuildError> {
    builder().build()
}

fn builder() -> Builder {
    let builder = Server::builder("tollhouse-conformance")
        .limits(Limits::NONE)
        .version(env!("CARGO_PKG_VERSION"))
        .state(cancelling::Count::default());
    // The suite calls the first tool without arguments to probe headers, so the plainest comes first.
    let shelves = [
        tools::add,
        content::add,
        rounds::add,
        asks::add,
        cancelling::add,
        schemas::add,
        resources::add,
        prompts::add,
    ];
    shelves
        .into_iter()
        .fold(builder, |builder, add| add(builder))
}
