//! A result that no client can be told.

use tollhouse::{Fault, tool};

struct Order;

/// Gets an order.
#[tool]
async fn get_order() -> Result<Order, Fault> {
    Ok(Order)
}

fn main() {
    let _ = get_order::tool();
}
