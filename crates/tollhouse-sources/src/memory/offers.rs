//! What the tools are called, take and give, and what a model reads before it chooses one.

use serde_json::{Value, json};
use tollhouse_core::{Effect, Offers, Policy, Tool, memory::Category};

use super::MemoryOptions;

pub(super) fn offers(options: &MemoryOptions) -> Offers {
    let mut tools = vec![save(), search(), delete()];
    for tool in &mut tools {
        tool.policy = Policy {
            access: options.access.clone(),
            trust: options.trust.clone(),
            ..Policy::default()
        };
    }
    Offers {
        tools,
        ..Offers::default()
    }
}

fn save() -> Tool {
    let input = json!({
        "type": "object",
        "properties": {
            "content": {
                "type": "string",
                "minLength": 1,
                "description": "What to remember: one thing, in a sentence that makes sense by itself later"
            },
            "category": category("What kind of thing it is"),
            "project": {
                "type": "string",
                "description": "An existing project that it belongs to; leave it out if it belongs to none"
            },
            "new_project": {
                "type": "boolean",
                "default": false,
                "description": "True makes `project`. Only when the user has named it and it is not there yet"
            }
        },
        "required": ["content"],
        "additionalProperties": false
    });
    let description = "Remember something about the user or their work for later conversations: a preference, a \
                       fact, a decision, or context. Not for secrets, nor for what only matters now. Saving the \
                       same again changes nothing. Names memories that say nearly the same.";
    let mut tool = Tool::new(SAVE, description, input);
    tool.title = Some("Save a memory".to_owned());
    tool.idempotent = true;
    tool.output = Some(json!({
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "status": {"type": "string", "enum": ["saved", "saved_before"]},
            "similar": {"type": "array", "items": {"type": "object", "properties": {
                "id": {"type": "string"},
                "content": {"type": "string"}
            }, "required": ["id", "content"]}}
        },
        "required": ["id", "status", "similar"]
    }));
    tool
}

fn search() -> Tool {
    let input = json!({
        "type": "object",
        "properties": {
            "query": {
                "type": "string",
                "maxLength": 2000,
                "description": "Words to look for, in any order; empty for the newest"
            },
            "limit": {
                "type": "integer",
                "minimum": 1,
                "maximum": LIMIT_MAX,
                "default": LIMIT,
                "description": "How many memories to return at most"
            },
            "project": {"type": "string", "description": "Only those of this project"},
            "category": category("Only those of this kind")
        },
        "required": ["query"],
        "additionalProperties": false
    });
    let description = "Search what was saved with save_memory, the most relevant first. Use it before you ask the \
                       user something that they may have said in an earlier conversation. It looks for words, \
                       with their endings and slips of the keys, not for synonyms.";
    let mut tool = Tool::new(SEARCH, description, input);
    tool.title = Some("Search memories".to_owned());
    tool.effect = Effect::Read;
    tool.output = Some(json!({
        "type": "object",
        "properties": {
            "found": {"type": "integer"},
            "memories": {"type": "array", "items": {"type": "object", "properties": {
                "id": {"type": "string"},
                "content": {"type": "string"},
                "relevance": {"type": "number", "minimum": 0, "maximum": 1},
                "category": {"type": "string"},
                "project": {"type": "string"},
                "saved_at": {"type": "string", "format": "date-time"}
            }, "required": ["id", "content", "relevance", "saved_at"]}}
        },
        "required": ["found", "memories"]
    }));
    tool
}

fn delete() -> Tool {
    let input = json!({
        "type": "object",
        "properties": {
            "id": {"type": "string", "description": "The memory's id, as search_memory shows it: mem_…"}
        },
        "required": ["id"],
        "additionalProperties": false
    });
    let description = "Delete one memory for good, by its id: when the user wants it forgotten, or when it is \
                       wrong. Make sure with search_memory that it is the right one.";
    let mut tool = Tool::new(DELETE, description, input);
    tool.title = Some("Delete a memory".to_owned());
    tool.effect = Effect::Destroy;
    tool.idempotent = true;
    tool.output = Some(json!({
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "status": {"type": "string", "enum": ["deleted", "deleted_before"]}
        },
        "required": ["id", "status"]
    }));
    tool
}

fn category(description: &str) -> Value {
    let names = Category::ALL.map(Category::name);
    json!({"type": "string", "enum": names, "description": description})
}

pub(super) const SAVE: &str = "save_memory";
pub(super) const SEARCH: &str = "search_memory";
pub(super) const DELETE: &str = "delete_memory";
/// How many memories a search gives if nobody says.
pub(super) const LIMIT: usize = 5;
const LIMIT_MAX: usize = 10;
