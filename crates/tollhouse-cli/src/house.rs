//! A server in the making: what it says of itself, what holds for every call, and where its tools come from.

use std::sync::Arc;

use tollhouse::{Builder, Server, Source};
use tollhouse_store::State;

use crate::{config::resolve::Resolved, log};

pub(crate) fn builder(resolved: &Resolved, sources: Vec<Arc<dyn Source>>) -> Builder {
    let identity = &resolved.server;
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
    let redactor = log::redactor();
    redactor.mask_fields(&resolved.general.masked);
    builder = builder
        .rules(resolved.general.rules.clone())
        .redactor(redactor);
    for source in sources {
        builder = builder.shared_source(source);
    }
    builder
}

/// The same, keeping what outlives a call in this state.
pub(crate) fn keeping(mut builder: Builder, state: &State) -> Builder {
    for key in state.seals() {
        builder = builder.key(*key);
    }
    builder.stores(state.stores()).approvals_at(ALLOW)
}

/// How whoever keeps the state says yes to a call that waits.
const ALLOW: &str = "Whoever runs this server allows it with: tollhouse approvals allow {id}";
