//! The attributes stand on functions.

use tollhouse::tool;

/// An order.
#[tool]
struct Order;

trait Count {
    /// Counts.
    #[tool]
    async fn count() -> u32;
}

fn main() {}
