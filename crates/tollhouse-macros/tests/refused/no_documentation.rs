//! The doc comment is the description.

use tollhouse::tool;

#[tool]
async fn add(
    /// One
    a: i64,
    /// The other
    b: i64,
) -> i64 {
    a + b
}

fn main() {
    let _ = add::tool();
}
