//! What came of a call, in words for models and as data for programs.

use jiff::Timestamp;
use serde_json::{Value, json};
use tollhouse_core::{
    Content, Fault, Reported, fail,
    memory::{Category, Deleted, Filing, Found, Kept, MemoryId},
};

pub(super) fn saved(id: &MemoryId, filing: &Filing, similar: Vec<Kept>) -> Reported {
    let mut text = match filing {
        Filing::Nowhere => format!("Saved as {id}."),
        Filing::In(name) | Filing::InNew(name) => {
            format!("Saved as {id} in the project {}.", quoted(name))
        }
    };
    if !similar.is_empty() {
        text.push_str(
            " These say nearly the same; delete with delete_memory what is not true any more, or is said twice:",
        );
    }
    for kept in &similar {
        text.push_str(&format!("\n- {}: {}", kept.id, quoted(&kept.content)));
    }
    let similar: Vec<Value> = similar
        .into_iter()
        .map(|kept| json!({"id": kept.id.as_str(), "content": kept.content}))
        .collect();
    with_text(
        text,
        json!({"id": id.as_str(), "status": "saved", "similar": similar}),
    )
}

pub(super) fn saved_before(kept: &Kept) -> Reported {
    let text = format!(
        "Saved as {} before, at {}. Nothing was changed.",
        kept.id,
        date_time(kept.saved_at_ms)
    );
    with_text(
        text,
        json!({"id": kept.id.as_str(), "status": "saved_before", "similar": []}),
    )
}

pub(super) fn found(found: &[Found]) -> Reported {
    let memories: Vec<Value> = found.iter().map(memory).collect();
    Reported {
        structured: Some(json!({"found": memories.len(), "memories": memories})),
        ..Reported::default()
    }
}

pub(super) fn deleted(id: &MemoryId, deleted: Deleted) -> Result<Reported, Fault> {
    let (text, status) = match deleted {
        Deleted::Now => (format!("Deleted {id}."), "deleted"),
        Deleted::Before => (
            format!("{id} was deleted before. Nothing was changed."),
            "deleted_before",
        ),
        Deleted::Unknown => {
            return Err(fail(format!(
                "There is no memory {id}. Use search_memory to find the right id."
            )));
        }
    };
    Ok(with_text(
        text,
        json!({"id": id.as_str(), "status": status}),
    ))
}

/// A text of somebody, as part of a sentence: in quotes, on one line, and not too long.
pub(super) fn quoted(text: &str) -> String {
    let mut shown: String = text.chars().take(QUOTED_CHARS_MAX).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    Value::String(shown).to_string()
}

fn memory(found: &Found) -> Value {
    let Found { kept, relevance } = found;
    let mut memory = json!({
        "id": kept.id.as_str(),
        "content": kept.content,
        // More digits would say more than a comparison of words knows.
        "relevance": (relevance * 100.0).round() / 100.0,
        "saved_at": date_time(kept.saved_at_ms),
    });
    let extras = [
        ("category", kept.category.map(Category::name)),
        ("project", kept.project.as_deref()),
    ];
    for (name, value) in extras {
        if let (Some(value), Some(memory)) = (value, memory.as_object_mut()) {
            memory.insert(name.to_owned(), value.into());
        }
    }
    memory
}

/// As ISO 8601 has it, in UTC.
fn date_time(unix_ms: u64) -> String {
    let moment = i64::try_from(unix_ms).map(Timestamp::from_millisecond);
    let moment = moment.ok().and_then(Result::ok);
    moment.unwrap_or(Timestamp::MAX).to_string()
}

fn with_text(text: String, data: Value) -> Reported {
    Reported {
        content: vec![Content::Text(text)],
        structured: Some(data),
        ..Reported::default()
    }
}

const QUOTED_CHARS_MAX: usize = 200;
