//! `docs/benchmarks.md`: the figures, where they come from, what they mean.

use std::fmt::Write;

use anyhow::Result;

use super::figures::Figures;
use super::machine;
use super::plan::Plan;
use super::table::Table;

/// The text of the document.
pub(super) fn render(plan: &Plan, tables: &[Table], figures: &Figures) -> Result<String> {
    let mut text = String::from(HEAD);
    writeln!(
        text,
        "```sh\ncargo xtask bench --rounds {} --seconds {} --write\n```\n",
        plan.rounds, plan.seconds
    )?;
    writeln!(text, "## Where\n")?;
    for (name, value) in machine::lines()? {
        writeln!(text, "- {name}: {value}")?;
    }
    writeln!(text, "\n## Figures\n")?;
    for table in tables {
        writeln!(text, "{table}")?;
    }
    if let Some(warning) = figures.disturbance() {
        writeln!(text, "{warning}\n")?;
    }
    text.push_str(METHOD);
    Ok(text)
}

const HEAD: &str = "\
# Benchmarks

Written by a program; do not edit. Every server offers the same tool, `echo`,
or one that reads a row, and speaks the protocol of 2026-07-28, or where a title
says so that of 2025-11-25, with a session.

- **ours**: Tollhouse, every check of the protocol on, arguments validated, a
  journal written to a file.
- **rmcp-echo**: the official Rust SDK, set up as its documentation advises for
  speed: no sessions, JSON replies, typed arguments, non-blocking pipes. Where
  sessions are measured it has them, by its defaults. Its socket sends small
  writes at once; otherwise each answer in a session would wait 40 ms.
- **limit**: an axum handler that parses the request, checks nothing and writes
  an answer of the same shape; over stdio a plain blocking loop. It shows what
  is left when a server does nothing.
- **ours-sql**: `tollhouse run FILE` with one tool made of one statement: besides
  all that ours does, the guards around the statement, the caps on its result, and
  a line of the log for each call.
- **limit-sql**: an axum handler that runs the same statement with rusqlite, on as
  many connections and by the same hand-off to threads that may block, and writes
  an answer of the same shape. It checks nothing and logs nothing.
- **no-sign-in**, **one-key**, **one-token**, **1000-users**: `tollhouse run FILE`
  with the same tool, which asks for a scope. The first has no `[auth]`, the others
  take keys and tokens on the same endpoint, and differ in who calls: one user with
  a key, one with a token, or five hundred of each, all in one run.
- **road**, **road-write**: `tollhouse run FILE` with everything on that stands on the
  road without anybody's word: limits (here so high that nobody reaches them), an
  audit in the state's file, what takes unseen characters out, budgets and a line of
  the log for each call. The one reads the date, the other writes a row, each time
  under another key: what it is about to do, the key, the row and the answer are on
  disk before the answer goes out.

Ratios below 1 are in our favour, but for calls/s, where they are so above 1.
Compare ratios rather than figures: they drift less from machine to machine.

";

const METHOD: &str = "\
## How each figure is measured

- The server runs on core 0, the load generator on core 1. In every round the
  servers take turns, each one freshly started, one second of warm-up before the
  measured window. Figures are medians over the rounds. Before each scenario the
  bench waits, up to a minute, until the machine is quiet. A measurement during
  which others used a tenth of a core is made again, twice at most.
- **Load**: over HTTP 32 keep-alive connections with one call in flight on each;
  over stdio as many calls in flight on one pipe as the title says. Sessions are
  opened before, one on each connection. The next call leaves when an answer has
  come, with the end of its stream if it came as an event. Every answer is
  checked: status, id, length, both ends of the text, and the whole of the first
  one of each connection. One wrong answer fails the run.
- **CPU µs**: the server's CPU time in the window, user and system, from the
  process's own clock, divided by the calls answered in it. The kernel's work
  for the connections is part of it.
- **Callers who sign in**: keys were made by `tollhouse keys create`, tokens are
  JWTs with RS256 of an issuer that publishes its keys on this machine. Each user
  comes over one of the 32 connections, in turn with the others there. All of
  them have called before the measured window, so that their keys and tokens are
  known: it is what every further call costs that is measured. A known key or
  token is to add no more than 5 µs of CPU to a call.
  The emulator has no instructions for SHA-256 as the processor has them, so that
  it counts many more for a token, which is hashed whole, than are needed here.
- **A read with everything on** is to cost no more CPU than the bare echo of rmcp
  beside it, the thread that writes the audit counted. **Writes with everything on**
  are to be 2,000 a second or more, server and disk on one core.
- **p50, p99**: from the first byte written to the last byte read, with the
  server saturated, so it is mostly time spent in the queue.
- **instructions**: user-space instructions of one call, counted by callgrind.
  Two runs of different length; the difference divided by the additional calls,
  so that start and end cancel out. Large copies are counted as loops over
  vectors. This figure hardly drifts.
- **allocations**, **allocated bytes**: calls of malloc and realloc and what they
  asked for, counted by memcheck, in the same way.
- **answer bytes**: the length of one answer's JSON.
- **generator %**: how much of its core the load generator used. Near 100 it is
  the generator that limits calls/s; CPU µs holds all the same.
- **Memory**: resident memory half a second after the start, and right after the
  load of each scenario.
- **Memory of a session**: how much the resident memory of a fresh server grows
  while the sessions are opened, divided by their number. Fifty sessions are open
  before, and each look waits until the memory no longer changes. Each session is
  opened over a connection of its own, which is closed again; a streaming one
  then holds a connection with an open stream, of which the kernel's part is not
  counted. At the end all streams are still open, and twenty of the sessions
  answer a call. Of an idle session ours keeps nothing: its sealed id says all
  that was agreed on.
- **Cold start**: from the start of the process to the first connection taken,
  and to the answer to `server/discover`; the median of 20 starts.
- **A revoked key**: a server is asked with a new key until it has answered, the
  key is revoked by `tollhouse keys revoke` in another process, and the server asked
  again and again until it answers 401. The time runs from the start of that other
  process.
- **`tollhouse run orders`**: from the start of the process to the answer to
  `tools/list`, the median of 20 starts on data that is there; the memory half a
  second after a start; the binary as cargo builds it in release.
";
