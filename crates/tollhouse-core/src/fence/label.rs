//! Where a result comes from and whether it is to be trusted, for clients: written once for each target.

use serde_json::{Map, Value};

use crate::{Trust, Untrusted};

/// What stands in `_meta` of each result of one target, as JSON.
#[derive(Debug)]
pub(crate) struct Label {
    usual: String,
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
        Self {
            usual: write(match trust.untrusted {
                Untrusted::Nothing => "trusted",
                Untrusted::All => "untrusted",
                Untrusted::Fields(_) => "mixed",
            }),
            foreign: write("untrusted"),
        }
    }

    /// What stands there; `is_foreign` if others wrote this result, whatever the rules say.
    pub(crate) fn json(&self, is_foreign: bool) -> &str {
        if is_foreign {
            &self.foreign
        } else {
            &self.usual
        }
    }
}
