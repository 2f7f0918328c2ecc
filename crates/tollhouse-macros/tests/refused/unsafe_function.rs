//! Nobody could vouch for a call.

use tollhouse::tool;

/// Reads memory.
#[tool]
unsafe fn peek(
    /// Where
    address: u64,
) -> u64 {
    address
}

/// Adds one.
#[tool]
extern "C" fn next(
    /// To what
    number: u64,
) -> u64 {
    number + 1
}

fn main() {
    let _ = (peek::tool(), next::tool());
}
