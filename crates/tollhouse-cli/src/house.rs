//! A server in the making: what it says of itself, and where its tools come from.

use std::sync::Arc;

use tollhouse::{Builder, Server, Source};

use crate::config::resolve::Identity;

pub(crate) fn builder(identity: &Identity, sources: Vec<Arc<dyn Source>>) -> Builder {
    let version = identity.version.as_deref();
    let mut builder =
        Server::builder(&identity.name).version(version.unwrap_or(env!("CARGO_PKG_VERSION")));
    if let Some(title) = &identity.title {
        builder = builder.title(title);
    }
    if let Some(description) = &identity.description {
        builder = builder.description(description);
    }
    if let Some(website) = &identity.website {
        builder = builder.website(website);
    }
    if let Some(instructions) = &identity.instructions {
        builder = builder.instructions(instructions);
    }
    for source in sources {
        builder = builder.shared_source(source);
    }
    builder
}
