//! Figures that do not drift: instructions and allocations, counted in an emulator.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::run;

use super::build::Programs;
use super::load;
use super::server::{Running, SERVER_CORE, on_server_core};
use super::subjects::{Scenario, Server, Transport};

/// What one call costs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Count {
    pub(super) instructions: f64,
    pub(super) allocations: f64,
    pub(super) allocated_bytes: f64,
}

/// Counts two runs of different length. What they share, start and end above
/// all, cancels out.
pub(super) fn count(programs: &Programs, server: &Server, scenario: &Scenario) -> Result<Count> {
    let totals = |calls| -> Result<Count> {
        let run = |tool| under(programs, server, scenario, (calls, tool));
        let instructions = Tool::Instructions.arguments(&programs.scratch.join("callgrind.out"));
        let allocations = Tool::Allocations.arguments(Path::new(""));
        let callgrind = run(instructions)?;
        let memcheck = run(allocations)?;
        Ok(Count {
            instructions: number_after(&callgrind, "Collected : ")?,
            allocations: number_after(&memcheck, "total heap usage: ")?,
            allocated_bytes: number_after(&memcheck, "frees, ")?,
        })
    };
    let (few, many) = scenario.counted;
    let (less, more) = (totals(few)?, totals(many)?);
    let calls = f64::from(many - few);
    Ok(Count {
        instructions: (more.instructions - less.instructions) / calls,
        allocations: (more.allocations - less.allocations) / calls,
        allocated_bytes: (more.allocated_bytes - less.allocated_bytes) / calls,
    })
}

/// Prints the functions in which a server spends its instructions.
pub(super) fn profile(programs: &Programs, server: &Server, scenario: &Scenario) -> Result<()> {
    let out = programs
        .scratch
        .join(format!("callgrind.{}.{}.out", server.name, scenario.name));
    let (_, calls) = scenario.counted;
    let tool = Tool::Instructions.arguments(&out);
    let log = under(programs, server, scenario, (calls, tool))?;
    let total = number_after(&log, "Collected : ")?;
    println!(
        "{}, {}: {:.0} instructions a call, start and end included ({calls} calls)",
        server.name,
        scenario.title,
        total / f64::from(calls)
    );
    for (title, inclusive) in [
        ("in the function itself", "no"),
        ("with all it calls", "yes"),
    ] {
        let inclusive = format!("--inclusive={inclusive}");
        let mut annotate = run::command("callgrind_annotate")?;
        annotate.args(["--auto=no", "--threshold=100", &inclusive]);
        let text = run::capture(annotate.arg(&out))?;
        println!("\n{title}:");
        for line in text.lines().filter_map(function).take(FUNCTIONS) {
            println!("{line}");
        }
    }
    println!("\nthe whole profile: {}", out.display());
    Ok(())
}

/// Runs a server inside the emulator, makes so many calls, and returns the log.
fn under(
    programs: &Programs,
    server: &Server,
    scenario: &Scenario,
    (calls, tool): (u32, Vec<String>),
) -> Result<String> {
    let log = programs.scratch.join("valgrind.log");
    let log_file = format!("--log-file={}", log.display());
    let calls = calls.to_string();
    match scenario.transport {
        Transport::Http => {
            let mut command = on_server_core(Path::new("valgrind"))?;
            load::prepare(&mut command, programs, scenario.kind);
            command
                .env("GLIBC_TUNABLES", NO_STRING_COPIES)
                .args(tool)
                .arg(log_file)
                .arg(programs.server(server))
                .args(programs.arguments(server));
            let output = programs.scratch.join(format!("{}.log", server.name));
            let running = Running::start(&mut command, scenario.tools, output)?;
            let mut generator = load::http(programs, (server, scenario), &running)?;
            load::answer(generator.args(["--requests", &calls]))?;
            running.terminate()?;
        }
        Transport::Stdio => {
            let mut generator = load::stdio(programs, scenario)?;
            generator
                .env("GLIBC_TUNABLES", NO_STRING_COPIES)
                .args(["--server-core", SERVER_CORE, "--requests", &calls])
                .args(["--", "valgrind"])
                .args(tool)
                .arg(log_file)
                .arg(programs.server(server))
                .args(programs.arguments(server))
                .arg("--stdio");
            load::answer(&mut generator)?;
        }
    }
    fs::read_to_string(&log).with_context(|| format!("valgrind left no {}", log.display()))
}

enum Tool {
    Instructions,
    Allocations,
}

impl Tool {
    fn arguments(&self, out: &Path) -> Vec<String> {
        match self {
            Self::Instructions => vec![
                "--tool=callgrind".to_owned(),
                format!("--callgrind-out-file={}", out.display()),
            ],
            // Only its count of the heap is wanted.
            Self::Allocations => [
                "--tool=memcheck",
                "--leak-check=no",
                "--undef-value-errors=no",
            ]
            .map(str::to_owned)
            .to_vec(),
        }
    }
}

/// The number that follows a word of valgrind's log, its commas left out.
fn number_after(log: &str, word: &str) -> Result<f64> {
    let found = log.lines().find_map(|line| line.split_once(word));
    let (_, rest) = found.with_context(|| format!("no `{word}` in valgrind's log:\n{log}"))?;
    let digits: String = rest
        .chars()
        .take_while(|letter| letter.is_ascii_digit() || *letter == ',')
        .filter(char::is_ascii_digit)
        .collect();
    ensure!(!digits.is_empty(), "no number after `{word}`: {rest}");
    Ok(digits.parse()?)
}

/// The part worth reading of `1,234 ( 5.6%)  file:name [object]`. Other lines
/// of an annotation are not about a function.
fn function(line: &str) -> Option<&str> {
    let (count, _) = line.trim_start().split_once(" (")?;
    let is_count = !count.is_empty() && count.chars().all(|c| c.is_ascii_digit() || c == ',');
    is_count.then(|| {
        line.rsplit_once(" [")
            .map_or(line, |(function, _)| function)
    })
}

/// A processor's string copy counts as one instruction for each byte, though it
/// is quicker than any loop. Without it a copy counts as a loop over vectors.
const NO_STRING_COPIES: &str = "glibc.cpu.x86_rep_movsb_threshold=0x7fffffff";
const FUNCTIONS: usize = 41;

#[cfg(test)]
mod tests {
    use super::{function, number_after};

    #[test]
    fn numbers_are_found_in_the_log() {
        let log = "==7== Events    : Ir\n==7== Collected : 62538531\n\
                   ==7==   total heap usage: 1,234 allocs, 1,200 frees, 5,678,901 bytes allocated\n";
        assert_eq!(number_after(log, "Collected : ").unwrap(), 62_538_531.0);
        assert_eq!(number_after(log, "total heap usage: ").unwrap(), 1234.0);
        assert_eq!(number_after(log, "frees, ").unwrap(), 5_678_901.0);
        assert!(number_after(log, "missing").is_err());
        assert!(number_after(log, "Events ").is_err());
    }

    #[test]
    fn functions_are_told_from_titles() {
        assert_eq!(
            function("   561,770 ( 0.90%)  ./malloc.c:_int_free [/x.so]"),
            Some("   561,770 ( 0.90%)  ./malloc.c:_int_free")
        );
        assert_eq!(
            function("31 (100.0%)  PROGRAM TOTALS"),
            Some("31 (100.0%)  PROGRAM TOTALS")
        );
        assert_eq!(
            function("Profile data file '/x' (creator: callgrind)"),
            None
        );
        assert_eq!(function("Ir   file:function"), None);
    }
}
