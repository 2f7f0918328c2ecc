//! Where a result comes from and whether it is to be trusted, for clients: written once for each target.

use serde_json::{Map, Value};

use crate::{Trust, Untrusted, ctx::Others};

/// What stands in `_meta` of each result of one target, as JSON.
#[derive(Debug)]
pub(crate) struct Label {
    usual: String,
    mixed: String,
    foreign: String,
}

impl Label {
    /// The key in `_meta`. No source writes it.
    pub(crate) const KEY: &str = "dev.tollhouse/provenance";

    /// For what the server itself says.
    pub(crate) const OWN: &str = r#"{"source":"server","trust":"trusted"}"#;

    /// For one target: `kind` is `tool`, `resource` or `prompt`, and `name` its name.
    pub(crate) fn new(source: &str, (kind, name): (&str, &str), trust: &Trust) -> Self {
        let write = |trust: &str| {
            let mut label = Map::new();
            for (key, value) in [("source", source), ("trust", trust), (kind, name)] {
                label.insert(key.to_owned(), Value::from(value));
            }
            Value::Object(label).to_string()
        };
        let usual = match trust.untrusted {
            Untrusted::Nothing => "trusted",
            Untrusted::All => "untrusted",
            Untrusted::Fields(_) => "mixed",
        };
        let at_least_mixed = match trust.untrusted {
            Untrusted::All => "untrusted",
            Untrusted::Nothing | Untrusted::Fields(_) => "mixed",
        };
        Self {
            usual: write(usual),
            mixed: write(at_least_mixed),
            foreign: write("untrusted"),
        }
    }

    /// What stands there for a result of which others wrote so much, whatever the rules say.
    pub(crate) fn json(&self, others: Others) -> &str {
        match others {
            Others::Nothing => &self.usual,
            Others::Part => &self.mixed,
            Others::Everything => &self.foreign,
        }
    }
}
