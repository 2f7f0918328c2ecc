//! `tollhouse check`: everything that is wrong with a file, at once, and what its tools cost.

use std::{io::stdout, path::PathBuf, process::ExitCode};

use anyhow::Result;
use serde_json::json;
use tollhouse::Tool;

use crate::{
    arguments::CheckArguments,
    catalogue::Cost,
    config::{Config, codes::Severity, lint, resolve::Resolved, show},
    connect::{Kept, Purpose, connect},
    environment,
    exit::{FAILED, USAGE},
    outside, print, trial, wire,
};

pub(crate) fn check(arguments: &CheckArguments) -> Result<ExitCode> {
    let path = match &arguments.file {
        Some(path) => path.clone(),
        None => PathBuf::from(wire::DEFAULT_FILE),
    };
    let mut config = Config::read(&path, &environment);
    let opened = if arguments.offline {
        Vec::new()
    } else {
        let opened = connect(&mut config, &Kept::default(), Purpose::Look);
        if let Some(resolved) = &config.resolved {
            outside::reach(resolved, &mut config.problems);
        }
        opened
    };
    let offered = opened.iter().flat_map(|source| source.offers().tools);
    let costs = examine(&mut config, offered.collect())?;
    let text = if arguments.json {
        as_json(&config, &costs)
    } else {
        as_text(&config, &costs)
    };
    print(&text);
    Ok(if config.resolved.is_none() {
        ExitCode::from(USAGE)
    } else if config.problems.has_errors() {
        ExitCode::from(FAILED)
    } else {
        ExitCode::SUCCESS
    })
}

/// Looks at the tools as a model would, with those that sources offer by themselves, and gives what they cost.
fn examine(config: &mut Config, offered: Vec<Tool>) -> Result<Vec<Cost>> {
    let Some(resolved) = &config.resolved else {
        return Ok(Vec::new());
    };
    let problems = &mut config.problems;
    lint::descriptions(resolved, problems);
    let costs = trial::costs(resolved, offered, problems)?;
    lint::weights(&costs, resolved, problems);
    Ok(costs)
}

fn as_text(config: &Config, costs: &[Cost]) -> String {
    let shown = config.shown(&stdout());
    let gap = if shown.is_empty() { "" } else { "\n" };
    let errors = config.problems.count(Severity::Error);
    let warnings = config.problems.count(Severity::Warning);
    let total: usize = costs.iter().map(|cost| cost.tokens).sum();
    let mut parts = vec![
        counted(costs.len(), "tool"),
        format!("{} tokens", short(total)),
        counted(sources(config), "source"),
    ];
    let verdict = if errors > 0 {
        parts.insert(0, counted(errors, "error"));
        "failed"
    } else {
        "ok"
    };
    if warnings > 0 {
        parts.push(counted(warnings, "warning"));
    }
    format!("{shown}{gap}{verdict}: {}\n", parts.join(", "))
}

fn as_json(config: &Config, costs: &[Cost]) -> String {
    let problems = config.problems.in_order().into_iter();
    let problems: Vec<_> = problems
        .map(|problem| show::as_json(problem, &config.files))
        .collect();
    let tools: Vec<_> = costs
        .iter()
        .map(|cost| json!({"name": cost.name, "tokens": cost.tokens}))
        .collect();
    let whole = json!({
        "ok": !config.problems.has_errors(),
        "problems": problems,
        "tools": tools,
        "tokens": costs.iter().map(|cost| cost.tokens).sum::<usize>(),
        "tokens_max": lint::SERVER_TOKENS_MAX,
        "sources": sources(config),
    });
    format!("{whole:#}\n")
}

fn sources(config: &Config) -> usize {
    let resolved: Option<&Resolved> = config.resolved.as_ref();
    resolved.map_or(0, |resolved| resolved.sources.len())
}

fn counted(number: usize, what: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {what}{ending}")
}

/// 940, 1.9k.
fn short(tokens: usize) -> String {
    match tokens {
        0..1000 => tokens.to_string(),
        _ => format!("{}.{}k", tokens / 1000, tokens % 1000 / 100),
    }
}
