//! `tollhouse explain`: what would become of a call, and which line of the file decides that.

use std::{io::stderr, path::Path, process::ExitCode, sync::Arc};

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value};
use tollhouse::{Principal, Server};
use tollhouse_store::State;

use crate::{
    arguments::ExplainArguments,
    config::{Config, resolve},
    connect::{Kept, Purpose, connect, state_of},
    environment,
    exit::{FAILED, USAGE},
    house,
    log::say,
    print, wire,
};

mod told;
mod who;

use told::Told;

pub(crate) fn explain(arguments: &ExplainArguments) -> ExitCode {
    match explained(arguments) {
        Ok(code) => code,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::from(USAGE)
        }
    }
}

fn explained(arguments: &ExplainArguments) -> Result<ExitCode> {
    let (file, words) = split(&arguments.words);
    let mut config = Config::read(file, &environment);
    let sources = connect(&mut config, &Kept::default(), Purpose::Look);
    let tools: Vec<String> = sources
        .iter()
        .flat_map(|source| source.offers().tools)
        .map(|tool| tool.name)
        .collect();
    let (Some(resolved), false) = (&config.resolved, config.problems.has_errors()) else {
        say(&config.shown(&stderr()));
        return Ok(ExitCode::from(USAGE));
    };
    let server = house::builder(resolved, sources).build()?;
    let state = state(arguments, &config)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .context("no thread to work with")?;
    let caller = runtime.block_on(who::caller(arguments, resolved, state.as_ref()))?;
    let Some((tool, given)) = words.split_first() else {
        return Ok(all((&server, &caller), &tools, &config, arguments.json));
    };
    let explanation = server.explain(&caller, tool, read(given)?);
    let told = Told {
        tool,
        known: &tools,
        config: &config,
        explanation: &explanation,
    };
    print(&if arguments.json {
        told.as_json()
    } else {
        told.as_text()
    });
    Ok(match explanation.refusal() {
        Some(_) => ExitCode::from(FAILED),
        None => ExitCode::SUCCESS,
    })
}

/// Every tool, and whether the caller may use it.
fn all(
    (server, caller): (&Server, &Principal),
    tools: &[String],
    config: &Config,
    as_json: bool,
) -> ExitCode {
    let explanations: Vec<_> = tools
        .iter()
        .map(|tool| {
            let explanation = server.explain(caller, tool, Value::Object(Map::new()));
            (tool.as_str(), explanation)
        })
        .collect();
    print(&told::table(&explanations, config, as_json));
    ExitCode::SUCCESS
}

/// The file, if one is named, and what comes behind it.
fn split(words: &[String]) -> (&Path, &[String]) {
    match words.split_first() {
        Some((file, rest)) if file.ends_with(".toml") || file.ends_with(".json") => {
            (Path::new(file), rest)
        }
        _ => (Path::new(wire::DEFAULT_FILE), words),
    }
}

/// Arguments, as one JSON object or as name=value.
fn read(words: &[String]) -> Result<Value> {
    if let [text] = words
        && text.trim_start().starts_with('{')
    {
        return serde_json::from_str(text).context("the arguments are no JSON");
    }
    let pairs = words.iter().map(|word| {
        let Some((name, value)) = word.split_once('=') else {
            bail!("`{word}` is no argument; write name=value, or all of them as one JSON object");
        };
        let read = serde_json::from_str(value);
        Ok((name.to_owned(), read.unwrap_or_else(|_| value.into())))
    });
    Ok(Value::Object(pairs.collect::<Result<_>>()?))
}

/// The state, if there is one: nothing is made.
fn state(arguments: &ExplainArguments, config: &Config) -> Result<Option<Arc<State>>> {
    let path = match (&arguments.state, state_of(config)) {
        (Some(path), _) => path.clone(),
        (None, resolve::State::File(path)) => path,
        (None, resolve::State::Memory) => return Ok(None),
    };
    if !path.exists() {
        return Ok(None);
    }
    Ok(Some(Arc::new(State::open(&path)?)))
}
