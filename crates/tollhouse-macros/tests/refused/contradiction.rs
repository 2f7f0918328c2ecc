//! Words that exclude each other, and words said twice.

use tollhouse::tool;

/// Reads and destroys.
#[tool(read_only, destructive)]
async fn reads() {}

/// Has two titles.
#[tool(title = "One", title = "Two")]
async fn titles() {}

fn main() {
    let _ = (reads::tool(), titles::tool());
}
