//! A type of one's own that no call brings.

use tollhouse::tool;

struct Order;

/// Prints an order.
#[tool]
async fn print(order: Order) {
    drop(order);
}

fn main() {
    let _ = print::tool();
}
