//! The only wiring: from what the command line says to a server.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use tollhouse::Server;
use tollhouse_sources::orders;

use crate::{
    arguments::{Pack, RunArguments},
    data_folder,
};

/// A server that is ready to serve.
pub(crate) struct Wired {
    pub(crate) server: Server,
    /// Where its data is.
    pub(crate) data: PathBuf,
}

pub(crate) fn wire(arguments: &RunArguments) -> Result<Wired> {
    match arguments.pack {
        Pack::Orders => orders_demo(arguments),
    }
}

fn orders_demo(arguments: &RunArguments) -> Result<Wired> {
    let (source, data) = data_folder::open(arguments.data.as_deref(), |folder| {
        orders::open(&folder.join("orders.db"))
    })?;
    let server = Server::builder("orders")
        .title("Orders demo")
        .version(env!("CARGO_PKG_VERSION"))
        .instructions(INSTRUCTIONS)
        .source(source)
        .prompt(orders::standup_summary())
        .build()
        .context("the demo does not fit together")?;
    Ok(Wired {
        server,
        data: data.join("orders.db"),
    })
}

const INSTRUCTIONS: &str = "The orders of a small shop. Find orders with search_orders, look at one with \
    get_order, and cancel one with cancel_order only when the user has said so. Amounts are in cents.";
