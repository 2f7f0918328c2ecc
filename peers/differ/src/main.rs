//! Sends the same requests, good and spoilt, to two servers of the echo tool, and compares what they make
//! of them. Each difference must stand in a table with its reason, and each row of the table must be met.
//!
//! `differ OURS THEIRS ERA`: two programs that listen on the port in `PORT`, and `modern` or `legacy`.
//! `SEED` and `CASES` change what is sent; with another seed, rows that nothing met are no failure.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

mod cases;
mod dice;
mod era;
mod peer;
mod request;
mod seen;
mod server;
mod table;

use dice::Dice;
use era::Era;
use peer::Peer;
use server::Running;
use table::Table;

fn main() -> Result<ExitCode> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [ours, theirs, era] = words.as_slice() else {
        bail!("usage: differ OURS THEIRS modern|legacy");
    };
    let era = Era::named(era).with_context(|| format!("there is no era {era}"))?;
    let (seed, count) = (number("SEED", SEED)?, number("CASES", CASES)?);
    let table = Table::read(era)?;
    let (ours, theirs) = (Running::start(ours, era)?, Running::start(theirs, era)?);
    let (mut ours, mut theirs) = (
        Peer::new(era, ours.address()),
        Peer::new(era, theirs.address()),
    );
    let mut dice = Dice::new(seed);
    let mut met = BTreeSet::new();
    let mut unexplained: BTreeMap<String, (u64, String)> = BTreeMap::new();
    for _ in 0..count {
        let case = cases::make(&mut dice, era);
        let (our, their) = (ours.try_case(&case)?, theirs.try_case(&case)?);
        if our == their {
            continue;
        }
        if let Some(row) = table.explain(&case.label, &our, &their) {
            met.insert(row);
            continue;
        }
        let kind = format!("{}\n  ours:   {our}\n  theirs: {their}", case.label);
        let seen = unexplained.entry(kind).or_default();
        *seen = (seen.0 + 1, case.request.to_string());
    }
    for (kind, (times, example)) in &unexplained {
        println!("{kind}\n  {times} times, such as {example}");
    }
    let unexplained = unexplained.len();
    let unmet = table.unmet(&met);
    println!(
        "{}: {count} requests; kinds of differences: {} with a reason, {unexplained} without",
        era.name(),
        met.len()
    );
    // What other dice throw need not meet every row.
    if (seed, count) != (SEED, CASES) {
        return Ok(code(unexplained == 0));
    }
    for row in &unmet {
        println!("nothing meets the row {row}");
    }
    Ok(code(unexplained == 0 && unmet.is_empty()))
}

fn code(good: bool) -> ExitCode {
    match good {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn number(variable: &str, default: u64) -> Result<u64> {
    match std::env::var(variable) {
        Ok(text) => text
            .parse()
            .with_context(|| format!("{variable} is not a number: {text}")),
        Err(_) => Ok(default),
    }
}

const SEED: u64 = 20_260_728;
const CASES: u64 = 2000;
