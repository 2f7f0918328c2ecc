//! Words of JSON Schema that do not exist, or where they do not count.

use tollhouse::{prompt, tool};

/// Search.
#[tool]
async fn search(
    /// How many
    #[schema(minimun = 1, maximum = MANY)]
    limit: u32,
) -> u32 {
    limit
}

/// Review.
#[prompt]
async fn review(
    /// What
    #[schema(maxLength = 10)]
    diff: String,
) -> String {
    diff
}

fn main() {
    let _ = (search::tool(), review::prompt());
}
