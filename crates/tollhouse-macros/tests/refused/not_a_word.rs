//! Something else than words in the brackets.

use tollhouse::tool;

/// Does nothing.
#[tool("nothing")]
async fn nothing() {}

fn main() {
    let _ = nothing::tool();
}
