//! What comes with the call is no argument.

use tollhouse::{Ctx, Principal, State, tool};

/// Does nothing.
#[tool]
async fn nothing(
    /// The surroundings
    _ctx: Ctx,
    /// Who
    _who: Principal,
    /// The state
    _state: State<u8>,
) {
}

fn main() {
    let _ = nothing::tool();
}
