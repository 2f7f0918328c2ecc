//! Defaults are literals of the argument's kind.

use tollhouse::{resource, tool};

/// Search.
#[tool]
async fn search(
    /// How many
    #[default("ten")]
    limit: u32,
    /// What
    #[default(10)]
    text: String,
    /// Where
    #[default(Vec::new())]
    places: Vec<String>,
    /// Since when
    #[default("today")]
    since: Option<String>,
    #[default(true)] all: bool,
) -> String {
    format!("{limit} {text} {places:?} {since:?} {all}")
}

/// One note.
#[resource("notes://{id}")]
async fn note(
    /// Which
    #[default("1")]
    id: String,
) -> String {
    id
}

fn main() {
    let _ = (search::tool(), note::resource());
}
