//! Arguments and what comes with the call are owned.

use tollhouse::{Ctx, tool};

/// Says something.
#[tool]
async fn say(
    _ctx: &Ctx,
    /// What
    what: &str,
    /// To whom
    whom: Option<&str>,
    /// How often
    counts: &[u8],
    undocumented: &str,
) -> String {
    format!("{what} {whom:?} {counts:?} {undocumented}")
}

fn main() {
    let _ = say::tool();
}
