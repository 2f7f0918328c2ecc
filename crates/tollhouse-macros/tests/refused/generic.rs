//! A schema is made of types that are known.

use tollhouse::tool;

/// Says something.
#[tool]
async fn say<T: ToString>(
    /// What
    what: T,
) -> String {
    what.to_string()
}

/// Says something else.
#[tool]
async fn tell(
    /// What
    what: impl ToString,
) -> String {
    what.to_string()
}

fn main() {
    let _ = (say::tool(), tell::tool());
}
