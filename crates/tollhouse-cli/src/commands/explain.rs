//! `tollhouse explain`: what would become of a call, and which line of the file decides that.

use std::{io::stderr, path::Path, process::ExitCode, sync::Arc};

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value};
use tollhouse::{Explanation, Principal, Server, Source, Target};
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
    let offered = Offered::of(&sources);
    let (Some(resolved), false) = (&config.resolved, config.problems.has_errors()) else {
        say(&config.shown(&stderr()));
        return Ok(ExitCode::from(USAGE));
    };
    let state = state(arguments, &config)?;
    let builder = house::builder(resolved, sources);
    // What was answered and read before stands in the state.
    let builder = match &state {
        Some(state) => house::keeping(builder, state),
        None => builder,
    };
    let server = builder.build()?;
    // What sources look up has a deadline.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .context("no thread to work with")?;
    let caller = runtime.block_on(who::caller(arguments, resolved, state.as_ref()))?;
    let Some((name, given)) = words.split_first() else {
        let explained = runtime.block_on(all((&server, &caller), &offered.tools));
        print(&told::table(&explained, &config, arguments.json));
        return Ok(ExitCode::SUCCESS);
    };
    let target = offered.target(name);
    let kind = target.kind();
    let explanation = runtime.block_on(server.explain(&caller, target, read(given)?));
    let told = Told {
        kind,
        name,
        known: &offered.tools,
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
async fn all<'a>(
    (server, caller): (&Server, &Principal),
    tools: &'a [String],
) -> Vec<(&'a str, Explanation)> {
    let mut explained = Vec::new();
    for tool in tools {
        let target = Target::Tool(tool.clone());
        let explanation = server.explain(caller, target, Value::Object(Map::new()));
        explained.push((tool.as_str(), explanation.await));
    }
    explained
}

/// The names of what there is.
struct Offered {
    tools: Vec<String>,
    prompts: Vec<String>,
}

impl Offered {
    fn of(sources: &[Arc<dyn Source>]) -> Self {
        let (mut tools, mut prompts) = (Vec::new(), Vec::new());
        for offers in sources.iter().map(|source| source.offers()) {
            tools.extend(offers.tools.into_iter().map(|tool| tool.name));
            prompts.extend(offers.prompts.into_iter().map(|prompt| prompt.name));
        }
        Self { tools, prompts }
    }

    /// What is meant: a URI is a resource, and a name that no tool has may be that of a prompt.
    fn target(&self, name: &str) -> Target {
        let name = name.to_owned();
        if name.contains("://") {
            Target::Resource(name)
        } else if !self.tools.contains(&name) && self.prompts.contains(&name) {
            Target::Prompt(name)
        } else {
            Target::Tool(name)
        }
    }
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
