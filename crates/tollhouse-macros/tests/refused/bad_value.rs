//! Words with values that they do not take.

use tollhouse::tool;

/// Does nothing.
#[tool(title = 5, scope, read_only = true, deadline = "soon", name = "no thing", roles = "admin", clients = [5])]
async fn nothing() {}

fn main() {
    let _ = nothing::tool();
}
