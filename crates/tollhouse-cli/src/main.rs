//! The program `tollhouse`: reads the command line and the environment, wires, serves, says how it went.

use std::{
    env,
    io::{ErrorKind, IsTerminal as _, Write as _, stdin, stdout},
    process::ExitCode,
};

use clap::{CommandFactory as _, Parser as _};

mod arguments;
mod audit;
mod banner;
mod book;
mod catalogue;
mod client;
mod commands;
mod config;
mod connect;
mod data_folder;
mod doctor;
mod doorman;
mod exit;
mod house;
mod init;
mod install;
mod intruder;
mod keys;
mod log;
mod metrics;
mod outside;
mod pack;
mod reload;
mod rights;
mod sample;
mod secrets;
mod sign_in;
mod telemetry;
mod terminal;
mod trial;
mod webhook;
mod wire;

use arguments::{Arguments, Command, RunArguments};
use exit::USAGE;
use log::say;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(told) => {
            // Help and version come this way too, and are no mistakes.
            let code = if told.use_stderr() {
                ExitCode::from(USAGE)
            } else {
                ExitCode::SUCCESS
            };
            drop(told.print());
            return code;
        }
    };
    match arguments.command {
        Some(Command::Run(arguments)) => commands::run::run(&arguments),
        Some(Command::Call(arguments)) => commands::call::call(&arguments),
        Some(Command::Inspect(arguments)) => commands::inspect::inspect(&arguments),
        Some(Command::Doctor(arguments)) => commands::doctor::doctor(&arguments),
        Some(Command::Explain(arguments)) => commands::explain::explain(&arguments),
        Some(Command::Test(arguments)) => commands::test::test(&arguments),
        Some(Command::Init(arguments)) => commands::init::init(&arguments),
        Some(Command::Install(arguments)) => commands::install::install(&arguments),
        Some(Command::Uninstall(arguments)) => commands::uninstall::uninstall(&arguments),
        Some(Command::Keys(arguments)) => commands::keys::keys(&arguments),
        Some(Command::Approvals(arguments)) => commands::approvals::approvals(&arguments),
        Some(Command::Users(arguments)) => commands::users::users(&arguments),
        Some(Command::Audit(arguments)) => commands::audit::audit(&arguments),
        Some(Command::Migrate(arguments)) => commands::migrate::migrate(&arguments),
        Some(Command::Schema(arguments)) => commands::schema::schema(&arguments),
        Some(Command::Check(arguments)) => {
            commands::check::check(&arguments).unwrap_or_else(|error| {
                say(&format!("error: {error:#}"));
                ExitCode::from(USAGE)
            })
        }
        Some(Command::Completions(arguments)) => commands::completions::completions(&arguments),
        Some(Command::Version) => print(&format!("tollhouse {}\n", env!("CARGO_PKG_VERSION"))),
        // A client that was only told the program's name starts it like this.
        None if !stdin().is_terminal() => commands::run::run(&RunArguments::piped()),
        None => print(&Arguments::command().render_help().to_string()),
    }
}

fn print(text: &str) -> ExitCode {
    let mut output = stdout().lock();
    let written = output.write_all(text.as_bytes());
    match written.and_then(|()| output.flush()) {
        // Whoever closed the pipe does not want to read it.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            say(&format!("error: standard output takes no more: {error}"));
            ExitCode::from(USAGE)
        }
        _ => ExitCode::SUCCESS,
    }
}

/// A variable of the environment, if it is set and text.
fn environment(name: &str) -> Option<String> {
    env::var_os(name)?.into_string().ok()
}
