//! The only wiring: from what the command line says to a server.

use std::{
    io::stderr,
    net::SocketAddr,
    path::{self, Path},
};

use anyhow::{Context as _, Result, anyhow};
use serde_json::json;
use tollhouse::Server;
use tollhouse_sources::{
    orders,
    sql::{SqlOffers, SqlSource},
};

use crate::{
    arguments::RunArguments,
    config::{
        Config,
        resolve::{Identity, Resolved},
        statement,
    },
    data_folder, environment,
    exit::{FAILED, USAGE},
    reload::{Live, Marks},
    sample::{Sample, sample},
    trial,
};

/// A server that is ready to serve, and what is said of it at the start.
pub(crate) struct Wired {
    pub(crate) server: Server,
    /// What clients may call it.
    pub(crate) name: String,
    /// What it was made of, for a line about it.
    pub(crate) made_of: String,
    /// What a client that starts servers itself writes after the program's name.
    pub(crate) arguments: Vec<String>,
    /// Where HTTP is served if the command line does not say.
    pub(crate) listen: Option<SocketAddr>,
    /// A call to try.
    pub(crate) sample: Option<Sample>,
    /// A question to ask.
    pub(crate) question: &'static str,
    /// What is odd, though it can be served.
    pub(crate) warnings: String,
    /// The file, to be read again when it changes.
    pub(crate) live: Option<Live>,
}

/// Why there is no server.
pub(crate) enum Unwired {
    /// The file has errors: these are they, and this is what the process ends with.
    Config(String, u8),
    /// Something else.
    Other(anyhow::Error),
}

pub(crate) fn wire(arguments: &RunArguments) -> Result<Wired, Unwired> {
    match &arguments.what {
        Some(what) if what == Path::new(ORDERS) => Ok(orders_demo(arguments)?),
        Some(file) => configured(file, arguments),
        None if Path::new(DEFAULT_FILE).is_file() => configured(DEFAULT_FILE.as_ref(), arguments),
        None => Ok(orders_demo(arguments)?),
    }
}

fn configured(file: &Path, arguments: &RunArguments) -> Result<Wired, Unwired> {
    if arguments.data.is_some() {
        return Err(
            anyhow!("--data is for the orders demo; a file says itself where its data is").into(),
        );
    }
    let full = path::absolute(file).context("the file has no full path")?;
    let before = Marks::of([file.to_owned()]);
    let mut config = Config::read(file, &environment);
    let sources = connect(&mut config);
    let Some(resolved) = config.resolved.as_ref() else {
        return Err(Unwired::Config(config.shown(&stderr()), USAGE));
    };
    let built = build(&resolved.server, sources);
    let server = match built {
        Ok(server) if !config.problems.has_errors() => server,
        Ok(_) => return Err(Unwired::Config(config.shown(&stderr()), FAILED)),
        Err(error) => {
            trial::accepted(resolved, &mut config.problems);
            return Err(if config.problems.has_errors() {
                Unwired::Config(config.shown(&stderr()), FAILED)
            } else {
                error.into()
            });
        }
    };
    Ok(Wired {
        server,
        name: resolved.server.name.clone(),
        made_of: full.display().to_string(),
        arguments: ["run", &full.to_string_lossy(), "--stdio"]
            .map(str::to_owned)
            .to_vec(),
        listen: resolved.server.listen,
        sample: sample(resolved),
        question: "What can you find out with these tools?",
        warnings: config.shown(&stderr()),
        live: Some(Live::new(file, before, &config, resolved)),
    })
}

/// Opens the databases of a configuration, and tells what they have against it.
pub(crate) fn connect(config: &mut Config) -> Vec<SqlSource> {
    let mut opened = Vec::new();
    let sources = config
        .resolved
        .iter()
        .flat_map(|resolved: &Resolved| &resolved.sources);
    for source in sources {
        let Some(path) = &source.path else { continue };
        let tools = source.tools.iter().map(|tool| tool.offered.clone());
        let offers = SqlOffers::from(tools.collect::<Vec<_>>());
        match SqlSource::open(&path.value, offers) {
            Ok(source) => opened.push(source),
            Err(error) => statement::tell(&error, source, &config.files, &mut config.problems),
        }
    }
    opened
}

fn build(identity: &Identity, sources: Vec<SqlSource>) -> Result<Server> {
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
        builder = builder.source(source);
    }
    Ok(builder.build()?)
}

fn orders_demo(arguments: &RunArguments) -> Result<Wired> {
    let (source, data) = data_folder::open(arguments.data.as_deref(), |folder| {
        orders::open(&folder.join("orders.db"))
    })?;
    let server = Server::builder(ORDERS)
        .title("Orders demo")
        .version(env!("CARGO_PKG_VERSION"))
        .instructions(INSTRUCTIONS)
        .source(source)
        .prompt(orders::standup_summary())
        .build()
        .context("the demo does not fit together")?;
    let folder = data.to_string_lossy().into_owned();
    Ok(Wired {
        server,
        name: ORDERS.to_owned(),
        made_of: data.join("orders.db").display().to_string(),
        arguments: ["run", ORDERS, "--stdio", "--data", &folder]
            .map(str::to_owned)
            .to_vec(),
        listen: None,
        sample: Some(Sample {
            tool: "get_order".to_owned(),
            arguments: json!({"order_id": "ord_abc123"}),
        }),
        question: "What's the status of order ord_abc123?",
        warnings: String::new(),
        live: None,
    })
}

impl From<anyhow::Error> for Unwired {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

/// What is served, or checked, when nothing is named.
pub(crate) const DEFAULT_FILE: &str = "tollhouse.toml";
/// The word for the demo.
pub(crate) const ORDERS: &str = "orders";

const INSTRUCTIONS: &str = "The orders of a small shop. Find orders with search_orders, look at one with \
    get_order, and cancel one with cancel_order only when the user has said so. Amounts are in cents.";
