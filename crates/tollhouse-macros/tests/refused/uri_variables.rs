//! The variables of a URI are the arguments, all of them and no others.

use tollhouse::resource;

/// One note.
#[resource("notes://{folder}/{id}")]
async fn note(
    /// Which
    number: String,
) -> String {
    number
}

/// One page.
#[resource("pages://{id}")]
async fn page(id: Id) -> String {
    id.0
}

/// One book.
#[resource("books://{id*}")]
async fn book(
    /// Which
    id: String,
) -> String {
    id
}

/// One word.
#[resource("words://{id")]
async fn word() -> &'static str {
    ""
}

struct Id(String);

fn main() {
    let _ = (note::resource(), page::resource(), book::resource(), word::resource());
}
