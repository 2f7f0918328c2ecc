//! A description: one text, however it was said.

use crate::config::{
    files::Said,
    raw::{Description, Parts},
};

/// The text, and where it stands.
pub(super) fn render(said: Description) -> Option<Said<String>> {
    match said {
        Description::Whole(text) => Some(text),
        Description::Parts(parts) => {
            let span = parts.span;
            joined(parts).map(|text| Said::new(text, span))
        }
    }
}

/// The parts under labels, each on its line, so that a model finds them in every tool alike.
fn joined(parts: Parts) -> Option<String> {
    let mut lines = vec![parts.text?.value.trim().to_owned()];
    for (label, part) in [
        ("Use when", parts.use_when),
        ("Avoid when", parts.avoid_when),
        ("Returns", parts.returns),
    ] {
        lines.extend(part.map(|part| format!("{label}: {}", part.value.trim())));
    }
    let examples = parts.examples.unwrap_or_default();
    let examples: Vec<&str> = examples.iter().map(|one| one.value.trim()).collect();
    if !examples.is_empty() {
        lines.push(format!("Examples: {}", examples.join(" · ")));
    }
    Some(lines.join("\n"))
}
