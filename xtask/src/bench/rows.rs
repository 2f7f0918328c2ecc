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
    let file = programs.scratch.join("row.toml");
    fs::write(&file, FILE).with_context(|| format!("cannot write {}", file.display()))
}

pub(super) const DATABASE: &str = "orders.db";
/// The file of a server with one tool, `get_order`.
pub(super) const FILE: &str = r#"
[server]
name = "bench"
listen = "127.0.0.1:${PORT}"

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
