//! Tools as a client would see them, with nothing behind them: to learn what is refused, and what they cost.

use anyhow::{Context as _, Result};
use futures_util::future::BoxFuture;
use tollhouse::{BuildError, Ctx, Fault, Offers, Output, Permit, Principal, Server, Source};

use crate::{
    catalogue::{self, Cost},
    config::{
        codes::Code,
        files::Said,
        problem::Problems,
        resolve::{Offered, Resolved, Tool},
    },
};

/// Tells of the tools that no server takes, and gives what the others cost, also those that sources offer by
/// themselves.
pub(crate) fn costs(
    resolved: &Resolved,
    offered: Vec<tollhouse::Tool>,
    problems: &mut Problems,
) -> Result<Vec<Cost>> {
    let mut all = accepted(resolved, problems);
    let declared: Vec<&str> = resolved
        .sources
        .iter()
        .flat_map(|source| &source.tools)
        .map(|tool| tool.written.name.value.as_str())
        .collect();
    let built_in = offered
        .into_iter()
        .filter(|tool| !declared.contains(&tool.name.as_str()));
    all.tools.extend(built_in);
    let server = serve(all)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .context("no thread to work with")?;
    let everybody = Principal::anonymous().holding_all();
    runtime.block_on(catalogue::costs(&server, &everybody))
}

/// The tools that a server takes. What it does not take, tools and others, is told.
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
    let mut others = Offers::default();
    for (name, alone) in readable(resolved) {
        // Beside those that were taken before it, so that two under one URI are told.
        let mut both = others.clone();
        both.resources.extend(alone.resources);
        both.templates.extend(alone.templates);
        both.prompts.extend(alone.prompts);
        match serve(both.clone()) {
            Ok(_) => others = both,
            Err(error) => problems.add(
                Code::Refused,
                name.span,
                error.to_string(),
                "do what the text says",
            ),
        }
    }
    listed
}

/// What can be read or begun with, each alone, and where it was said.
fn readable(resolved: &Resolved) -> impl Iterator<Item = (&Said<String>, Offers)> {
    let readings = resolved.sources.iter().flat_map(|source| &source.readings);
    let readings = readings.map(|reading| {
        let mut alone = Offers::default();
        match &reading.offered {
            Offered::Resource(one) => alone.resources.push(one.resource.clone()),
            Offered::Template(many) => alone.templates.push(many.template.clone()),
        }
        (&reading.written.name, alone)
    });
    let texts = resolved.texts.resources.iter().map(|one| {
        let alone = Offers {
            resources: vec![one.offered.clone()],
            ..Offers::default()
        };
        (&one.name, alone)
    });
    let prompts = resolved.texts.prompts.iter().map(|one| {
        let alone = Offers {
            prompts: vec![one.offered.prompt.clone()],
            ..Offers::default()
        };
        (&one.name, alone)
    });
    readings.chain(texts).chain(prompts)
}

fn serve(listed: Offers) -> Result<Server, BuildError> {
    Server::builder("trial").source(Shown(listed)).build()
}

fn refused(tool: &Tool, error: &BuildError, problems: &mut Problems) {
    let text = error.to_string();
    // What is wrong with a name or a missing description was told when it was read.
    let has_bad_name = problems.in_order().iter().any(|problem| {
        problem.code == Code::BadName && problem.span == Some(tool.written.name.span)
    });
    if has_bad_name || tool.description.is_none() {
        return;
    }
    match tool.patterns.first().filter(|_| text.contains("regex")) {
        Some(span) => {
            let fix = "write a regular expression, for example \"^ord_[a-z0-9]+$\"";
            problems.add(Code::Refused, *span, text, fix);
        }
        None => {
            let span = tool.description.unwrap_or(tool.written.name.span);
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
