//! Every argument is described.

use tollhouse::{Ctx, tool};

/// Adds two whole numbers.
#[tool]
async fn add(_ctx: Ctx, a: i64, b: Option<i64>) -> i64 {
    a + b.unwrap_or_default()
}

fn main() {
    let _ = add::tool();
}
