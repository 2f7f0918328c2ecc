//! Methods have no place in a catalogue.

use tollhouse::tool;

struct Orders;

impl Orders {
    /// Counts.
    #[tool]
    async fn count(&self) -> u32 {
        0
    }
}

fn main() {
    let _ = Orders.count();
}
