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

mod run;
mod summary;
mod tidy;

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
    let (word, _rest) = match args.split_first() {
        Some((word, rest)) => (word.as_str(), rest),
        None => {
            print!("{USAGE}");
            return Ok(());
        }
    };
    match word {
        "help" | "--help" | "-h" => print!("{USAGE}"),
        "tidy" => tidy::run()?,
        "check" | "test" | "conformance" | "bench" | "soak" => {
            bail!("{word}: not built yet")
        }
        unknown => bail!("there is no task called {unknown}\n\n{USAGE}"),
    }
    Ok(())
}

const USAGE: &str = "\
cargo xtask <task> [arguments]

  check        formatting, lints, tidy, documentation, licences; run it before you push
  tidy         only the house rules that no lint knows
  test         unit, flow and documentation tests, then third-party clients
  conformance  the protocol's own conformance suite
  bench        speed and memory, beside the other implementations
  soak         the long tests
";
