//! Tools as a client would see them, with nothing behind them: to learn what is refused, and what they cost.

use anyhow::{Context as _, Result};
use futures_util::future::BoxFuture;
use tollhouse::{BuildError, Ctx, Fault, Offers, Output, Permit, Server, Source};

use crate::{
    catalogue::{self, Cost},
    config::{
        codes::Code,
        problem::Problems,
        resolve::{Resolved, Tool},
    },
};

/// Tells of the tools that no server takes, and gives what the others cost.
pub(crate) fn costs(resolved: &Resolved, problems: &mut Problems) -> Result<Vec<Cost>> {
    let server = serve(accepted(resolved, problems))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .context("no thread to work with")?;
    runtime.block_on(catalogue::costs(&server))
}

/// The tools that a server takes. The others are told.
pub(crate) fn accepted(resolved: &Resolved, problems: &mut Problems) -> Offers {
    let mut listed = Offers::default();
    for tool in resolved.sources.iter().flat_map(|source| &source.tools) {
        // Alone, so that what is refused is known to be about it.
        let alone = Offers {
            tools: vec![tool.offered.tool.clone()],
            ..Offers::default()
        };
        match serve(alone) {
            Ok(_) => listed.tools.push(tool.offered.tool.clone()),
            Err(error) => refused(tool, &error, problems),
        }
    }
    listed
}

fn serve(listed: Offers) -> Result<Server, BuildError> {
    Server::builder("trial").source(Shown(listed)).build()
}

fn refused(tool: &Tool, error: &BuildError, problems: &mut Problems) {
    let text = error.to_string();
    // What is wrong with a name or a missing description was told when it was read.
    let has_bad_name = problems
        .in_order()
        .iter()
        .any(|problem| problem.code == Code::BadName && problem.span == Some(tool.name.span));
    if has_bad_name || tool.description.is_none() {
        return;
    }
    match tool.patterns.first().filter(|_| text.contains("regex")) {
        Some(span) => {
            let fix = "write a regular expression, for example \"^ord_[a-z0-9]+$\"";
            problems.add(Code::Refused, *span, text, fix);
        }
        None => {
            let span = tool.description.unwrap_or(tool.name.span);
            problems.add(Code::Refused, span, text, "do what the text says");
        }
    }
}

#[derive(Debug)]
struct Shown(Offers);

impl Source for Shown {
    fn offers(&self) -> Offers {
        self.0.clone()
    }

    fn call<'a>(&'a self, _: &'a Permit<'a>, _: &'a Ctx) -> BoxFuture<'a, Result<Output, Fault>> {
        Box::pin(async { Err(Fault::NotFound) })
    }
}
