//! What servers with a database behind them are measured on: ten thousand orders, and the file that makes a tool
//! of one statement.

use std::fs;

use anyhow::{Context, Result};

use crate::run;

use super::build::Programs;

/// Writes the orders and the file into the folder of the bench.
pub(super) fn prepare(programs: &Programs) -> Result<()> {
    programs.build_orders()?;
    let mut maker = run::command(programs.orders())?;
    run::capture(maker.arg("make").arg(programs.scratch.join(DATABASE)))?;
    write(programs, "row.toml", FILE)
}

/// Writes what the road is measured with: a tool that reads next to nothing, and one that writes a row. All that stands
/// on the road is on.
pub(super) fn prepare_road(programs: &Programs) -> Result<()> {
    // Whatever an earlier run has left would be counted too.
    for left in [
        "notes.db",
        "notes.db-wal",
        "notes.db-shm",
        "road.db",
        "road.db-wal",
        "road.db-shm",
    ] {
        drop(fs::remove_file(programs.scratch.join(left)));
    }
    write(programs, "notes.sql", NOTES)?;
    write(programs, "road.toml", ROAD)
}

fn write(programs: &Programs, name: &str, text: &str) -> Result<()> {
    let file = programs.scratch.join(name);
    fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
}

const NOTES: &str = "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;";
const ROAD: &str = r#"
[server]
name = "bench"
listen = "127.0.0.1:${PORT}"
state = "road.db"

# On, and never reached.
[limits]
calls = "1000000000/min"
writes = "1000000000/min"
key = "1000000000/min"
all = "1000000000/min"
rows = "1000000000/min"
identical = 4000000000
turn = 4000000000
concurrent = 1000

[sources.today]
type = "date"

[sources.notes]
type = "sqlite"
path = "notes.db"
seed = "notes.sql"

[tools.add_note]
source = "notes"
description = "Add a note to the list."
sql = "INSERT INTO notes (text) VALUES (:text) RETURNING id"
effect = "write"
returns = "one"
params.text = { max_length = 1000, description = "What to remember" }
"#;

pub(super) const DATABASE: &str = "orders.db";
/// The file of a server with one tool, `get_order`.
pub(super) const FILE: &str = r#"
[server]
name = "bench"
listen = "127.0.0.1:${PORT}"

[limits]
calls = "off"
key = "off"
rows = "off"
identical = "off"
turn = "off"
concurrent = "off"

[sources.shop]
type = "sqlite"
path = "orders.db"

[tools.get_order]
source = "shop"
description = "Get one order by its exact id."
sql = "SELECT id, customer_email, status, total_cents, created_at FROM orders WHERE id = :id"
returns = "one"
params.id = { pattern = "^ord_[0-9]+$", description = "For example ord_004711" }
"#;
