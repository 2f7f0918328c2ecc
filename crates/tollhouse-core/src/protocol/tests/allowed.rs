//! What may differ between an official example and our version of it, and why. Nothing else may.

use serde_json::{Value, json};

/// The example without what may differ.
pub(super) fn forgive(kind: &str, example: &Value) -> Value {
    forgive_without(None, kind, example)
}

/// The places of the table.
pub(super) fn places() -> std::ops::Range<usize> {
    0..ALLOWED.len()
}

/// The example without what may differ by all rows of the table but one.
pub(super) fn forgive_without(row: Option<usize>, kind: &str, example: &Value) -> Value {
    let mut value = example.clone();
    let rows = ALLOWED.iter().enumerate();
    for (_, allowed) in rows.filter(|(at, _)| Some(*at) != row) {
        if allowed.of.iter().any(|part| kind.contains(part)) {
            allowed.take(&mut value);
        }
    }
    value
}

/// One member that may differ.
struct Allowed {
    /// In the kinds whose name has one of these parts.
    of: &'static [&'static str],
    /// The names that lead to it, the last ones at least. In a list, every item is looked at.
    path: &'static [&'static str],
    /// If said, only this value (in JSON) may stand in one and be absent in the other.
    only: Option<&'static str>,
    /// Read by people: the reason.
    #[expect(dead_code, reason = "the table must say why")]
    why: &'static str,
}

impl Allowed {
    fn take(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.take(item)),
            Value::Object(members) => {
                members.values_mut().for_each(|member| self.take(member));
                let Some((last, before)) = self.path.split_last() else {
                    return;
                };
                let holder = match before {
                    [] => Some(members),
                    [first] => members.get_mut(*first).and_then(Value::as_object_mut),
                    _ => panic!("no rule needs a longer path"),
                };
                let only = self
                    .only
                    .map(|json| serde_json::from_str::<Value>(json).unwrap());
                if let Some(holder) = holder
                    && only.is_none_or(|only| holder.get(*last) == Some(&only))
                {
                    holder.shift_remove(*last);
                }
            }
            _ => {}
        }
    }
}

const ALLOWED: &[Allowed] = &[
    Allowed {
        of: &["Request"],
        path: &["_meta", "io.modelcontextprotocol/clientInfo"],
        only: None,
        why: "nothing may depend on what a client calls itself, so it is not read",
    },
    Allowed {
        of: &["CompleteRequest"],
        path: &["context"],
        only: Some(r#"{"arguments": {}}"#),
        why: "no context is one in which nothing has been filled in",
    },
    Allowed {
        of: &["CancelledNotification"],
        path: &["reason"],
        only: None,
        why: "the reason is for people; nothing follows from it",
    },
    Allowed {
        of: &["ClientCapabilities", "MissingRequiredClientCapability"],
        path: &["elicitation", "form"],
        only: Some("{}"),
        why: "elicitation without modes means forms; we name the mode",
    },
    Allowed {
        of: &["ClientCapabilities"],
        path: &["extensions"],
        only: None,
        why: "extensions that are not served are not kept",
    },
    Allowed {
        of: &["Result"],
        path: &["_meta", "io.modelcontextprotocol/serverInfo"],
        only: None,
        why: "every result of ours says which server gave it",
    },
    Allowed {
        of: &["Result"],
        path: &["_meta", "dev.tollhouse/provenance"],
        only: None,
        why: "every result of ours says where it comes from",
    },
    Allowed {
        of: &["Result"],
        path: &["_meta"],
        only: Some("{}"),
        why: "what is left when that is taken away",
    },
    Allowed {
        of: &["CallToolResult"],
        path: &["isError"],
        only: Some("false"),
        why: "absent means false",
    },
    Allowed {
        of: &["DiscoverResult", "List", "ReadResourceResult"],
        path: &["ttlMs"],
        only: None,
        why: "this server lets nothing be kept unasked: always 0",
    },
    Allowed {
        of: &["ReadResourceResultResponse"],
        path: &["cacheScope"],
        only: None,
        why: "one example lacks the hint that its schema demands",
    },
    Allowed {
        of: &["Tool"],
        path: &["annotations", "readOnlyHint"],
        only: Some("false"),
        why: "the hint's default, which we say",
    },
    Allowed {
        of: &["Tool"],
        path: &["annotations", "destructiveHint"],
        only: Some("true"),
        why: "the hint's default, which we say",
    },
    Allowed {
        of: &["Tool"],
        path: &["annotations", "idempotentHint"],
        only: Some("false"),
        why: "the hint's default, which we say",
    },
    Allowed {
        of: &["Tool"],
        path: &["annotations", "openWorldHint"],
        only: Some("true"),
        why: "the hint's default, which we say",
    },
    Allowed {
        of: &["Tool"],
        path: &["annotations"],
        only: Some("{}"),
        why: "what is left when the defaults are taken away",
    },
    Allowed {
        of: &["Elicit", "Input"],
        path: &["mode"],
        only: Some(r#""form""#),
        why: "absent means a form; we say it",
    },
    Allowed {
        of: &["ListRootsRequest"],
        path: &["id"],
        only: None,
        why: "a question inside a result has no id; the example's is not in its schema",
    },
    Allowed {
        of: &["ResourceUpdatedNotificationParams"],
        path: &["_meta"],
        only: None,
        why: "a change is told on a stream only, which is named",
    },
    Allowed {
        of: &[
            "ParseError",
            "MethodNotFoundError",
            "InternalError",
            "VersionError",
            "CapabilityError",
        ],
        path: &["message"],
        only: None,
        why: "the protocol leaves the words to the server",
    },
    Allowed {
        of: &["MethodNotFoundError"],
        path: &["data"],
        only: None,
        why: "the protocol leaves the data to the server",
    },
    Allowed {
        of: &["Discover"],
        path: &["supportedVersions"],
        only: None,
        why: "the example's server speaks one revision, ours speaks all",
    },
    Allowed {
        of: &["UnsupportedProtocolVersionError"],
        path: &["data", "supported"],
        only: None,
        why: "which versions are served is up to the server",
    },
];

#[test]
fn only_what_the_table_names_is_forgiven() {
    let said = json!({"isError": false, "content": [], "_meta": {"a": 1}});
    let absent = json!({"content": [], "_meta": {"a": 1}});
    assert_eq!(forgive("CallToolResult", &said), absent);
    let failed = json!({"isError": true, "content": []});
    assert_eq!(forgive("CallToolResult", &failed), failed);
    assert_eq!(forgive("GetPromptResult", &said), said);
}
