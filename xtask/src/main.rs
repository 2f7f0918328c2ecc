//! `cargo xtask`: everything done to the project rather than by it.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "this program stands outside: it reads the real clock and environment"
)]

use std::process::ExitCode;

use anyhow::{Result, bail};

mod bench;
mod check;
mod clients;
mod conformance;
mod differ;
mod docs;
mod run;
mod soak;
mod summary;
mod test;
mod tidy;
mod tools;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[String]) -> Result<()> {
    let (word, rest) = match args.split_first() {
        Some((word, rest)) => (word.as_str(), rest),
        None => ("help", args),
    };
    match word {
        "check" => check::run(rest),
        "tidy" => tidy::run(),
        "test" => test::run(rest),
        "soak" => soak::run(rest),
        "bench" => bench::run(rest),
        "clients" => clients::run(rest),
        "servers" => clients::servers::run(rest),
        "readme" => clients::readme::run(rest),
        "conformance" => conformance::run(rest),
        "differ" => differ::run(rest),
        "docs" => docs::run(rest),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(())
        }
        unknown => bail!("there is no task called {unknown}\n\n{USAGE}"),
    }
}

const USAGE: &str = "\
cargo xtask <task> [arguments]

  check        formatting, lints, tidy, documentation, dependencies;
               run it before you push, or only the steps you name
  tidy         only the house rules that no lint knows
  test         unit, flow and documentation tests, then clients, servers, readme and differ below;
               with arguments only the tests they choose (as cargo nextest does)
  clients      our servers, tried with clients that others wrote
  servers      our client, tried with servers that others wrote
  readme       the lines of the README that need Node
  conformance  the protocol's own conformance suite
  differ       our server and the official Rust SDK's, asked the same
  docs         the pages of docs/ as a book
  bench        speed and memory, beside the other implementations
  soak         the long tests
";
