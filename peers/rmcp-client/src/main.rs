//! Drives the official Rust client through the steps and prints what came of
//! them as one line of JSON.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use rmcp::model::ProtocolVersion;
use rmcp::service::RunningService;
use rmcp::transport::{StreamableHttpClientTransport, TokioChildProcess};
use rmcp::{ClientLifecycleMode, ClientServiceExt, RoleClient};
use serde::Serialize;

mod fixture;
mod options;
mod outcome;
mod person;
mod steps;

use options::{Options, Server};
use outcome::Outcome;
use person::Person;

type Client = RunningService<RoleClient, Arc<Person>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode> {
    let options = Options::parse(std::env::args().skip(1))?;
    let mut steps: BTreeMap<String, Outcome> = BTreeMap::new();
    match within_limit(connect(&options)).await {
        Ok(client) => {
            for name in &options.steps {
                let step = within_limit(steps::run(name, &client, &options)).await;
                steps.insert(name.clone(), step.unwrap_or_else(Outcome::failed));
            }
            client.cancel().await?;
        }
        Err(error) => {
            for name in &options.steps {
                let failed = anyhow!("cannot connect: {error:#}");
                steps.insert(name.clone(), Outcome::failed(failed));
            }
        }
    }
    let passed = steps.values().all(|step| step.ok != Some(false));
    print(&options, steps)?;
    Ok(if passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A new client; one that fell back to another era has shown nothing, whatever it can do there.
async fn connect(options: &Options) -> Result<Client> {
    let client = start(options).await?;
    let peer = client
        .peer_info()
        .context("nothing is known of the server")?;
    let negotiated = peer.protocol_version.as_str();
    ensure!(negotiated == options.version, "negotiated {negotiated}");
    Ok(client)
}

async fn start(options: &Options) -> Result<Client> {
    let person = Arc::new(Person::new(options.fixture.elicitation.clone()));
    let lifecycle = if options.era == "modern" {
        let version = serde_json::from_value::<ProtocolVersion>(options.version.clone().into())?;
        ClientLifecycleMode::Discover {
            preferred_versions: vec![version],
        }
    } else {
        ClientLifecycleMode::Initialize
    };
    match &options.server {
        Server::Http(url) => {
            let transport = StreamableHttpClientTransport::from_uri(url.as_str());
            Ok(person.serve_with_lifecycle(transport, lifecycle).await?)
        }
        Server::Stdio(words) => {
            let (program, arguments) = words.split_first().context("--stdio needs a command")?;
            let mut command = tokio::process::Command::new(program);
            command.args(arguments);
            let transport = TokioChildProcess::new(command)?;
            Ok(person.serve_with_lifecycle(transport, lifecycle).await?)
        }
    }
}

async fn within_limit<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let limited = tokio::time::timeout(STEP_LIMIT, work).await;
    ensure!(limited.is_ok(), "no end after {STEP_LIMIT:?}");
    limited?
}

fn print(options: &Options, steps: BTreeMap<String, Outcome>) -> Result<()> {
    let line = Line {
        client: "rmcp",
        version: VERSION,
        transport: options.server.transport(),
        fixture: &options.fixture_name,
        era: &options.era,
        steps,
    };
    println!("{}", serde_json::to_string(&line)?);
    Ok(())
}

#[derive(Serialize)]
struct Line<'a> {
    client: &'a str,
    version: &'a str,
    transport: &'a str,
    fixture: &'a str,
    era: &'a str,
    steps: BTreeMap<String, Outcome>,
}

/// As `peers/Cargo.toml` pins it: the library does not tell its version.
const VERSION: &str = "3.8.0";
const STEP_LIMIT: Duration = Duration::from_secs(30);
