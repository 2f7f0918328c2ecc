//! A type that cannot be read from JSON.

use tollhouse::tool;

struct Order;

/// Prints an order.
#[tool]
async fn print(
    /// Which
    order: Order,
) {
    drop(order);
}

fn main() {
    let _ = print::tool();
}
