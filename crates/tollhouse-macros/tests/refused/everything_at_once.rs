//! All problems are told in one go.

use tollhouse::tool;

#[tool(read_only, destructive, tittle = "Orders")]
async fn get_order(
    id: String,
    /// At most
    limit: &u32,
) -> String {
    format!("{id} {limit}")
}

fn main() {
    let _ = get_order::tool();
}
