//! A word that is nearly right, one that is not, one of another attribute, and one that has no need.

use tollhouse::{prompt, tool};

/// Does nothing.
#[tool(readonly, colour = "red", description = "Does nothing.")]
async fn nothing() {}

/// Says nothing.
#[prompt(read_only)]
async fn silence() -> String {
    String::new()
}

fn main() {
    let _ = (nothing::tool(), silence::prompt());
}
