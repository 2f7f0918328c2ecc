//! An argument has a name; what comes with the call needs none.

use tollhouse::{State, tool};

/// Adds.
#[tool]
async fn add(
    State(_more): State<i64>,
    /// Both
    (a, b): (i64, i64),
    /// Nothing
    _: String,
) -> i64 {
    a + b
}

fn main() {
    let _ = add::tool();
}
