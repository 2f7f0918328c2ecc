//! `tollhouse audit list`: the newest records, and those that come.

use std::time::Duration;

use anyhow::Result;
use serde_json::Value;
use tokio::time::sleep;
use tollhouse_store::State;

use super::record::{Wanted, at_ms, cell, number, text};
use crate::{
    arguments::AuditListArguments,
    client::{clean, one_line},
    commands::{
        keys::place::Kept,
        listing::{NOTHING, columns, second},
    },
    log::say,
    print,
};

pub(super) async fn list(arguments: &AuditListArguments) -> Result<()> {
    let kept = Kept::find(&arguments.place)?;
    let state = kept.there()?;
    let wanted = Wanted::new(&arguments.filter);
    // Before the rest, so that nothing falls between what is listed and what follows.
    let mut last = state.audit_end().await?;
    let found = newest(&state, &wanted, (last, arguments.limit)).await?;
    if found.is_empty() && !arguments.follow && !arguments.json {
        say(&format!("no such records in {}", kept.path.display()));
    }
    print(&match arguments.json {
        true => objects(&found),
        false => table(&found),
    });
    if !arguments.follow {
        return Ok(());
    }
    loop {
        let page = state.audit_after(last).await?;
        match page.last {
            Some(next) => last = next,
            None => sleep(PAUSE).await,
        }
        let records = page.records.into_iter();
        let found: Vec<Value> = records.filter(|one| wanted.is(one)).collect();
        print(&match arguments.json {
            true => objects(&found),
            false => rows(&found),
        });
    }
}

/// The newest so many, the oldest of them first.
async fn newest(
    state: &State,
    wanted: &Wanted<'_>,
    (last, limit): (i64, usize),
) -> Result<Vec<Value>> {
    let mut found = Vec::new();
    let mut place = last.saturating_add(1);
    while found.len() < limit {
        let page = state.audit_before(place).await?;
        let Some(first) = page.last else { break };
        let is_over = page.records.iter().any(|record| wanted.is_over(record));
        let records = page.records.into_iter().filter(|record| wanted.is(record));
        found.extend(records.take(limit - found.len()));
        if is_over {
            break;
        }
        place = first;
    }
    found.reverse();
    Ok(found)
}

fn objects(records: &[Value]) -> String {
    let lines = records.iter().map(|record| clean(&format!("{record}\n")));
    lines.collect()
}

fn table(records: &[Value]) -> String {
    if records.is_empty() {
        return String::new();
    }
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(records.iter().map(row));
    columns(&rows)
}

/// Without a head, and as wide as each is: what comes next is not known.
fn rows(records: &[Value]) -> String {
    let lines = records.iter().map(row);
    lines
        .map(|row| format!("{}\n", one_line(&row.join("  "))))
        .collect()
}

fn row(record: &Value) -> [String; 9] {
    let (kind, status) = (text(record, "kind"), text(record, "status"));
    let duration = record.get("duration_us").and_then(Value::as_f64);
    [
        number(record),
        second(at_ms(record)),
        if status.is_empty() { kind } else { status }.to_owned(),
        cell(record, if kind == "operator" { "of" } else { "target" }),
        cell(record, "subject"),
        cell(record, "client"),
        cell(record, "reason"),
        duration.map_or_else(|| NOTHING.to_owned(), |us| format!("{:.1}", us / 1000.0)),
        cell(record, "call"),
    ]
}

const HEAD: [&str; 9] = [
    "RECORD", "AT", "STATUS", "TARGET", "USER", "CLIENT", "REASON", "MS", "CALL",
];
/// Between two looks at what has come.
const PAUSE: Duration = Duration::from_millis(250);
